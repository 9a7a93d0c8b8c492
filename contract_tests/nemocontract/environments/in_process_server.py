"""The fake inside this thread, without sockets: an exchange goes on when it is asked to, and time with it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemocontract.environments.event_loop import ManualEventLoop
from nemofake.http.app import create_app
from nemofake.http.context import TICK
from nemofake.http.worlds import World
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.settings import Settings

Message = MutableMapping[str, Any]
_HOSTS = frozenset({"nemofake.test"})
_ADDRESS = ("127.0.0.1", 50_000)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an answer."""

    status: int
    headers: list[tuple[bytes, bytes]]


class ResponseEnded(Exception):  # noqa: N818  what happened, not what went wrong
    """There is nothing more of this answer; ``whole`` tells whether it ended as HTTP has it."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__(whole)
        self.whole = whole


class DeadlockError(RuntimeError):
    """The fake does not go on: it uses a thread, or waits for something outside of its loop."""


class InProcessExchange:
    """One exchange under way: pieces of its answer are taken with ``take``, time passes in ``wait``."""

    def __init__(self, server: InProcessServer, scope: dict[str, Any], body: bytes) -> None:
        self._server, self._body = server, body
        self._world = _world_of(scope["path"])
        self._inbox: deque[Head | bytes] = deque()
        self._whole = False
        self._gone = asyncio.Event()
        self._asked = False
        self._task = server.loop.create_task(self._run(scope))

    async def _run(self, scope: dict[str, Any]) -> None:
        await self._server.app(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._inbox.append(Head(message["status"], list(message.get("headers", ()))))
        elif message["type"] != TICK:
            if body := message.get("body", b""):
                self._inbox.append(bytes(body))
            self._whole = self._whole or not message.get("more_body", False)

    @property
    def ready(self) -> bool:
        """Whether ``take`` has something to give at once."""
        return bool(self._inbox) or self._task.done()

    def wait(self, limit_ms: int) -> bool:
        """Let the fake work, and time pass, until there is something to take; False after ``limit_ms``."""
        world = self._server.world(self._world)
        until_ms = world.now_ms + limit_ms
        while True:
            self._server.loop.run_until_idle(lambda: self.ready)
            if self.ready:
                return True
            left_ms = until_ms - world.now_ms
            if left_ms <= 0:
                return False
            if not world.clock.is_waiting:
                raise DeadlockError("the fake waits for something that no passing of time will bring")
            self._server.advance_ms(world, min(left_ms, _next_in_ms(world, left_ms)))

    def take(self) -> Head | bytes:
        """Return the next piece that is there; raise Ended at the end, and whatever broke the fake.

        A fake that broke and could still say so, with its 500, is taken by its word.
        """
        if self._inbox:
            return self._inbox.popleft()
        if not self._whole and (error := self._task.exception()):
            raise error
        raise ResponseEnded(whole=self._whole)

    def wait_for_disconnect(self) -> None:
        """Go away, and let the fake see it."""
        self._gone.set()
        self._server.loop.run_until_idle()
        if not self._task.done():
            self._task.cancel()
            self._server.loop.run_until_idle()


def _next_in_ms(world: World, limit_ms: int) -> int:
    """Return how long it is until the fake goes on by itself."""
    due_ms = world.clock.next_due_ms
    return limit_ms if due_ms is None else max(0, due_ms - world.now_ms)


def _world_of(path: str) -> str:
    return path.split("/")[2] if path.startswith("/w/") else "default"


class InProcessServer:
    """A fake of its own and the loop it lives on; made by ``stepped``."""

    def __init__(self, folder: Path, settings: Settings, registry: ScenarioRegistry | None = None) -> None:
        self.loop = ManualEventLoop()
        self.app = create_app(settings, folder, registry)
        self.worlds = self.app.worlds
        self.url = "http://nemofake.test"

    def world(self, name: str) -> World:
        """Return a world, made on first use as over HTTP."""
        return self.worlds.world(name)

    def begin(
        self, method: str, target: bytes, headers: Iterable[tuple[bytes, bytes]], body: bytes
    ) -> InProcessExchange:
        """Begin an exchange; ``target`` is path and query as on the wire."""
        raw, _, query = target.partition(b"?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": _decoded(raw),
            "raw_path": raw,
            "query_string": query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in headers],
            "client": _ADDRESS,
            "server": ("nemofake.test", 80),
        }
        return InProcessExchange(self, scope, body)

    def advance_ms(self, world: World, delta_ms: int) -> None:
        """Let time pass in a world, and everything due happen."""
        world.pass_ms(delta_ms)
        self.loop.run_until_idle()

    def close(self) -> None:
        """End every world and the loop."""
        for name in tuple(self.worlds.by_name):
            self.worlds.delete(name)
        self.loop.run_until_idle()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_idle()
        self.loop.close()


def _decoded(path: bytes) -> str:
    from urllib.parse import unquote

    return unquote(path.decode("ascii"))


@contextmanager
def stepped(registry: ScenarioRegistry | None = None, **settings: Any) -> Iterator[InProcessServer]:
    """Give a fake without sockets for as long as the block lasts; ``settings`` are the server's."""
    folder = Path(tempfile.mkdtemp(prefix="nemofake-stepped-"))
    try:
        server = InProcessServer(
            folder,
            Settings(
                **{
                    "clock": "manual",
                    "max_videos": 256,
                    "allowed_hosts": _HOSTS,
                    "same_ids": True,
                    **settings,
                }
            ),
            registry,
        )
        try:
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)

"""What the fault tests share: an answer as a bare socket hears it, worlds for one strike, an SSE reader."""

from __future__ import annotations

import asyncio
import itertools
import json
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .http_helpers import ATTRIBUTION, Api, connect, head
from .stream_helpers import TALK, prepared, until

if TYPE_CHECKING:
    import httpx

    from nemofake.testing import FakeServer, WorldHandle

PATIENCE_S = 10.0
QUIET_S = 0.12  # so long nothing comes, where nothing is to come
HOUR_S = 3600
_numbers = itertools.count(1)

Json = dict[str, Any]


@dataclass
class Heard:
    """An answer as it came; it ended ``complete`` as HTTP has it, by ``fin`` or ``rst``, or is ``open``."""

    raw: bytes = b""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] = field(default_factory=list)
    body: bytes = b""
    rest: bytes = b""  # what came of a chunk that never came in full
    ending: str = "open"

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One request on a connection of its own; the answer is read when asked for."""

    def __init__(
        self, api: Api, method: str, path: str, body: Any = None, *, narrow: bool = False, **more: str
    ) -> None:
        fields = {"Authorization": f"Bearer {api.token}", **ATTRIBUTION, **more}
        payload = b"" if body is None else json.dumps(body).encode()
        if body is not None:
            fields |= {"Content-Type": "application/json", "Content-Length": str(len(payload))}
        lines = [f"{name}: {value}" for name, value in fields.items()]
        self._method = method
        self._line = _narrow(api.world.url) if narrow else connect(api.world.url)
        self._heard = Heard()
        self._line.sendall(head(method, api.world.url + path, *lines) + payload)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self._line.close()

    def hear(self, patience_s: float = PATIENCE_S) -> Heard:
        """Read to the end of the answer, or until nothing came for so long."""
        self._line.settimeout(patience_s)
        while self._heard.ending == "open":
            try:
                piece = self._line.recv(1 << 20)
            except TimeoutError:
                break
            except ConnectionResetError:
                self._heard.ending = "rst"
                break
            self._heard.raw += piece
            self._parse()
            if not piece and self._heard.ending == "open":
                self._heard.ending = "fin"
        return self._heard

    def wait_for_disconnect(self) -> None:
        self._line.close()

    def _parse(self) -> None:
        heard = self._heard
        top, blank, body = heard.raw.partition(b"\r\n\r\n")
        if not blank:
            return
        first, *lines = top.decode("latin-1").split("\r\n")
        heard.status = int(first.split()[1])
        heard.headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
        }
        if heard.headers.get("transfer-encoding") == "chunked":
            self._dechunk(body)
            return
        heard.body = body
        length = int(heard.headers.get("content-length", 1 << 62))
        if self._method == "HEAD" or len(body) == length:
            heard.ending = "complete"
        assert self._method == "HEAD" or len(body) <= length

    def _dechunk(self, body: bytes) -> None:
        heard, heard.chunks, heard.rest = self._heard, [], b""
        while body:
            size, line_end, after = body.partition(b"\r\n")
            if not line_end or len(after) < int(size, 16) + 2:
                heard.rest = after
                break
            length = int(size, 16)
            assert after[length : length + 2] == b"\r\n"
            if not length:
                heard.ending = "complete"
                assert after == b"\r\n"
                break
            heard.chunks.append(after[:length])
            body = after[length + 2 :]
        heard.body = b"".join(heard.chunks)


def _narrow(url: str) -> socket.socket:
    """Return a connection whose client takes in little before it reads."""
    host, port = url.split("/")[2].split(":")
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect((host, int(port)))
    return line


def ask(api: Api, method: str, path: str, body: Any = None, **more: str) -> Heard:
    """Return the answer to a request."""
    with Wire(api, method, path, body, narrow=False, **more) as wire:
        return wire.hear()


def message(api: Api, text: str = TALK) -> Json:
    return {"session_id": api.session_id, "new_message": {"parts": [{"text": text}]}}


def chat(api: Api, text: str = TALK, **more: Any) -> Wire:
    """Send a message; the answer is still to be read."""
    return Wire(api, "POST", "/run_sse", {**message(api, text), **more})


def under_way(world: WorldHandle) -> Any:
    """Return what tells that the last request has got as far as it gets while time stands still."""
    return until(lambda: world.call(_has_settled))


def _has_settled(world: Any) -> bool:
    entry = world.journal.entries[-1]
    asleep = [s for s in world.clock._waiters if s.due_ms is not None or s.forever]
    return entry.path == "/run_sse" and (entry.ending is not None or bool(asleep))


def world_of(server: FakeServer, client: httpx.Client, **settings: Any) -> Api:
    """Return a prepared user in a fresh world: always the same one, so that worlds can be compared."""
    settings = {"parameters": {"silent_share": 0.0}, **settings}
    return prepared(server.world(f"fault-{next(_numbers)}", **settings), client)


def chat_with_faults(api: Api, text: str = TALK, *faults: Json, patience_s: float = PATIENCE_S) -> Heard:
    """Return a whole chat answer under these faults; an hour passes where the clock is ``manual``."""
    for fault in faults:
        api.world.add_fault(**{"on": "chat", **fault})
    with chat(api, text) as wire:
        if api.world.clock.mode == "manual":
            under_way(api.world)
            api.world.clock.advance(HOUR_S)
        return wire.hear(patience_s)


def frames(body: bytes) -> list[bytes]:
    """Return a stream's frames, each with its blank line."""
    assert body.endswith(b"\n\n")
    return [frame + b"\n\n" for frame in body.split(b"\n\n")[:-1]]


def read_events(body: bytes) -> list[Any]:
    """Read a stream as the standard has it: BOM, comments, CR, CRLF, data over several lines; parsed JSON."""
    text = body.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    events = []
    for block in text.split("\n\n"):
        data = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        if data and (joined := "\n".join(data)):
            events.append(json.loads(joined))
    return events


def last_entry(world: WorldHandle, operation: str = "chat") -> Json:
    """Return the journal's last entry of an operation."""
    return next(entry for entry in reversed(world.journal()) if entry["operation"] == operation)


def tasks(server: FakeServer) -> int:
    """Return how many tasks the server runs, this question's left out."""
    return server.on_loop(lambda: len(asyncio.all_tasks()) - 1)


def sleepers(world: WorldHandle) -> int:
    return world.call(lambda world: len(world.clock._waiters))


def serves(server: FakeServer) -> bool:
    """Tell whether the server answers."""
    host, port = server.base_url.split("/")[2].split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as line:
        line.sendall(b"GET /__fake__/health HTTP/1.1\r\nHost: x\r\n\r\n")
        return line.recv(65536).startswith(b"HTTP/1.1 200 OK")

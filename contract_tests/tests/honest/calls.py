"""A client's hands: wishes granted to its task, requests and their cures, its identity and its session."""

from __future__ import annotations

import asyncio
import json
import uuid
import zlib
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from .wire import UNREACHED, Ear, Json, Lost, Parts, Thing, exchange, form
from .words import REFUSALS, UNREACHABLE

if TYPE_CHECKING:
    from nemocontract.client_adapter import ClientConfig

SKILL = {"X-Skill-Source": "honest-hand", "X-Skill-Version": "0.3.0"}
PATIENCE_S, NOTE_S, DEAD_S, ALONE_S, LIMIT_S = 120.0, 120.0, 300.0, 600.0, 900.0


class UserError(Exception):
    """Ends a command with a text for the user in place of a result."""


class Refused(Exception):  # noqa: N818  an answer, not a mistake
    """The service said no, for the reason in ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class TooLong(Lost):
    """Nobody waits for it any longer."""


class Calls:
    """What a client has and can do before it knows what its user wants."""

    def open(self, setting: ClientConfig) -> None:
        result = setting.environment
        self.clock, self.home, self.language = setting.clock, setting.home, setting.language
        self.api = (result.get("NEMO_API_URL") or "https://mega-api-prod.nemovideo.ai").rstrip("/")
        self.web = (result.get("NEMO_WEB_URL") or "https://nemovideo.com").rstrip("/")
        self.token, self.session, self.user, self.exports = result.get("NEMO_TOKEN") or "", "", "", 0
        self.skill = {**SKILL, "X-Skill-Platform": result.get("SKILL_SOURCE") or "unknown"}
        self.loop = asyncio.new_event_loop()
        self.wishes: asyncio.Queue[tuple[str | float, asyncio.Future[None]] | None] = asyncio.Queue()

    def close(self) -> None:
        self.loop.close()

    def say(self, line: str) -> Iterator[str]:
        task = self.loop.create_task(self.serve(line))
        try:
            while (wish := self.loop.run_until_complete(self.wishes.get())) is not None:
                if isinstance(wish[0], str):
                    yield wish[0] + "\n"
                else:
                    self.clock.sleep(max(0.0, wish[0]))
                wish[1].set_result(None)
            self.loop.run_until_complete(task)
        finally:
            task.cancel()
            self.loop.run_until_complete(asyncio.wait([task]))
            self.wishes = asyncio.Queue()

    async def wish(self, what: str | float) -> None:
        """Show a text, or let seconds pass."""
        done = self.loop.create_future()
        self.wishes.put_nowait((what, done))
        await done

    async def serve(self, line: str) -> None:
        try:
            await self.answer(line)
        except UserError as error:
            await self.wish(str(error))
        except Refused as no:
            guest = no.code == 2001 and self.user.startswith("anon")
            bound = f"You have no credits left. Register here: {self.web}/register?bind={self.user}"
            await self.wish(bound if guest else REFUSALS.get(no.code, UNREACHABLE))
        finally:
            self.wishes.put_nowait(None)

    async def answer(self, line: str) -> None:
        """Do what a line asks for."""
        raise NotImplementedError

    async def follow(self, step: Callable[[Thing], Awaitable[float]], looks: int, *request: Any) -> None:
        """Hand all that comes to ``step``, which tells until when to wait for more; raise Lost.

        Where a backend's time does not pass by itself while nothing comes, it is made to pass.
        """
        vain, seen = 0, self.clock.now()
        try:
            async with aclosing(cast("Any", exchange(*request))) as line:
                async for thing in line:
                    vain = vain + 1 if thing is None else 0
                    until = await step(thing)
                    if vain >= looks and self.clock.now() == seen:
                        await self.wish(until - seen)
                    seen = self.clock.now()
        except (OSError, ValueError, IndexError, zlib.error):
            raise Lost from None

    async def fetch(self, take: Callable[[Thing], object], looks: int, *request: Any) -> None:
        """Hand all of an answer to ``take``; raise Lost, after two minutes of nothing at the latest."""
        until = self.clock.now() + PATIENCE_S

        async def step(thing: Thing) -> float:
            nonlocal until
            now = self.clock.now()
            take(thing)
            until = until if thing is None else now + PATIENCE_S
            if until <= now:
                raise TooLong
            return until

        await self.follow(step, looks, *request)

    def request(self, method: str, path: str, payload: Any) -> tuple[str, str, dict[str, str], Parts]:
        headers = {**self.skill, "Accept": "text/event-stream" if path == "/run_sse" else "application/json"}
        if path == "/api/auth/anonymous-token":
            return method, self.api + path, {**headers, "X-Client-Id": self.client_id()}, []
        headers["Authorization"] = f"Bearer {self.token}"  # C-ATT-1
        if not isinstance(payload, list):
            headers["Content-Type"] = "application/json"
            return method, self.api + path, headers, [json.dumps(payload).encode()] if payload else []
        headers["Content-Type"], body = form(payload)
        return method, self.api + path, headers, body

    async def once(self, method: str, path: str, payload: Any) -> tuple[int, Json]:
        """Make one request; return its code, 0 for success, and its data."""
        ear = Ear()
        try:
            await self.fetch(ear.take, 10, *self.request(method, path, payload))
        except Lost:
            return UNREACHED, {}
        return ear.meaning()

    async def listen(self, method: str, path: str, payload: Any) -> tuple[int, Json]:
        """Send a message and hear its stream to the end; return how it ended as well (C-SSE-2)."""
        ear, began, ended = Ear(), self.clock.now(), "whole"
        noted = news = byte = began

        async def step(thing: Thing) -> float:
            nonlocal noted, news, byte
            now = self.clock.now()
            while now - noted >= NOTE_S and now - began < LIMIT_S:
                noted += NOTE_S
                await self.wish("⏳ Still working...")
            known = len(ear.text), ear.calls, ear.results
            ear.take(thing)
            noted = noted if known[0] == len(ear.text) else now
            news = news if known == (len(ear.text), ear.calls, ear.results) else now
            byte = byte if thing is None else now
            until = min(began + LIMIT_S, news + ALONE_S, byte + DEAD_S)
            if until <= now:
                raise TooLong
            return min(until, noted + NOTE_S)

        try:
            await self.follow(step, 5, *self.request(method, path, payload))
            ear.take(b"\n" if ear.raw.endswith(b"\r") else b"")
        except Lost as lost:
            ended = "slow" if isinstance(lost, TooLong) else "cut"
        code = 0 if ear.streams else ear.meaning()[0]
        if ended == "whole" and code and not 300 <= code < 400 and not 500 <= code < 600:
            return code, {}  # refused before it was taken (SSE-2)
        return 0, {"ear": ear, "ended": "cut" if ended == "whole" and not ear.streams else ended}

    async def call(
        self,
        method: str,
        make: Callable[[], tuple[str, Any]],
        *,
        cures: tuple[int, ...] = (1001, 1002, 429),
        tries: int = 3,
    ) -> Json:
        """Make a request, cure what can be cured, each once, and return its data; raise Refused.

        Where no answer comes, only what changes nothing is asked again.
        """
        left = set(cures)
        while True:
            path, payload = make()
            code, data = await (self.listen if path == "/run_sse" else self.once)(method, path, payload)
            if code == 0:
                return data
            if 500 <= code < 600 and method == "GET" and tries > 1:
                tries -= 1
                await self.wish(2.0)
            elif code not in left:
                raise Refused(code)
            elif code == 429:  # C-AUTH-3
                await self.wish("It is busy right now; I try once more in 30 s.")
                await self.wish(30.0)
            elif code == 1001:  # C-AUTH-2
                await self.wish("Your access has ended; I go on as a new guest.")
                await self.sign_in()
            else:  # C-SES-1
                await self.wish("The project is gone; I begin a new one.")
                await self.begin()
            left.discard(code)

    def client_id(self, *, fresh: bool = False) -> str:
        file = self.home / ".config/nemovideo/client_id"
        kept = file.read_text("utf-8").strip() if file.is_file() else ""
        if fresh or not kept:
            kept = str(uuid.uuid4())
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(kept, "utf-8")
        return kept

    async def sign_in(self) -> None:
        asked = "/api/auth/anonymous-token", None
        try:
            made = await self.call("POST", lambda: asked, cures=(429,))
        except Refused as no:
            if no.code != 400:
                raise
            self.client_id(fresh=True)
            made = await self.call("POST", lambda: asked, cures=(429,))
        self.token, self.user = str(made.get("token", "")), str(made.get("user_id", ""))

    async def begin(self) -> None:
        asked = "/api/tasks/me/with-session/nemo_agent", {"task_name": "project", "language": self.language}
        made = await self.call("POST", lambda: asked, cures=(1001, 429))
        self.session, self.user = str(made.get("session_id", "")), str(made.get("user_id") or self.user)

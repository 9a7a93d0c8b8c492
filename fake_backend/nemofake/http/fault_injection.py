"""Faults at work: ASGI messages become actions, faults bend them, the connection gets what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..faults.base import (
    Action,
    Break,
    Cut,
    Data,
    End,
    Fault,
    FaultContext,
    Hang,
    Head,
    Reset,
    TimerTick,
    Transform,
    Wait,
)
from . import uvicorn_protocol
from .clock import Waiter
from .context import AT_MS_KEY, TICK, RequestContext
from .streaming import wait_for_disconnect


class ResponseEnded(BaseException):
    """The answer has ended before the backend was done with it; unwinds what would still be said.

    No Exception, since nothing went wrong: nobody on the way is to answer it, or to log it.
    """


async def serve(
    faults: Sequence[Fault],
    app: ASGIApp,
    ctx: RequestContext,
    scope: Scope,
    receive: Receive,
    send: Send,
    drain: Callable[[], Awaitable[None]],
) -> None:
    """Serve one request that faults strike; ``drain`` takes in what the client still has to say."""
    bender = FaultInjector(faults, ctx, scope, receive, send, drain)
    try:
        if any(fault.skips_backend for fault in faults):
            await bender.respond_without_backend()
        else:
            await app(scope, receive, bender.send)
    except ResponseEnded:
        pass
    await bender.finish()


class FaultInjector:
    """Stands between the backend and one connection; ``send`` takes the backend's messages."""

    def __init__(
        self,
        faults: Sequence[Fault],
        ctx: RequestContext,
        scope: Scope,
        receive: Receive,
        send: Send,
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        self._faults, self._ctx = faults, ctx
        self._clock = ctx.world.clock  # as it is now: a reset gives the room another, and ends this answer
        self._transport: asyncio.Transport | None = scope.get(uvicorn_protocol.TRANSPORT_KEY)
        self._has_body = scope["method"] != "HEAD"
        self._receive, self._send, self._drain = receive, send, drain
        self._bends: list[Transform] = []
        self._told: list[bool] = []  # of each fault: whether the journal has it
        self._now_ms = 0  # how far the answer has come, waits included
        self._last: End | Break | None = None
        self._left = False  # the client went while it waited

    async def send(self, message: Message) -> None:
        """Take a message of the backend's, and do what the faults make of it; raise Over at its end."""
        if not self._bends:
            await self._begin()
        for action in self._actions(message):
            for bent in self._bent(action, 0):
                await self._do(bent)
                if self._last is not None:
                    break
        if self._last is not None and message.get("more_body", True):
            raise ResponseEnded

    async def respond_without_backend(self) -> None:
        """Answer a request that never reaches the backend."""
        await self.send({"type": "http.response.start", "status": 200, "headers": []})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def finish(self) -> None:
        """Break the connection where that is how the answer ends, and return when it is gone."""
        if self._last is None or isinstance(self._last, End):
            return
        if not isinstance(self._last, Hang):
            await self._break()
        if self._transport is None and not isinstance(self._last, Hang):
            return  # a server that shows no connection: what ends without its end is cut there
        await self._alone(lambda waiter: self._clock.wait_forever(waiter))
        self._close(self._ending)

    # -- bending -------------------------------------------------------------------------------

    async def _begin(self) -> None:
        """Let the faults see the answer begin, once all of the request is here.

        A connection that is closed over unread bytes would end with an RST.
        """
        await self._drain()
        self._now_ms = start_ms = self._clock.now_ms()
        context = FaultContext(start_ms, self._ctx.world.profile.errors == "http-status")
        self._bends = [fault.begin(context) for fault in self._faults]
        self._told = [False] * len(self._bends)
        alarms_ms = (fault.fires_at_ms(start_ms) for fault in self._faults)
        self._ctx.alarms_ms = sorted(at_ms for at_ms in alarms_ms if at_ms is not None)

    def _actions(self, message: Message) -> Iterable[Action]:
        at_ms = message.get(AT_MS_KEY, self._now_ms)
        if message["type"] == TICK:
            yield TimerTick(at_ms)
        elif message["type"] == "http.response.start":
            yield Head(message["status"], tuple(message.get("headers", ())))
        else:
            if body := message.get("body", b""):
                yield Data(body, at_ms)
            if not message.get("more_body", False):
                yield End()

    def _bent(self, action: Action, nth: int) -> Iterator[Action]:
        """Let each fault bend what the ones before it left."""
        if nth == len(self._bends):
            yield action
            return
        count = 0
        for bent in self._bends[nth](action):
            count += 1
            if count > 1 or bent != action:
                self._note(nth)
            yield from self._bent(bent, nth + 1)
        if not count:
            self._note(nth)

    def _note(self, nth: int) -> None:
        """Put into the journal, once, that a fault has changed something."""
        if not self._told[nth] and self._ctx.entry is not None:
            self._told[nth] = True
            self._ctx.entry.note(self._faults[nth].told)

    # -- doing ---------------------------------------------------------------------------------

    async def _do(self, action: Action) -> None:
        match action:
            case Head(status, headers):
                await self._send({"type": "http.response.start", "status": status, "headers": list(headers)})
            case Data(body, at_ms):
                self._now_ms = max(self._now_ms, at_ms)
                if body and self._has_body:
                    message = {"type": "http.response.body", "body": body, "more_body": True}
                    await self._send({**message, AT_MS_KEY: self._now_ms})
            case Wait(ms):
                await self._wait(ms)
            case End():
                self._last = action
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
                self._close("complete")
            case Hang() | Cut() | Reset():
                self._last = action

    async def _wait(self, ms: int) -> None:
        """Let engine time pass, counted from where the answer stands; break off when nobody is left."""
        self._now_ms = due_ms = self._now_ms + ms
        if (waiter := self._ctx.waiter) is not None:  # a stream waits in one place at a time
            await self._clock.wait_until(due_ms, waiter)
            gone = waiter.gone
        else:
            gone = await self._alone(lambda waiter: self._clock.wait_until(due_ms, waiter))
        if gone:
            self._last, self._left = Cut(), not self._clock.streams_closed

    async def _alone(self, wait: Callable[[Waiter], Awaitable[None]]) -> bool:
        """Wait with a sleeper of one's own; tell whether client or world is gone."""
        with self._clock.waiter() as waiter:
            watch = asyncio.ensure_future(wait_for_disconnect(self._receive, waiter))
            try:
                await wait(waiter)
                self._left = waiter.gone and not self._clock.streams_closed
                return waiter.gone
            finally:
                watch.cancel()

    async def _break(self) -> None:
        """Close the connection, once what was said has left."""
        self._close(self._ending)
        if self._transport is None or self._is_closed():
            return
        if isinstance(self._last, Reset):
            await uvicorn_protocol.reset(self._transport)
        else:
            uvicorn_protocol.close(self._transport)

    @property
    def _ending(self) -> str:
        """Who ended it: the client, or the server, also where its world has ended."""
        return "client-gone" if self._left or self._is_closed() else "cut"

    def _is_closed(self) -> bool:
        return self._transport is not None and self._transport.is_closing()

    def _close(self, ending: str) -> None:
        if self._ctx.entry is not None:
            self._ctx.entry.close(self._clock.now_ms(), ending)  # type: ignore[arg-type]  # one of Ending

"""Applies faults: ASGI messages become actions, faults transform them, the connection gets the result."""

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


class ResponseEnded(BaseException):
    """The response has ended before the backend was done with it; unwinds what would still be sent.

    Not an Exception, since nothing went wrong: no handler may answer or log it.
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
    """Serve one request with faults; ``drain`` reads the rest of the request."""
    injector = FaultInjector(faults, ctx, scope, receive, send, drain)
    try:
        if any(fault.skips_backend for fault in faults):
            await injector.respond_without_backend()
        else:
            await app(scope, receive, injector.send)
    except ResponseEnded:
        pass
    await injector.finish()


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
        self._clock = ctx.world.clock  # the current one: a reset replaces it, and ends this response
        self._transport: asyncio.Transport | None = scope.get(uvicorn_protocol.TRANSPORT_KEY)
        self._has_body = scope["method"] != "HEAD"
        self._receive, self._send, self._drain = receive, send, drain
        self._transforms: list[Transform] = []
        self._noted: list[bool] = []  # of each fault: whether the journal has it
        self._now_ms = 0  # progress of the response in engine time, waits included
        self._last: End | Break | None = None
        self._client_gone = False  # while the response waited

    async def send(self, message: Message) -> None:
        """Send what the faults make of a message of the backend; raise ResponseEnded at the end."""
        if not self._transforms:
            await self._start()
        for action in self._actions(message):
            for transformed in self._transformed(action, 0):
                await self._do(transformed)
                if self._last is not None:
                    break
        if self._last is not None and message.get("more_body", True):
            raise ResponseEnded

    async def respond_without_backend(self) -> None:
        """Respond to a request that never reaches the backend."""
        await self.send({"type": "http.response.start", "status": 200, "headers": []})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    async def finish(self) -> None:
        """Break the connection if that is how the response ends, and return when it is gone."""
        if self._last is None or isinstance(self._last, End):
            return
        if not isinstance(self._last, Hang):
            await self._break()
        if self._transport is None and not isinstance(self._last, Hang):
            return  # a server without access to its connection: it cuts a response without an end
        await self._wait_alone(lambda waiter: self._clock.wait_forever(waiter))
        self._close_entry(self._ending)

    # -- transforming --------------------------------------------------------------------------

    async def _start(self) -> None:
        """Start the faults once the whole request has arrived.

        A connection that is closed over unread bytes would end with an RST.
        """
        await self._drain()
        self._now_ms = start_ms = self._clock.now_ms()
        context = FaultContext(start_ms, self._ctx.world.profile.errors == "http-status")
        self._transforms = [fault.start(context) for fault in self._faults]
        self._noted = [False] * len(self._transforms)
        timers_ms = (fault.fires_at_ms(start_ms) for fault in self._faults)
        self._ctx.timers_ms = sorted(at_ms for at_ms in timers_ms if at_ms is not None)

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

    def _transformed(self, action: Action, nth: int) -> Iterator[Action]:
        """Let each fault transform what the ones before it left."""
        if nth == len(self._transforms):
            yield action
            return
        count = 0
        for transformed in self._transforms[nth](action):
            count += 1
            if count > 1 or transformed != action:
                self._note(nth)
            yield from self._transformed(transformed, nth + 1)
        if not count:
            self._note(nth)

    def _note(self, nth: int) -> None:
        """Put into the journal, once, that a fault has changed something."""
        if not self._noted[nth] and self._ctx.entry is not None:
            self._noted[nth] = True
            self._ctx.entry.note(self._faults[nth].description)

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
                self._close_entry("complete")
            case Hang() | Cut() | Reset():
                self._last = action

    async def _wait(self, ms: int) -> None:
        """Let engine time pass from where the response is; break off if client or world is gone."""
        self._now_ms = due_ms = self._now_ms + ms
        if (waiter := self._ctx.waiter) is not None:  # a stream waits in one place at a time
            await self._clock.wait_until(due_ms, waiter)
            gone = waiter.gone
        else:
            gone = await self._wait_alone(lambda waiter: self._clock.wait_until(due_ms, waiter))
        if gone:
            self._last, self._client_gone = Cut(), not self._clock.streams_closed

    async def _wait_alone(self, wait: Callable[[Waiter], Awaitable[None]]) -> bool:
        """Wait with a separate waiter; return whether client or world is gone."""
        with self._clock.waiter(self._receive) as waiter:
            await wait(waiter)
            self._client_gone = waiter.gone and not self._clock.streams_closed
            return waiter.gone

    async def _break(self) -> None:
        """Close the connection, once everything written has left."""
        self._close_entry(self._ending)
        if self._transport is None or self._is_closed():
            return
        if isinstance(self._last, Reset):
            await uvicorn_protocol.reset(self._transport)
        else:
            uvicorn_protocol.close(self._transport)

    @property
    def _ending(self) -> str:
        """Who ended it: the client, or the server, also if its world has ended."""
        return "client-gone" if self._client_gone or self._is_closed() else "cut"

    def _is_closed(self) -> bool:
        return self._transport is not None and self._transport.is_closing()

    def _close_entry(self, ending: str) -> None:
        if self._ctx.entry is not None:
            self._ctx.entry.close(self._clock.now_ms(), ending)  # type: ignore[arg-type]  # one of Ending

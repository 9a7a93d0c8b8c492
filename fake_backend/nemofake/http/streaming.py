"""A chat turn as a streamed response: each event when it is due, until the server closes (SSE-2, SSE-4)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..engine.turns import Event, Turn
from ..wire.sse import Encoder
from .clock import Waiter
from .context import AT_MS_KEY, TICK, RequestContext

_FRAME_END = b"\n\n"
_HEAD: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8")],
}


class TurnStream(Response):
    """A response that follows a turn; a client that hangs up ends the response, never the turn (SSE-11)."""

    background = None

    def __init__(self, turn: Turn, encoder: Encoder, ctx: RequestContext) -> None:
        self._turn = turn
        self._encoder = encoder
        self._ctx = ctx
        # The current ones: a reset replaces them, and ends this stream.
        self._clock, self._backend = ctx.world.clock, ctx.backend

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head immediately, then follow the turn to its close."""
        await send({**_HEAD})
        with self._clock.waiter() as waiter:
            self._ctx.waiter = waiter
            watch = asyncio.ensure_future(wait_for_disconnect(receive, waiter))
            try:
                closed = await self._follow(send, waiter)
            finally:
                watch.cancel()
                self._ctx.waiter = None
        if closed:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif self._ctx.entry is not None:
            self._ctx.entry.close(self._clock.now_ms(), "client-gone" if watch.done() else "cut")

    async def _follow(self, send: Send, waiter: Waiter) -> bool:
        """Send events until the stream closes (True), or the client or the world is gone (False)."""
        clock, backend, turn, sent = self._clock, self._backend, self._turn, 0
        while not waiter.gone:
            backend.run_due(clock.now_ms())
            due = turn.events[sent:]
            if not await self._send_events(due, send, waiter):
                return False
            sent += len(due)
            await self._send_timer_ticks(send)
            if sent < len(turn.events):
                continue  # time moved on while these were being sent
            if backend.now_ms >= turn.closes_at_ms:
                return True
            await clock.wait_until(self._next_ms(), waiter)
        return False

    def _next_ms(self) -> int:
        """Return when the stream has something to do next."""
        next_ms = self._turn.next_due_ms(self._backend.now_ms)
        return min(next_ms, *self._ctx.timers_ms[:1]) if self._ctx.timers_ms else next_ms

    async def _send_timer_ticks(self, send: Send) -> None:
        """Send a tick for each timer that is due in the stream's own time, for faults with ``at_ms``."""
        timers_ms = self._ctx.timers_ms
        while timers_ms and timers_ms[0] <= min(self._backend.now_ms, self._turn.closes_at_ms):
            await send({"type": TICK, AT_MS_KEY: timers_ms.pop(0)})

    async def _send_events(self, events: Sequence[Event], send: Send, waiter: Waiter) -> bool:
        """Send events, one chunk per frame as ADK's server does; return False if the client is gone."""
        for event in events:
            for frame in self._encoder.encode(event).split(_FRAME_END)[:-1]:
                if waiter.gone:
                    return False
                message = {"type": "http.response.body", "body": frame + _FRAME_END, "more_body": True}
                await send(message | {AT_MS_KEY: event.at_ms})  # for the journal: when it was due
        return True


async def wait_for_disconnect(receive: Receive, waiter: Waiter) -> None:
    """Let the waiter leave as soon as the client is gone, before anything more is sent."""
    try:
        while (await receive())["type"] != "http.disconnect":
            pass
    finally:
        waiter.leave()

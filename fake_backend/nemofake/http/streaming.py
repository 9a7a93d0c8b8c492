"""A chat turn as a streamed response: each event when it is due, until the server closes (SSE-2, SSE-4)."""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..engine.turns import Turn
from ..wire.sse import Encoder
from .clock import Waiter, WorldClock
from .context import AT_MS_KEY, TICK, RequestContext

_MAX_HEARTBEATS = 32  # that leave a lone stream in one go, under the clock `auto`
_PART: Message = {"type": "http.response.body", "more_body": True}
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
        with self._clock.waiter(receive) as waiter:
            self._ctx.waiter = waiter
            try:
                closed = await self._follow(send, waiter)
            finally:
                self._ctx.waiter = None
        if closed:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif self._ctx.entry is not None:
            self._ctx.entry.close(self._clock.now_ms(), "client-gone" if waiter.client_gone else "cut")

    async def _follow(self, send: Send, waiter: Waiter) -> bool:
        """Send events until the stream closes (True), or the client or the world is gone (False)."""
        clock, backend, turn, ctx, sent = self._clock, self._backend, self._turn, self._ctx, 0
        events, frames_of = turn.events, self._encoder.frames
        while not waiter.gone:
            backend.run_due(clock.now_ms())
            while sent < len(events):  # time may move on while one is being sent
                event = events[sent]
                for frame in frames_of(event):  # a chunk each, as ADK's server does
                    if waiter.has_left():
                        return False
                    # The time is for the journal: when it was due.
                    await send({**_PART, "body": frame, AT_MS_KEY: event.at_ms})
                sent += 1
            if ctx.timers_ms:
                await self._send_timer_ticks(send)
            if sent == len(events):
                if backend.now_ms >= turn.closes_at_ms:
                    return True
                await self._wait(clock, waiter)
        return False

    async def _wait(self, clock: WorldClock, waiter: Waiter) -> None:
        """Wait until the stream has something to do."""
        turn, timers_ms, now_ms = self._turn, self._ctx.timers_ms, self._backend.now_ms
        next_ms = turn.next_due_ms(now_ms)
        if timers_ms:
            await clock.wait_until(min(next_ms, timers_ms[0]), waiter)
        elif not clock.pass_alone(max(next_ms, turn.quiet_until_ms(now_ms, _MAX_HEARTBEATS)), waiter):
            await clock.wait_until(next_ms, waiter)

    async def _send_timer_ticks(self, send: Send) -> None:
        """Send a tick for each timer that is due in the stream's own time, for faults with ``at_ms``."""
        timers_ms = self._ctx.timers_ms
        while timers_ms and timers_ms[0] <= min(self._backend.now_ms, self._turn.closes_at_ms):
            await send({"type": TICK, AT_MS_KEY: timers_ms.pop(0)})

"""A chat turn's answer as a stream: each event when it is due, until the server closes (SSE-2, SSE-4)."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from ..engine.turns import Turn
from ..wire.sse import Encoder
from .exchange import AT_MS_KEY, Exchange
from .pacing import Sleeper

_HEAD: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream; charset=utf-8")],
}


class TurnStream(Response):
    """An ASGI answer that follows a turn; a client that hangs up ends the answer, never the turn (SSE-11)."""

    background = None

    def __init__(self, turn: Turn, encoder: Encoder, here: Exchange) -> None:
        self._turn = turn
        self._encoder = encoder
        self._here = here

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head at once, then follow the turn to its close."""
        await send({**_HEAD})
        with self._here.room.pacer.sleeper() as sleeper:
            watch = asyncio.ensure_future(_hang_up(receive))
            watch.add_done_callback(lambda _: sleeper.leave())
            try:
                closed = await self._follow(send, sleeper)
            finally:
                watch.cancel()
        if closed:
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif self._here.entry is not None:
            self._here.entry.close(self._here.room.now_ms, "client-gone")

    async def _follow(self, send: Send, sleeper: Sleeper) -> bool:
        """Send events until the stream closes (True) or the client is gone (False)."""
        room, turn, sent = self._here.room, self._turn, 0
        pacer, backend = room.pacer, room.backend
        while not sleeper.gone:
            backend.settle(pacer.now_ms())
            for event in turn.events[sent:]:
                # One event, one chunk, as ADK's server has it; the gateway notes when it was due.
                if frame := self._encoder.encode(event):
                    message = {"type": "http.response.body", "body": frame, "more_body": True}
                    await send(message | {AT_MS_KEY: event.at_ms})
            sent = len(turn.events)
            if backend.now_ms >= turn.closes_at_ms:
                return True
            await pacer.wait_until(turn.next_due_ms(backend.now_ms), sleeper)
        return False


async def _hang_up(receive: Receive) -> None:
    """Return when the client is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass

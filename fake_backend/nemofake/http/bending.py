"""Faults at work: ASGI messages become actions, faults bend them, the connection gets what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from starlette.types import Message, Receive, Scope, Send

from ..faults.actions import Action, Bend, Cut, Data, End, Head, Reset, Stall, Tick, Wait
from ..faults.fault import Fault
from . import protocol
from .exchange import AT_MS_KEY, Exchange

TICK = "nemofake.tick"


class Bender:
    """Stands between the backend and one connection; ``send`` takes the backend's messages."""

    def __init__(
        self, faults: Sequence[Fault], here: Exchange, scope: Scope, receive: Receive, send: Send
    ) -> None:
        start_ms = here.room.now_ms
        self._bends: list[Bend] = [fault.begin(start_ms) for fault in faults]
        self._here = here
        self._transport: asyncio.Transport | None = scope.get(protocol.TRANSPORT_KEY)
        self._receive, self._send = receive, send
        self._over = False

    async def send(self, message: Message) -> None:
        """Take a message of the backend's, and do what the faults make of it."""
        for action in self._actions(message):
            for bent in self._bent(action, self._bends):
                if self._over:
                    return
                await self._do(bent)

    async def answer_alone(self) -> None:
        """Answer a request that never reaches the backend."""
        await self.send({"type": "http.response.start", "status": 200, "headers": []})
        await self.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _actions(self, message: Message) -> Iterable[Action]:
        now_ms = self._here.room.now_ms
        if message["type"] == TICK:
            yield Tick(now_ms)
        elif message["type"] == "http.response.start":
            yield Head(message["status"], tuple(message.get("headers", ())))
        else:
            if body := message.get("body", b""):
                yield Data(body, message.get(AT_MS_KEY, now_ms))
            if not message.get("more_body", False):
                yield End()

    def _bent(self, action: Action, bends: Sequence[Bend]) -> Iterable[Action]:
        """Let each fault bend what the ones before it left."""
        if not bends:
            return (action,)
        return (last for first in bends[0](action) for last in self._bent(first, bends[1:]))

    async def _do(self, action: Action) -> None:
        match action:
            case Head(status, headers):
                message = {"type": "http.response.start", "status": status, "headers": list(headers)}
                await self._send(message)
            case Data(body, at_ms):
                message = {"type": "http.response.body", "body": body, "more_body": True}
                await self._send({**message, AT_MS_KEY: at_ms})
            case Wait(ms):
                await self._wait(ms)
            case End():
                self._over = True
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
            case Stall() | Cut() | Reset():
                self._over = True
                await self._break(action)

    async def _wait(self, ms: int) -> None:
        pacer = self._here.room.pacer
        with pacer.sleeper() as sleeper:
            await pacer.wait_until(pacer.now_ms() + ms, sleeper)

    async def _break(self, action: Stall | Cut | Reset) -> None:
        """End the connection, or wait until the client does; nothing of the answer follows."""
        entry, room = self._here.entry, self._here.room
        if not isinstance(action, Stall):
            if entry is not None:
                entry.close(room.now_ms, "cut")
            if self._transport is not None:
                (protocol.reset if isinstance(action, Reset) else protocol.close)(self._transport)
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if entry is not None:
            entry.close(room.now_ms, "client-gone")

"""Requests heard to their end: an answer sent while the client still writes would reach it as a reset."""

from __future__ import annotations

from starlette.types import Message, Receive, Scope, Send

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_DRAIN_BYTES = 2 * 1024**3


class Drain:
    """Stands around an application; the head of its answer waits until the request has arrived in full."""

    __slots__ = ("_more", "_receive", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._more = scope["method"] not in _BODILESS

    async def receive(self) -> Message:
        """Pass a message of the client on."""
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass a message of the application on."""
        await self.drain()
        await self._send(message)

    async def drain(self) -> None:
        """Read what is left of the request, and forget it."""
        left = _MAX_DRAIN_BYTES
        while self._more and left > 0:
            left -= len((await self.receive()).get("body", b""))

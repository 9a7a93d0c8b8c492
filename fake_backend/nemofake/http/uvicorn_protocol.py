"""Uvicorn's HTTP protocol with access to the connection, for faults below HTTP, and with bounds."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
import sys
from typing import TYPE_CHECKING, Any, cast

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from ..engine.errors import BackendError
from ..wire.envelope import failure
from .request_head import MAX_HEAD_BYTES

TRANSPORT_KEY = "nemofake.transport"
# Uvicorn would log streams that are cut on purpose.
_DISABLED_LOGGER = logging.getLogger("nemofake.connection")
_DISABLED_LOGGER.disabled = True
# A client that does not read is reset anyway, after a second of real time.
_MAX_POLLS, _POLL_S = 1000, 0.001
# How much and how long a client that is refused may go on sending, so that it gets to read the answer.
_LINGER_BYTES, _LINGER_S = 64 * 1024 * 1024, 2.0
_NO_LINGER = struct.pack("ii", 1, 0)  # close() then sends an RST

if sys.platform == "linux":
    import fcntl
    import termios

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Base
else:
    _Base = AutoHTTPProtocol


# Uvicorn's httptools protocol does; h11 has a bound of its own.
_GIVES_OUT_PIECES = hasattr(_Base, "on_message_begin")


class Protocol(_Base):
    """The protocol that uvicorn would choose; each request's scope also holds its transport.

    What the parser takes in without giving anything out, such as a header without an end, is bounded.
    """

    _held_bytes = 0  # taken in since the parser gave out a body's piece or began a request
    _read_bytes = 0  # of the current read
    _lingering_bytes: int | None = None  # of a refused client, once it is refused

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Put the transport into every scope of this connection."""
        self.logger = _DISABLED_LOGGER
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT_KEY] = transport
            if scope["type"] == "http" and scope["http_version"] == "1.0":
                send = _without_chunks(send)
            await cast("Any", inner)(scope, receive, send)

        self.app = cast("Any", with_transport)

    def data_received(self, data: bytes) -> None:
        """Parse what arrived; of a client that is refused, only count it."""
        if self._lingering_bytes is not None:
            self._lingering_bytes += len(data)
            if self._lingering_bytes > _LINGER_BYTES:
                self.transport.close()
            return
        self._read_bytes = len(data)
        super().data_received(data)
        self._held_bytes += len(data)
        if self._held_bytes > MAX_HEAD_BYTES and _GIVES_OUT_PIECES:
            self.send_400_response(f"headers or a chunk's head are over {MAX_HEAD_BYTES} bytes")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._held_bytes = -self._read_bytes
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._held_bytes = -self._read_bytes
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP in an envelope (ENV-4), and give the client time to read it."""
        if self._lingering_bytes is not None:
            return
        self._lingering_bytes = 0
        if self.cycle is not None:  # nobody reads the rest of its response
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        _, _, body = failure(BackendError(400, msg.rstrip(".")))
        head = "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
        self.transport.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        self.loop.call_later(_LINGER_S, self.transport.close)


def _without_chunks(send: Send) -> Send:
    """Let a body of unknown length end with the connection: an HTTP/1.0 client does not know chunks.

    Uvicorn's httptools protocol sends chunks to any client; its h11 protocol needs no help.
    """
    cycle: Any = getattr(send, "__self__", None)
    if not hasattr(cycle, "chunked_encoding"):
        return send
    is_unsized = False

    async def send_unsized(message: Message) -> None:
        nonlocal is_unsized
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", ()))
            is_unsized = all(name.lower() != b"content-length" for name, _ in headers)
            if is_unsized:
                cycle.chunked_encoding = False
                message = {**message, "headers": [*headers, (b"connection", b"close")]}
        elif is_unsized:  # uvicorn checks each chunk against the length that it expects
            cycle.expected_content_length = len(message.get("body", b"")) + message.get("more_body", False)
        await send(message)

    return send_unsized


def close(transport: asyncio.Transport) -> None:
    """Close a connection with a FIN, once what was written has left."""
    transport.close()


async def reset(transport: asyncio.Transport) -> None:
    """Close a connection with an RST, once the client has all that was written: an RST discards the rest."""
    handle = transport.get_extra_info("socket").fileno()
    for _ in range(_MAX_POLLS):
        if transport.is_closing() or not _unacknowledged(transport, handle):
            break
        await asyncio.sleep(_POLL_S)
    if transport.is_closing():
        return
    # A copy of the handle shares the socket's options, whatever the event loop shows as a socket.
    with socket.socket(fileno=os.dup(handle)) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()


def _unacknowledged(transport: asyncio.Transport, handle: int) -> int:
    """Return how many bytes the client does not have yet; only those in our buffer except on Linux."""
    buffered = transport.get_write_buffer_size()
    if buffered or sys.platform != "linux":
        return buffered
    return int.from_bytes(fcntl.ioctl(handle, termios.TIOCOUTQ, bytes(4)), sys.byteorder)

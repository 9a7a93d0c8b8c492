"""Uvicorn's HTTP protocol, with the connection within reach: some faults are made below HTTP."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import struct
from typing import TYPE_CHECKING, Any, cast

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

TRANSPORT_KEY = "nemofake.transport"
# What uvicorn says of a connection: streams that we cut on purpose. Faults are in our own log.
_UNHEARD = logging.getLogger("nemofake.connection")
_UNHEARD.disabled = True
_NO_LINGER = struct.pack("ii", 1, 0)  # close() then sends an RST

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as _Base
else:
    _Base = AutoHTTPProtocol


class Protocol(_Base):
    """The protocol that uvicorn would choose; each request's scope also holds its transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Put the transport into every scope of this connection."""
        self.logger = _UNHEARD
        super().connection_made(transport)
        inner = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope[TRANSPORT_KEY] = transport
            await cast("Any", inner)(scope, receive, send)

        self.app = cast("Any", with_transport)


def close(transport: asyncio.Transport) -> None:
    """Close a connection with a FIN, once what was written has left."""
    transport.close()


def reset(transport: asyncio.Transport) -> None:
    """Close a connection with an RST."""
    handle = transport.get_extra_info("socket").fileno()
    # A copy of the handle shares the socket's options, whatever the event loop shows as a socket.
    with socket.socket(fileno=os.dup(handle)) as twin:
        twin.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    transport.abort()

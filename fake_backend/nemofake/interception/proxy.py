"""An HTTP proxy on loopback that sends the intercepted hosts to the fake and refuses every other host."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

_MAX_HEAD_BYTES: Final = 64 * 1024
_CHUNK_BYTES: Final = 64 * 1024
_HEAD_TIMEOUT_S: Final = 60
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the fake listens on 127.0.0.1: its plain port, the one with TLS, and how to trust the latter."""

    plain_port: int
    tls_port: int
    trust: ssl.SSLContext


@dataclass(slots=True)
class InterceptingProxy:
    """A proxy for CONNECT and absolute-form requests (RFC 9112 section 3.2).

    ``hosts`` are answered by the fake, ``allowed`` are passed on as they are; ``on_refused`` is called with
    each other host once. Names are compared in lower case.
    """

    upstreams: Upstreams
    hosts: frozenset[str]
    allowed: frozenset[str] = frozenset()
    on_refused: Callable[[str], None] = lambda _host: None
    refused: set[str] = field(default_factory=set)
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it; raise OSError."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_MAX_HEAD_BYTES)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening and end all connections."""
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError, TimeoutError):
            pass  # a side went away: so does the other
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), _HEAD_TIMEOUT_S)
        except asyncio.LimitOverrunError:
            await _answer(writer, 431, "the head of the request is larger than 64 KB")
            return
        method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        target = rest.rpartition(" ")[0]
        if method == "CONNECT":
            await self._connect(target, (reader, writer))
        elif target.startswith(("http://", "https://")):
            await self._forward(method, target, head, (reader, writer))
        else:
            await _answer(writer, 400, "this is a proxy: send CONNECT host:port, or an absolute http:// URL")

    async def _connect(self, target: str, client: Streams) -> None:
        """Open a tunnel; TLS ends at the fake, which has a certificate for the host."""
        split = _split(f"//{target}", "https")
        if split is None:
            await _answer(client[1], 400, f"CONNECT needs host:port, got {target[:200]!r}")
            return
        host, port = split
        tls_port = port != _DEFAULT_PORTS["http"]
        upstream = await self._open(host, port, client[1], tls_port=tls_port)
        if upstream is not None:
            client[1].write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await _pipe_both(client, upstream)

    async def _forward(self, method: str, target: str, head: bytes, client: Streams) -> None:
        """Pass on one request for a URL; the connection closes after its answer.

        Some clients (axios) send https:// URLs this way and leave TLS to the proxy.
        """
        tls = target.startswith("https://")
        split = _split(target, "https" if tls else "http")
        if split is None:
            await _answer(client[1], 400, f"not a URL: {target[:200]!r}")
            return
        upstream = await self._open(*split, client[1], tls_port=tls, wrap=tls)
        if upstream is not None:
            upstream[1].write(_origin_form(method, target, head))
            await _pipe_both(client, upstream)

    async def _open(
        self, host: str, port: int, writer: asyncio.StreamWriter, *, tls_port: bool, wrap: bool = False
    ) -> Streams | None:
        """Return a connection to the host's server; without one, answer the client and return None.

        ``tls_port`` chooses the fake's port, ``wrap`` speaks TLS on it.
        """
        if host not in self.hosts and host not in self.allowed:
            self._refuse(host)
            await _answer(writer, 403, f"nemofake refuses {host}: pass --allow {host} to let it through")
            return None
        name = host if wrap else None
        if host in self.hosts:
            fake_port = self.upstreams.tls_port if tls_port else self.upstreams.plain_port
            trust = self.upstreams.trust if wrap else None
            return await asyncio.open_connection("127.0.0.1", fake_port, ssl=trust, server_hostname=name)
        try:
            trust = ssl.create_default_context() if wrap else None
            return await asyncio.open_connection(host, port, ssl=trust, server_hostname=name)
        except OSError as error:
            await _answer(writer, 502, f"cannot connect to {host}:{port}: {error.strerror or error}")
            return None

    def _refuse(self, host: str) -> None:
        if host not in self.refused:
            self.refused.add(host)
            self.on_refused(host)


def _split(url: str, scheme: str) -> tuple[str, int] | None:
    """Return host and port of a URL, None if it has no host or no proper port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    return (parts.hostname, port or _DEFAULT_PORTS[scheme]) if parts.hostname else None


def _origin_form(method: str, target: str, head: bytes) -> bytes:
    """Return the head of a request as its server expects it: a path in place of a URL, one request only."""
    parts = urlsplit(target)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [line for line in head.split(b"\r\n")[1:-2] if not _is_hop_by_hop(line)]
    first = f"{method} {path} HTTP/1.1".encode("latin-1")
    return b"\r\n".join([first, *lines, b"connection: close", b"", b""])


def _is_hop_by_hop(line: bytes) -> bool:
    name = line.partition(b":")[0].strip().lower()
    return name in (b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive")


async def _answer(writer: asyncio.StreamWriter, status: int, sentence: str) -> None:
    body = f"{sentence}\n".encode()
    head = f"HTTP/1.1 {status} nemofake\r\ncontent-type: text/plain; charset=utf-8\r\n"
    writer.write(f"{head}content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode() + body)
    await writer.drain()


async def _pipe_both(client: Streams, upstream: Streams) -> None:
    """Copy bytes both ways until both sides have ended; a side that breaks off ends the other."""
    requests = asyncio.ensure_future(_pipe(client[0], upstream[1]))
    try:
        await _pipe(upstream[0], client[1])
        await requests
    except OSError:
        _reset(client[1])  # a reset stays a reset for the client
    finally:
        requests.cancel()
        upstream[1].close()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close a connection by RST, not by FIN: without lingering. Without a socket it is closed already."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(_CHUNK_BYTES):
        sink.write(data)
        await sink.drain()
    if sink.is_closing():
        return
    if sink.can_write_eof():
        sink.write_eof()
    else:
        sink.close()

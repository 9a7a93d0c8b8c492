"""A load balancer for tests: each request goes to the next server, over a connection of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from socketserver import StreamRequestHandler, ThreadingTCPServer
from typing import Any
from urllib.parse import urlsplit

_CHUNK = 65_536
_TIMEOUT_S = 60


class RoundRobin(ThreadingTCPServer):
    """Forwards each request and pipes its response; ``served`` counts them by the server's port."""

    request_queue_size = 128

    def __init__(self, urls: list[str]) -> None:
        addresses = [(urlsplit(url).hostname or "", urlsplit(url).port or 0) for url in urls]
        self._addresses, self._lock = cycle(addresses), threading.Lock()
        self.served = {port: 0 for _, port in addresses}
        super().__init__(("127.0.0.1", 0), _Exchange)

    def upstream(self) -> socket.socket:
        """Return a connection to the next server that listens."""
        for _ in self.served:
            with self._lock:
                address = next(self._addresses)
            with suppress(ConnectionRefusedError):
                connection = socket.create_connection(address, timeout=_TIMEOUT_S)
                with self._lock:
                    self.served[address[1]] += 1
                return connection
        raise ConnectionRefusedError


class _Exchange(StreamRequestHandler):
    server: RoundRobin
    timeout = _TIMEOUT_S

    def handle(self) -> None:
        with suppress(OSError):
            lines: list[bytes] = []
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                if not line.lower().startswith(b"connection:"):
                    lines.append(line)
            if not lines:
                return
            with self.server.upstream() as upstream:
                upstream.sendall(b"".join([*lines, b"Connection: close\r\n\r\n"]))
                upward = threading.Thread(target=self._upward, args=(upstream,))
                upward.start()
                try:
                    while data := upstream.recv(_CHUNK):
                        self.connection.sendall(data)
                finally:
                    with suppress(OSError):
                        self.connection.shutdown(socket.SHUT_RDWR)
                    upward.join()

    def _upward(self, upstream: Any) -> None:
        """Pass on the request's body, and the client's end."""
        with suppress(OSError):
            while data := self.rfile.read1(_CHUNK):
                upstream.sendall(data)
            upstream.shutdown(socket.SHUT_WR)


@contextmanager
def round_robin(urls: list[str]) -> Iterator[tuple[str, RoundRobin]]:
    """Run a load balancer in threads; yield its URL and itself."""
    with RoundRobin(urls) as balancer:
        thread = threading.Thread(target=balancer.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{balancer.server_address[1]}", balancer
        finally:
            balancer.shutdown()
            thread.join()

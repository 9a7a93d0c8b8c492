"""A chat answer as it lies on the wire: bytes of a bare socket, head and chunks apart, nothing decoded."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

PATIENCE_S = 30.0


class Line:
    """One ``POST /run_sse`` on a connection of its own; the answer is taken off it as it is asked for.

    ``status`` and ``headers`` (names in lower case, in order) are there once the head has come, ``chunks``
    are the bytes of the HTTP chunks so far; ``ending`` is "" while it is open, ``terminal`` after the
    chunk of size zero, ``cut`` where the connection ended without one.
    """

    def __init__(self, url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        at = urlsplit(url)
        assert at.hostname
        payload = json.dumps(body).encode()
        fields = {"Host": at.netloc, "Content-Type": "application/json", **headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        head = f"POST {at.path}/run_sse HTTP/1.1\r\n{text}Content-Length: {len(payload)}\r\n\r\n"
        self._socket = socket.create_connection((at.hostname, at.port or 80), timeout=PATIENCE_S)
        self._socket.sendall(head.encode() + payload)
        self._file = self._socket.makefile("rb")
        self.opened_s = time.monotonic()
        self.status = 0
        self.headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []
        self.body = b""
        self.ending = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.wait_for_disconnect()

    def begun(self) -> Self:
        """Return it when the head has come."""
        if not self.status:
            first, *lines = iter(self._file.readline, b"\r\n")
            self.status = int(first.split()[1])
            pairs = (line.decode("latin-1").partition(":") for line in lines)
            self.headers = [(name.lower(), value.strip()) for name, _, value in pairs]
        return self

    def next(self) -> bytes:
        """Return the next chunk, empty at the end."""
        self.begun()
        size = self._file.readline()
        chunk = self._file.read(int(size, 16)) if size else b""
        if self._file.read(2) != b"\r\n":
            self.ending = "cut"
        elif chunk:
            self.chunks.append(chunk)
        else:
            self.ending = "terminal"
        return chunk

    def whole(self) -> Self:
        """Return it when all has come: every chunk, or the body of an answer that has none."""
        length = dict(self.begun().headers).get("content-length")
        if length is not None:
            self.body, self.ending = self._file.read(int(length)), "length"
        while not self.ending:
            self.next()
        return self

    def is_quiet(self, seconds: float) -> bool:
        """Tell whether no byte comes for so long."""
        self._socket.settimeout(seconds)
        try:
            return not self._file.peek()
        except TimeoutError:
            return True
        finally:
            self._socket.settimeout(PATIENCE_S)

    def wait_for_disconnect(self) -> None:
        """Go away, whatever was still to come."""
        self._file.close()
        self._socket.close()

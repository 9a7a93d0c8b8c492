"""Where one HTTP/1.1 answer ends, at the least cost: no parser could keep up with a bare ASGI app."""

from __future__ import annotations

import re

_LENGTH = re.compile(rb"\r\ncontent-length: ?(\d+)", re.IGNORECASE)
_END = b"\r\n0\r\n\r\n"
_OK = b"HTTP/1.1 200"


class Framing:
    """Told every byte of a connection, it tells when an answer is whole; ``events`` counts SSE's."""

    __slots__ = ("_head", "_left", "_tail", "answers", "events", "size")

    def __init__(self) -> None:
        self._head = self._tail = b""
        self._left: int | None = None
        self.answers = self.events = self.size = 0

    def feed(self, data: bytes) -> bool:
        """Return whether the answer is whole; raise RuntimeError for any answer but a 200."""
        self.size += len(data)
        if not self._tail:
            head, end, data = (self._head + data).partition(b"\r\n\r\n")
            if not end:
                self._head = head
                return False
            self._begin(head)
        whole = self._stream(data) if self._left is None else self._plain(data)
        if whole:
            self.answers += 1
            self._head = self._tail = b""
        return whole

    def _begin(self, head: bytes) -> None:
        if not head.startswith(_OK):
            raise RuntimeError(f"not a 200: {head[:200]!r}")
        found = _LENGTH.search(head)
        self._left = int(found[1]) if found else None
        self._tail = b"\r\n"

    def _plain(self, data: bytes) -> bool:
        assert self._left is not None
        self._left -= len(data)
        if self._left < 0:
            raise RuntimeError("more than one answer to one request")
        return self._left == 0

    def _stream(self, data: bytes) -> bool:
        joined = self._tail + data
        self.events += joined.count(b"data:") - self._tail.count(b"data:")
        self._tail = joined[-len(_END) :]
        return self._tail == _END

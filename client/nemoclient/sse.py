"""Bytes to server-sent events: any chunking, any line ending, bounded memory.

httpx-sse does not serve here: its reader pulls from a response while flows are fed, decodes with whatever
charset a header names (an event stream is always UTF-8), keeps a byte order mark, drops comments (which are
signs of life, C-SSE-1), holds back an event that ends in CR until the next byte, and lets one endless line
fill the memory.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

HEARTBEAT: Final = "heartbeat"
MAX_EVENT_BYTES: Final = 1024 * 1024  # far above any event seen; more is skipped and counted

_BREAK = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
_FIELDS = ("event", "id", "retry")


class ServerSentEvent(NamedTuple):
    """One event of a stream: its name, ``message`` where it has none, and its data lines, joined."""

    event: str = "message"
    data: str = ""


class SseReader:
    """A push reader: ``feed`` bytes as they come, then ask ``rest`` for what was left unfinished.

    ``oversized`` counts events that were too large, ``strange`` lines that belong to no event stream.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._limit = max_event_bytes
        self._line = bytearray()  # the line that has not ended yet
        self._data: list[str] = []
        self._event = ""
        self._size = 0  # bytes of the event so far, all its lines
        self._after_cr = False
        self._first = True
        self.oversized = 0
        self.strange = 0

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """Return every event that these bytes complete; a comment is an event named ``heartbeat``."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")  # the other half of a CRLF that was cut in two
            self._after_cr = False
        events = []
        *ended, rest = _BREAK.split(chunk)
        for piece in ended:
            self._grow(piece)
            if (event := self._end_line()) is not None:
                events.append(event)
        self._grow(rest)
        self._after_cr = chunk.endswith(b"\r") or (not chunk and self._after_cr)
        return events

    def rest(self) -> ServerSentEvent | None:
        """Return the event that the end of the bytes cut short, if there is one."""
        if self._line:
            self._end_line()  # a comment is a heartbeat, which nobody needs any more
        return self._finish()

    @property
    def unfinished(self) -> bool:
        """Whether the bytes so far end inside an event."""
        return bool(self._line or self._data or self._event)

    def _grow(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size <= self._limit:
            self._line += piece
        else:  # keep the start only: enough to see that the line is not blank
            self._line[:] = self._line[:1] or piece[:1]

    def _end_line(self) -> ServerSentEvent | None:
        """Take the line that has ended; return the event that it completes."""
        line = bytes(self._line)
        self._line.clear()
        if self._first:  # UTF-8 never has CR or LF inside a character, so whole lines decode whole
            line, self._first = line.removeprefix(_BOM), False
        if not line:
            return self._finish()
        if line.startswith(b":"):
            self._size -= min(self._size, len(line))
            return ServerSentEvent(HEARTBEAT)
        self._take(line.decode("utf-8", "replace"))
        return None

    def _take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name not in _FIELDS and self._size <= self._limit:
            self.strange += 1
            if line.startswith("{"):  # JSON without a field name, such as an error envelope (ENV-2)
                self._data.append(line)

    def _finish(self) -> ServerSentEvent | None:
        event, data, size = self._event, self._data, self._size
        self._event, self._data, self._size = "", [], 0
        if size > self._limit:
            self.oversized += 1
            return None
        return ServerSentEvent(event or "message", "\n".join(data)) if event or data else None

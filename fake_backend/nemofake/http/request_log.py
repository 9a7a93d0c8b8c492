"""One line per request on standard output, as text or JSON; a full pipe never stops the server."""

from __future__ import annotations

import json
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from ..journal import Entry, mask_for
from ..wire.encoding import iso_utc

RequestLog = Callable[[str, Entry], None]
FORMATS = ("text", "json", "none")
_MAX_LINES, _CLOSE_TIMEOUT_S = 10_000, 0.5
_BURST_S, _PIPE_BYTES = 0.02, 4096


class LineWriter:
    """Writes lines to a file descriptor in a thread; drops them while 10,000 wait to be read."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lines: deque[str] = deque()
        self._has_lines, self._closing = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="nemofake-request-log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Write a line soon."""
        if len(self._lines) < _MAX_LINES:
            self._lines.append(line)
            if not self._has_lines.is_set():
                self._has_lines.set()

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        self._closing.set()
        self._has_lines.set()
        self._thread.join(_CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        with suppress(OSError):  # nobody reads any more
            while self._lines or not self._closing.is_set():
                self._has_lines.wait()
                # Lines of one burst leave together: a thread that wakes for each would slow the server down.
                self._closing.wait(_BURST_S)
                self._has_lines.clear()
                text = "".join(f"{self._lines.popleft()}\n" for _ in range(len(self._lines)))
                self._write_all(text.encode("utf-8", "backslashreplace"))

    def _write_all(self, data: bytes) -> None:
        while data:
            data = data[os.write(self._descriptor, data[:_PIPE_BYTES]) :]


def request_log(style: str, write: Callable[[str], None], now: Callable[[], datetime]) -> RequestLog | None:
    """Return what writes a line for each finished request, None for style ``none``."""
    if style == "none":
        return None
    render = _json if style == "json" else _text
    return lambda prefix, entry: write(render(_fields(prefix, entry, now())))


def _fields(prefix: str, entry: Entry, now: datetime) -> dict[str, Any]:
    ended_at_ms = entry.started_at_ms if entry.ended_at_ms is None else entry.ended_at_ms
    return {
        "time": now.isoformat(timespec="milliseconds"),
        "method": entry.method,
        # A query may hold any secret, a path a token.
        "path": prefix + mask_for("", ()).text(entry.path.partition("?")[0]),
        "status": entry.status,
        "code": entry.code,
        "operation": entry.operation,
        "engine_time": iso_utc(entry.started_at_ms),
        "engine_ms": ended_at_ms - entry.started_at_ms,
        "ending": entry.ending,
        "faults": list(entry.notes),
    }


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False)


def _text(fields: dict[str, Any]) -> str:
    code = "" if fields["code"] is None else f" code {fields['code']}"
    ending = "" if fields["ending"] == "complete" else f" {fields['ending']}"
    faults = "".join(f" [{fault}]" for fault in fields["faults"])
    path = fields["path"].encode("unicode_escape").decode()
    return (
        f"{fields['time'][11:19]} {fields['method']} {path} {fields['status'] or '-'}{code}"
        f" at {fields['engine_time']} +{fields['engine_ms']} ms{ending}{faults}"
    )

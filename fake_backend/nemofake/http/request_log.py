"""One line per request on standard output, as text or JSON; a full pipe never stops the server."""

from __future__ import annotations

import json
import os
import queue
import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from ..journal import Entry, mask_for
from ..wire.encoding import iso_utc

RequestLog = Callable[[str, Entry], None]
FORMATS = ("text", "json", "none")
_CODE = re.compile(rb'\A\{"code":\s*(\d+)')
_MAX_LINES, _CLOSE_TIMEOUT_S = 10_000, 0.5


class LineWriter:
    """Writes lines to a file descriptor in a thread; drops them while 10,000 wait to be read."""

    def __init__(self, descriptor: int = 1) -> None:
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | None] = queue.Queue(_MAX_LINES)
        self._thread = threading.Thread(target=self._run, name="nemofake-request-log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Write a line soon."""
        with suppress(queue.Full):
            self._lines.put_nowait(f"{line}\n".encode("utf-8", "backslashreplace"))

    def close(self) -> None:
        """Write what waits, for half a second at most."""
        with suppress(queue.Full):
            self._lines.put_nowait(None)
        self._thread.join(_CLOSE_TIMEOUT_S)

    def _run(self) -> None:
        with suppress(OSError):  # nobody reads any more
            while (line := self._lines.get()) is not None:
                os.write(self._descriptor, line)


def request_log(style: str, write: Callable[[str], None], now: Callable[[], datetime]) -> RequestLog | None:
    """Return what writes a line for each finished request, None for style ``none``."""
    if style == "none":
        return None
    render = _json if style == "json" else _text
    return lambda prefix, entry: write(render(_fields(prefix, entry, now())))


def _fields(prefix: str, entry: Entry, now: datetime) -> dict[str, Any]:
    code = _CODE.match(entry.response_body)
    ended_at_ms = entry.started_at_ms if entry.ended_at_ms is None else entry.ended_at_ms
    return {
        "time": now.isoformat(timespec="milliseconds"),
        "method": entry.method,
        # A query may hold any secret, a path a token.
        "path": prefix + mask_for("", ()).text(entry.path.partition("?")[0]),
        "status": entry.status,
        "code": int(code[1]) if code else None,
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

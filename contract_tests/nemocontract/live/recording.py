"""Writes exchanges to a file as they end, one masked journal record per line (C-SEC-1)."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from nemocontract.live.masking import Mask
from nemocontract.live.opt_in import SuiteError
from nemocontract.recording import Exchange

_READABLE: Final = ("json", "text/")


class Recording:
    """A watcher that appends each exchange to a file, flushed before the next request.

    The file is created with the first line. Raise SuiteError if it exists or cannot be
    written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._mask = Mask()
        self._file: IO[str] | None = None
        if path.exists():
            raise SuiteError(f"{path} exists already; choose another file: recordings are not overwritten")
        if not path.parent.is_dir():
            raise SuiteError(f"cannot record to {path}: folder {path.parent} does not exist")

    def __call__(self, exchange: Exchange) -> None:
        """Append one exchange."""
        self.count += 1
        record = self._mask.record(_record(self.count, exchange))
        self._out.write(json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
        self._out.flush()

    @property
    def _out(self) -> IO[str]:
        if self._file is None:
            try:
                # JSON allows a lone surrogate; UTF-8 does not.
                self._file = self.path.open("x", encoding="utf-8", errors="backslashreplace", newline="\n")
            except OSError as error:
                raise SuiteError(f"{self.path}: {error.strerror or error}") from None
        return self._file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()


def _record(seq: int, exchange: Exchange) -> dict[str, Any]:
    return {
        "seq": seq,
        "operation": exchange.operation,
        "at_ms": exchange.at_ms,
        "ended_at_ms": exchange.ended_at_ms,
        "client": "",
        "request": _request(exchange),
        "response": None if exchange.status is None else _response(exchange),
        "ending": exchange.ending,
        "notes": [*exchange.notes],
    }


def _request(exchange: Exchange) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "method": exchange.method,
        "path": exchange.path,
        "http_version": "1.1",
        "headers": dict(exchange.headers),
        "size": int(exchange.headers.get("content-length") or 0),
    }
    if exchange.uploads:
        payload["uploads"] = [{"filename": name} for name in exchange.uploads]
    return {**payload, **_body(exchange)}


def _body(exchange: Exchange) -> dict[str, Any]:
    sent = exchange.sent
    if "multipart" not in exchange.headers.get("content-type", ""):
        try:
            return {"body": _shown(exchange.body, sent.decode("utf-8")) if sent else None}
        except UnicodeDecodeError:
            pass
    return {"body": None, **({"body_base64": b64encode(sent).decode("ascii")} if sent else {})}


def _shown(value: Any, text: str) -> Any:
    """Return an object or array unchanged, anything else (also NaN) as text."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return text
    return value if isinstance(value, dict | list) else text


def _response(exchange: Exchange) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "at_ms": exchange.at_ms,
        "status": exchange.status,
        "headers": dict(exchange.answer_headers),
        "size": exchange.answer_size,
    }
    if exchange.events is not None:
        return {**payload, "events": [{"at_ms": one.at_ms, "data": one.data} for one in exchange.events]}
    kind = exchange.answer_headers.get("content-type", "")
    readable = isinstance(exchange.answer, dict | list) or any(word in kind for word in _READABLE)
    if exchange.answer is None or not readable:
        return {**payload, "body": None}
    return {**payload, "body": _shown(exchange.answer, json.dumps(exchange.answer))}

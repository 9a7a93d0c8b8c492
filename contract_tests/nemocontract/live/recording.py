"""Exchanges written down as they end, one journal record a line, without a secret (C-SEC-1)."""

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
    """A watch that appends each exchange to a file; each line is on disk before the next request.

    The file is made with the first line. Raise CouldNotRunError where it exists already, or cannot be
    written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._mask = Mask()
        self._file: IO[str] | None = None
        if path.exists():
            raise SuiteError(f"{path} exists already; a recording is never written over")
        if not path.parent.is_dir():
            raise SuiteError(f"nothing can be recorded in {path}: there is no folder {path.parent}")

    def __call__(self, exchange: Exchange) -> None:
        """Write an exchange down."""
        self.count += 1
        record = self._mask.record(_record(self.count, exchange))
        self._out.write(json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
        self._out.flush()

    @property
    def _out(self) -> IO[str]:
        if self._file is None:
            try:
                # A lone surrogate, which JSON allows, must not keep a line from being written.
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
    """Return an object or array as such, anything else as text, also what JSON has no number for."""
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

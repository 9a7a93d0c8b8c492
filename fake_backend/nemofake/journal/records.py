"""Entries as JSON objects, one array or one a line; the package's docstring has the schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .bodies import NOT_JSON, Body, parsed
from .frames import event_records
from .reading import Message, Reading, read_all

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .entry import Entry

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_bytes(value: Any) -> bytes:
    """Return compact JSON in UTF-8; a lone surrogate stays an escape."""
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace")


def to_records(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Return entries as JSON objects, masked (C-SEC-1).

    ``origin`` is the server's own base URL, shown as ``http://nemofake``; ``secrets`` are further
    texts nobody may read, such as an admin token.
    """
    return [_record(reading) for reading in read_all(entries, origin, secrets)]


def to_json(entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = ()) -> bytes:
    """Return entries as one JSON array; arguments as in ``to_records``."""
    return json_bytes(to_records(entries, origin=origin, secrets=secrets))


def to_ndjson(entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = ()) -> bytes:
    """Return entries as JSON lines, one an exchange; arguments as in ``to_records``."""
    records = to_records(entries, origin=origin, secrets=secrets)
    return b"".join(json_bytes(record) + b"\n" for record in records)


def _record(reading: Reading) -> dict[str, Any]:
    entry = reading.entry
    record = {
        "seq": entry.seq,
        "operation": entry.operation,
        "at_ms": entry.started_at_ms,
        "ended_at_ms": entry.ended_at_ms,
        "client": entry.client,
        "request": _request(reading),
        "response": None if entry.status is None else _response(reading),
        "ending": entry.ending,
        "notes": list(entry.notes),
    }
    masked: dict[str, Any] = reading.mask.value(record)
    return masked


def _request(reading: Reading) -> dict[str, Any]:
    entry, message = reading.entry, reading.request
    fields = {
        "method": entry.method,
        "path": entry.path,
        "http_version": entry.http_version,
        "headers": _headers(message),
        "size": message.size,
    } | _body(message.body)
    if entry.uploads:
        fields["uploads"] = [upload._asdict() for upload in entry.uploads]
    elif message.truncated:
        fields["truncated"] = True
    return fields


def _response(reading: Reading) -> dict[str, Any]:
    entry, message = reading.entry, reading.response
    fields: dict[str, Any] = {
        "at_ms": entry.responded_at_ms,
        "status": entry.status,
        "headers": _headers(message),
        "size": message.size,
    }
    fields |= {"events": event_records(reading.frames)} if reading.is_stream else _body(message.body)
    if message.truncated:
        fields["truncated"] = True
    return fields


def _headers(message: Message) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in message.headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _body(body: Body) -> dict[str, Any]:
    if body.base64 is not None:
        return {"body": None, "body_base64": body.base64}
    if body.omitted is not None:
        return {"body": None, "body_omitted": body.omitted}
    value = NOT_JSON if body.text is None else parsed(body.text)
    return {"body": body.text if value is NOT_JSON else value}

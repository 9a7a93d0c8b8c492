"""Journal entries as JSON objects, in one array or one per line; the package's docstring has the schema."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from .decoding import NOT_JSON, DecodedBody, decode_body, event_records, masked_frames, parsed, unpacked
from .journal import Entry, HeaderList
from .masking import Mask, is_secret_header, literal_secrets, mask_credential, mask_for

TextHeaders = list[tuple[str, str]]
_BOUNDARY = re.compile(r'(boundary=)"?[^";,\s]+"?', re.IGNORECASE)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Message(NamedTuple):
    """One side of an exchange: ``size`` in bytes of the whole body, ``truncated`` if less was stored."""

    headers: TextHeaders
    body: DecodedBody
    size: int
    truncated: bool

    def header(self, name: str) -> str:
        """Return a header's value by lower-case name, empty if absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class ReadableEntry(NamedTuple):
    """A decoded entry; every text but those of ``frames`` must still pass ``mask``."""

    entry: Entry
    mask: Mask
    request: Message
    response: Message
    frames: list[tuple[int, str]]

    @property
    def is_stream(self) -> bool:
        """Whether the response is shown as events instead of one body."""
        entry = self.entry
        media_type = self.response.header("content-type").lower()
        return bool(entry.events) or (media_type.startswith("text/event-stream") and not entry.response_body)


def read_entry(entry: Entry, origin: str, secrets: tuple[str, ...]) -> ReadableEntry:
    """Decode one entry; credentials of its own headers are masked wherever else they appear."""
    request_headers, response_headers = _texts(entry.request_headers), _texts(entry.response_headers)
    own = literal_secrets(
        value for name, value in request_headers + response_headers if is_secret_header(name)
    )
    mask = mask_for(origin, tuple(sorted({*secrets, *own})))
    events = unpacked(entry.events, _encoding(response_headers))
    request = _message(request_headers, [entry.request_body], entry.request_size, mask)
    chunks = [frame for _, frame in entry.events] or [entry.response_body]
    response = _message(response_headers, chunks, entry.response_size, mask)
    return ReadableEntry(entry, mask, request, response, masked_frames(events, mask))


def _texts(headers: HeaderList) -> TextHeaders:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _encoding(headers: TextHeaders) -> str:
    return next((value.strip().lower() for name, value in headers if _is(name, "content-encoding")), "")


def _message(headers: TextHeaders, chunks: list[bytes], size: int, mask: Mask) -> Message:
    data = b"".join(chunks)
    truncated = len(data) < size
    encoding = _encoding(headers)
    shift = mask.shift(data)
    return Message(
        [(name, _shown(name, value, shift)) for name, value in headers],
        decode_body(data, encoding, mask, truncated=truncated),
        size + shift,
        truncated,
    )


def _shown(name: str, value: str, shift: int) -> str:
    """Return a header's value without what is secret, random or dependent on the port."""
    if is_secret_header(name):
        return mask_credential(value)
    if _is(name, "content-length") and value.isdecimal():
        return str(int(value) + shift)
    if _is(name, "content-type"):  # multipart boundaries are random and say nothing
        return _BOUNDARY.sub(r"\1***", value)
    return value


def _is(name: str, expected: str) -> bool:
    return name.lower() == expected


def read_all(entries: Iterable[Entry], origin: str, secrets: Iterable[str]) -> Iterator[ReadableEntry]:
    """Decode entries, in order, each when it is asked for."""
    known = tuple(secrets)
    return (read_entry(entry, origin, known) for entry in entries)


def listed(items: Iterable[Any], begin: bytes = b"[", end: bytes = b"]") -> Iterator[bytes]:
    """Return the pieces of a JSON array, one for each item."""
    for item in items:
        yield begin + json_bytes(item)
        begin = b","
    yield end if begin == b"," else begin + end


# -- JSON -----------------------------------------------------------------------------------------


def json_bytes(value: Any) -> bytes:
    """Return compact JSON in UTF-8; a lone surrogate stays an escape."""
    return _ENCODER.encode(value).encode("utf-8", "backslashreplace")


def to_records(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Return entries as JSON objects, masked (C-SEC-1).

    ``origin`` is the server's own base URL, shown as ``http://nemofake``; ``secrets`` are further
    texts that must not be shown, such as an admin token.
    """
    return [_record(readable) for readable in read_all(entries, origin, secrets)]


def to_json(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = (), dropped: int = 0
) -> bytes:
    """Return entries as one JSON array; arguments as in ``to_records``.

    ``dropped`` is the number of older exchanges that are missing: if any are, the first element says so.
    """
    return b"".join(json_pieces(entries, origin=origin, secrets=secrets, dropped=dropped))


def to_ndjson(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = (), dropped: int = 0
) -> bytes:
    """Return entries as JSON lines, one per exchange; arguments as in ``to_json``."""
    return b"".join(ndjson_pieces(entries, origin=origin, secrets=secrets, dropped=dropped))


def json_pieces(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = (), dropped: int = 0
) -> Iterator[bytes]:
    """Return what ``to_json`` returns in pieces, each made when it is asked for."""
    return listed(_records(entries, origin, secrets, dropped))


def ndjson_pieces(
    entries: Iterable[Entry], *, origin: str = "", secrets: Iterable[str] = (), dropped: int = 0
) -> Iterator[bytes]:
    """Return what ``to_ndjson`` returns line by line, each made when it is asked for."""
    return (json_bytes(record) + b"\n" for record in _records(entries, origin, secrets, dropped))


def _records(
    entries: Iterable[Entry], origin: str, secrets: Iterable[str], dropped: int
) -> Iterator[dict[str, Any]]:
    yield from _dropped(dropped)
    yield from map(_record, read_all(entries, origin, secrets))


def _dropped(count: int) -> list[dict[str, Any]]:
    return [{"dropped": count}] if count else []


def _record(readable: ReadableEntry) -> dict[str, Any]:
    entry = readable.entry
    record = {
        "seq": entry.seq,
        "operation": entry.operation,
        "at_ms": entry.started_at_ms,
        "ended_at_ms": entry.ended_at_ms,
        "client": entry.client,
        "request": _request(readable),
        "response": None if entry.status is None else _response(readable),
        "ending": entry.ending,
        "notes": list(entry.notes),
    }
    masked: dict[str, Any] = readable.mask.value(record)
    return masked


def _request(readable: ReadableEntry) -> dict[str, Any]:
    entry, message = readable.entry, readable.request
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
        fields |= {"truncated": True} | ({"sha256": entry.request_digest} if entry.request_digest else {})
    return fields


def _response(readable: ReadableEntry) -> dict[str, Any]:
    entry, message = readable.entry, readable.response
    fields: dict[str, Any] = {
        "at_ms": entry.responded_at_ms,
        "status": entry.status,
        "headers": _headers(message),
        "size": message.size,
    }
    fields |= {"events": event_records(readable.frames)} if readable.is_stream else _body(message.body)
    if message.truncated:
        fields["truncated"] = True
    return fields


def _headers(message: Message) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in message.headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _body(body: DecodedBody) -> dict[str, Any]:
    if body.base64 is not None:
        return {"body": None, "body_base64": body.base64}
    if body.omitted is not None:
        return {"body": None, "body_omitted": body.omitted}
    value = NOT_JSON if body.text is None else parsed(body.text)
    return {"body": body.text if value is NOT_JSON else value}

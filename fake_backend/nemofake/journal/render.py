"""Stream bytes to events a reader can use."""

from __future__ import annotations

import codecs
import json
import re
import zlib
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from .masking import Mask, is_secret_header, literal_secrets, mask_credential, mask_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .journal import Entry, HeaderList
    from .masking import Mask


_PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})


def unpacked(events: Iterable[tuple[int, bytes]], encoding: str) -> list[tuple[int, bytes]]:
    """Return a stream's frames as they were before they were packed; what cannot be unpacked is left out.

    A packed secret could not be masked (C-SEC-1).
    """
    if encoding in {"", "identity"}:
        return list(events)
    packer = zlib.decompressobj(ANY_WRAPPING)
    plain: list[tuple[int, bytes]] = []
    for at_ms, frame in events if encoding in _PACKINGS else ():
        try:
            plain.append((at_ms, packer.decompress(frame)))
        except zlib.error:
            break
    return [(at_ms, frame) for at_ms, frame in plain if frame]


def masked_frames(events: Iterable[tuple[int, bytes]], mask: Mask) -> list[tuple[int, str]]:
    """Return what was sent when, as text; secrets are masked across the borders of what was sent."""
    kept = list(events)
    # Latin-1 keeps one character a byte, so a frame that faults cut inside a character survives as well.
    pieces = mask.pieces([frame.decode("latin-1") for _, frame in kept])
    texts = (piece.encode("latin-1").decode("utf-8", "backslashreplace") for piece in pieces)
    return [(at_ms, text) for (at_ms, _), text in zip(kept, texts, strict=True)]


def event_records(frames: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """Return one record an event: ``at_ms`` and ``data``, or ``raw`` for what is not plain events."""
    return [record for at_ms, text in frames for record in _records(at_ms, text)]


def _records(at_ms: int, text: str) -> Iterator[dict[str, Any]]:
    blocks = text.split("\n\n")
    if len(blocks) < 2 or blocks.pop() or not all(map(_is_plain, blocks)):
        yield {"at_ms": at_ms, "raw": text}
        return
    for block in blocks:
        payload = block[5:].removeprefix(" ")
        value = parsed(payload)
        yield {"at_ms": at_ms, "data": payload if value is NOT_JSON else value}


def _is_plain(block: str) -> bool:
    return block.startswith("data:") and "\n" not in block and "\r" not in block


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


def _record(reading: ReadableEntry) -> dict[str, Any]:
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


def _request(reading: ReadableEntry) -> dict[str, Any]:
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


def _response(reading: ReadableEntry) -> dict[str, Any]:
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


def _body(body: DecodedBody) -> dict[str, Any]:
    if body.base64 is not None:
        return {"body": None, "body_base64": body.base64}
    if body.omitted is not None:
        return {"body": None, "body_omitted": body.omitted}
    value = NOT_JSON if body.text is None else parsed(body.text)
    return {"body": body.text if value is NOT_JSON else value}


_MAX_DEPTH = 64
_MAX_UNPACKED = 16 * 1024 * 1024
ANY_WRAPPING = 47  # zlib's number for "gzip or zlib, see for yourself"
NOT_JSON = object()


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """A body made readable, secrets not yet masked in ``text``: one of the three fields is set, or none.

    ``base64`` is already masked: nobody could find a secret in it later. ``omitted`` says why nothing
    can be shown.
    """

    text: str | None = None
    base64: str | None = None
    omitted: str | None = None


def read_body(data: bytes, encoding: str, mask: Mask, *, truncated: bool) -> DecodedBody:
    """Read kept bytes; ``encoding`` is the Content-Encoding, ``truncated`` when the end is missing."""
    if not data:
        return DecodedBody()
    if encoding not in {"", "identity"}:
        return _unpacked(data, encoding, mask)
    try:
        return DecodedBody(text=codecs.getincrementaldecoder("utf-8")().decode(data, not truncated))
    except UnicodeDecodeError:
        return DecodedBody(base64=b64encode(mask.data(data)).decode("ascii"))


def _unpacked(data: bytes, encoding: str, mask: Mask) -> DecodedBody:
    # A packed secret cannot be masked, so what cannot be unpacked is not shown at all (C-SEC-1).
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return DecodedBody(omitted=f"packed as {encoding}")
    try:
        plain = zlib.decompressobj(ANY_WRAPPING).decompress(data, _MAX_UNPACKED)
    except zlib.error:
        return DecodedBody(omitted=f"not readable as {encoding}")
    return read_body(plain, "", mask, truncated=True)


def parsed(text: str) -> Any:
    """Return the value of an object or array in JSON, else NOT_JSON.

    Only what JSON can give back is parsed: a repeated key, NaN or a depth beyond reason stays text.
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return NOT_JSON
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse, parse_float=_finite)
        _measure(value, _MAX_DEPTH)
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:  # infinity: more than a double holds
        raise ValueError(digits)
    return number


def _measure(value: Any, world: int) -> None:
    if world == 0:
        raise ValueError("too deep")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _measure(item, world - 1)


TextHeaders = list[tuple[str, str]]
_BOUNDARY = re.compile(r'(boundary=)"?[^";,\s]+"?', re.IGNORECASE)


class Message(NamedTuple):
    """One side of an exchange: ``size`` in bytes of the whole body, ``truncated`` when less was kept."""

    headers: TextHeaders
    body: DecodedBody
    size: int
    truncated: bool

    def header(self, name: str) -> str:
        """Return a header's value by lower-case name, empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class ReadableEntry(NamedTuple):
    """An entry made readable; every text but those of ``frames`` must still pass ``mask``."""

    entry: Entry
    mask: Mask
    request: Message
    response: Message
    frames: list[tuple[int, str]]

    @property
    def is_stream(self) -> bool:
        """Whether the answer is told as events rather than as one body."""
        entry = self.entry
        kind = self.response.header("content-type").lower()
        return bool(entry.events) or (kind.startswith("text/event-stream") and not entry.response_body)


def read_entry(entry: Entry, origin: str, secrets: tuple[str, ...]) -> ReadableEntry:
    """Make one entry readable; credentials of its own headers are masked wherever else they appear."""
    sent, answered = _texts(entry.request_headers), _texts(entry.response_headers)
    own = literal_secrets(value for name, value in sent + answered if is_secret_header(name))
    mask = mask_for(origin, tuple(sorted({*secrets, *own})))
    events = unpacked(entry.events, _encoding(answered))
    request = _message(sent, [entry.request_body], entry.request_size, mask)
    chunks = [frame for _, frame in entry.events] or [entry.response_body]
    response = _message(answered, chunks, entry.response_size, mask)
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
        read_body(data, encoding, mask, truncated=truncated),
        size + shift,
        truncated,
    )


def _shown(name: str, value: str, shift: int) -> str:
    """Return a header's value without what is secret, random or due to the port."""
    if is_secret_header(name):
        return mask_credential(value)
    if _is(name, "content-length") and value.isdecimal():
        return str(int(value) + shift)
    if _is(name, "content-type"):  # clients draw multipart boundaries at random; they say nothing
        return _BOUNDARY.sub(r"\1***", value)
    return value


def _is(name: str, wanted: str) -> bool:
    return name.lower() == wanted


def read_all(entries: Iterable[Entry], origin: str, secrets: Iterable[str]) -> list[ReadableEntry]:
    """Make entries readable, in order."""
    known = tuple(secrets)
    return [read_entry(entry, origin, known) for entry in entries]

"""Entries as HAR 1.2, for the tools that read it; engine time throughout.

What HAR has no field for is in fields that begin with an underscore, as the format asks: ``_seq``,
``_operation``, ``_ending``, ``_notes``, and for a stream ``_events`` with ``at_ms``, ``time`` (ISO 8601)
and ``data`` or ``raw``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .decoding import event_records
from .masking import BASE
from .render import Message, ReadableEntry, TextHeaders, json_bytes, listed, read_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .journal import Entry

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MS = 253_402_300_799_999  # the end of the year 9999
_REASONS = {status.value: status.phrase for status in HTTPStatus}


def to_har(
    entries: Iterable[Entry],
    *,
    version: str,
    origin: str = "",
    secrets: Iterable[str] = (),
    dropped: int = 0,
) -> bytes:
    """Return entries as one HAR 1.2 document, masked as ``to_records`` does.

    ``version`` is the creator's; ``dropped`` is the number of older exchanges
    that are missing; the log's comment and ``_dropped`` say so.
    """
    return b"".join(har_pieces(entries, version=version, origin=origin, secrets=secrets, dropped=dropped))


def har_pieces(
    entries: Iterable[Entry],
    *,
    version: str,
    origin: str = "",
    secrets: Iterable[str] = (),
    dropped: int = 0,
) -> Iterator[bytes]:
    """Return what ``to_har`` returns in pieces, each made when it is asked for."""
    head = json_bytes({"version": "1.2", "creator": {"name": "nemofake", "version": version}})
    begin, end = b'{"log":' + head[:-1] + b',"entries":[', b"]}}"
    if dropped:
        comment = f"{dropped} older exchanges were dropped: the journal is full"
        end = b"]," + json_bytes({"_dropped": dropped, "comment": comment})[1:] + b"}"
    yield from listed(map(_entry, read_all(entries, origin, secrets)), begin, end)


def _iso(ms: int) -> str:
    moment = _EPOCH + timedelta(milliseconds=max(0, min(ms, _MAX_MS)))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _entry(readable: ReadableEntry) -> dict[str, Any]:
    entry = readable.entry
    timings = _timings(entry)
    har = {
        "startedDateTime": _iso(entry.started_at_ms),
        "time": sum(timings.values()),
        "request": _request(readable),
        "response": _response(readable),
        "cache": {},
        "timings": timings,
        "_seq": entry.seq,
        "_operation": entry.operation,
        "_client": entry.client,
        "_ending": entry.ending,
        "_notes": list(entry.notes),
    }
    if readable.is_stream:
        events = event_records(readable.frames)
        har["_events"] = [{"at_ms": e["at_ms"], "time": _iso(e["at_ms"]), **e} for e in events]
    masked: dict[str, Any] = readable.mask.value(har)
    return masked


def _timings(entry: Entry) -> dict[str, int]:
    """Return milliseconds of engine time; those of an open exchange end at its last event."""
    responded = entry.started_at_ms if entry.responded_at_ms is None else entry.responded_at_ms
    last_event = entry.events[-1][0] if entry.events else responded
    ended = last_event if entry.ended_at_ms is None else entry.ended_at_ms
    wait = (
        max(0, min(responded, ended) - entry.started_at_ms) if entry.status else ended - entry.started_at_ms
    )
    return {"send": 0, "wait": wait, "receive": max(0, ended - entry.started_at_ms - wait)}


def _request(readable: ReadableEntry) -> dict[str, Any]:
    entry, message = readable.entry, readable.request
    query = entry.path.partition("?")[2]
    har: dict[str, Any] = {
        "method": entry.method,
        "url": BASE + entry.path,
        "httpVersion": f"HTTP/{entry.http_version}",
        "cookies": [],  # their values are secret, so nothing is left to take apart
        "headers": _pairs(message.headers),
        "queryString": _pairs(parse_qsl(query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": message.size,
    }
    if entry.uploads or message.size:
        har["postData"] = _post_data(readable)
    return har


def _post_data(readable: ReadableEntry) -> dict[str, Any]:
    """Return ``params`` for uploads, else ``text``; HAR allows one of the two."""
    message = readable.request
    mime = message.header("content-type")
    if readable.entry.uploads:
        files = [
            {"name": "files", "fileName": name, "_size": size, "_hash": digest}
            for name, size, digest in readable.entry.uploads
        ]
        return {"mimeType": mime, "params": files}
    digest = readable.entry.request_digest
    return {"mimeType": mime} | _content(message, "_encoding") | ({"_sha256": digest} if digest else {})


def _response(readable: ReadableEntry) -> dict[str, Any]:
    entry, message = readable.entry, readable.response
    content: dict[str, Any] = {"size": message.size, "mimeType": message.header("content-type")}
    if readable.is_stream:
        content["text"] = "".join(text for _, text in readable.frames)
    else:
        content |= _content(message, "encoding")
    status = entry.status or 0  # no answer at all: 0, as browsers write it
    return {
        "status": status,
        "statusText": _REASONS.get(status, ""),
        "httpVersion": f"HTTP/{entry.http_version}",
        "cookies": [],
        "headers": _pairs(message.headers),
        "content": content,
        "redirectURL": message.header("location"),
        "headersSize": -1,
        "bodySize": message.size,
    }


def _content(message: Message, encoding_field: str) -> dict[str, str]:
    body = message.body
    if body.base64 is not None:
        return {"text": body.base64, encoding_field: "base64"}
    if body.omitted is not None:
        return {"text": "", "comment": body.omitted}
    return {"text": body.text or ""}


def _pairs(pairs: TextHeaders) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]

"""What a recorded form held: its fields, and the names of its files."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from nemocontract.recording.exchange import Event, Exchange, code_of
from nemocontract.recording.operations import below_base, operation_of
from nemocontract.recording.sse import events_of

_FILE: Final = re.compile(
    r"""content-disposition:[^\r\n]*?\bfilename="((?:[^"\\\r\n]|\\.)*)\"""", re.IGNORECASE
)


def file_names(text: str) -> tuple[str, ...]:
    """Return the names of the files in a multipart body that was recorded as text."""
    return tuple(found[1].replace('\\"', '"') for found in _FILE.finditer(text))


def fields_of(text: str) -> dict[str, Any]:
    """Return the fields of a body of the kind application/x-www-form-urlencoded."""
    return dict(parse_qsl(text, keep_blank_values=True))


def read_records(records: Iterable[Mapping[str, Any]]) -> tuple[Exchange, ...]:
    """Return the exchanges of a journal in order; raise ``ValueError`` naming the record that is none."""
    return tuple(_exchanges(records))


def dropped_entries(records: Iterable[Any]) -> int:
    """Return how many entries at its head a journal has dropped, by the count that it then begins with."""
    return sum(record["dropped"] for record in records if _is_dropped_count(record))


def _is_dropped_count(record: Any) -> bool:
    return isinstance(record, dict) and record.keys() == {"dropped"} and isinstance(record["dropped"], int)


def _exchanges(records: Iterable[Mapping[str, Any]]) -> Iterator[Exchange]:
    for nth, record in enumerate(records, start=1):
        if _is_dropped_count(record):
            continue
        try:
            yield _exchange(record)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"record {nth} is none of a journal: {error!r}") from None


def _exchange(record: Mapping[str, Any]) -> Exchange:
    request, response = record["request"], record["response"] or {}
    path, status = below_base(request["path"]), response.get("status")
    frames, operation = response.get("events"), operation_of(request["method"], path)
    return Exchange(
        seq=record["seq"],
        operation=operation,
        method=request["method"],
        path=path,
        at_ms=record["at_ms"],
        ended_at_ms=record["ended_at_ms"] or record["at_ms"],
        headers=dict(request["headers"]),
        body=request.get("body"),
        uploads=tuple(upload["filename"] for upload in request.get("uploads", ())),
        status=status,
        code=None if status is None else code_of(status, response.get("body"), operation),
        answer_headers=dict(response.get("headers", {})),
        answer=response.get("body"),
        answer_size=response.get("size", 0),
        events=None if frames is None else events_in(frames),
        ending=record["ending"] or "open",
        notes=tuple(record["notes"]),
        sent=b64decode(request.get("body_base64") or ""),
    )


def events_in(frames: Iterable[Mapping[str, Any]]) -> tuple[Event, ...]:
    """Return what the frames say; those that a fault has broken up are put together again first."""
    found: list[Event] = []
    raw: list[tuple[int, str]] = []
    for frame in frames:
        if "raw" in frame:
            raw.append((frame["at_ms"], frame["raw"]))
            continue
        found += events_of(raw)
        raw = []
        found.append(Event(frame["at_ms"], frame["data"]))
    return (*found, *events_of(raw))

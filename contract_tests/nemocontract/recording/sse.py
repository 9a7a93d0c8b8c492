"""Event streams as timed text to events; httpx-sse does the reading."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
from httpx_sse import EventSource

from nemocontract.recording.exchange import Event

_HEAD = {"content-type": "text/event-stream; charset=utf-8"}


def events_of(pieces: Iterable[tuple[int, str]]) -> Iterator[Event]:
    """Yield the events of a stream that came in timed pieces of text; a half one at the end is none.

    An event's time is that of the piece which completed it. An empty ``data:`` line is an event with an
    empty text (SSE-6); comments are nothing.
    """
    now_ms = 0

    def body() -> Iterator[bytes]:
        nonlocal now_ms
        for nth, (now_ms, text) in enumerate(pieces):  # noqa: B007  the time is read outside
            yield (text if nth else text.removeprefix("\ufeff")).encode("utf-8", "replace")

    for event in EventSource(httpx.Response(200, headers=_HEAD, content=body())).iter_sse():
        yield Event(now_ms, value_of(event.data))


def value_of(data: str) -> Any:
    """Return the JSON value that an event's data spells, or the text itself."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data

"""An open event stream, read event by event, and let go of whenever one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
from httpx_sse import EventSource

from nemocontract.traffic import Event
from nemocontract.traffic.sse import value_of


class Stream:
    """Iterate for its events; ``whole`` tells afterwards whether it ended properly."""

    def __init__(self, response: httpx.Response, now_ms: Callable[[], int]) -> None:
        self._source = EventSource(response)
        self._now_ms = now_ms
        self.events: list[Event] = []
        self.whole = False

    def __iter__(self) -> Iterator[Event]:
        try:
            for event in self._source.iter_sse():
                self.events.append(Event(self._now_ms(), value_of(event.data)))
                yield self.events[-1]
        except httpx.TransportError:
            return
        self.whole = True

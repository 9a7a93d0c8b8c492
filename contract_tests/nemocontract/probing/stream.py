"""An open event stream, read event by event, and let go of whenever one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
from httpx_sse import EventSource

from nemocontract.traffic import Event
from nemocontract.traffic.sse import value_of


class Stream:
    """Iterate for its events; ``whole`` tells afterwards whether it ended properly.

    ``raw`` has the bytes as they came, so far as they were read.
    """

    def __init__(self, response: httpx.Response, now_ms: Callable[[], int]) -> None:
        self.raw = bytearray()
        head = {"content-type": response.headers.get("content-type", "")}
        self._source = EventSource(httpx.Response(200, headers=head, content=self._noted(response)))
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

    def _noted(self, response: httpx.Response) -> Iterator[bytes]:
        for piece in response.iter_bytes():
            self.raw += piece
            yield piece

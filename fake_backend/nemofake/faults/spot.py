"""Faults that strike at a spot of the answer and let nothing follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, Cut, Data, End, Head, Tick, Wait, events_of
from .fault import Count, Fault, Milliseconds, Scene


@dataclass(frozen=True)
class Spot(Fault):
    """A fault that strikes at a spot and lets nothing follow.

    After ``after_events`` events of a stream (chunks of another answer), after ``after_bytes`` bytes of
    body, ``at_ms`` engine ms after the answer began, or, ``at_end``, in place of its proper end; whichever
    comes first. With none of them, right after the head. An answer that is over before is not struck.
    """

    after_events: Count | None = None
    after_bytes: Count | None = None
    at_ms: Milliseconds | None = None
    at_end: bool = False

    last: ClassVar[Action] = Cut()

    def begin(self, scene: Scene) -> _Way:
        """Pass what comes before the spot, then end the answer."""
        return _Way(self, scene.start_ms)

    def deadline_ms(self, start_ms: int) -> int | None:
        """Return when a fault with ``at_ms`` strikes."""
        return None if self.at_ms is None else start_ms + self.at_ms

    @property
    def told(self) -> str:
        """What it does and where, as in ``close after 2 events``."""
        spots = (
            (self.after_events, f"after {_counted(self.after_events, 'event')}"),
            (self.after_bytes, f"after {_counted(self.after_bytes, 'byte')}"),
            (self.at_ms, f"at {self.at_ms} ms"),
            (self.at_end or None, "at the end"),
        )
        told = " or ".join(words for spot, words in spots if spot is not None)
        return f"{self.name} {told or 'after the head'}"

    @property
    def at_once(self) -> bool:
        """Whether it strikes right after the head."""
        spots = (self.after_events, self.after_bytes, self.at_ms)
        return 0 in spots or (not self.at_end and all(spot is None for spot in spots))

    def head(self, head: Head) -> Head:
        """Return the head as it goes out: who ends properly announces no more than is sent."""
        return head


def _counted(count: int | None, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


class _Way:
    """One answer on its way to the spot; ``_now_ms`` is when it has come so far, waits included."""

    def __init__(self, fault: Spot, start_ms: int) -> None:
        self._fault = fault
        self._now_ms = start_ms
        self._due_ms = fault.deadline_ms(start_ms)
        self._events = self._bytes = 0
        self._streams = self._struck = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if self._struck:
            return ()
        match action:
            case Head():
                self._streams = action.streams
                head = self._fault.head(action)
                return self._strike(head) if self._fault.at_once else (head,)
            case Data():
                return self._data(action)
            case Wait(ms):
                return self._wait(ms)
            case Tick(at_ms):
                return self._strike() if self._is_due(at_ms) else (action,)
            case End() if self._fault.at_end:
                return self._strike()
        return (action,)

    def _is_due(self, at_ms: int) -> bool:
        return self._due_ms is not None and at_ms >= self._due_ms

    def _wait(self, ms: int) -> Iterable[Action]:
        """Wait no longer than until the fault is due."""
        start_ms, self._now_ms = self._now_ms, self._now_ms + ms
        if self._due_ms is not None and self._is_due(self._now_ms):
            return self._strike(Wait(max(0, self._due_ms - start_ms)))
        return (Wait(ms),)

    def _data(self, action: Data) -> Iterable[Action]:
        self._now_ms = max(self._now_ms, action.at_ms)
        if self._is_due(self._now_ms):
            return self._strike()
        sent = self._room(action.body)
        if sent is None:
            return (action,)
        return self._strike(Data(sent, action.at_ms)) if sent else self._strike()

    def _room(self, body: bytes) -> bytes | None:
        """Return what may still pass of a chunk, or None where all of it may and more after it."""
        parts = events_of(body) if self._streams else [body]
        room, passed = self._fault.after_bytes, b""
        for part in parts:
            passed += part
            self._events += 1
            if room is not None and self._bytes + len(passed) >= room:
                return passed[: room - self._bytes]
            if self._events == self._fault.after_events:
                return passed
        self._bytes += len(body)
        return None

    def _strike(self, *before: Action) -> Iterable[Action]:
        self._struck = True
        return (*before, self._fault.last)

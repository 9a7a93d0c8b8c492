"""Faults that strike at a spot of the answer and let nothing follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from .base import (
    Action,
    Count,
    Cut,
    Data,
    End,
    Fault,
    FaultContext,
    Hang,
    Head,
    Milliseconds,
    Ordinal,
    Reset,
    TimerTick,
    Transform,
    Wait,
    events_of,
)


@dataclass(frozen=True)
class ConnectionFault(Fault):
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

    def begin(self, context: FaultContext) -> _ConnectionState:
        """Pass what comes before the spot, then end the answer."""
        return _ConnectionState(self, context.start_ms)

    def fires_at_ms(self, start_ms: int) -> int | None:
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


class _ConnectionState:
    """One answer on its way to the spot; ``_now_ms`` is when it has come so far, waits included."""

    def __init__(self, fault: ConnectionFault, start_ms: int) -> None:
        self._fault = fault
        self._now_ms = start_ms
        self._due_ms = fault.fires_at_ms(start_ms)
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
            case TimerTick(at_ms):
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
        sent = self._world(action.body)
        if sent is None:
            return (action,)
        return self._strike(Data(sent, action.at_ms)) if sent else self._strike()

    def _world(self, body: bytes) -> bytes | None:
        """Return what may still pass of a chunk, or None where all of it may and more after it."""
        parts = events_of(body) if self._streams else [body]
        world, passed = self._fault.after_bytes, b""
        for part in parts:
            passed += part
            self._events += 1
            if world is not None and self._bytes + len(passed) >= world:
                return passed[: world - self._bytes]
            if self._events == self._fault.after_events:
                return passed
        self._bytes += len(body)
        return None

    def _strike(self, *before: Action) -> Iterable[Action]:
        self._struck = True
        return (*before, self._fault.last)


@dataclass(frozen=True)
class CloseConnection(ConnectionFault):
    """End the answer properly at a spot: with the final chunk, whatever was to follow (SSE-4)."""

    name = "close"
    last: ClassVar[Action] = End()

    def head(self, head: Head) -> Head:
        """Return the head without a length, so that a short answer is a whole one to HTTP."""
        return head.with_(content_length=None)


@dataclass(frozen=True)
class CutConnection(ConnectionFault):
    """Close the connection at a spot, in the middle of the answer."""

    name = "cut"
    last: ClassVar[Action] = Cut()


@dataclass(frozen=True)
class CutInside(Fault):
    """Close the connection inside the first multi-byte UTF-8 ``character``, or inside a ``json`` value.

    Looked for from the ``nth_event`` of a stream on (the nth chunk of another answer); an answer without
    such a place is not struck. With ``clean`` the answer then ends properly, as if that were all.
    """

    name = "cut_inside"
    what: Literal["character", "json"] = "json"
    nth_event: Ordinal = 1
    clean: bool = False

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Pass everything up to the place."""
        seen, struck, streams = 0, False, False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal seen, struck, streams
            if struck:
                return ()
            if isinstance(action, Head):
                streams = action.streams
                return (action.with_(content_length=None) if self.clean else action,)
            if not isinstance(action, Data):
                return (action,)
            parts = events_of(action.body) if streams else [action.body]
            place = self._place(parts, seen)
            seen += len(parts)
            struck = place is not None
            return (action,) if place is None else self._cut(action, place)

        return bend

    def _cut(self, action: Data, place: int) -> Iterator[Action]:
        yield Data(action.body[:place], action.at_ms)
        yield End() if self.clean else Cut()

    def _place(self, parts: list[bytes], seen: int) -> int | None:
        """Return where to cut, counted from the first part's first byte."""
        at = 0
        for nth, part in enumerate(parts, seen + 1):
            inside = self._inside(part) if nth >= self.nth_event else None
            if inside is not None:
                return at + inside
            at += len(part)
        return None

    def _inside(self, part: bytes) -> int | None:
        if self.what == "character":
            return next((at + 1 for at, byte in enumerate(part) if byte >= 0xC0), None)
        start = part.find(b"{")
        return None if start < 0 else start + max(1, (len(part) - start) // 2)


@dataclass(frozen=True)
class ResetConnection(ConnectionFault):
    """Reset the connection at a spot."""

    name = "reset"
    last: ClassVar[Action] = Reset()


@dataclass(frozen=True)
class StallConnection(ConnectionFault):
    """Send nothing more from a spot on, not even heartbeats."""

    name = "stall"
    last: ClassVar[Action] = Hang()

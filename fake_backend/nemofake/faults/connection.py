"""Faults that end or stall the connection at a position of the response."""

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
    """A fault that applies at a position and lets nothing follow.

    After ``after_events`` events of a stream (chunks of another response), after ``after_bytes`` bytes of
    body, ``at_ms`` engine ms after the response began, or, with ``at_end``, in place of its proper end;
    whichever comes first. With none of them, right after the head. A response that ends before is unchanged.
    """

    after_events: Count | None = None
    after_bytes: Count | None = None
    at_ms: Milliseconds | None = None
    at_end: bool = False

    last: ClassVar[Action] = Cut()

    def start(self, context: FaultContext) -> _ConnectionState:
        """Pass what comes before the position, then end the response."""
        return _ConnectionState(self, context.start_ms)

    def fires_at_ms(self, start_ms: int) -> int | None:
        """Return when a fault with ``at_ms`` applies."""
        return None if self.at_ms is None else start_ms + self.at_ms

    @property
    def description(self) -> str:
        """What it does and at which position, as in ``close after 2 events``."""
        positions = (
            (self.after_events, f"after {_counted(self.after_events, 'event')}"),
            (self.after_bytes, f"after {_counted(self.after_bytes, 'byte')}"),
            (self.at_ms, f"at {self.at_ms} ms"),
            (self.at_end or None, "at the end"),
        )
        text = " or ".join(words for position, words in positions if position is not None)
        return f"{self.name} {text or 'after the head'}"

    @property
    def after_head(self) -> bool:
        """Whether it applies right after the head."""
        positions = (self.after_events, self.after_bytes, self.at_ms)
        return 0 in positions or (not self.at_end and all(position is None for position in positions))

    def head(self, head: Head) -> Head:
        """Return the head to send; a fault that ends properly announces no more than is sent."""
        return head


def _counted(count: int | None, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


class _ConnectionState:
    """One response on its way to the position; ``_now_ms`` is its progress in engine time, waits included."""

    def __init__(self, fault: ConnectionFault, start_ms: int) -> None:
        self._fault = fault
        self._now_ms = start_ms
        self._due_ms = fault.fires_at_ms(start_ms)
        self._events = self._bytes = 0
        self._streams = self._ended = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if self._ended:
            return ()
        match action:
            case Head():
                self._streams = action.is_stream
                head = self._fault.head(action)
                return self._end(head) if self._fault.after_head else (head,)
            case Data():
                return self._data(action)
            case Wait(ms):
                return self._wait(ms)
            case TimerTick(at_ms):
                return self._end() if self._is_due(at_ms) else (action,)
            case End() if self._fault.at_end:
                return self._end()
        return (action,)

    def _is_due(self, at_ms: int) -> bool:
        return self._due_ms is not None and at_ms >= self._due_ms

    def _wait(self, ms: int) -> Iterable[Action]:
        """Wait no longer than until the fault is due."""
        start_ms, self._now_ms = self._now_ms, self._now_ms + ms
        if self._due_ms is not None and self._is_due(self._now_ms):
            return self._end(Wait(max(0, self._due_ms - start_ms)))
        return (Wait(ms),)

    def _data(self, action: Data) -> Iterable[Action]:
        self._now_ms = max(self._now_ms, action.at_ms)
        if self._is_due(self._now_ms):
            return self._end()
        allowed = self._allowed(action.body)
        if allowed is None:
            return (action,)
        return self._end(Data(allowed, action.at_ms)) if allowed else self._end()

    def _allowed(self, body: bytes) -> bytes | None:
        """Return what may still pass of a chunk, or None if all of it may and more after it."""
        parts = events_of(body) if self._streams else [body]
        limit, passed = self._fault.after_bytes, b""
        for part in parts:
            passed += part
            self._events += 1
            if limit is not None and self._bytes + len(passed) >= limit:
                return passed[: limit - self._bytes]
            if self._events == self._fault.after_events:
                return passed
        self._bytes += len(body)
        return None

    def _end(self, *before: Action) -> Iterable[Action]:
        self._ended = True
        return (*before, self._fault.last)


@dataclass(frozen=True)
class CloseConnection(ConnectionFault):
    """End the response properly at a position, with the final chunk, though more was to follow (SSE-4)."""

    name = "close"
    last: ClassVar[Action] = End()

    def head(self, head: Head) -> Head:
        """Return the head without a length, so that a short response is complete HTTP."""
        return head.with_(content_length=None)


@dataclass(frozen=True)
class CutConnection(ConnectionFault):
    """Close the connection at a position, without the final chunk or short of the announced length."""

    name = "cut"
    last: ClassVar[Action] = Cut()


@dataclass(frozen=True)
class ResetConnection(ConnectionFault):
    """Reset the connection at a position."""

    name = "reset"
    last: ClassVar[Action] = Reset()


@dataclass(frozen=True)
class StallConnection(ConnectionFault):
    """Send nothing more from a position on, not even heartbeats; the connection stays open."""

    name = "stall"
    last: ClassVar[Action] = Hang()


@dataclass(frozen=True)
class NoAnswer(Fault):
    """Close the connection before the first byte; with ``reset`` by an RST instead of a FIN.

    With ``after_backend`` the request has its effect, as after a proxy's time-out.
    """

    name = "no_answer"
    reset: bool = False
    after_backend: bool = True

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.after_backend

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Close in place of the head; nothing follows."""
        closed = False

        def transform(action: Action) -> Iterable[Action]:
            nonlocal closed
            if closed:
                return ()
            closed = isinstance(action, Head)
            return (Reset() if self.reset else Cut(),) if closed else (action,)

        return transform


@dataclass(frozen=True)
class CutInside(Fault):
    """Close the connection inside the first multi-byte UTF-8 ``character``, or inside a ``json`` value.

    The search starts at the ``nth_event`` of a stream (the nth chunk of another response); a response
    without such a position is unchanged. With ``clean`` the response then ends properly.
    """

    name = "cut_inside"
    what: Literal["character", "json"] = "json"
    nth_event: Ordinal = 1
    clean: bool = False

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Pass everything up to the position."""
        count, ended, streams = 0, False, False

        def transform(action: Action) -> Iterable[Action]:
            nonlocal count, ended, streams
            if ended:
                return ()
            if isinstance(action, Head):
                streams = action.is_stream
                return (action.with_(content_length=None) if self.clean else action,)
            if not isinstance(action, Data):
                return (action,)
            parts = events_of(action.body) if streams else [action.body]
            position = self._position(parts, count)
            count += len(parts)
            ended = position is not None
            return (action,) if position is None else self._cut(action, position)

        return transform

    def _cut(self, action: Data, position: int) -> Iterator[Action]:
        yield Data(action.body[:position], action.at_ms)
        yield End() if self.clean else Cut()

    def _position(self, parts: list[bytes], count: int) -> int | None:
        """Return where to cut, counted from the first part's first byte."""
        start = 0
        for nth, part in enumerate(parts, count + 1):
            inside = self._inside(part) if nth >= self.nth_event else None
            if inside is not None:
                return start + inside
            start += len(part)
        return None

    def _inside(self, part: bytes) -> int | None:
        if self.what == "character":
            return next((at + 1 for at, byte in enumerate(part) if byte >= 0xC0), None)
        start = part.find(b"{")
        return None if start < 0 else start + max(1, (len(part) - start) // 2)

"""Faults that rewrite the events of a stream, one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from .base import (
    STREAMS,
    Action,
    Data,
    End,
    Fault,
    FaultContext,
    Head,
    Line,
    Ordinal,
    Transform,
    Wait,
    events_of,
)


class StreamEventFault(Fault):
    """A fault that rewrites the events of a stream; other answers pass."""

    applies_to: ClassVar[frozenset[str]] = STREAMS
    __slots__ = ()

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Rewrite each event's frame as it passes."""
        return _Events(self)

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return what is sent for the ``nth`` event, from 1."""
        raise NotImplementedError


class _Events:
    """One stream on its way through; a chunk that nothing changes stays one chunk."""

    def __init__(self, fault: StreamEventFault) -> None:
        self._fault = fault
        self._count = 0
        self._streams = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if isinstance(action, Head):
            self._streams = action.streams
        if not self._streams or not isinstance(action, Data):
            return (action,)
        before = events_of(action.body)
        after = [sent for frame in before for sent in self._rewritten(frame)]
        return (action,) if after == before else (Data(sent, action.at_ms) for sent in after)

    def _rewritten(self, frame: bytes) -> Iterable[bytes]:
        self._count += 1
        return self._fault.frames(frame, self._count)


@dataclass(frozen=True)
class Comments(StreamEventFault):
    """Put a comment before every event."""

    name = "comments"
    text: Line = "ping"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame behind a comment."""
        return (f": {self.text}\n\n".encode("utf-8", "backslashreplace"), frame)


@dataclass(frozen=True)
class EmptyData(StreamEventFault):
    """Put ``count`` empty ``data:`` events before every event (SSE-6)."""

    name = "empty_data"
    count: Annotated[int, Field(ge=1, le=1000)] = 1

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame behind empty ones."""
        return (*(b"data:\n\n",) * self.count, frame)


_BEAT = b'data: {"type":"heartbeat"}\n\n'


@dataclass(frozen=True)
class HeartbeatsOnly(Fault):
    """Send a heartbeat every ``every_s`` for ``minutes`` in place of events, then close (C-SSE-2)."""

    name = "heartbeats_only"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    minutes: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 11
    every_s: Annotated[float, Field(ge=0.1, le=3600, allow_inf_nan=False)] = 10

    def begin(self, context: FaultContext) -> Transform:
        """Let the head pass, then beat."""
        beating = False

        def bend(action: Action) -> Iterator[Action]:
            nonlocal beating
            if beating:
                return
            yield action
            if isinstance(action, Head) and action.streams:
                beating = True
                yield from self._beats(context.start_ms)

        return bend

    def _beats(self, start_ms: int) -> Iterator[Action]:
        step_ms, length_ms = round(self.every_s * 1000), round(self.minutes * 60_000)
        for at_ms in range(step_ms, length_ms + 1, step_ms):
            yield Wait(step_ms)
            yield Data(_BEAT, start_ms + at_ms)
        yield Wait(length_ms % step_ms)
        yield End()


@dataclass(frozen=True)
class LineEnds(StreamEventFault):
    """End every line of a stream with ``crlf`` or ``cr``."""

    name = "line_ends"
    style: Literal["crlf", "cr"] = "crlf"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with other line ends."""
        return (frame.replace(b"\n", b"\r\n" if self.style == "crlf" else b"\r"),)


@dataclass(frozen=True)
class MalformedEvent(StreamEventFault):
    """Send an event that is no JSON before the ``nth_event`` of a stream, from 1."""

    name = "malformed_event"
    nth_event: Ordinal = 1
    data: Line = '{"type":"text","content":"bro'

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, behind a broken one where it is the ``nth_event``."""
        if nth != self.nth_event:
            return (frame,)
        return (f"data: {self.data}\n\n".encode("utf-8", "backslashreplace"), frame)


@dataclass(frozen=True)
class RepeatEvent(StreamEventFault):
    """Send the ``nth_event`` of a stream, from 1, ``times`` times."""

    name = "repeat_event"
    nth_event: Ordinal = 1
    times: Annotated[int, Field(ge=2, le=1000)] = 2

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, once or several times."""
        return (frame,) * (self.times if nth == self.nth_event else 1)


@dataclass(frozen=True)
class SplitData(StreamEventFault):
    """Write an event's JSON over several ``data:`` lines, with and without the space after the colon."""

    name = "split_data"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with its JSON laid out."""
        try:
            value = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            return (frame,)
        lines = json.dumps(value, ensure_ascii=False, indent=1).split("\n")
        told = "".join(f"data:{line}\n" if at % 2 else f"data: {line}\n" for at, line in enumerate(lines))
        return (f"{told}\n".encode("utf-8", "backslashreplace"),)


_ACTOR = frozenset({"invocationId", "author", "actions", "nodeInfo"})


@dataclass(frozen=True)
class TemporaryIssue(Fault):
    """End a stream with the noise text, in the dialect of the events before it."""

    name = "temporary_issue"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    text: Line = "I encountered a temporary issue. Please try again later."

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Watch what passes, and speak before the end."""
        streams = False
        model: dict[str, Any] = {}

        def bend(action: Action) -> Iterable[Action]:
            nonlocal streams, model
            if isinstance(action, Head):
                streams = action.streams
            elif isinstance(action, Data) and streams:
                model = _last_adk_event(action.body) or model
            elif isinstance(action, End) and streams:
                return (Data(self._frame(model), 0), action)
            return (action,)

        return bend

    def _frame(self, model: dict[str, Any]) -> bytes:
        """Return the noise as one event, shaped as an event of the agent's where ADK's are spoken."""
        event = _adk_event(model, self.text) if model else {"type": "text", "content": self.text}
        told = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return f"data: {told}\n\n".encode("utf-8", "backslashreplace")


def _last_adk_event(chunk: bytes) -> dict[str, Any]:
    """Return the last ADK event in a chunk, told by its ``content``, which is an object there."""
    for frame in reversed(events_of(chunk)):
        try:
            told = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("content"), dict):
            return told
    return {}


def _adk_event(model: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a whole, final text event with the actor, time and order of keys of another one."""
    passed = {key: value for key, value in model.items() if key in _ACTOR}
    event_id = str(model.get("id", ""))[:24] + "f" * 12  # nobody else's: events count up from 1
    said = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    return {**said, **passed, "id": event_id, "timestamp": model.get("timestamp", 0)}

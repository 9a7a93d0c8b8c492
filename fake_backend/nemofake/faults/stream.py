"""Faults that rewrite or replace the events of a stream."""

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
    Text,
    Transform,
    Wait,
    events_of,
    rewritten_json,
    utf8,
    with_unknown_fields,
)

_HEARTBEAT = b'data: {"type":"heartbeat"}\n\n'
_ADK_CONTEXT = frozenset({"invocationId", "author", "actions", "nodeInfo"})


class StreamEventFault(Fault):
    """A fault that rewrites the events of a stream; other responses pass."""

    applies_to: ClassVar[frozenset[str]] = STREAMS
    __slots__ = ()

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Rewrite each event's frame as it passes."""
        return _Events(self)

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return what is sent for the ``nth`` event, from 1."""
        raise NotImplementedError


class _Events:
    """One stream being rewritten; an unchanged chunk stays one chunk."""

    def __init__(self, fault: StreamEventFault) -> None:
        self._fault = fault
        self._count = 0
        self._streams = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if isinstance(action, Head):
            self._streams = action.is_stream
        if not self._streams or not isinstance(action, Data):
            return (action,)
        before = events_of(action.body)
        after = [sent for frame in before for sent in self._rewritten(frame)]
        return (action,) if after == before else (Data(sent, action.at_ms) for sent in after)

    def _rewritten(self, frame: bytes) -> Iterable[bytes]:
        self._count += 1
        return self._fault.frames(frame, self._count)


# -- framing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ByteOrderMark(StreamEventFault):
    """Begin a stream with a UTF-8 byte order mark, which a reader has to skip."""

    name = "bom"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, the first one with the mark."""
        return (b"\xef\xbb\xbf" + frame if nth == 1 else frame,)


@dataclass(frozen=True)
class Comments(StreamEventFault):
    """Put a comment before every event, as proxies do to keep a connection alive."""

    name = "comments"
    text: Line = "ping"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame after a comment."""
        return (utf8(f": {self.text}\n\n"), frame)


@dataclass(frozen=True)
class EmptyData(StreamEventFault):
    """Put ``count`` empty ``data:`` events before every event (SSE-6)."""

    name = "empty_data"
    count: Annotated[int, Field(ge=1, le=1000)] = 1

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame after empty ones."""
        return (*(b"data:\n\n",) * self.count, frame)


@dataclass(frozen=True)
class LineEnds(StreamEventFault):
    """End every line of a stream with ``crlf`` or ``cr``."""

    name = "line_ends"
    style: Literal["crlf", "cr"] = "crlf"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with other line ends."""
        return (frame.replace(b"\n", b"\r\n" if self.style == "crlf" else b"\r"),)


@dataclass(frozen=True)
class SplitData(StreamEventFault):
    """Write an event's JSON over several ``data:`` lines, with and without the space after the colon."""

    name = "split_data"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with its JSON on several lines."""
        try:
            value = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            return (frame,)
        lines = json.dumps(value, ensure_ascii=False, indent=1).split("\n")
        text = "".join(f"data:{line}\n" if at % 2 else f"data: {line}\n" for at, line in enumerate(lines))
        return (utf8(f"{text}\n"),)


# -- content --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExtraEventFields(StreamEventFault):
    """Add an unknown field to every object in the events of a stream."""

    name = "extra_event_fields"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with unknown fields."""
        payload = frame.removeprefix(b"data:").strip()
        changed = rewritten_json(payload, with_unknown_fields)
        return (b"data: " + changed + b"\n\n" if changed != payload else frame,)


@dataclass(frozen=True)
class MalformedEvent(StreamEventFault):
    """Send an event that is not JSON before the ``nth_event`` of a stream, from 1."""

    name = "malformed_event"
    nth_event: Ordinal = 1
    data: Line = '{"type":"text","content":"bro'

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, after a broken one if it is the ``nth_event``."""
        return (utf8(f"data: {self.data}\n\n"), frame) if nth == self.nth_event else (frame,)


@dataclass(frozen=True)
class RepeatEvent(StreamEventFault):
    """Send the ``nth_event`` of a stream, from 1, ``times`` times."""

    name = "repeat_event"
    nth_event: Ordinal = 1
    times: Annotated[int, Field(ge=2, le=1000)] = 2

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, once or several times."""
        return (frame,) * (self.times if nth == self.nth_event else 1)


# -- streams replaced or extended -----------------------------------------------------------------


@dataclass(frozen=True)
class PlainText(Fault):
    """Send ``text`` in place of a stream's events, and end properly."""

    name = "plain_text"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    text: Text = "upstream connect error or disconnect before headers"

    def start(self, context: FaultContext) -> Transform:
        """Let the head pass, then send the text."""
        replaced = False

        def transform(action: Action) -> Iterable[Action]:
            nonlocal replaced
            if isinstance(action, Head) and action.is_stream:
                replaced = True
                return (action, Data(utf8(self.text), context.start_ms), End())
            return () if replaced else (action,)

        return transform


@dataclass(frozen=True)
class HeartbeatsOnly(Fault):
    """Send a heartbeat every ``every_s`` for ``minutes`` in place of events, then close (C-SSE-2)."""

    name = "heartbeats_only"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    minutes: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 11
    every_s: Annotated[float, Field(ge=0.1, le=3600, allow_inf_nan=False)] = 10

    def start(self, context: FaultContext) -> Transform:
        """Let the head pass, then send heartbeats."""
        replaced = False

        def transform(action: Action) -> Iterator[Action]:
            nonlocal replaced
            if replaced:
                return
            yield action
            if isinstance(action, Head) and action.is_stream:
                replaced = True
                yield from self._heartbeats(context.start_ms)

        return transform

    def _heartbeats(self, start_ms: int) -> Iterator[Action]:
        step_ms, length_ms = round(self.every_s * 1000), round(self.minutes * 60_000)
        for at_ms in range(step_ms, length_ms + 1, step_ms):
            yield Wait(step_ms)
            yield Data(_HEARTBEAT, start_ms + at_ms)
        yield Wait(length_ms % step_ms)
        yield End()


@dataclass(frozen=True)
class TemporaryIssue(Fault):
    """Append the noise text that a stream may end with (SSE-10), in the dialect of the events before it."""

    name = "temporary_issue"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    text: Line = "I encountered a temporary issue. Please try again later."

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Watch the events, and add one before the end."""
        streams = False
        model: dict[str, Any] = {}

        def transform(action: Action) -> Iterable[Action]:
            nonlocal streams, model
            if isinstance(action, Head):
                streams = action.is_stream
            elif isinstance(action, Data) and streams:
                model = _last_adk_event(action.body) or model
            elif isinstance(action, End) and streams:
                return (Data(self._frame(model), 0), action)
            return (action,)

        return transform

    def _frame(self, model: dict[str, Any]) -> bytes:
        """Return the noise as one event, shaped like the ADK event before it if there was one."""
        event = _adk_event(model, self.text) if model else {"type": "text", "content": self.text}
        return utf8(f"data: {json.dumps(event, ensure_ascii=False, separators=(',', ':'))}\n\n")


def _last_adk_event(chunk: bytes) -> dict[str, Any]:
    """Return the last ADK event in a chunk: its ``content`` is an object."""
    for frame in reversed(events_of(chunk)):
        try:
            event = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            continue
        if isinstance(event, dict) and isinstance(event.get("content"), dict):
            return event
    return {}


def _adk_event(model: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a complete, final text event with the context, time and key order of another one."""
    context = {key: value for key, value in model.items() if key in _ADK_CONTEXT}
    event_id = str(model.get("id", ""))[:24] + "f" * 12  # unique: other events count up from 1
    content = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    return {**content, **context, "id": event_id, "timestamp": model.get("timestamp", 0)}

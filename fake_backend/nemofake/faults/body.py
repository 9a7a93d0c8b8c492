"""Faults that rewrite an answer's JSON as a whole; streams and films pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from .base import (
    JSON_TARGETS,
    STREAMS,
    Action,
    Count,
    Cut,
    Data,
    End,
    Fault,
    FaultContext,
    Hang,
    Head,
    Reset,
    Share,
    Text,
    Transform,
)
from .stream import StreamEventFault

_FILMS = (b"video/", b"audio/", b"image/")


class JsonBodyFault(Fault):
    """A fault that rewrites a JSON answer's body as a whole."""

    applies_to: ClassVar[frozenset[str]] = JSON_TARGETS
    __slots__ = ()

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Collect the answer, then send it rewritten; one that breaks off goes out as it is."""
        held: list[Head | Data] = []

        def bend(action: Action) -> Iterable[Action]:
            if isinstance(action, Head) and not action.streams and not action.kind.startswith(_FILMS):
                held.append(action)
                return ()
            if held and isinstance(action, Data):
                held.append(action)
                return ()
            if held and isinstance(action, End):
                return self._sent(held)
            if held and isinstance(action, Hang | Cut | Reset):
                return (*held, action)
            return (action,)

        return bend

    def _sent(self, held: list[Head | Data]) -> Iterator[Action]:
        parts = [action for action in held if isinstance(action, Data)]
        head, body = self.rewrite(held[0], b"".join(part.body for part in parts))  # type: ignore[arg-type]  # heads come first
        yield head.with_(content_length=b"%d" % len(body), transfer_encoding=None)
        yield Data(body, parts[-1].at_ms if parts else 0)
        yield End()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return head and body as the fault leaves them; the length is set afterwards."""
        raise NotImplementedError


def rewritten_json(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a JSON body after ``change(value)``; anything that is no JSON stays as it is."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    told = json.dumps(change(value), ensure_ascii=False, separators=(",", ":"))
    return told.encode("utf-8", "backslashreplace")  # a lone surrogate stays an escape


_EXTRA = {"x_unknown": {"nested": [1, None, "x"]}}


def _added(value: Any) -> Any:
    if isinstance(value, list):
        return [_added(item) for item in value]
    if isinstance(value, dict):
        return {key: _added(item) for key, item in value.items()} | _EXTRA
    return value


@dataclass(frozen=True)
class ExtraFields(JsonBodyFault):
    """Add unknown fields to every object of a JSON answer."""

    name = "extra_fields"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with more in it."""
        return head, rewritten_json(body, _added)


@dataclass(frozen=True)
class ExtraEventFields(StreamEventFault):
    """Add an unknown field to every object in the events of a stream."""

    name = "extra_event_fields"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with more in it."""
        told = frame.removeprefix(b"data:").strip()
        changed = rewritten_json(told, _added)
        return (b"data: " + changed + b"\n\n" if changed != told else frame,)


@dataclass(frozen=True)
class MalformedJson(JsonBodyFault):
    """Break the syntax of a JSON answer."""

    name = "malformed_json"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with its first colon doubled and its last quote gone."""
        broken = body.replace(b":", b"::,", 1)
        before, _, after = broken.rpartition(b'"')
        return head, before + after


# What a client can do without: no obligation rests on these.
OPTIONAL = frozenset(
    {"message", "credits", "expires_at", "task_name", "user_id", "canvas_config", "video_analyses",
     "generated_media", "frozen", "total", "width", "height", "fps", "hash", "size", "createdAt",
     "completedAt", "progress", "session_state_applied"}
)  # fmt: skip


@dataclass(frozen=True)
class MissingFields(JsonBodyFault):
    """Leave out the ``fields`` named, or every optional one."""

    name = "missing_fields"
    # JSON and YAML know lists only.
    fields: Annotated[tuple[str, ...], Field(strict=False, max_length=100)] = ()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with less in it."""
        return head, rewritten_json(body, self._without)

    def _without(self, value: Any) -> Any:
        gone = frozenset(self.fields) or OPTIONAL
        if isinstance(value, list):
            return [self._without(item) for item in value]
        if isinstance(value, dict):
            return {key: self._without(item) for key, item in value.items() if key not in gone}
        return value


@dataclass(frozen=True)
class TruncatedJson(JsonBodyFault):
    """Keep only ``kept_share`` (0 to 1) of a JSON answer's bytes."""

    name = "truncated_json"
    kept_share: Share = 0.5

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the first part of the body."""
        return head, body[: int(len(body) * self.kept_share)]


@dataclass(frozen=True)
class PartialUpload(JsonBodyFault):
    """Keep only the first ``keep`` files of an upload's answer."""

    name = "partial_upload"
    applies_to: ClassVar[frozenset[str]] = frozenset({"upload"})
    keep: Count = 1

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the answer with fewer files."""
        return head, rewritten_json(body, self._fewer)

    def _fewer(self, value: Any) -> Any:
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("files"), list):
            return value
        return {**value, "data": {**data, "files": data["files"][: self.keep]}}


@dataclass(frozen=True)
class PlainText(Fault):
    """Send ``text`` in place of a stream's events, and end properly."""

    name = "plain_text"
    applies_to: ClassVar[frozenset[str]] = STREAMS
    text: Text = "upstream connect error or disconnect before headers"

    def begin(self, context: FaultContext) -> Transform:
        """Let the head pass, then say something else."""
        spoken = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal spoken
            if isinstance(action, Head) and action.streams:
                spoken = True
                return (action, Data(self.text.encode("utf-8", "backslashreplace"), context.start_ms), End())
            return () if spoken else (action,)

        return bend


@dataclass(frozen=True)
class ByteOrderMark(StreamEventFault):
    """Begin a stream with a UTF-8 byte order mark."""

    name = "bom"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, the first one marked."""
        return (b"\xef\xbb\xbf" + frame if nth == 1 else frame,)

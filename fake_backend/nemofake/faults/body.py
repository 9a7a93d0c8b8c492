"""Faults that rewrite the JSON body of a response; streams and videos pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field

from .base import (
    JSON_TARGETS,
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
    Transform,
    rewritten_json,
    with_unknown_fields,
)

_MEDIA = (b"video/", b"audio/", b"image/")
# What a client can do without: no obligation depends on these.
OPTIONAL = frozenset(
    {"message", "credits", "expires_at", "task_name", "user_id", "canvas_config", "video_analyses",
     "generated_media", "frozen", "total", "width", "height", "fps", "hash", "size", "createdAt",
     "completedAt", "progress", "session_state_applied"}
)  # fmt: skip


class JsonBodyFault(Fault):
    """A fault that rewrites the body of a JSON response as a whole."""

    applies_to: ClassVar[frozenset[str]] = JSON_TARGETS
    __slots__ = ()

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Collect the response, then send it rewritten; one that breaks off is sent unchanged."""
        collected: list[Head | Data] = []

        def transform(action: Action) -> Iterable[Action]:
            if (
                isinstance(action, Head)
                and not action.is_stream
                and not action.content_type.startswith(_MEDIA)
            ):
                collected.append(action)
                return ()
            if collected and isinstance(action, Data):
                collected.append(action)
                return ()
            if collected and isinstance(action, End):
                return self._send(collected)
            if collected and isinstance(action, Hang | Cut | Reset):
                return (*collected, action)
            return (action,)

        return transform

    def _send(self, collected: list[Head | Data]) -> Iterator[Action]:
        parts = [action for action in collected if isinstance(action, Data)]
        head, body = self.rewrite(collected[0], b"".join(part.body for part in parts))  # type: ignore[arg-type]  # heads come first
        yield head.with_(content_length=b"%d" % len(body), transfer_encoding=None)
        yield Data(body, parts[-1].at_ms if parts else 0)
        yield End()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the changed head and body; the length is set afterwards."""
        raise NotImplementedError


@dataclass(frozen=True)
class ExtraFields(JsonBodyFault):
    """Add unknown fields to every object of a JSON response; a client ignores them."""

    name = "extra_fields"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with unknown fields."""
        return head, rewritten_json(body, with_unknown_fields)


@dataclass(frozen=True)
class MissingFields(JsonBodyFault):
    """Leave out the ``fields`` named, or every optional one."""

    name = "missing_fields"
    # JSON and YAML know lists only.
    fields: Annotated[tuple[str, ...], Field(strict=False, max_length=100)] = ()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body without those fields."""
        return head, rewritten_json(body, self._without)

    def _without(self, value: Any) -> Any:
        removed = frozenset(self.fields) or OPTIONAL
        if isinstance(value, list):
            return [self._without(item) for item in value]
        if isinstance(value, dict):
            return {key: self._without(item) for key, item in value.items() if key not in removed}
        return value


@dataclass(frozen=True)
class MalformedJson(JsonBodyFault):
    """Break the syntax of a JSON response."""

    name = "malformed_json"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with its first colon doubled and its last quote removed."""
        broken = body.replace(b":", b"::,", 1)
        before, _, after = broken.rpartition(b'"')
        return head, before + after


@dataclass(frozen=True)
class TruncatedJson(JsonBodyFault):
    """Keep only ``kept_share`` (0 to 1) of a JSON response's bytes, with a length that agrees."""

    name = "truncated_json"
    kept_share: Share = 0.5

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the first part of the body."""
        return head, body[: int(len(body) * self.kept_share)]


@dataclass(frozen=True)
class PartialUpload(JsonBodyFault):
    """List only the first ``keep`` files in an upload's response (UPL-5 promises all or none)."""

    name = "partial_upload"
    applies_to: ClassVar[frozenset[str]] = frozenset({"upload"})
    keep: Count = 1

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the response with fewer files."""
        return head, rewritten_json(body, self._fewer)

    def _fewer(self, value: Any) -> Any:
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("files"), list):
            return value
        return {**value, "data": {**data, "files": data["files"][: self.keep]}}

"""Fields that no document knows, everywhere in an answer; a client ignores them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .actions import Head
from .frames import Frames
from .whole import Whole, rewritten_json

_EXTRA = {"x_unknown": {"nested": [1, None, "x"]}}


def _added(value: Any) -> Any:
    if isinstance(value, list):
        return [_added(item) for item in value]
    if isinstance(value, dict):
        return {key: _added(item) for key, item in value.items()} | _EXTRA
    return value


@dataclass(frozen=True)
class ExtraFields(Whole):
    """Add unknown fields to every object of a JSON answer."""

    name = "extra_fields"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with more in it."""
        return head, rewritten_json(body, _added)


@dataclass(frozen=True)
class ExtraEventFields(Frames):
    """Add an unknown field to every object in the events of a stream."""

    name = "extra_event_fields"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with more in it."""
        told = frame.removeprefix(b"data:").strip()
        changed = rewritten_json(told, _added)
        return (b"data: " + changed + b"\n\n" if changed != told else frame,)

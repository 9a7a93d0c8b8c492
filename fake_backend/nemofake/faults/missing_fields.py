"""Optional fields left out of an answer; a client does without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from .actions import Head
from .whole import Whole, rewritten_json

# What a client can do without: no obligation rests on these.
OPTIONAL = frozenset(
    {"message", "credits", "expires_at", "task_name", "user_id", "canvas_config", "video_analyses",
     "generated_media", "frozen", "total", "width", "height", "fps", "hash", "size", "createdAt",
     "completedAt", "progress", "session_state_applied"}
)  # fmt: skip


@dataclass(frozen=True)
class MissingFields(Whole):
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

"""JSON that stops in the middle, with a length that agrees."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import Head
from .fault import Share
from .whole import Whole


@dataclass(frozen=True)
class TruncatedJson(Whole):
    """Keep only ``kept_share`` (0 to 1) of a JSON answer's bytes."""

    name = "truncated_json"
    kept_share: Share = 0.5

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the first part of the body."""
        return head, body[: int(len(body) * self.kept_share)]

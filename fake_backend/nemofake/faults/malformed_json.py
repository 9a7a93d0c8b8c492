"""JSON that is none: a stray comma and a missing quote."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import Head
from .whole import Whole


@dataclass(frozen=True)
class MalformedJson(Whole):
    """Break the syntax of a JSON answer."""

    name = "malformed_json"

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return the body with its first colon doubled and its last quote gone."""
        broken = body.replace(b":", b"::,", 1)
        before, _, after = broken.rpartition(b'"')
        return head, before + after

"""A clean close: the stream ends early, as if the server had said all it had to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, End, Head
from .spot import Spot


@dataclass(frozen=True)
class Close(Spot):
    """End the answer properly at a spot: with the final chunk, whatever was to follow (SSE-4)."""

    name = "close"
    last: ClassVar[Action] = End()

    def head(self, head: Head) -> Head:
        """Return the head without a length, so that a short answer is a whole one to HTTP."""
        return head.with_(content_length=None)

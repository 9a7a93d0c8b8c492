"""The noise text that a stream may end with after a normal reply (SSE-10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Data, End
from .fault import Frames

_TEXT = "I encountered a temporary issue"


@dataclass(frozen=True)
class TemporaryIssue(Frames):
    """End a stream with the noise text; in the dialect of its last event."""

    name = "temporary_issue"
    text: str = _TEXT + ". Please try again later."

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame as it is."""
        return (frame,)

    def around(self, action: Action) -> Iterable[Action]:
        """Put the noise before the end."""
        if isinstance(action, End):
            body = f'data: {{"type":"text","content":"{self.text}"}}\n\n'.encode()
            return (Data(body, 0), action)
        return (action,)

"""An event whose JSON is broken, between good ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Frames


@dataclass(frozen=True)
class MalformedEvent(Frames):
    """Send an event that is no JSON before the ``nth`` event of a stream, from 1."""

    name = "malformed_event"
    nth: int = 1
    data: str = '{"type":"text","content":"bro'

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, behind a broken one where it is the ``nth``."""
        return (f"data: {self.data}\n\n".encode(), frame) if nth == self.nth else (frame,)

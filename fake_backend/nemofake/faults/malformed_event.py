"""An event whose JSON is broken, between good ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Line, Ordinal
from .frames import Frames


@dataclass(frozen=True)
class MalformedEvent(Frames):
    """Send an event that is no JSON before the ``nth_event`` of a stream, from 1."""

    name = "malformed_event"
    nth_event: Ordinal = 1
    data: Line = '{"type":"text","content":"bro'

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, behind a broken one where it is the ``nth_event``."""
        if nth != self.nth_event:
            return (frame,)
        return (f"data: {self.data}\n\n".encode("utf-8", "backslashreplace"), frame)

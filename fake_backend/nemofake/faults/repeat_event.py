"""A repeated event: one comes twice, as after a proxy's retry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Frames


@dataclass(frozen=True)
class RepeatEvent(Frames):
    """Send the ``nth`` event of a stream, from 1, ``times`` times."""

    name = "repeat_event"
    nth: int = 1
    times: int = 2

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, once or several times."""
        return (frame,) * (self.times if nth == self.nth else 1)

"""A repeated event: one comes twice, as after a proxy's retry."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from .fault import Ordinal
from .frames import Frames


@dataclass(frozen=True)
class RepeatEvent(Frames):
    """Send the ``nth_event`` of a stream, from 1, ``times`` times."""

    name = "repeat_event"
    nth_event: Ordinal = 1
    times: Annotated[int, Field(ge=2, le=1000)] = 2

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, once or several times."""
        return (frame,) * (self.times if nth == self.nth_event else 1)

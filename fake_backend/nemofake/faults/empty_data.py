"""Empty data lines: nothing said, still working."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from .frames import Frames


@dataclass(frozen=True)
class EmptyData(Frames):
    """Put ``count`` empty ``data:`` events before every event (SSE-6)."""

    name = "empty_data"
    count: Annotated[int, Field(ge=1, le=1000)] = 1

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame behind empty ones."""
        return (*(b"data:\n\n",) * self.count, frame)

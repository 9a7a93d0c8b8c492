"""Comment lines in a stream, as proxies add them to keep a connection alive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Frames


@dataclass(frozen=True)
class Comments(Frames):
    """Put a comment before every event."""

    name = "comments"
    text: str = "ping"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame behind a comment."""
        return (f": {self.text}\n\n".encode(), frame)

"""Comment lines in a stream, as proxies add them to keep a connection alive."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Line
from .frames import Frames


@dataclass(frozen=True)
class Comments(Frames):
    """Put a comment before every event."""

    name = "comments"
    text: Line = "ping"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame behind a comment."""
        return (f": {self.text}\n\n".encode("utf-8", "backslashreplace"), frame)

"""A byte order mark at the start of a stream, which a reader has to skip."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .frames import Frames


@dataclass(frozen=True)
class ByteOrderMark(Frames):
    """Begin a stream with a UTF-8 byte order mark."""

    name = "bom"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame, the first one marked."""
        return (b"\xef\xbb\xbf" + frame if nth == 1 else frame,)

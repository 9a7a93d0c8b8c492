"""Other line ends: CRLF or CR, which event streams allow as well as LF."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .frames import Frames


@dataclass(frozen=True)
class LineEnds(Frames):
    """End every line of a stream with ``crlf`` or ``cr``."""

    name = "line_ends"
    style: Literal["crlf", "cr"] = "crlf"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with other line ends."""
        return (frame.replace(b"\n", b"\r\n" if self.style == "crlf" else b"\r"),)

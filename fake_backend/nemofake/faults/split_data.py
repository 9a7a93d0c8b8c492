"""Data on several lines, which a reader joins with line feeds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .frames import Frames


@dataclass(frozen=True)
class SplitData(Frames):
    """Write an event's JSON over several ``data:`` lines, with and without the space after the colon."""

    name = "split_data"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:  # noqa: ARG002
        """Return the frame with its JSON laid out."""
        try:
            value = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            return (frame,)
        lines = json.dumps(value, ensure_ascii=False, indent=1).split("\n")
        told = "".join(f"data:{line}\n" if at % 2 else f"data: {line}\n" for at, line in enumerate(lines))
        return (f"{told}\n".encode("utf-8", "backslashreplace"),)

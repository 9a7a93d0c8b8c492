"""Data on several lines, which a reader joins with line feeds."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from .fault import Frames


@dataclass(frozen=True)
class SplitData(Frames):
    """Write an event's JSON over several ``data:`` lines, with and without the space after the colon."""

    name = "split_data"

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return the frame with its JSON laid out."""
        text = frame.decode("utf-8", "replace").removeprefix("data:").strip()
        try:
            lines = json.dumps(json.loads(text), ensure_ascii=False, indent=1).split("\n")
        except ValueError:
            return (frame,)
        told = "".join(f"data:{line}\n" if at % 2 else f"data: {line}\n" for at, line in enumerate(lines))
        return (told.encode() + b"\n",)

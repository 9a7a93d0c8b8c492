"""Plain text under ``text/event-stream``: what a proxy or a crashed handler sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, Bend, Data, End, Head
from .fault import STREAMS, Fault, Scene, Text


@dataclass(frozen=True)
class PlainText(Fault):
    """Send ``text`` in place of a stream's events, and end properly."""

    name = "plain_text"
    suits: ClassVar[frozenset[str]] = STREAMS
    text: Text = "upstream connect error or disconnect before headers"

    def begin(self, scene: Scene) -> Bend:
        """Let the head pass, then say something else."""
        spoken = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal spoken
            if isinstance(action, Head) and action.streams:
                spoken = True
                return (action, Data(self.text.encode("utf-8", "backslashreplace"), scene.start_ms), End())
            return () if spoken else (action,)

        return bend

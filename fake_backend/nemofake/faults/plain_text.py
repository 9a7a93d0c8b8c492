"""Plain text under ``text/event-stream``: what a proxy or a crashed handler sends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, End, Head
from .fault import Fault


@dataclass(frozen=True)
class PlainText(Fault):
    """Send ``text`` in place of a stream's events, and end properly."""

    name = "plain_text"
    text: str = "upstream connect error or disconnect before headers"

    def begin(self, start_ms: int) -> Bend:
        """Let the head pass, then say something else."""
        spoken = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal spoken
            if isinstance(action, Head) and action.streams:
                spoken = True
                return (action, Data(self.text.encode(), start_ms), End())
            return () if spoken else (action,)

        return bend

"""Odd chunking: the same bytes, cut into other pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .actions import Action, Bend, Cut, Data, End, Reset, Stall
from .fault import Count, Fault, Scene


@dataclass(frozen=True)
class Chunking(Fault):
    """Send chunks of ``size`` bytes whatever the events; 0 sends everything at once, at the end."""

    name = "chunking"
    size: Count = 1

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Cut the body anew."""
        held: list[Data] = []

        def bend(action: Action) -> Iterator[Action]:
            if isinstance(action, Data):
                if self.size == 0:
                    held.append(action)
                    return
                yield from self._pieces(action)
                return
            if isinstance(action, End | Stall | Cut | Reset) and held:
                yield Data(b"".join(part.body for part in held), held[-1].at_ms)
            yield action

        return bend

    def _pieces(self, action: Data) -> Iterator[Data]:
        for at in range(0, len(action.body), self.size):
            yield Data(action.body[at : at + self.size], action.at_ms)

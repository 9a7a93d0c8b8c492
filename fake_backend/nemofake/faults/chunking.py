"""Odd chunking: the same bytes, cut into other pieces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, End
from .fault import Fault


@dataclass(frozen=True)
class Chunking(Fault):
    """Send chunks of ``size`` bytes whatever the events; 0 sends everything at once, at the end."""

    name = "chunking"
    size: int = 1

    def begin(self, start_ms: int) -> Bend:
        """Cut the body anew."""
        held: list[Data] = []

        def bend(action: Action) -> Iterable[Action]:
            if isinstance(action, Data):
                if self.size == 0:
                    held.append(action)
                    return
                for at in range(0, len(action.body), self.size):
                    yield Data(action.body[at : at + self.size], action.at_ms)
                return
            if isinstance(action, End) and held:
                yield Data(b"".join(part.body for part in held), held[-1].at_ms)
            yield action

        return bend

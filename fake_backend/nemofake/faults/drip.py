"""A slow drip: bytes come a few at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, Wait
from .fault import Fault


@dataclass(frozen=True)
class Drip(Fault):
    """Send at most ``size`` bytes at once, with ``every_ms`` of engine time in between."""

    name = "drip"
    size: int = 16
    every_ms: int = 100

    def begin(self, start_ms: int) -> Bend:
        """Send each chunk in drops."""

        def bend(action: Action) -> Iterable[Action]:
            if not isinstance(action, Data):
                yield action
                return
            for at in range(0, len(action.body), max(1, self.size)):
                yield Data(action.body[at : at + max(1, self.size)], action.at_ms)
                yield Wait(self.every_ms)

        return bend

"""A slow drip: bytes come a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .actions import Action, Bend, Data, Wait
from .fault import Fault, Milliseconds, Ordinal, Scene


@dataclass(frozen=True)
class Drip(Fault):
    """Send at most ``size`` bytes at once, with ``every_ms`` of engine time in between."""

    name = "drip"
    size: Ordinal = 16
    every_ms: Milliseconds = 100

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Send each chunk in drops."""
        first = True

        def bend(action: Action) -> Iterator[Action]:
            nonlocal first
            if not isinstance(action, Data):
                yield action
                return
            for at in range(0, len(action.body), self.size):
                if not first:
                    yield Wait(self.every_ms)
                first = False
                yield Data(action.body[at : at + self.size], action.at_ms)

        return bend

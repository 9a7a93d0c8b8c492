"""A delay: the answer comes, only later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .base import Action, Data, Fault, FaultContext, Head, Milliseconds, Ordinal, Transform, Wait


@dataclass(frozen=True)
class Delay(Fault):
    """Let ``ms`` of engine time pass before the head."""

    name = "delay"
    ms: Milliseconds = 5_000

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Wait before the head."""

        def bend(action: Action) -> Iterable[Action]:
            return (Wait(self.ms), action) if isinstance(action, Head) else (action,)

        return bend


@dataclass(frozen=True)
class Throttle(Fault):
    """Send at most ``size`` bytes at once, with ``every_ms`` of engine time in between."""

    name = "drip"
    size: Ordinal = 16
    every_ms: Milliseconds = 100

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
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

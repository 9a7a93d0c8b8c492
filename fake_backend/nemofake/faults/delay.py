"""A delay: the answer comes, only later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Head, Wait
from .fault import Fault, Milliseconds, Scene


@dataclass(frozen=True)
class Delay(Fault):
    """Let ``ms`` of engine time pass before the head."""

    name = "delay"
    ms: Milliseconds = 5_000

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Wait before the head."""

        def bend(action: Action) -> Iterable[Action]:
            return (Wait(self.ms), action) if isinstance(action, Head) else (action,)

        return bend

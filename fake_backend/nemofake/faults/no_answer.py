"""No answer at all: the connection closes before the head, after the request was taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Cut, Head, Reset
from .fault import Fault, Scene


@dataclass(frozen=True)
class NoAnswer(Fault):
    """Close the connection before the first byte; with ``reset`` by an RST instead of a FIN.

    With ``acted`` the backend did what it was asked, as after a proxy's time-out.
    """

    name = "no_answer"
    reset: bool = False
    acted: bool = True

    @property
    def bypass(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.acted

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Put the close in place of the head; nothing follows it."""
        struck = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal struck
            if struck:
                return ()
            struck = isinstance(action, Head)
            return (Reset() if self.reset else Cut(),) if struck else (action,)

        return bend

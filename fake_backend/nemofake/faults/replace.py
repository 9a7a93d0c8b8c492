"""Another answer in place of the backend's, whatever that was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, End, Head
from .fault import Fault, Scene


@dataclass(frozen=True, kw_only=True)
class Replace(Fault):
    """A fault that answers by itself.

    With ``acted`` the backend did what it was asked, and only its answer is lost; else the request
    never reached it.
    """

    acted: bool = False

    @property
    def bypass(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.acted

    def begin(self, scene: Scene) -> Bend:
        """Answer once, and let nothing of the backend's pass; what comes before its head does."""
        answered = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal answered
            if answered:
                return ()
            if not isinstance(action, Head):
                return (action,)
            answered = True
            head, body = self.answer(scene)
            return (head.with_(content_length=b"%d" % len(body)), Data(body, scene.start_ms), End())

        return bend

    def answer(self, scene: Scene) -> tuple[Head, bytes]:
        """Return head and body; the length is set afterwards."""
        raise NotImplementedError

"""Another answer in place of the backend's, whatever that was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, End, Head
from .fault import Fault


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

    def begin(self, start_ms: int) -> Bend:
        """Answer once, and let nothing of the backend's pass."""
        answered = False

        def bend(_action: Action) -> Iterable[Action]:
            nonlocal answered
            if answered:
                return ()
            answered = True
            head, body = self.answer()
            return (head.with_(content_length=str(len(body)).encode()), Data(body, start_ms), End())

        return bend

    def answer(self) -> tuple[Head, bytes]:
        """Return head and body; the length is set afterwards."""
        raise NotImplementedError

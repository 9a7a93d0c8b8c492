"""A cut inside a character or a value: the worst place for the connection to break."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .actions import Action, Bend, Cut, Data
from .fault import Fault


@dataclass(frozen=True)
class CutInside(Fault):
    """Close the connection inside the first multi-byte UTF-8 ``character``, or inside a JSON ``json`` value.

    An answer without such a place is not struck. With ``clean`` the answer then ends properly.
    """

    name = "cut_inside"
    what: Literal["character", "json"] = "json"
    nth_event: int = 1

    def begin(self, start_ms: int) -> Bend:
        """Pass everything up to the place."""
        seen, struck = 0, False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal seen, struck
            if struck:
                return ()
            place = None
            if isinstance(action, Data):
                seen += 1
                place = self._place(action.body) if seen >= self.nth_event else None
            if place is None or not isinstance(action, Data):
                return (action,)
            struck = True
            return (Data(action.body[:place], action.at_ms), Cut())

        return bend

    def _place(self, body: bytes) -> int | None:
        if self.what == "character":
            return next((at + 1 for at, byte in enumerate(body) if byte >= 0xC0), None)
        start = body.find(b"{")
        return None if start < 0 else start + max(1, (len(body) - start) // 2)

"""A cut inside a character or a value: the worst place for the connection to break."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from .actions import Action, Bend, Cut, Data, End, Head, events_of
from .fault import Fault, Ordinal, Scene


@dataclass(frozen=True)
class CutInside(Fault):
    """Close the connection inside the first multi-byte UTF-8 ``character``, or inside a ``json`` value.

    Looked for from the ``nth_event`` of a stream on (the nth chunk of another answer); an answer without
    such a place is not struck. With ``clean`` the answer then ends properly, as if that were all.
    """

    name = "cut_inside"
    what: Literal["character", "json"] = "json"
    nth_event: Ordinal = 1
    clean: bool = False

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Pass everything up to the place."""
        seen, struck, streams = 0, False, False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal seen, struck, streams
            if struck:
                return ()
            if isinstance(action, Head):
                streams = action.streams
                return (action.with_(content_length=None) if self.clean else action,)
            if not isinstance(action, Data):
                return (action,)
            parts = events_of(action.body) if streams else [action.body]
            place = self._place(parts, seen)
            seen += len(parts)
            struck = place is not None
            return (action,) if place is None else self._cut(action, place)

        return bend

    def _cut(self, action: Data, place: int) -> Iterator[Action]:
        yield Data(action.body[:place], action.at_ms)
        yield End() if self.clean else Cut()

    def _place(self, parts: list[bytes], seen: int) -> int | None:
        """Return where to cut, counted from the first part's first byte."""
        at = 0
        for nth, part in enumerate(parts, seen + 1):
            inside = self._inside(part) if nth >= self.nth_event else None
            if inside is not None:
                return at + inside
            at += len(part)
        return None

    def _inside(self, part: bytes) -> int | None:
        if self.what == "character":
            return next((at + 1 for at, byte in enumerate(part) if byte >= 0xC0), None)
        start = part.find(b"{")
        return None if start < 0 else start + max(1, (len(part) - start) // 2)

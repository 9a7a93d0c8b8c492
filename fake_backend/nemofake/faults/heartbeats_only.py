"""Heartbeats and nothing else: the stream lives, and never gets anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Data, End, Head, Wait
from .fault import Fault

_BEAT = b'data: {"type":"heartbeat"}\n\n'


@dataclass(frozen=True)
class HeartbeatsOnly(Fault):
    """Send a heartbeat every ``every_s`` for ``minutes`` in place of a stream's events, then close (C-SSE-2)."""

    name = "heartbeats_only"
    minutes: float = 11
    every_s: float = 10

    def begin(self, start_ms: int) -> Bend:
        """Let the head pass, then beat."""
        beating = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal beating
            if beating:
                return
            yield action
            if isinstance(action, Head) and action.streams:
                beating = True
                yield from self._beats(start_ms)

        return bend

    def _beats(self, start_ms: int) -> Iterable[Action]:
        step_ms = int(self.every_s * 1000)
        for nth in range(1, int(self.minutes * 60_000) // step_ms + 1):
            yield Wait(step_ms)
            yield Data(_BEAT, start_ms + nth * step_ms)
        yield End()

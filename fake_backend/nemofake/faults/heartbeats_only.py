"""Heartbeats and nothing else: the stream lives, and never gets anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from .actions import Action, Bend, Data, End, Head, Wait
from .fault import STREAMS, Fault, Scene

_BEAT = b'data: {"type":"heartbeat"}\n\n'


@dataclass(frozen=True)
class HeartbeatsOnly(Fault):
    """Send a heartbeat every ``every_s`` for ``minutes`` in place of events, then close (C-SSE-2)."""

    name = "heartbeats_only"
    suits: ClassVar[frozenset[str]] = STREAMS
    minutes: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 11
    every_s: Annotated[float, Field(ge=0.1, le=3600, allow_inf_nan=False)] = 10

    def begin(self, scene: Scene) -> Bend:
        """Let the head pass, then beat."""
        beating = False

        def bend(action: Action) -> Iterator[Action]:
            nonlocal beating
            if beating:
                return
            yield action
            if isinstance(action, Head) and action.streams:
                beating = True
                yield from self._beats(scene.start_ms)

        return bend

    def _beats(self, start_ms: int) -> Iterator[Action]:
        step_ms, length_ms = round(self.every_s * 1000), round(self.minutes * 60_000)
        for at_ms in range(step_ms, length_ms + 1, step_ms):
            yield Wait(step_ms)
            yield Data(_BEAT, start_ms + at_ms)
        yield Wait(length_ms % step_ms)
        yield End()

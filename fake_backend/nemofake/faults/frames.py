"""Faults that rewrite the events of a stream, one at a time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from .actions import Action, Bend, Data, Head, events_of
from .fault import STREAMS, Fault, Scene


class Frames(Fault):
    """A fault that rewrites the events of a stream; other answers pass."""

    suits: ClassVar[frozenset[str]] = STREAMS
    __slots__ = ()

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Rewrite each event's frame as it passes."""
        return _Events(self)

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return what is sent for the ``nth`` event, from 1."""
        raise NotImplementedError


class _Events:
    """One stream on its way through; a chunk that nothing changes stays one chunk."""

    def __init__(self, fault: Frames) -> None:
        self._fault = fault
        self._count = 0
        self._streams = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if isinstance(action, Head):
            self._streams = action.streams
        if not self._streams or not isinstance(action, Data):
            return (action,)
        before = events_of(action.body)
        after = [sent for frame in before for sent in self._rewritten(frame)]
        return (action,) if after == before else (Data(sent, action.at_ms) for sent in after)

    def _rewritten(self, frame: bytes) -> Iterable[bytes]:
        self._count += 1
        return self._fault.frames(frame, self._count)

"""Faults of time and chunk size: the same bytes, later or in other pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .base import (
    Action,
    Count,
    Cut,
    Data,
    End,
    Fault,
    FaultContext,
    Hang,
    Head,
    Milliseconds,
    Ordinal,
    Reset,
    Transform,
    Wait,
)


@dataclass(frozen=True)
class Delay(Fault):
    """Let ``ms`` of engine time pass before the head."""

    name = "delay"
    ms: Milliseconds = 5_000

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Wait before the head."""

        def transform(action: Action) -> Iterable[Action]:
            return (Wait(self.ms), action) if isinstance(action, Head) else (action,)

        return transform


@dataclass(frozen=True)
class Throttle(Fault):
    """Send at most ``size`` bytes at a time, with ``every_ms`` of engine time in between."""

    name = "drip"
    size: Ordinal = 16
    every_ms: Milliseconds = 100

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Send each chunk in pieces."""
        first = True

        def transform(action: Action) -> Iterator[Action]:
            nonlocal first
            if not isinstance(action, Data):
                yield action
                return
            for piece in _pieces(action, self.size):
                if not first:
                    yield Wait(self.every_ms)
                first = False
                yield piece

        return transform


@dataclass(frozen=True)
class Chunking(Fault):
    """Send chunks of ``size`` bytes whatever the events; 0 sends everything in one chunk, at the end."""

    name = "chunking"
    size: Count = 1

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Divide the body into other chunks."""
        collected: list[Data] = []

        def transform(action: Action) -> Iterator[Action]:
            if isinstance(action, Data):
                if self.size == 0:
                    collected.append(action)
                else:
                    yield from _pieces(action, self.size)
                return
            if isinstance(action, End | Hang | Cut | Reset) and collected:
                yield Data(b"".join(part.body for part in collected), collected[-1].at_ms)
            yield action

        return transform


def _pieces(action: Data, size: int) -> Iterator[Data]:
    for start in range(0, len(action.body), size):
        yield Data(action.body[start : start + size], action.at_ms)

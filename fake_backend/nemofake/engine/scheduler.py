"""Planned effects, in the order (due time, sequence)."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Effect = Callable[[int], None]


class Schedule:
    """A heap of effects; equal due times keep the order in which they were planned."""

    __slots__ = ("_heap", "_sequence")

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Effect]] = []
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._heap)

    def plan(self, due_ms: int, effect: Effect, place: int | None = None) -> int:
        """Plan ``effect(due_ms)`` for ``due_ms``, engine time, and return its place among equal due times.

        An effect that plans its own repetition gives its ``place`` again, and keeps it.
        """
        if place is None:
            self._sequence += 1
            place = self._sequence
        heapq.heappush(self._heap, (due_ms, place, effect))
        return place

    @property
    def next_due_ms(self) -> int | None:
        """When the next effect is due, or None where nothing is planned."""
        return self._heap[0][0] if self._heap else None

    def run_due(self, now_ms: int) -> None:
        """Run everything due at or before ``now_ms``, in order."""
        while self._heap and self._heap[0][0] <= now_ms:
            due_ms, _, effect = heapq.heappop(self._heap)
            effect(due_ms)

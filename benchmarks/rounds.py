"""Interleaved rounds: every contestant has its turn in each, so that a noisy neighbour hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import TypeVar

from .budget import Budget

Sample = TypeVar("Sample")
Samples = dict[str, list[float]]


def interleaved(
    contestants: Mapping[str, Callable[[], Sample]], rounds: int, limit_s: float
) -> dict[str, list[Sample]]:
    """Return each contestant's samples, one a round; who begins changes from round to round.

    At least one round is played, and none begins after ``limit_s``.
    """
    names = list(contestants)
    samples: dict[str, list[Sample]] = {name: [] for name in names}
    until_s = perf_counter() + limit_s
    for nth in range(rounds):
        if nth and perf_counter() > until_s:
            break
        for name in (*names[nth % len(names) :], *names[: nth % len(names)]):
            samples[name].append(contestants[name]())
    return samples


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the rounds' own quotients: what slows a round down slows both sides of it."""
    return median(a / b for a, b in zip(ours, theirs, strict=True))


def repeated(work: Callable[[], object], budget: Budget) -> Callable[[], float]:
    """Return a contestant that calls ``work`` for a slice and tells calls a second; it is warm by then."""
    _rate(work, budget.warm_s)
    return lambda: _rate(work, budget.slice_s)


def _rate(work: Callable[[], object], slice_s: float) -> float:
    calls, started_s, now_s = 0, perf_counter(), 0.0
    while now_s < slice_s:
        work()
        calls += 1
        now_s = perf_counter() - started_s
    return calls / now_s

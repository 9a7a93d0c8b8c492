"""Interleaved rounds: every contestant has its turn in each, so that a noisy neighbour hits all alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

from .limits import Budget

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


_HEADINGS = ("measured", "unit", "contestant", "figure", "spread", "ratio")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: samples of ``ours``, the contestant measured, and of each baseline by name.

    ``more_is_better`` is False for times. ``note`` says what the reader must know to trust it.
    """

    measured: str
    unit: str
    ours: str
    samples: Samples
    more_is_better: bool = True
    note: str = ""

    @property
    def ratios(self) -> dict[str, float]:
        """Ours by each baseline, above 1 where ours is more, faster or not."""
        mine = self.samples[self.ours]
        return {name: ratio(mine, other) for name, other in self.samples.items() if name != self.ours}

    def record(self) -> dict[str, Any]:
        """Return the row for JSON, every sample included."""
        return {
            "measured": self.measured,
            "unit": self.unit,
            "more_is_better": self.more_is_better,
            "ours": self.ours,
            "median": {name: median(values) for name, values in self.samples.items()},
            "ratio": self.ratios,
            "samples": self.samples,
            "note": self.note,
        }


def render(rows: Iterable[Row]) -> str:
    """Return the table as aligned text, the notes below it."""
    rows = tuple(rows)
    lines = [_HEADINGS, *(line for row in rows for line in _lines(row))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = ["  ".join(_cells(line, widths)).rstrip() for line in lines]
    texts.insert(1, "  ".join("-" * width for width in widths))
    notes = list(dict.fromkeys(f"{row.measured}: {row.note}" for row in rows if row.note))
    return "\n".join([*texts, "", *notes]).rstrip()


def _lines(row: Row) -> Iterable[tuple[str, ...]]:
    """Return the row's own line, then one for each baseline with ours as a multiple of it."""
    arrow = "↑" if row.more_is_better else "↓"
    mine = row.samples[row.ours]
    yield row.measured, f"{row.unit} {arrow}", row.ours, _figure(median(mine)), _spread(mine), ""
    for name, times in row.ratios.items():
        other = row.samples[name]
        yield "", "", f"  by {name}", _figure(median(other)), _spread(other), f"{times:.2f}"


def _cells(line: tuple[str, ...], widths: list[int]) -> Iterable[str]:
    left = len(line) - 3  # words to the left, figures to the right
    for at, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.ljust(width) if at < left else cell.rjust(width)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _spread(values: list[float]) -> str:
    """Return the distance from the least to the greatest sample, in percent of the median."""
    return f"{100 * (max(values) - min(values)) / median(values):.0f} %" if len(values) > 1 else ""

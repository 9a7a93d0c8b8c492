"""Time ranges as a set: pairs (start, end) in ms, sorted, disjoint, none empty."""

from __future__ import annotations

from collections.abc import Iterable

Range = tuple[int, int]
Ranges = tuple[Range, ...]

FOREVER = 1 << 62


def union(ranges: Iterable[Range], *, within: Range | None = None) -> Ranges:
    """Return the times that are in any of ``ranges``; those that touch become one."""
    merged: list[Range] = []
    low, high = within or (0, FOREVER)
    for first, last in sorted(ranges):
        start, end = max(first, low), min(last, high)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def subtract(ranges: Ranges, holes: Ranges) -> Ranges:
    """Return the times that are in ``ranges`` and in none of ``holes``; both in order."""
    left: list[Range] = []
    at = 0
    for start, end in ranges:
        here = start
        while at and holes[at - 1][1] > start:
            at -= 1
        while at < len(holes) and holes[at][0] < end:
            if holes[at][0] > here:
                left.append((here, holes[at][0]))
            here = max(here, holes[at][1])
            at += 1
        if here < end:
            left.append((here, end))
    return tuple(left)


def total(ranges: Ranges) -> int:
    """Return how long they are together, in ms."""
    return sum(end - start for start, end in ranges)

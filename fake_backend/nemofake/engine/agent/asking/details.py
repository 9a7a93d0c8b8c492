"""What a clause says about when, where, which and how much."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from ..reading import concepts as c
from ..reading.reader import Item
from ..reading.spans import END
from .clause import Clause

TEXT_MS = 3_000  # how long a text stands where nothing is said


def first(clause: Clause, bits: int, *, without: int = 0) -> Any:
    """Return the value of the first item that means one of ``bits``, or None."""
    for item in clause.items:
        if item.bits & bits and not item.bits & without:
            return item.value
    return None


def every(clause: Clause, bits: int, *, without: int = 0) -> list[Any]:
    """Return the values of all items that mean one of ``bits``."""
    return [item.value for item in clause.items if item.bits & bits and not item.bits & without]


def words(clause: Clause, bits: int) -> str:
    """Return the valued words of these meanings, each once, in order."""
    return " ".join(dict.fromkeys(item.value for item in clause.items if item.bits & bits and item.value))


def numbers(clause: Clause) -> list[int]:
    """Return which ones are meant, counted from 1, -1 the last."""
    values = every(clause, c.NUMBER | c.ORDINAL)
    return [int(value) for value in values if value and -1 <= int(value) <= 9_999]


def span(clause: Clause) -> tuple[int | None, int | None]:
    """Return the time range that a clause names, (None, None) where it names none."""
    for item in clause.items:
        if item.bits & c.SPAN:
            start, end = item.value
            return start, end
    start, length = first(clause, c.POINT), duration(clause)
    if start is not None:
        return start, start + length if length else END
    if length and clause.bits & c.STARTING:
        return 0, length
    if length and clause.bits & c.ENDING:
        return -length, END
    return None, None


def moment(clause: Clause, *, default_ms: int = TEXT_MS) -> tuple[int | None, int | None, int | None]:
    """Return (start, end, duration) of something that stands for a while, each None where it is not told."""
    for item in clause.items:
        if item.bits & c.SPAN:
            start, end = item.value
            return start, None if item.bits & c.OPEN else end, duration(clause)
    length = duration(clause)
    start = first(clause, c.POINT)
    if start is None and clause.bits & c.STARTING:
        start = 0
    if start is None and clause.bits & c.ENDING:
        start = -(length or default_ms)
    return start, None, length


def duration(clause: Clause) -> int | None:
    """Return a length of time in ms, or None."""
    value = first(clause, c.LASTING, without=c.NUMBER)
    if value is None:
        value = first(
            clause, c.TIME | c.TARGET | c.BY, without=c.NUMBER | c.PERCENT | c.FACTOR | c.SHAPE | c.SPAN
        )
    return int(value) if value else None


def clip_number(clause: Clause) -> int | None:
    """Return which clip is meant: "clip 2", "the last clip"."""
    return next(iter(numbers(clause)), None) if clause.bits & (c.CLIP | c.ORDINAL) else None


def share(clause: Clause) -> float | None:
    """Return a share of 1: 35%, "volume 35", "volume 0.35", half."""
    value = first(clause, c.PERCENT)
    if value is None:
        value = first(clause, c.FACTOR)
        value = float(value) if value is not None else _bare_share(clause)
    return None if value is None else min(max(float(value), 0.0), 1.0)


def position(clause: Clause) -> str:
    """Return where on the picture: top, bottom left, lower third …, or ""."""
    if clause.bits & c.LOWER_THIRD:
        return "lower third"
    return place(clause)


def place(clause: Clause) -> str:
    """Return a place on the picture by its words, or ""."""
    side, height = first(clause, c.SIDE), first(clause, c.HEIGHT)
    if side in ("left", "right") and height:
        return f"{height} {side}"
    return str(side or height or "")


def split_at_quotes(clause: Clause) -> Iterator[Clause]:
    """Yield one clause for each quotation, with the times that belong to it: "A" at 0s and "B" at 5s."""
    quotes = [n for n, item in enumerate(clause.items) if item.bits & c.QUOTE]
    if len(quotes) < 2:
        yield clause
        return
    time_first = any(item.bits & c.WHEN for item in clause.items[: quotes[0]])
    cuts = [n + 1 for n in quotes[:-1]] if time_first else quotes[1:]
    for begin, end in pairwise([0, *cuts, len(clause.items)]):
        yield _part(clause, clause.items[begin:end])


def _part(clause: Clause, items: list[Item]) -> Clause:
    part = Clause(clause.joined, kind=clause.kind)
    for item in items:
        part.add(item)
    return part


def _bare_share(clause: Clause) -> float | None:
    if not clause.bits & c.VOLUME:
        return None
    value = first(clause, c.NUMBER)
    return None if value is None else (value / 100 if value > 1 else value)

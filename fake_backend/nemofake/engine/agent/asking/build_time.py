"""Clause to instructions about time: cuts, lengths, speed."""

from __future__ import annotations

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from ..reading.spans import END
from .clause import Clause
from .details import clip_number, duration, every, first, span

Made = tuple[Instruction, ...]

_FASTER, _SLOWER = 1.5, 0.5


def ask_silences(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read from what length on a pause is cut."""
    return (Instruction(kind, reading.language, duration_ms=first(clause, c.MINIMUM)),)


def ask_cut(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read what to cut; of several places in absolute time the latest is cut first, so that each is right."""
    number = clip_number(clause)
    spans = every(clause, c.SPAN) or [_edge(clause)]
    if all(start is not None and start >= 0 for start, _ in spans):
        spans.sort(reverse=True)
    length = duration(clause)
    return tuple(
        Instruction(kind, reading.language, start_ms=s, end_ms=e, duration_ms=length, number=number)
        for s, e in spans
    )


def _edge(clause: Clause) -> tuple[int | None, int | None]:
    """Return what "5 seconds off the end" and "shorten by 5 seconds" cut."""
    length = duration(clause)
    if length and clause.bits & c.BY and not clause.bits & c.STARTING:
        return span_at_end(length)
    return span(clause)


def span_at_end(length_ms: int) -> tuple[int, int]:
    """Return the last ``length_ms`` of a timeline."""
    return -length_ms, END


def ask_keep(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read what is to stay."""
    start, end = span(clause)
    return (Instruction(kind, reading.language, start_ms=start, end_ms=end, number=clip_number(clause)),)


def ask_duration(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read how long it is to be."""
    return (Instruction(kind, reading.language, duration_ms=duration(clause), number=clip_number(clause)),)


def ask_split(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read where to split."""
    at_ms = first(clause, c.POINT)
    if at_ms is None:
        at_ms = first(clause, c.TIME | c.TARGET, without=c.NUMBER)
    return (Instruction(kind, reading.language, start_ms=at_ms),)


def ask_speed(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read how much faster or slower, and where."""
    start, end = span(clause)
    length = None if clause.bits & (c.FACTOR | c.PERCENT) else first(clause, c.TARGET, without=c.NUMBER)
    return (
        Instruction(
            kind,
            reading.language,
            amount=None if length else _factor(clause),
            duration_ms=length,
            start_ms=start,
            end_ms=end,
            number=clip_number(clause),
        ),
    )


def _factor(clause: Clause) -> float:
    if clause.bits & c.REMOVE:
        return 1.0
    slower = bool(clause.bits & (c.SLOWER | c.LOWER))
    factor = first(clause, c.FACTOR)
    percent: float | None = first(clause, c.PERCENT)
    if factor is not None:
        value = float(factor)
        return round(1 / value, 4) if slower and value > 1 else value
    if percent is None:
        return _SLOWER if slower else _FASTER
    if clause.bits & c.BY:
        return 1 - percent if slower else 1 + percent
    return percent

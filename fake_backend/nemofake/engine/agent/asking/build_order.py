"""Clause to instructions about what goes and what stands where."""

from __future__ import annotations

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from .clause import Clause
from .details import first, numbers, span
from .targets import everything_named, targets

Made = tuple[Instruction, ...]


def ask_remove(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read what goes: one instruction for each thing named."""
    names = targets(clause) or [""]
    which: list[int | None] = [*numbers(clause)] or [None]
    text = str(first(clause, c.QUOTE) or "")
    start, end = span(clause)
    if clause.bits & c.EVERYTHING and len(names) > 1:
        names.remove("everything")
    if "track" not in names and "clip" not in names and which != [None] and names in ([""], ["video"]):
        names = ["clip"]
    made = [
        Instruction(kind, reading.language, target=name, text=text, start_ms=start, end_ms=end, number=n)
        for name in names
        for n in which
    ]
    return tuple(made)


def ask_move_track(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read which track goes where."""
    named = everything_named(clause)
    which = numbers(clause)
    other = named[1] if len(named) > 1 else ""
    where = next((name for bits, name in _DIRECTIONS if clause.bits & bits), "")
    if clause.bits & c.HEIGHT:
        where = str(first(clause, c.HEIGHT))
    place = which[-1] if which and (len(which) > 1 or named[:1] != ["track"]) else None
    return (
        Instruction(
            kind,
            reading.language,
            target=named[0] if named else "",
            style=other,
            position=where,
            number=which[0] if which and named[:1] == ["track"] else None,
            place=place,
        ),
    )


_DIRECTIONS: tuple[tuple[int, str], ...] = (
    (c.SWAP, "swap"),
    (c.ABOVE, "above"),
    (c.BELOW, "below"),
    (c.STARTING, "top"),
    (c.ENDING, "bottom"),
    (c.RAISE, "up"),
    (c.LOWER, "down"),
)


def ask_move_clip(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read which clip goes where."""
    which = numbers(clause)
    place = which[1] if len(which) > 1 else None
    where = "reverse" if clause.bits & c.REVERSE else "swap" if clause.bits & c.SWAP else ""
    if place is None and clause.bits & (c.STARTING | c.ENDING):
        place = 1 if clause.bits & c.STARTING else -1
    return (
        Instruction(kind, reading.language, position=where, number=which[0] if which else None, place=place),
    )

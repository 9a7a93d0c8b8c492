"""Clause to instructions about text: titles, subtitles, their words and places."""

from __future__ import annotations

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from .clause import Clause
from .details import every, first, moment, place, position, split_at_quotes
from .targets import target

Made = tuple[Instruction, ...]


def ask_title(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read texts with their times and places: one instruction for each quotation."""
    return tuple(_one_text(kind, part, clause, reading) for part in split_at_quotes(clause))


def _one_text(kind: Kind, part: Clause, whole: Clause, reading: Reading) -> Instruction:
    start, end, length = moment(part)
    return Instruction(
        kind,
        reading.language,
        text=str(first(part, c.QUOTE) or ""),
        position=position(part) or position(whole),
        style=str(first(part, c.TONGUE) or ""),
        start_ms=start,
        end_ms=end,
        duration_ms=length,
    )


def ask_retitle(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read which text becomes which; without a text it is a matter of place."""
    quotes = every(clause, c.QUOTE)
    old, text = (quotes[0], quotes[1]) if len(quotes) > 1 else ("", quotes[0] if quotes else "")
    if not text and (position(clause) or clause.bits & c.WHEN):
        return ask_place_text(Kind.PLACE_TEXT, clause, reading)
    return (Instruction(kind, reading.language, text=text, old=old, target=target(clause)),)


def ask_place_text(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read where and when a text is to stand."""
    start, end, length = moment(clause)
    if start is None and length and clause.bits & c.MOVE:
        start, length = length, None
    where = place(clause)
    return (
        Instruction(
            kind,
            reading.language,
            target=target(clause),
            position=where,
            start_ms=start,
            end_ms=end,
            duration_ms=length,
        ),
    )

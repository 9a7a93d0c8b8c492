"""Clause to instructions about the picture: looks, effects, shape."""

from __future__ import annotations

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from ..reading.shapes import pixels
from .clause import Clause
from .details import clip_number, duration, every, first, moment, span, words
from .targets import targets

Made = tuple[Instruction, ...]

_EFFECT_MS = 1_000  # how long an effect lasts that has a beginning but no end


def ask_grade(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read a look."""
    start, end = span(clause)
    style = words(clause, c.LOOK | c.MILD)
    return (
        Instruction(
            kind, reading.language, style=style, start_ms=start, end_ms=end, number=clip_number(clause)
        ),
    )


def ask_effect(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read effects: one instruction for each."""
    start, end, length = moment(clause, default_ms=_EFFECT_MS)
    if start is not None and end is None:
        length = length or _EFFECT_MS
    named = [
        name for name in targets(clause) if name in ("music", "sound", "title", "subtitles", "lower third")
    ]
    styles = dict.fromkeys(every(clause, c.EFFECT | c.NOISE)) or {"": None}
    return tuple(
        Instruction(
            kind,
            reading.language,
            style=str(style),
            target=named[0] if named else "",
            start_ms=start,
            end_ms=end,
            duration_ms=length,
            number=clip_number(clause),
        )
        for style in styles
    )


def ask_transition(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read a transition."""
    style = (
        first(clause, c.TRANSITION)
        or first(clause, c.EFFECT)
        or next(filter(None, every(clause, c.TRANSITION)), "")
    )
    return (Instruction(kind, reading.language, style=str(style), duration_ms=duration(clause)),)


def ask_canvas(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read the shape of the picture."""
    return (Instruction(kind, reading.language, canvas=pixels(first(clause, c.SHAPE))),)

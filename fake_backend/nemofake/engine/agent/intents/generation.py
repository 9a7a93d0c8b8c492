"""A clip to be generated: what it shows, how long and which shape, and what follows it by itself (SSE-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..lexer import concepts as c
from ..lexer.lexer import ParsedMessage
from ..lexer.numbers import pixels
from ..model import Instruction, Kind
from .clauses import Clause
from .slots import change_of, duration, every, first, subject_of, title_of

MIN_MS, MAX_MS, DEFAULT_MS = 1_000, 60_000, 10_000
MAX_CLIPS = 10
MAX_PROMPT_CHARS = 1_000
DEFAULT_MUSIC, DEFAULT_VOLUME, DEFAULT_EFFECT = "Lo-fi", 0.35, "fade"
TITLE_MS = 3_000

STAGES = frozenset({Kind.MUSIC, Kind.TITLE, Kind.LOWER_THIRD, Kind.EFFECT, Kind.TRANSITION})
# Which comes when: music first, then text, then effects (SSE-8).
_ORDER = {Kind.MUSIC: 0, Kind.TITLE: 1, Kind.LOWER_THIRD: 1, Kind.EFFECT: 2, Kind.TRANSITION: 2}


def clips(
    clause: Clause, reading: ParsedMessage, following: Sequence[Instruction], suppressed: frozenset[Kind]
) -> tuple[Instruction, ...]:
    """Return an instruction for each clip that a clause asks for.

    ``following`` is what the message asks for beside it and ``suppressed`` what it does not want: the
    last clip brings them as its stages, with defaults for what is not told.
    """
    count = _count(clause)
    titles = [i.text for i in following if _is_text(i) and i.text]
    subject = subject_of(clause, reading) or next(iter(titles), "") or _nothing(reading)
    clip = Instruction(
        Kind.GENERATE,
        reading.language,
        text=subject,
        style=reading.plain(clause.first, clause.after)[:MAX_PROMPT_CHARS],
        duration_ms=_length(clause),
        canvas=pixels(shape) if (shape := first(clause, c.SHAPE)) else None,
    )
    stages = with_defaults(subject, following, suppressed, reading.language)
    return (clip,) * (count - 1) + (replace(clip, stages=stages),)


def with_defaults(
    subject: str, following: Sequence[Instruction], suppressed: frozenset[Kind], language: str
) -> tuple[Instruction, ...]:
    """Return the second stage of a generation: music, then title, then effects (SSE-8)."""
    stages = [_of_this_clip(stage, subject) for stage in following]
    told = {_ORDER[i.kind] for i in stages} | {_ORDER[kind] for kind in suppressed if kind in _ORDER}
    if 0 not in told:
        stages.append(
            Instruction(Kind.MUSIC, language, style=DEFAULT_MUSIC, amount=DEFAULT_VOLUME, auto=True)
        )
    if 1 not in told:
        title = title_of(subject)
        stages.append(
            Instruction(Kind.TITLE, language, text=title, duration_ms=TITLE_MS, number=-1, auto=True)
        )
    if 2 not in told:
        stages.append(Instruction(Kind.EFFECT, language, style=DEFAULT_EFFECT, number=-1, auto=True))
    return tuple(sorted(stages, key=lambda i: _ORDER[i.kind]))


def _of_this_clip(stage: Instruction, subject: str) -> Instruction:
    """Return a stage meant for the clip just made, not for those before it."""
    if _is_text(stage):
        return replace(stage, number=-1, text=stage.text or title_of(subject))
    everywhere = stage.kind is not Kind.EFFECT or stage.target or stage.start_ms is not None
    return stage if everywhere else replace(stage, number=-1)


def _is_text(instruction: Instruction) -> bool:
    return instruction.kind in (Kind.TITLE, Kind.LOWER_THIRD)


def again(clause: Clause, reading: ParsedMessage) -> Instruction:
    """Return the instruction to make a clip anew, with what is to be different."""
    verb = next(item for item in clause.items if item.bits & c.AGAIN)
    shape = first(clause, c.SHAPE)
    which = every(clause, c.NUMBER | c.ORDINAL) if clause.bits & c.CLIP else []
    return Instruction(
        Kind.REGENERATE,
        reading.language,
        text=change_of(clause, reading, verb.after, numbered=bool(which)),
        duration_ms=_length(clause) if clause.bits & (c.TIME | c.LASTING) else None,
        canvas=pixels(shape) if shape else None,
        number=int(which[0]) if which else None,
    )


def expand(instruction: Instruction) -> tuple[Instruction, ...]:
    """Return what is done one after the other: a generation is its raw clip, then its stages (SSE-8)."""
    if not instruction.stages:
        return (instruction,)
    return (replace(instruction, stages=()), *instruction.stages)


def _length(clause: Clause) -> int:
    told = duration(clause)
    if told is None and clause.bits & c.SPAN:
        told = first(clause, c.SPAN)[1]
    return min(max(told or DEFAULT_MS, MIN_MS), MAX_MS)


def _count(clause: Clause) -> int:
    """Return how many clips: a number that stands before the word for a clip."""
    for item in clause.items:
        if item.bits & (c.CLIP | c.VIDEO | c.FOOTAGE_OF | c.QUOTE):
            break
        if item.bits == c.NUMBER and clause.bits & (c.CLIP | c.VIDEO) and 1 <= item.value <= MAX_CLIPS:
            return int(item.value)
    return 1


def _nothing(reading: ParsedMessage) -> str:
    return "未命名片段" if reading.language == "zh" else "untitled clip"

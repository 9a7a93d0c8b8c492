"""A clip to be generated: what it shows, how long and which shape, and what follows it by itself (SSE-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from . import concepts as c
from .clause import Clause, bits_of
from .model import Instruction, Kind
from .shapes import pixels
from .subject import change_of, subject_of, title_of

MIN_MS, MAX_MS, DEFAULT_MS = 1_000, 60_000, 10_000
MAX_CLIPS = 10
MAX_PROMPT_CHARS = 1_000
DEFAULT_MUSIC, DEFAULT_VOLUME, DEFAULT_EFFECT = "Lo-fi", 0.35, "fade"
TITLE_MS = 3_000

STAGES = frozenset({Kind.MUSIC, Kind.TITLE, Kind.LOWER_THIRD, Kind.EFFECT, Kind.TRANSITION})
# Which comes when: music first, then text, then effects (SSE-8).
_ORDER = {Kind.MUSIC: 0, Kind.TITLE: 1, Kind.LOWER_THIRD: 1, Kind.EFFECT: 2, Kind.TRANSITION: 2}

_DRESS = c.EFFECT | c.FX | c.TRANSITION | c.GRADE | c.LOOK
_OURS = frozenset(("my", "our", "this", "these", "我的", "这些"))
# What makes a clip: each row needs one meaning of each group and none of the last.
_MAKES: tuple[tuple[tuple[int, ...], int], ...] = (
    ((c.GENERATE, c.FOOTAGE_OF), c.SUBTITLE),
    ((c.MAKE_A | c.WANT | c.ADD, c.FOOTAGE_OF), c.TEXTS | c.MUSIC | _DRESS | c.DEFINITE | c.NEW),
    ((c.GENERATE,), c.CHANGE | c.SILENCE),
    ((c.MAKE_A, c.VIDEO | c.CLIP), c.SPLIT | c.FASTER | c.SLOWER | c.CHANGE),
    (
        (c.MAKE_A, c.TIME, c.UNKNOWN),
        c.TEXTS | c.MUSIC | _DRESS | c.SILENCE | c.VERSION | c.CHANGE | c.DEFINITE,
    ),
    ((c.WANT, c.TIME, c.VIDEO | c.CLIP), c.TEXTS | c.MUSIC | _DRESS | c.DEFINITE | c.REMOVE | c.CUT),
    ((c.FOOTAGE_OF, c.TIME), c.ACTIONS | c.WHAT | c.TEXTS | c.MUSIC | c.STATE | c.DEFINITE),
)


def is_generation(clause: Clause) -> bool:
    """Tell whether a clause asks for a new clip; what it shows is free text."""
    of = next((n for n, token in enumerate(clause.tokens) if token.bits & c.FOOTAGE_OF), None)
    said = clause.bits if of is None else bits_of(clause.tokens[: of + 1])
    return any(all(clause.bits & need for need in needs) and not said & without for needs, without in _MAKES)


def asks_for_own_footage(clause: Clause, *, has_uploads: bool) -> bool:
    """Tell whether a clip is to be made from what was uploaded, or may be: then nothing is generated.

    While there are uploads, only "generate", or a clip "of" something that is not the user's, is a
    new clip in so many words.
    """
    if clause.bits & c.OWN:
        return True
    if not has_uploads:
        return False
    words = clause.parsed.pieces[clause.first : clause.after]
    if clause.bits & c.TRAILER or _OURS.intersection(words):
        return True
    if clause.bits & c.FOOTAGE_OF and not subject_of(clause):
        return True  # "make a clip of it"
    in_so_many_words = any(x.bits & c.GENERATE and x.value == "new" for x in clause.tokens)
    return not (in_so_many_words or clause.bits & c.FOOTAGE_OF)


def clips(
    clause: Clause, following: Sequence[Instruction], suppressed: frozenset[Kind]
) -> tuple[Instruction, ...]:
    """Return an instruction for each clip that a clause asks for; () for a length that cannot be.

    ``following`` is what the message asks for beside it and ``suppressed`` what it does not want: the
    last clip brings them as its stages, with defaults for what is not said.
    """
    language = clause.parsed.language
    titles = [i.text for i in following if _is_text(i) and i.text]
    subject = (
        subject_of(clause)
        or next(iter(titles), "")
        or ("未命名片段" if language == "zh" else "untitled clip")
    )
    shape = first(clause, c.SHAPE)
    clip = Instruction(
        Kind.GENERATE,
        language,
        text=subject,
        style=clause.parsed.plain(clause.first, clause.after)[:MAX_PROMPT_CHARS],
        duration_ms=_length(clause),
        canvas=pixels(shape) if shape else None,
    )
    stages = with_defaults(subject, following, suppressed, language)
    return (clip,) * (_count(clause) - 1) + (replace(clip, stages=stages),)


def is_impossible(clause: Clause) -> bool:
    """Tell a clip of no or of negative length."""
    return bool(clause.bits & c.NEGATIVE) or duration(clause) == 0


def with_defaults(
    subject: str, following: Sequence[Instruction], suppressed: frozenset[Kind], language: str
) -> tuple[Instruction, ...]:
    """Return the second step of a generation: music, then title, then effects (SSE-8)."""
    stages = [_of_this_clip(stage, subject) for stage in following]
    given = {_ORDER[i.kind] for i in stages} | {_ORDER[kind] for kind in suppressed if kind in _ORDER}
    if 0 not in given:
        stages.append(
            Instruction(Kind.MUSIC, language, style=DEFAULT_MUSIC, amount=DEFAULT_VOLUME, auto=True)
        )
    if 1 not in given:
        title = title_of(subject)
        stages.append(
            Instruction(Kind.TITLE, language, text=title, duration_ms=TITLE_MS, number=-1, auto=True)
        )
    if 2 not in given:
        stages.append(Instruction(Kind.EFFECT, language, style=DEFAULT_EFFECT, number=-1, auto=True))
    return tuple(sorted(stages, key=lambda i: _ORDER[i.kind]))


def again(clause: Clause) -> Instruction:
    """Return the instruction to make a clip anew, with what is to be different."""
    verb = next(token for token in clause.tokens if token.bits & c.AGAIN)
    shape = first(clause, c.SHAPE)
    which = (
        [t.value for t in clause.tokens if t.bits & (c.NUMBER | c.ORDINAL)] if clause.bits & c.CLIP else []
    )
    return Instruction(
        Kind.REGENERATE,
        clause.parsed.language,
        text=change_of(clause, verb.after, numbered=bool(which)),
        duration_ms=_length(clause) if clause.bits & (c.TIME | c.LASTING) else None,
        canvas=pixels(shape) if shape else None,
        number=int(which[0]) if which else None,
    )


def expand(instruction: Instruction) -> tuple[Instruction, ...]:
    """Return what is done one after the other: a generation is its raw clip, then its stages (SSE-8)."""
    if not instruction.stages:
        return (instruction,)
    return (replace(instruction, stages=()), *instruction.stages)


def first(clause: Clause, bits: int, *, without: int = 0) -> str | None:
    """Return the value of the first token that means one of ``bits``, or None."""
    return next((t.value for t in clause.tokens if t.bits & bits and not t.bits & without), None)


def duration(clause: Clause) -> int | None:
    """Return the length that a clause gives a clip, ms, or None."""
    wrong = c.NUMBER | c.PERCENT | c.FACTOR | c.SHAPE | c.SPAN
    value = first(clause, c.LASTING, without=c.NUMBER)
    value = first(clause, c.TIME | c.TARGET | c.BY, without=wrong) if value is None else value
    if value is None:
        span = next((t.value for t in clause.tokens if t.bits & c.SPAN), None)
        return None if span is None or isinstance(span[0], tuple) else span[1]
    return int(value) if value != "" else None


def _of_this_clip(stage: Instruction, subject: str) -> Instruction:
    """Return a stage meant for the clip just made, not for those before it."""
    if _is_text(stage):
        return replace(stage, number=-1, text=stage.text or title_of(subject))
    everywhere = stage.kind is not Kind.EFFECT or stage.target or stage.start_ms is not None
    return stage if everywhere else replace(stage, number=-1)


def _is_text(instruction: Instruction) -> bool:
    return instruction.kind in (Kind.TITLE, Kind.LOWER_THIRD)


def _length(clause: Clause) -> int:
    return min(max(duration(clause) or DEFAULT_MS, MIN_MS), MAX_MS)


def _count(clause: Clause) -> int:
    """Return how many clips: a number that stands before the word for a clip."""
    for token in clause.tokens:
        if token.bits & (c.CLIP | c.VIDEO | c.FOOTAGE_OF | c.QUOTE):
            break
        if token.bits == c.NUMBER and clause.bits & (c.CLIP | c.VIDEO) and 1 <= token.value <= MAX_CLIPS:
            return int(token.value)
    return 1

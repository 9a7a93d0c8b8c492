"""A clip to be generated: what it shows, how long and which shape, and what follows it by itself (SSE-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from ..reading.shapes import pixels
from ..reading.tokens import listed
from .clauses import Clause
from .details import duration, every, first

MIN_MS, MAX_MS, DEFAULT_MS = 1_000, 60_000, 10_000
MAX_CLIPS = 10
MAX_NAME_CHARS, MAX_PROMPT_CHARS = 60, 1_000
DEFAULT_MUSIC, DEFAULT_VOLUME, DEFAULT_EFFECT = "Lo-fi", 0.35, "fade"
TITLE_MS = 3_000

STAGES = frozenset({Kind.MUSIC, Kind.TITLE, Kind.LOWER_THIRD, Kind.EFFECT, Kind.TRANSITION})
_ORDER = {Kind.MUSIC: 0, Kind.TITLE: 1, Kind.LOWER_THIRD: 1, Kind.EFFECT: 2, Kind.TRANSITION: 2}
_MAKERS = c.GENERATE | c.MAKE | c.MAKE_A | c.WANT | c.ADD
_FIGURES = c.TIME | c.LASTING | c.SHAPE | c.SPAN | c.TARGET
_PLAIN_CLIPS = listed("clip clips video videos footage movie film vid vids 视频 影片 片段 短片 小视频 短视频")
_LEADING = listed(
    "a an the of about showing featuring me us new please some for with : , - that is in one video clip "
    "it this but as make "
    "的 关于 一 个 段 条 : 、 张 部 是 有 我 要"
)
_TRAILING = listed("with in and for at a an the of to : , . - 的 、 。 ; ! long")
# What has nothing to join any more when the figure after it is gone.
_LOOSE = listed("in , 、")
_STOPS = listed(". ! ; 。 \n") | {"\n"}


def clips(
    clause: Clause, reading: Reading, following: Sequence[Instruction], suppressed: frozenset[Kind]
) -> tuple[Instruction, ...]:
    """Return an instruction for each clip that a clause asks for.

    ``following`` is what the message asks for beside it and ``suppressed`` what it does not want: the
    last clip brings them as its stages, with defaults for what is not told.
    """
    count = _count(clause)
    titles = [i.text for i in following if _is_text(i) and i.text]
    subject = _subject(clause, reading) or next(iter(titles), "") or _nothing(reading)
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
    asked = [_of_this_clip(stage, subject) for stage in following]
    kinds = {_ORDER[i.kind] for i in asked} | {_ORDER[kind] for kind in suppressed if kind in _ORDER}
    defaults = (
        Instruction(Kind.MUSIC, language, style=DEFAULT_MUSIC, amount=DEFAULT_VOLUME, auto=True),
        Instruction(Kind.TITLE, language, text=title_of(subject), duration_ms=TITLE_MS, number=-1, auto=True),
        Instruction(Kind.EFFECT, language, style=DEFAULT_EFFECT, number=-1, auto=True),
    )
    stages = [*asked, *(d for d in defaults if _ORDER[d.kind] not in kinds)]
    return tuple(sorted(stages, key=lambda i: _ORDER[i.kind]))


def _of_this_clip(stage: Instruction, subject: str) -> Instruction:
    """Return a stage meant for the clip just made, not for those before it."""
    if _is_text(stage):
        return replace(stage, number=-1, text=stage.text or title_of(subject))
    everywhere = stage.kind is not Kind.EFFECT or stage.target or stage.start_ms is not None
    return stage if everywhere else replace(stage, number=-1)


def _is_text(instruction: Instruction) -> bool:
    return instruction.kind in (Kind.TITLE, Kind.LOWER_THIRD)


def again(clause: Clause, reading: Reading) -> Instruction:
    """Return the instruction to make a clip anew, with what is to be different."""
    verb = next(item for item in clause.items if item.bits & c.AGAIN)
    shape = first(clause, c.SHAPE)
    which = every(clause, c.NUMBER | c.ORDINAL) if clause.bits & c.CLIP else []
    gone = _without(clause, reading, _FIGURES | (c.CLIP | c.NUMBER | c.ORDINAL if which else 0))
    end = _end(clause, verb.after, reading)
    change = _kept([at for at in range(verb.after, end) if at not in gone], reading)
    return Instruction(
        Kind.REGENERATE,
        reading.language,
        text="" if change in _PLAIN_CLIPS else change,
        duration_ms=_length(clause) if clause.bits & (c.TIME | c.LASTING) else None,
        canvas=pixels(shape) if shape else None,
        number=int(which[0]) if which else None,
    )


def expand(instruction: Instruction) -> tuple[Instruction, ...]:
    """Return what is done one after the other: a generation is its raw clip, then its stages (SSE-8)."""
    if not instruction.stages:
        return (instruction,)
    return (replace(instruction, stages=()), *instruction.stages)


def title_of(subject: str) -> str:
    """Return a title for a clip: its subject in capitals, short enough to be read."""
    words = shortened(subject, 40).split(" ")
    while len(words) > 1 and words[-1].lower().strip(",") in _TRAILING:
        words.pop()
    return " ".join(word[:1].upper() + word[1:] for word in words).rstrip(",")


def shortened(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters, cut between words where that is possible."""
    if len(text) <= limit:
        return text
    return text[:limit].rpartition(" ")[0] or text[:limit]


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


def _subject(clause: Clause, reading: Reading) -> str:
    """Return what a clip shows: the words after the verb that are no figure and no word for a clip."""
    quoted = first(clause, c.QUOTE)
    of = next((item for item in clause.items if item.bits & c.FOOTAGE_OF), None)
    makers = [item for item in clause.items if item.bits & _MAKERS]
    maker = max(makers, key=lambda item: item.bits & c.GENERATE, default=None)
    begin = of.after if of else maker.after if maker else clause.first
    gone = _without(clause, reading, _FIGURES | c.VERSION | (0 if of else c.NUMBER))
    gone.update(_clip_words(clause, reading, after_of=of is not None))
    kept = [at for at in range(begin, _end(clause, begin, reading)) if at not in gone]
    subject = _kept(kept, reading)
    if quoted and (not subject or subject == f"“{quoted}”"):
        return shortened(str(quoted), MAX_NAME_CHARS)
    return subject


def _without(clause: Clause, reading: Reading, bits: int) -> set[int]:
    """Return the pieces of figures and the like, with the comma or "in" that led to them."""
    gone: set[int] = set()
    for item in clause.items:
        if item.bits & bits:
            gone.update(range(item.first, item.after))
            if reading.pieces[item.first - 1] in _LOOSE:
                gone.add(item.first - 1)
    return gone


def _clip_words(clause: Clause, reading: Reading, *, after_of: bool) -> set[int]:
    """Return the pieces that only say "clip": in English those before "of", in Chinese those at the end."""
    if after_of and reading.language == "en":
        return set()
    return {
        at
        for item in clause.items
        if item.bits & (c.CLIP | c.VIDEO) and "".join(reading.pieces[item.first : item.after]) in _PLAIN_CLIPS
        for at in range(item.first, item.after)
    }


def _end(clause: Clause, begin: int, reading: Reading) -> int:
    """Return where the sentence ends that a clip is described in."""
    return next((at for at in range(begin, clause.after) if reading.pieces[at] in _STOPS), clause.after)


def _kept(pieces: Sequence[int] | range, reading: Reading) -> str:
    """Return pieces as they were written, without what leads nowhere at both ends."""
    begin, end = 0, len(pieces)
    while begin < end and reading.pieces[pieces[begin]] in _LEADING:
        begin += 1
    while begin < end and reading.pieces[pieces[end - 1]] in _TRAILING:
        end -= 1
    runs: list[list[int]] = []
    for at in pieces[begin : min(end, begin + MAX_NAME_CHARS)]:
        if runs and runs[-1][1] == at:
            runs[-1][1] = at + 1
        else:
            runs.append([at, at + 1])
    joint = "" if reading.language == "zh" else " "
    text = joint.join(reading.plain(first, after) for first, after in runs)
    return shortened(text.replace(" ,", ","), MAX_NAME_CHARS)


def _nothing(reading: Reading) -> str:
    return "未命名片段" if reading.language == "zh" else "untitled clip"

"""What an instruction is done to, by the names a timeline knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ..lexer import concepts as c
from ..lexer.lexer import ParsedMessage, Token
from ..lexer.lexicon import canonical
from ..lexer.time_ranges import END
from ..lexer.tokens import folded, listed
from .clauses import Clause

# Meaning -> target, the more telling first.
_TARGETS: tuple[tuple[int, str], ...] = (
    (c.LOWER_THIRD, "lower third"),
    (c.SUBTITLE, "subtitles"),
    (c.TITLE, "title"),
    (c.MUSIC, "music"),
    (c.SOUND, "sound"),
    (c.EFFECT | c.FX, "effects"),
    (c.TRANSITION, "transitions"),
    (c.GRADE | c.LOOK, "look"),
    (c.EVERYTHING | c.TIMELINE, "everything"),
    (c.TRACK, "track"),
    (c.CLIP, "clip"),
    (c.VIDEO, "video"),
)
# What other things are parts of.
_WHOLES = frozenset(("track", "clip", "video"))
_MEANINGS = sum(bits for bits, _ in _TARGETS)


def target_of(item: Token) -> str:
    """Return the target that a phrase names, or ""."""
    return next((name for bits, name in _TARGETS if item.bits & bits), "") if item.bits & _MEANINGS else ""


def everything_named(clause: Clause) -> list[str]:
    """Return all targets that a clause names, in order, each once; "the video track" is one."""
    named = list(dict.fromkeys(filter(None, map(target_of, clause.items))))
    if len(named) > 1 and "track" in named:
        named.remove("track")
    return named


def targets(clause: Clause) -> list[str]:
    """Return the targets that something is done to: "the title of the video" is the title."""
    named = everything_named(clause)
    return [name for name in named if name not in _WHOLES] or named


def target(clause: Clause) -> str:
    """Return the first target that a clause names, or ""."""
    return next(iter(targets(clause)), "")


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


def _part(clause: Clause, items: list[Token]) -> Clause:
    part = Clause(clause.joined, kind=clause.kind)
    for item in items:
        part.add(item)
    return part


def _bare_share(clause: Clause) -> float | None:
    if not clause.bits & c.VOLUME:
        return None
    value = first(clause, c.NUMBER)
    return None if value is None else (value / 100 if value > 1 else value)


MAX_NAME_CHARS, MAX_TITLE_CHARS = 60, 40

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


def subject_of(clause: Clause, reading: ParsedMessage) -> str:
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


def change_of(clause: Clause, reading: ParsedMessage, begin: int, *, numbered: bool) -> str:
    """Return what is to be different in a clip made anew: the words after the verb."""
    gone = _without(clause, reading, _FIGURES | (c.CLIP | c.NUMBER | c.ORDINAL if numbered else 0))
    change = _kept([at for at in range(begin, _end(clause, begin, reading)) if at not in gone], reading)
    return "" if change in _PLAIN_CLIPS else change


def title_of(subject: str) -> str:
    """Return a title for a clip: its subject in capitals, short enough to be read."""
    words = shortened(subject, MAX_TITLE_CHARS).split(" ")
    while len(words) > 1 and words[-1].lower().strip(",") in _TRAILING:
        words.pop()
    return " ".join(word[:1].upper() + word[1:] for word in words).rstrip(",")


def shortened(text: str, limit: int) -> str:
    """Return text of at most ``limit`` characters, cut between words where that is possible."""
    if len(text) <= limit:
        return text
    return text[:limit].rpartition(" ")[0] or text[:limit]


def _without(clause: Clause, reading: ParsedMessage, bits: int) -> set[int]:
    """Return the pieces of figures and the like, with the comma or "in" that led to them."""
    gone: set[int] = set()
    for item in clause.items:
        if item.bits & bits:
            gone.update(range(item.first, item.after))
            if reading.pieces[item.first - 1] in _LOOSE:
                gone.add(item.first - 1)
    return gone


def _clip_words(clause: Clause, reading: ParsedMessage, *, after_of: bool) -> set[int]:
    """Return the pieces that only say "clip": in English those before "of", in Chinese those at the end."""
    if after_of and reading.language == "en":
        return set()
    return {
        at
        for item in clause.items
        if item.bits & (c.CLIP | c.VIDEO) and "".join(reading.pieces[item.first : item.after]) in _PLAIN_CLIPS
        for at in range(item.first, item.after)
    }


def _end(clause: Clause, begin: int, reading: ParsedMessage) -> int:
    """Return where the sentence ends that a clip is described in."""
    return next((at for at in range(begin, clause.after) if reading.pieces[at] in _STOPS), clause.after)


def _kept(pieces: Sequence[int] | range, reading: ParsedMessage) -> str:
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


MAX_STYLE_CHARS = 40
_ADJECTIVES = c.GENRE | c.MOOD | c.LOOK | c.MILD | c.EFFECT
_FILLERS = listed("""
    a an the some any my this that nice good more new another different bit of piece little in on to it
    please me us its our your for background put adds
    一 首 段 些 点 个 的 我 上传 这 那 条 适合 视频 给 新 换 是 有
""")


def music_style(clause: Clause, reading: ParsedMessage) -> str:
    """Return the style, "" where none is told: the words before "music", a quoted name, or a genre."""
    quoted = first(clause, c.QUOTE)
    if quoted:
        return str(quoted)[:MAX_STYLE_CHARS]
    at = next((n for n, item in enumerate(clause.items) if item.bits & c.MUSIC), None)
    style = _before(clause.items, at, reading) if at is not None else ""
    return style or str(first(clause, c.GENRE | c.MOOD) or "")


def _before(items: list[Token], at: int, reading: ParsedMessage) -> str:
    """Return the words that stand right before the music, with the adjectives among them."""
    begin = at
    while (
        begin and items[begin - 1].bits & _ADJECTIVES and not items[begin - 1].bits & (c.ACTIONS | c.BREAKS)
    ):
        begin -= 1
    opens = items[begin - 1].after if begin else _opening(items[at], reading)
    pieces = reading.pieces[opens : items[at].first]
    while pieces and pieces[0] in _FILLERS:
        opens, pieces = opens + 1, pieces[1:]
    while pieces and pieces[-1] in _FILLERS:
        pieces = pieces[:-1]
    if not pieces or len(pieces) > 8:
        return ""
    raw = reading.plain(opens, opens + len(pieces))[:MAX_STYLE_CHARS].strip(" -")
    return canonical(c.GENRE | c.MOOD, folded(raw)) or raw[:1].upper() + raw[1:]


def _opening(item: Token, reading: ParsedMessage) -> int:
    """Return the first of the few words that can describe a music named without anything before it."""
    first_piece = item.first
    for back in range(1, 5):
        if first_piece - back < 0 or reading.pieces[first_piece - back] in {
            ",",
            ".",
            "and",
            "with",
            "\n",
            "、",
            "。",
        }:
            return first_piece - back + 1
    return first_piece - 4

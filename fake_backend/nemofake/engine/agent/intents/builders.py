"""Clause to instructions about what goes and what stands where."""

from __future__ import annotations

from collections.abc import Callable

from ..lexer import concepts as c
from ..lexer.lexer import ParsedMessage
from ..lexer.numbers import pixels
from ..lexer.time_ranges import END
from ..model import Instruction, Kind
from .clauses import Clause
from .intent_rules import topic_of
from .slots import (
    clip_number,
    duration,
    every,
    everything_named,
    first,
    moment,
    music_style,
    numbers,
    place,
    position,
    share,
    span,
    split_at_quotes,
    target,
    targets,
    words,
)

Made = tuple[Instruction, ...]


def ask_remove(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


def ask_move_track(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


def ask_move_clip(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read which clip goes where."""
    which = numbers(clause)
    place = which[1] if len(which) > 1 else None
    where = "reverse" if clause.bits & c.REVERSE else "swap" if clause.bits & c.SWAP else ""
    if place is None and clause.bits & (c.STARTING | c.ENDING):
        place = 1 if clause.bits & c.STARTING else -1
    return (
        Instruction(kind, reading.language, position=where, number=which[0] if which else None, place=place),
    )


_EFFECT_MS = 1_000  # how long an effect lasts that has a beginning but no end


def ask_grade(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read a look."""
    start, end = span(clause)
    style = words(clause, c.LOOK | c.MILD)
    return (
        Instruction(
            kind, reading.language, style=style, start_ms=start, end_ms=end, number=clip_number(clause)
        ),
    )


def ask_effect(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


def ask_transition(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read a transition."""
    style = (
        first(clause, c.TRANSITION)
        or first(clause, c.EFFECT)
        or next(filter(None, every(clause, c.TRANSITION)), "")
    )
    return (Instruction(kind, reading.language, style=str(style), duration_ms=duration(clause)),)


def ask_canvas(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read the shape of the picture."""
    return (Instruction(kind, reading.language, canvas=pixels(first(clause, c.SHAPE))),)


_STEP = 0.2  # how much "louder" and "quieter" are


def ask_music(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read a music's style, volume and place."""
    start, end, length = moment(clause)
    return (
        Instruction(
            kind,
            reading.language,
            style=music_style(clause, reading),
            target="uploaded" if _is_own(clause, reading) else "",
            amount=share(clause),
            change=_step(clause) if share(clause) is None else None,
            start_ms=start,
            end_ms=end,
            duration_ms=length,
        ),
    )


def _is_own(clause: Clause, reading: ParsedMessage) -> bool:
    """Tell whether the user's own song is meant: "use my song", 用我上传的音乐."""
    if clause.bits & c.NEW:
        return True
    heads = (reading.pieces[max(0, i.first - 3) : i.first] for i in clause.items if i.bits & c.MUSIC)
    return any("my" in words or "我" in words for words in heads)


def ask_volume(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read what becomes how loud: one instruction for each sound named."""
    amount = share(clause)
    change: float | None = None
    if amount is not None and clause.bits & c.BY:
        change, amount = (-amount if clause.bits & c.LOWER else amount), None
    elif amount is None:
        change = _step(clause)
    start, end = span(clause)
    return tuple(
        Instruction(
            kind, reading.language, target=t, amount=amount, change=change, start_ms=start, end_ms=end
        )
        for t in _sounding(clause)
    )


def _step(clause: Clause) -> float | None:
    if clause.bits & c.LOWER:
        return -_STEP
    return _STEP if clause.bits & c.RAISE else None


def _sounding(clause: Clause) -> list[str]:
    named = [name for name in targets(clause) if name in ("music", "sound")]
    return named or (["sound"] if clause.bits & (c.VIDEO | c.CLIP) else [""])


def ask_mute(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read which sounds go silent or come back."""
    start, end = span(clause)
    which = next(iter(numbers(clause)), None)
    names = [f"{target(clause)}"] if which and clause.bits & (c.TRACK | c.CLIP) else _sounding(clause)
    return tuple(
        Instruction(kind, reading.language, target=t, start_ms=start, end_ms=end, number=which) for t in names
    )


def ask_title(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read texts with their times and places: one instruction for each quotation."""
    return tuple(_one_text(kind, part, clause, reading) for part in split_at_quotes(clause))


def _one_text(kind: Kind, part: Clause, whole: Clause, reading: ParsedMessage) -> Instruction:
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


def ask_retitle(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read which text becomes which; without a text it is a matter of place."""
    quotes = every(clause, c.QUOTE)
    old, text = (quotes[0], quotes[1]) if len(quotes) > 1 else ("", quotes[0] if quotes else "")
    if not text and (position(clause) or clause.bits & c.WHEN):
        return ask_place_text(Kind.PLACE_TEXT, clause, reading)
    return (Instruction(kind, reading.language, text=text, old=old, target=target(clause)),)


def ask_place_text(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


_FASTER, _SLOWER = 1.5, 0.5


def parse_silences(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read from what length on a pause is cut."""
    return (Instruction(kind, reading.language, duration_ms=first(clause, c.MINIMUM)),)


def ask_cut(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


def ask_keep(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read what is to stay."""
    start, end = span(clause)
    return (Instruction(kind, reading.language, start_ms=start, end_ms=end, number=clip_number(clause)),)


def ask_duration(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read how long it is to be."""
    return (Instruction(kind, reading.language, duration_ms=duration(clause), number=clip_number(clause)),)


def ask_split(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    """Read where to split."""
    at_ms = first(clause, c.POINT)
    if at_ms is None:
        at_ms = first(clause, c.TIME | c.TARGET, without=c.NUMBER)
    return (Instruction(kind, reading.language, start_ms=at_ms),)


def ask_speed(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
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


Builder = Callable[[Kind, Clause, ParsedMessage], Made]


def build(clause: Clause, reading: ParsedMessage) -> Made:
    """Return the instructions of a clause that is neither negated nor about a clip to generate."""
    assert clause.kind is not None
    return _BUILDERS.get(clause.kind, _bare)(clause.kind, clause, reading)


def _bare(kind: Kind, _clause: Clause, reading: ParsedMessage) -> Made:
    return (Instruction(kind, reading.language),)


def _language(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    return (Instruction(kind, reading.language, style=str(first(clause, c.TONGUE) or "en")),)


def _question(kind: Kind, clause: Clause, reading: ParsedMessage) -> Made:
    return (Instruction(kind, reading.language, style=topic_of(clause.bits)),)


_BUILDERS: dict[Kind, Builder] = {
    Kind.SILENCES: parse_silences,
    Kind.CUT: ask_cut,
    Kind.KEEP: ask_keep,
    Kind.DURATION: ask_duration,
    Kind.SPLIT: ask_split,
    Kind.SPEED: ask_speed,
    Kind.MUSIC: ask_music,
    Kind.VOLUME: ask_volume,
    Kind.MUTE: ask_mute,
    Kind.UNMUTE: ask_mute,
    Kind.GRADE: ask_grade,
    Kind.EFFECT: ask_effect,
    Kind.TRANSITION: ask_transition,
    Kind.CANVAS: ask_canvas,
    Kind.TITLE: ask_title,
    Kind.LOWER_THIRD: ask_title,
    Kind.SUBTITLES: ask_title,
    Kind.RETITLE: ask_retitle,
    Kind.PLACE_TEXT: ask_place_text,
    Kind.REMOVE: ask_remove,
    Kind.MOVE_TRACK: ask_move_track,
    Kind.MOVE_CLIP: ask_move_clip,
    Kind.LANGUAGE: _language,
    Kind.QUESTION: _question,
}

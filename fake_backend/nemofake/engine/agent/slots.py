"""Slots: what a clause says about when, which, how much and in which style.

A slot uses up the tokens it understands and returns one mapping of instruction fields for each thing
named; no mapping at all means that the clause cannot be meant so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from . import concepts as c
from .clause import Clause, Taker
from .model import END
from .shapes import pixels

Fields = dict[str, Any]
TEXT_MS = 3_000  # how long a text stays if the message does not say
EFFECT_MS = 1_000  # how long an effect lasts that has a beginning but no end
STEP = 0.2  # how much "louder" and "quieter" are
FASTER, SLOWER = 1.5, 0.5
BIGGER, SMALLER = 1.25, 0.8
MAX_STYLE_CHARS = 40


class Slot(NamedTuple):
    """``bits`` are the meanings that it may use up, ``read`` does so."""

    bits: int
    read: Callable[[Taker], list[Fields]]


def slot(bits: int) -> Callable[[Callable[[Taker], list[Fields]]], Slot]:
    """Make a slot of a reader."""
    return lambda read: Slot(bits, read)


# -- when --------------------------------------------------------------------------------------

_RANGES = c.SPAN | c.POINT | c.LASTING | c.PART | c.EXCEPT | c.BEGIN
_LENGTH = c.TIME | c.TARGET | c.BY | c.LASTING


def _spans(t: Taker) -> list[tuple[int, int]]:
    """Use up every time range of a clause."""
    spans: list[tuple[int, int]] = []
    for token in t.take_all(c.SPAN):
        spans += token.value if isinstance(token.value[0], tuple) else [token.value]
    if not spans and t.peek(c.POINT):
        start, length = t.value(c.POINT), t.value(c.LASTING)
        spans.append((start, start + length if length else END))
    return spans


def _range_fields(spans: list[tuple[int, int]]) -> Fields:
    if len(spans) == 1:
        return {"start_ms": spans[0][0], "end_ms": spans[0][1]}
    return {"ranges": tuple(sorted(spans, key=lambda s: (s[0] < 0, s)))} if spans else {}


@slot(_RANGES)
def when(t: Taker) -> list[Fields]:
    """Read the time ranges that something is done to, or those that are left out."""
    fields = _range_fields(_spans(t))
    if part := t.value(c.PART):
        low, high = part.split()
        fields["part"] = (float(low), float(high))
    if fields and t.take(c.EXCEPT):
        fields["outside"] = True
    return [fields]


@slot(_RANGES | _LENGTH | c.STARTING | c.ENDING)
def when_cut(t: Taker) -> list[Fields]:
    """Read what to cut: ranges, or a length at the start or the end."""
    (fields,) = when.read(t)
    if fields:
        if t.bits & c.STARTING and t.bits & c.BEGIN:
            return [{"start_ms": 0, "end_ms": fields.get("start_ms")}] if t.take(c.STARTING) else []
        return [fields]
    edge, length = t.take(c.STARTING | c.ENDING), _length_of(t)
    if length is None or length <= 0:
        return [{}]
    if edge is not None and edge.value == "both":
        return [{"ranges": ((0, length), (-length, END))}]
    at_start = edge is not None and edge.bits & c.STARTING
    if edge is None and not t.bits & (c.BY | c.SHORTEN):
        return [{"duration_ms": length}]
    span = (0, length) if at_start else (-length, END)
    return [{"start_ms": span[0], "end_ms": span[1], "duration_ms": length}]


def _length_of(t: Taker) -> int | None:
    """Use up a length of time."""
    token = next((x for x in t.left if x.bits & _LENGTH and isinstance(x.value, int | float)), None)
    if token is None or token.bits & (c.PERCENT | c.FACTOR | c.SHAPE | c.NUMBER | c.SPAN):
        return None
    t.left.remove(token)
    return int(token.value)


@slot(_LENGTH)
def length(t: Taker) -> list[Fields]:
    """Read how long something is to be."""
    value = _length_of(t)
    return [{"duration_ms": value} if value is not None else {}]


@slot(_LENGTH | c.RATIO)
def new_length(t: Taker) -> list[Fields]:
    """Read how long the timeline or a clip is to be: so long, or so many times as long."""
    if ratio := t.value(c.RATIO):
        return [{"factor": float(ratio)}]
    value = _length_of(t)
    return [{"duration_ms": value}] if value is not None else []


@slot(_LENGTH)
def added_length(t: Taker) -> list[Fields]:
    """Read how much longer something is to be."""
    value = _length_of(t)
    return [{"delta_ms": value}] if value else []


@slot(_RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN)
def moment(t: Taker) -> list[Fields]:
    """Read when something is to be seen or heard."""
    return [_moment(t, TEXT_MS)]


@slot(_RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN)
def effect_moment(t: Taker) -> list[Fields]:
    """Read when an effect is on; one that begins and has no end lasts a second."""
    fields = _moment(t, EFFECT_MS)
    if "start_ms" in fields and "end_ms" not in fields:
        fields.setdefault("duration_ms", EFFECT_MS)
    return [fields]


def _moment(t: Taker, default_ms: int) -> Fields:
    span = t.take(c.SPAN)
    if span is not None:
        start, end = span.value
        fields = {"start_ms": start} if span.bits & c.OPEN else {"start_ms": start, "end_ms": end}
    elif t.peek(c.PART):
        return when.read(t)[0]
    else:
        start = t.value(c.POINT)
        fields = {} if start is None else {"start_ms": start}
    value = _length_of(t)
    if value is not None:
        fields["duration_ms"] = value
    edge = None if fields.get("start_ms") is not None else t.take(c.STARTING | c.ENDING)
    if edge is not None:
        fields["start_ms"] = 0 if edge.bits & c.STARTING else -(value or default_ms)
    return fields


@slot(c.POINT | c.TIME | c.TARGET)
def point(t: Taker) -> list[Fields]:
    """Read a place in time."""
    token = t.take(c.POINT | c.TIME | c.TARGET)
    return [{"start_ms": int(token.value)} if token and isinstance(token.value, int | float) else {}]


@slot(c.MINIMUM)
def minimum(t: Taker) -> list[Fields]:
    """Read from what length on a pause counts."""
    value = t.value(c.MINIMUM)
    return [{} if value is None else {"duration_ms": value}]


@slot(c.KEEP | c.LEAVE | c.TIME | c.TARGET | c.MINIMUM | c.RESET | c.OPEN)
def kept_pause(t: Taker) -> list[Fields]:
    """Read how much of a pause stays: "leave half a second", "shorten the pauses to 0.5 s"."""
    token = t.take(c.TIME | c.TARGET)
    if token is None:
        return [] if t.bits & (c.KEEP | c.LEAVE) else [{}]
    kept = token.bits & c.TARGET or t.take_all(c.KEEP | c.LEAVE)
    return [{"keep_ms": int(token.value)}] if kept else []


# -- which -------------------------------------------------------------------------------------


@slot(c.CLIP | c.NUMBER | c.ORDINAL | c.NAME | c.VIDEO)
def which(t: Taker) -> list[Fields]:
    """Read which clips are meant: by number, by name, or each of them."""
    names = t.take_all(c.NAME)
    if names:
        t.take_all(c.CLIP | c.VIDEO)
        return [{"clip": " / ".join(token.value)} for token in names]
    if t.bits & (c.CLIP | c.ORDINAL):
        numbers = _numbers(t)
        if numbers:
            t.take_all(c.CLIP)
            return [{"number": n} for n in numbers]
        if t.bits & c.EACH and t.bits & c.CLIP and t.bits & (c.SPAN | c.TIME | c.STARTING | c.ENDING):
            t.take_all(c.CLIP | c.EACH)
            return [{"number": 0}]
    return [{}]


def _numbers(t: Taker) -> list[int]:
    """Use up the figures that count something; -1 is the last."""
    values = [int(token.value) for token in t.take_all(c.NUMBER | c.ORDINAL) if token.value]
    return [n for n in values if -1 <= n <= 9_999]


@slot(c.NUMBER | c.ORDINAL | c.CLIP | c.NAME | c.STARTING | c.ENDING | c.ABOVE | c.BELOW)
def clip_move(t: Taker) -> list[Fields]:
    """Read which clip goes where, or which two change places."""
    where = "reverse" if t.bits & c.REVERSE else "swap" if t.bits & c.SWAP else ""
    names = t.take_all(c.NAME)
    numbers = _numbers(t)
    edge = t.take(c.STARTING | c.ENDING)
    fields: Fields = {"position": where} if where else {}
    if names:
        fields["clip"] = " / ".join(names[0].value)
        if len(names) > 1:
            fields["old"] = " / ".join(names[1].value)
    elif numbers:
        fields["number"] = numbers[0]
        numbers = numbers[1:]
    if numbers:
        fields["place"] = numbers[0]
    elif edge is not None:
        fields["place"] = 1 if edge.bits & c.STARTING else -1
    one_alone = where == "swap" and ("number" in fields) + ("place" in fields) == 1 and not names
    one_alone = one_alone or (where == "swap" and len(names) == 1)
    return [fields] if len(numbers) < 2 and len(names) < 3 and not one_alone else []


@slot(
    c.TEXTS | c.MUSIC | c.SOUND | c.TRACK | c.VIDEO | c.NUMBER | c.ORDINAL | c.HEIGHT | c.ABOVE | c.BELOW
    | c.STARTING | c.ENDING | c.RAISE | c.LOWER
)  # fmt: skip
def track_move(t: Taker) -> list[Fields]:
    """Read which track goes where."""
    named = targets_of(t, _TRACKS)
    numbers = _numbers(t)
    directions = t.take_all(c.ABOVE | c.BELOW | c.STARTING | c.ENDING | c.RAISE | c.LOWER | c.HEIGHT)
    bits = 0
    for token in directions:
        bits |= token.bits
    where = next((name for mask, name in _DIRECTIONS if (bits | t.bits & c.SWAP) & mask), "")
    height = next((token.value for token in directions if token.bits & c.HEIGHT and token.value), "")
    first = named[:1] == ["track"]
    fields: Fields = {"target": named[0] if named else ""}
    if len(named) > 1:
        fields["style"] = named[1]
    if height or where:
        fields["position"] = height or where
    if numbers and first:
        fields["number"] = numbers[0]
    if numbers and (len(numbers) > 1 or not first):
        fields["place"] = numbers[-1]
    ordering = t.bits & c.TRACK and named == ["track"] and not fields.keys() - {"target"}
    meant = fields.keys() & {"position", "place"} or ordering
    one_alone = where == "swap" and len(named) + len(numbers) - (first and bool(numbers)) < 2
    return [fields] if meant and len(named) <= 2 and len(numbers) <= 2 and not one_alone else []


_DIRECTIONS: tuple[tuple[int, str], ...] = (
    (c.SWAP, "swap"),
    (c.ABOVE, "above"),
    (c.BELOW, "below"),
    (c.STARTING, "top"),
    (c.ENDING, "bottom"),
    (c.RAISE, "up"),
    (c.LOWER, "down"),
)

# -- what it is done to ------------------------------------------------------------------------

Names = tuple[tuple[int, str], ...]
_SOUNDS: Names = ((c.MUSIC, "music"), (c.SOUND, "sound"))
_TEXTS: Names = ((c.LOWER_THIRD, "lower third"), (c.SUBTITLE, "subtitles"), (c.TITLE, "title"))
_TRACKS: Names = (*_TEXTS, *_SOUNDS, (c.TRACK, "track"), (c.VIDEO, "video"))
_PARTS: Names = (
    *_TEXTS,
    *_SOUNDS,
    (c.NOISE, "effects"),
    (c.EFFECT | c.FX, "effects"),
    (c.TRANSITION, "transitions"),
    (c.GRADE | c.LOOK, "look"),
)
_WHOLES: Names = ((c.EVERYTHING | c.TIMELINE, "everything"), (c.TRACK, "track"), (c.CLIP, "clip"), (c.VIDEO, "video"))


def targets_of(t: Taker, names: Names) -> list[str]:
    """Use up the things named, and return each once; "the video track" is one."""
    mask = 0
    for bits, _ in names:
        mask |= bits
    found = [next(name for bits, name in names if token.bits & bits) for token in t.take_all(mask)]
    found = list(dict.fromkeys(found))
    if len(found) > 1 and "track" in found:
        found.remove("track")
    return found


@slot(c.MUSIC | c.SOUND | c.EXCEPT | c.VIDEO | c.CLIP | c.TRACK | c.NUMBER | c.ORDINAL | c.NAME | c.OWN)
def sounds(t: Taker) -> list[Fields]:
    """Read which sounds are meant; "everything except the music" is the clips' own sound."""
    if t.peek(c.TRACK) and (numbers := t.peek(c.NUMBER | c.ORDINAL) and _numbers(t)):
        t.take_all(c.TRACK)
        return [{"target": "track", "number": n} for n in numbers]
    chosen = which.read(t)
    named = targets_of(t, _SOUNDS)
    if named and t.bits & c.EXCEPT and not t.bits & (c.SPAN | c.PART | c.POINT) and t.take(c.EXCEPT):
        named = ["sound" if named == ["music"] else "music"]
    if chosen != [{}]:
        return [] if "music" in named else [{"target": "clip", **fields} for fields in chosen]
    return [{"target": n} for n in named or (["sound"] if t.bits & (c.VIDEO | c.CLIP | c.OWN) else [""])]


@slot(c.TEXTS)
def texts(t: Taker) -> list[Fields]:
    """Read which texts are meant."""
    return [{"target": name} for name in targets_of(t, _TEXTS)[:1]]


_REMOVABLE = c.TEXTS | c.MUSIC | c.NOISE | c.EFFECT | c.FX | c.TRANSITION | c.GRADE | c.LOOK | c.TRACK
_GOING = _REMOVABLE | c.CLIP | c.VIDEO | c.EVERYTHING | c.TIMELINE | c.NUMBER | c.ORDINAL | c.NAME | c.QUOTE


@slot(_GOING | _RANGES | c.STARTING | c.ENDING | c.OWN)
def going(t: Taker) -> list[Fields]:
    """Read what goes: one thing or several, by kind, by number, by name or by its text."""
    numbers = _numbers(t)
    clips = t.take_all(c.NAME)
    names = targets_of(t, _PARTS)
    if t.bits & (c.STARTING | c.ENDING) and "title" in names and (edge := t.take(c.STARTING | c.ENDING)):
        return [{"target": "title", "start_ms": 0 if edge.bits & c.STARTING else -1, **({} if edge.bits & c.STARTING else {"end_ms": END})}]
    wholes = targets_of(t, _WHOLES)
    if clips:
        return [] if names or numbers else [{"target": "clip", "clip": " / ".join(x.value)} for x in clips]
    text = t.value(c.QUOTE) or ""
    fields = when.read(t)[0] if names else {}
    if "outside" in fields or t.peek(c.EXCEPT) or (t.bits & c.EACH and wholes == ["clip"] and not names):
        return []
    chosen = names or (wholes[:1] if "everything" not in wholes else ["everything"])
    if numbers and chosen in ([], ["video"]):
        chosen = ["clip"]
    if numbers and names:
        return []
    extra: Fields = {"text": text} if text else {}
    return [
        {"target": name, **extra, **fields, **({"number": n} if n is not None else {})}
        for name in chosen or [""]
        for n in numbers or [None]
    ]


# -- how and how much --------------------------------------------------------------------------


def share_of(t: Taker) -> float | None:
    """Use up a share of 1: 35%, "volume 35", "volume 0.35", half."""
    token = t.take(c.PERCENT) or t.take(c.FACTOR)
    if token is None and t.bits & c.VOLUME:
        token = t.take(c.NUMBER)
    if token is None:
        return None
    value = float(token.value)
    if token.bits & c.NUMBER:
        value = value / 100 if value > 1 else value
    return min(max(value, 0.0), 1.0)


@slot(c.PERCENT | c.FACTOR | c.RATIO | c.NUMBER | c.BY | c.LOWER | c.RAISE | c.TARGET)
def loudness(t: Taker) -> list[Fields]:
    """Read how loud: a share, by how much more or less, or how many times as loud."""
    down, up = t.bits & c.LOWER, t.bits & c.RAISE
    by = t.bits & c.BY
    if ratio := t.value(c.RATIO):
        value = float(ratio)
        return [{"factor": value if value < 1 or not down else 1 / value}]
    share = share_of(t)
    if share is not None and by and (down or up):
        return [{"change": -share if down else share}]
    if share is not None:
        return [{"amount": share}]
    return [{"change": -STEP if down else STEP} if down or up else {}]


@slot(c.FACTOR | c.PERCENT | c.TARGET | c.BY | c.RATIO)
def pace(t: Taker) -> list[Fields]:
    """Read how much faster or slower, or how long it is to take."""
    if t.bits & (c.REMOVE | c.UNDO):
        return [{"amount": 1.0}]
    slower, faster = bool(t.bits & (c.SLOWER | c.LOWER)), bool(t.bits & c.FASTER)
    factor, percent = t.value(c.FACTOR), t.take(c.PERCENT)
    if factor is None and percent is None:
        seconds = next((x for x in t.left if x.bits & c.TARGET and isinstance(x.value, int)), None)
        if seconds is not None:
            t.left.remove(seconds)
            return [{"duration_ms": seconds.value}]
        return [{"amount": SLOWER if slower and not faster else FASTER}]
    if factor is not None:
        value = float(factor)
        if slower and value > 1:
            value = round(1 / value, 4)
        return [] if faster and 0 < value < 1 else [{"amount": value}]
    value = float(percent.value) if percent else 1.0
    if percent and percent.bits & c.BY:
        return [{"amount": 1 - value if slower else 1 + value}]
    return [] if (faster and value < 1) or (slower and value > 1) else [{"amount": value}]


@slot(c.BIGGER | c.SMALLER | c.FACTOR | c.RAISE | c.LOWER)
def text_size(t: Taker) -> list[Fields]:
    """Read how much bigger or smaller a text is to be."""
    smaller = t.bits & c.SMALLER or (t.bits & c.LOWER and not t.bits & c.BIGGER)
    factor = t.value(c.FACTOR)
    if factor is not None:
        value = float(factor)
        return [{"factor": 1 / value if smaller and value > 1 else value}] if value > 0 else []
    return [{"factor": SMALLER if smaller else BIGGER}]


@slot(c.LOOK | c.MILD)
def look(t: Taker) -> list[Fields]:
    """Read a look, of several words if need be."""
    words = dict.fromkeys(token.value for token in t.take_all(c.LOOK | c.MILD) if token.value)
    return [{"style": " ".join(words)} if words else {}]


@slot(c.EFFECT | c.NOISE)
def effects(t: Taker) -> list[Fields]:
    """Read effects: one instruction for each."""
    styles = dict.fromkeys(token.value for token in t.take_all(c.EFFECT | c.NOISE))
    return [{"style": style} if style else {} for style in styles] or [{}]


@slot(c.MUSIC | c.SOUND | c.TEXTS)
def effect_target(t: Taker) -> list[Fields]:
    """Read what else than the picture gets an effect."""
    return [{"target": name} for name in targets_of(t, (*_SOUNDS, *_TEXTS))[:1]] or [{}]


@slot(c.TRANSITION | c.EFFECT)
def transition(t: Taker) -> list[Fields]:
    """Read a transition."""
    tokens = t.take_all(c.TRANSITION | c.EFFECT)
    style = next((x.value for x in tokens if x.value and x.bits & c.TRANSITION), "") or next(
        (x.value for x in tokens if x.value), ""
    )
    return [{"style": style} if style else {}]


@slot(c.SHAPE)
def shape(t: Taker) -> list[Fields]:
    """Read the shape of the picture."""
    return [{"canvas": pixels(t.value(c.SHAPE))}]


@slot(c.TONGUE)
def tongue(t: Taker) -> list[Fields]:
    """Read languages, in order."""
    codes = dict.fromkeys(code for token in t.take_all(c.TONGUE) for code in str(token.value).split("+"))
    return [{"style": "+".join(codes)} if codes else {}]


@slot(c.RESOLUTION)
def resolution(t: Taker) -> list[Fields]:
    """Read the size that an export was asked for."""
    words = [t.clause.parsed.plain(x.first, x.after) for x in t.take_all(c.RESOLUTION)]
    sizes = [word.lower() for word in words if word[:1].isdigit() or word.lower() in ("uhd", "hd", "full hd")]
    return [{"style": sizes[0]} if sizes else {}]


_STYLES = c.GENRE | c.MOOD | c.LOOK | c.MILD | c.QUOTE


@slot(_STYLES | c.NAME | c.NEW)
def music_style(t: Taker) -> list[Fields]:
    """Read a music's style, or which uploaded song it is."""
    own: Fields = {"target": "uploaded"} if t.bits & c.NEW else {}
    if names := t.take_all(c.NAME):
        return [{"target": "uploaded", "clip": " / ".join(names[0].value)}] if len(names) == 1 else []
    tokens = t.take_all(_STYLES)
    if not tokens:
        return [own]
    quoted = next((token.value for token in tokens if token.bits & c.QUOTE), None)
    if quoted or len(tokens) == 1:
        return [{**own, "style": str(quoted or tokens[0].value)[:MAX_STYLE_CHARS]}]
    if any(b.first - a.after > 1 for a, b in pairwise(tokens)):
        return []
    raw = t.clause.parsed.plain(tokens[0].first, tokens[-1].after)[:MAX_STYLE_CHARS]
    return [{**own, "style": raw[:1].upper() + raw[1:]}]


# -- texts -------------------------------------------------------------------------------------


def place_of(t: Taker) -> str:
    """Use up a place on the picture by its words, or return ""."""
    side = t.value(c.SIDE)
    height = t.value(c.HEIGHT)
    return f"{height} {side}" if side in ("left", "right") and height else str(side or height or "")


@slot(c.SIDE | c.HEIGHT)
def place(t: Taker) -> list[Fields]:
    """Read a place on the picture; "higher" and "lower" are steps."""
    step = next((x for x in t.left if x.bits & c.HEIGHT and x.bits & (c.RAISE | c.LOWER)), None)
    if step is not None:
        t.left.remove(step)
        return [{"position": "higher" if step.bits & c.RAISE else "lower"}]
    where = place_of(t)
    return [{"position": where} if where else {}]


@slot(_RANGES | c.TIME | c.TARGET)
def new_moment(t: Taker) -> list[Fields]:
    """Read when a text is to be seen from now on: "to 5 s" is a place in time."""
    fields = _moment(t, TEXT_MS)
    if "start_ms" not in fields and "duration_ms" in fields and t.bits & c.MOVE:
        fields["start_ms"] = fields.pop("duration_ms")
    return [fields]


@slot(c.QUOTE)
def new_words(t: Taker) -> list[Fields]:
    """Read which text becomes which."""
    quotes = [token.value for token in t.take_all(c.QUOTE)]
    if len(quotes) > 2:
        return []
    return [{"old": quotes[0], "text": quotes[1]} if len(quotes) > 1 else {"text": quotes[0]} if quotes else {}]


_TEXT_BITS = (
    _RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN | c.QUOTE | c.SIDE | c.HEIGHT | c.LOWER_THIRD
    | c.TONGUE | c.NUMBER | c.ORDINAL
)  # fmt: skip


@slot(_TEXT_BITS)
def new_texts(t: Taker) -> list[Fields]:
    """Read texts with their times and places: one instruction for each quotation."""
    third = {"position": "lower third"} if t.bits & c.LOWER_THIRD else {}
    position = {} if third else {"position": place_of(t)}
    result: list[Fields] = []
    parts = list(_split_at_quotes(t.clause.with_tokens(t.left)))
    t.take_all(_TEXT_BITS)
    for part in parts:
        own = Taker(part)
        languages = own.take_all(c.TONGUE)
        codes = dict.fromkeys(code for x in languages for code in str(x.value).split("+"))
        fields: Fields = {"style": "+".join(codes)} if codes else {}
        quotes = own.take_all(c.QUOTE)
        if quotes:
            fields["text"] = quotes[0].value
        fields |= third or position
        fields |= _moment(own, TEXT_MS)
        if own.peek(_TEXT_BITS & ~c.LOWER_THIRD) or len(quotes) > 1:
            return []
        result.append({name: value for name, value in fields.items() if value != ""})
    return result


def _split_at_quotes(clause: Clause) -> Iterator[Clause]:
    """Yield one clause for each quotation, with the times that belong to it: "A" at 0s and "B" at 5s."""
    quotes = [n for n, token in enumerate(clause.tokens) if token.bits & c.QUOTE]
    if len(quotes) < 2:
        yield clause
        return
    time_first = any(token.bits & c.WHEN for token in clause.tokens[: quotes[0]])
    cuts = [n + 1 for n in quotes[:-1]] if time_first else quotes[1:]
    for begin, end in pairwise([0, *cuts, len(clause.tokens)]):
        yield clause.with_tokens(clause.tokens[begin:end])


@slot(c.SOUND | c.MUSIC | c.GENRE | c.MOOD)
def music_for_sound(t: Taker) -> list[Fields]:
    """Read "replace the audio with music": the clips' sound goes, music comes."""
    order = [token for token in t.left if token.bits & (c.SOUND | c.MUSIC | c.GENRE | c.MOOD)]
    if not order or not order[0].bits & c.SOUND or order[-1].bits & c.SOUND:
        return []
    t.take_all(c.SOUND)
    (fields,) = music_style.read(t) or [{}]
    t.take_all(c.MUSIC)
    return [{"kind": "mute", "target": "sound"}, fields]

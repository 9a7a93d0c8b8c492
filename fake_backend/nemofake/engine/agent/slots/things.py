"""Slots for what something is done to: clips, tracks, sounds, texts, and what goes."""

from __future__ import annotations

from .. import concepts as c
from ..clause import Taker
from ..model import END
from .base import Fields, slot
from .times import RANGES, when


@slot(c.CLIP | c.NUMBER | c.ORDINAL | c.NAME | c.VIDEO | c.EXCEPT)
def which(t: Taker) -> list[Fields]:
    """Read which clips are meant: by number, by name, or each of them, or all but one."""
    excepted = t.peek(c.EXCEPT)
    chosen = _which(t)
    if chosen == [{}] or t.bits & (c.SPAN | c.PART | c.POINT) or not excepted:
        return chosen
    t.take_all(c.EXCEPT | c.CLIP | c.VIDEO | c.EVERYTHING)
    return [{**chosen[0], "outside": True}] if len(chosen) == 1 else []


# Of each clip by itself, and not of all together.
_PER_CLIP = c.SPAN | c.TIME | c.TARGET | c.LASTING | c.BY | c.STARTING | c.ENDING


def _which(t: Taker) -> list[Fields]:
    names = t.take_all(c.NAME)
    if names:
        t.take_all(c.CLIP | c.VIDEO)
        return [{"clip": " / ".join(token.value)} for token in names]
    if t.bits & (c.CLIP | c.ORDINAL):
        numbers = _numbers(t)
        if numbers:
            t.take_all(c.CLIP)
            return [{"number": n} for n in numbers]
        if t.bits & c.EACH and t.bits & c.CLIP and t.bits & _PER_CLIP:
            t.take_all(c.CLIP | c.EACH)
            return [{"number": 0}]
    return [{}]


def _numbers(t: Taker) -> list[int]:
    """Use up the figures that count something; -1 is the last, "the last two" are -2 and -1."""
    tokens = [token for token in t.take_all(c.NUMBER | c.ORDINAL) if token.value]
    if len(tokens) == 2 and tokens[0].bits & c.ORDINAL and tokens[1].first == tokens[0].after:
        edge, count = int(tokens[0].value), int(tokens[1].value)
        if edge in (1, -1) and 1 <= count <= MAX_COUNTED and t.bits & (c.CLIP | c.TRACK):
            return [*range(1, count + 1)] if edge == 1 else [*range(-count, 0)]
        t.left += tokens  # "the last 3": of what, it does not say
        return []
    values = [int(token.value) for token in tokens]
    return [n for n in values if -1 <= n <= 9_999]


@slot(c.CLIP)
def file_type(t: Taker) -> list[Fields]:
    """Read whether only pictures are meant."""
    return [
        {"target": "image"} if any(token.bits & c.CLIP and token.value == "image" for token in t.left) else {}
    ]


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


MAX_COUNTED = 20
Names = tuple[tuple[int, str], ...]
SOUNDS: Names = ((c.MUSIC, "music"), (c.SOUND, "sound"))
TEXTS: Names = ((c.LOWER_THIRD, "lower third"), (c.SUBTITLE, "subtitles"), (c.TITLE, "title"))
_TRACKS: Names = (*TEXTS, *SOUNDS, (c.TRACK, "track"), (c.VIDEO, "video"))
_PARTS: Names = (
    *TEXTS,
    *SOUNDS,
    (c.NOISE, "effects"),
    (c.EFFECT | c.FX, "effects"),
    (c.TRANSITION, "transitions"),
    (c.GRADE | c.LOOK, "look"),
)
_WHOLES: Names = (
    (c.EVERYTHING | c.TIMELINE, "everything"),
    (c.TRACK, "track"),
    (c.CLIP, "clip"),
    (c.VIDEO, "video"),
)


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
    named = targets_of(t, SOUNDS)
    if named and t.bits & c.EXCEPT and not t.bits & (c.SPAN | c.PART | c.POINT) and t.take(c.EXCEPT):
        named = ["sound" if named == ["music"] else "music"]
    if chosen != [{}]:
        return [] if "music" in named else [{"target": "clip", **fields} for fields in chosen]
    return [{"target": n} for n in named or (["sound"] if t.bits & (c.VIDEO | c.CLIP | c.OWN) else [""])]


@slot(c.TEXTS)
def named_texts(t: Taker) -> list[Fields]:
    """Read which texts are meant."""
    return [{"target": name} for name in targets_of(t, TEXTS)[:1]]


_REMOVABLE = c.TEXTS | c.MUSIC | c.NOISE | c.EFFECT | c.FX | c.TRANSITION | c.GRADE | c.LOOK | c.TRACK
_GOING = _REMOVABLE | c.CLIP | c.VIDEO | c.EVERYTHING | c.TIMELINE | c.NUMBER | c.ORDINAL | c.NAME | c.QUOTE


@slot(_GOING | RANGES | c.STARTING | c.ENDING | c.OWN)
def going(t: Taker) -> list[Fields]:
    """Read what goes: one thing or several, by kind, by number, by name or by its text."""
    if t.bits & c.EXCEPT:
        others = [] if t.bits & (_REMOVABLE | c.EVERYTHING) else which.read(t)
        return [{"target": "clip", **fields} for fields in others if "outside" in fields]
    numbers = _numbers(t)
    clips = t.take_all(c.NAME)
    names = targets_of(t, _PARTS)
    if names == ["title"] and t.bits & (c.STARTING | c.ENDING):
        t.take_all(c.STARTING | c.ENDING)
        start, end = (0, 1) if t.bits & c.STARTING else (-1, END)
        return [{"target": "title", "start_ms": start, "end_ms": end}]
    wholes = targets_of(t, _WHOLES)
    if clips:
        return [] if names or numbers else [{"target": "clip", "clip": " / ".join(x.value)} for x in clips]
    text = t.value(c.QUOTE) or ""
    at = t.peek(c.POINT) if not t.bits & (c.LASTING | c.SPAN) else None
    fields = when.read(t)[0] if names else {}
    if at is not None and names:
        fields["end_ms"] = fields["start_ms"] + 1  # what is there at that time
    if "outside" in fields or (t.bits & c.EACH and wholes == ["clip"] and not names):
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
        for n in (numbers or (None,))
    ]

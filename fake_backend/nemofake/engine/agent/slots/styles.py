"""Slots for how and how much: loudness, speed, size, looks, effects, music, languages."""

from __future__ import annotations

from itertools import pairwise

from .. import concepts as c
from ..clause import Taker
from ..shapes import pixels
from .base import Fields, slot
from .things import SOUNDS, TEXTS, targets_of
from .times import relative

STEP = 0.2  # how much "louder" and "quieter" are
FASTER, SLOWER = 1.5, 0.5
BIGGER, SMALLER = 1.25, 0.8
MAX_STYLE_CHARS = 40


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


_VERBS = c.LOWER | c.RAISE


@slot(c.PERCENT | c.FACTOR | c.RATIO | c.NUMBER | c.BY | c.LOWER | c.RAISE | c.TARGET)
def loudness(t: Taker) -> list[Fields]:
    """Read how loud: a share, by how much more or less, or how many times as loud."""
    down, up = t.bits & c.LOWER, t.bits & c.RAISE
    by = t.bits & c.BY
    if ratio := t.take(c.RATIO):
        value = relative(ratio, bool(up), bool(down)) or 0.0
        return [{"factor": value if value < 1 or not down else 1 / value}] if value else []
    loud = t.peek(c.FACTOR)
    if loud is not None and float(loud.value) > 1:
        return []
    level = t.peek(c.PERCENT)
    by = by or (level is not None and not t.bits & c.TARGET and t.bits & _VERBS)
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
    if ratio := t.take(c.RATIO):
        value = relative(ratio, faster, slower)
        return [{"amount": value}] if value else []
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
    if percent and (percent.bits & c.BY or (value < 1 and not percent.bits & c.TARGET and _compares(t))):
        return [{"amount": round(1 - value if slower else 1 + value, 4)}]
    return [] if (faster and value < 1) or (slower and value > 1) else [{"amount": value}]


def _compares(t: Taker) -> bool:
    """Tell "20% slower", less than before, from "slow it to 20%" and "at 20% speed"."""
    return bool(t.bits & (c.SLOWER | c.FASTER))


@slot(c.BIGGER | c.SMALLER | c.FACTOR | c.PERCENT | c.RAISE | c.LOWER)
def text_size(t: Taker) -> list[Fields]:
    """Read how much bigger or smaller a text is to be."""
    smaller = t.bits & c.SMALLER or (t.bits & c.LOWER and not t.bits & c.BIGGER)
    factor, percent = t.value(c.FACTOR), t.take(c.PERCENT)
    if percent is not None:
        value = float(percent.value)
        return [{"factor": value if percent.bits & c.TARGET else 1 - value if smaller else 1 + value}]
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
    return [{"target": name} for name in targets_of(t, (*SOUNDS, *TEXTS))[:1]] or [{}]


@slot(c.TRANSITION | c.EFFECT)
def transition(t: Taker) -> list[Fields]:
    """Read a transition."""
    tokens = t.take_all(c.TRANSITION | c.EFFECT)
    if not any(x.value for x in tokens) and not t.bits & c.ACTIONS:
        return []  # the bare word is no order
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
        return [{**({} if quoted else own), "style": str(quoted or tokens[0].value)[:MAX_STYLE_CHARS]}]
    between = [t.clause.parsed.pieces[a.after : b.first] for a, b in pairwise(tokens)]
    if any(words not in ([], ["-"], ["的"], ["and"]) for words in between):
        return []
    raw = t.clause.parsed.plain(tokens[0].first, tokens[-1].after)[:MAX_STYLE_CHARS]
    return [{**own, "style": raw[:1].upper() + raw[1:]}]


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

"""Figures in a message: digits, words, Chinese numerals, with their units.

A figure is what ``quantity`` returns: a meaning (a time in ms, a share, a factor, a count …), its
value, and where it ends.
"""

from __future__ import annotations

from . import concepts as c
from .tokenizer import is_figure

Quantity = tuple[int, float, int]

MAX_MS = 24 * 3_600_000
_ONES = """
zero one two three four five six seven eight nine ten
eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORDS: dict[str, int] = {
    **{word: n for n, word in enumerate(_ONES.split())},
    **{word: 10 * n for n, word in enumerate(_TENS.split(), 2)},
}
_DIGITS: dict[str, int] = {digit: n for n, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SCALES: dict[str, int] = {"十": 10, "百": 100, "千": 1000}

UNITS: dict[str, int] = {
    **dict.fromkeys(("ms", "millisecond", "milliseconds", "msec", "毫"), 1),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds", "秒"), 1_000),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "分"), 60_000),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "小"), 3_600_000),
}
# Chinese units of two characters: what must or may follow the first.
_SECOND_CHAR = {"毫": ("秒",), "小": ("时",), "分": ("钟",), "秒": ("钟",)}
_CLASSIFIERS = frozenset("个段条支部张只首号")
_FACTOR_WORDS = frozenset(("x", "times", "倍"))

# Every piece but digits with which a figure can begin.
STARTS = frozenset((*_WORDS, *_DIGITS, *_SCALES, "半", "half", "quarter", "x", "a", "couple", "few"))


def quantity(at: int, pieces: list[str]) -> Quantity | None:
    """Return the figure that starts at a piece, with its unit, or None where there is none."""
    piece = pieces[at]
    if len(piece) > 1 and ":" in piece:
        return _clock(piece, at)
    if piece == "x" and is_figure(pieces[at + 1]) and ":" not in pieces[at + 1]:
        return (c.FACTOR, float(pieces[at + 1]), at + 2)
    if piece in _FRACTIONS:
        return _fraction(at, pieces)
    if piece == "百" and pieces[at + 1 : at + 3] == ["分", "之"]:
        share = number(at + 3, pieces)
        return (c.PERCENT, share[0] / 100, share[1]) if share else None
    figure = _article(at, pieces) or number(at, pieces)
    return _with_unit(*figure, pieces) if figure else None


def number(at: int, pieces: list[str]) -> tuple[float, int] | None:
    """Return a bare number and where it ends."""
    piece = pieces[at]
    if is_figure(piece):
        return (float(piece), at + 1) if ":" not in piece else None
    if piece in _WORDS:
        return _english(at, pieces)
    if piece in _DIGITS or piece in _SCALES or piece == "半":
        return _chinese(at, pieces)
    return None


def milliseconds(value: float) -> int:
    """Return a time within what a timeline can be asked for."""
    return round(min(max(value, 0.0), MAX_MS))


def _english(at: int, pieces: list[str]) -> tuple[float, int]:
    value, at = float(_WORDS[pieces[at]]), at + 1
    if value >= 20 and 0 < _WORDS.get(pieces[at], 0) < 10:
        value, at = value + _WORDS[pieces[at]], at + 1
    if pieces[at] == "hundred":
        value, at = value * 100, at + 1
    return value, at


def _chinese(at: int, pieces: list[str]) -> tuple[float, int]:
    """Read 三十五, 一百二, 零点五, 半; at most eight characters, so that no length of input costs more."""
    if pieces[at] == "半":
        return 0.5, at + 1
    total, digit, end = 0, 0, at + 8
    while at < end and (pieces[at] in _DIGITS or pieces[at] in _SCALES):
        if pieces[at] in _DIGITS:
            digit = _DIGITS[pieces[at]]
        else:
            total, digit = total + (digit or 1) * _SCALES[pieces[at]], 0
        at += 1
    value = float(total + digit)
    if pieces[at] == "点" and pieces[at + 1] in _DIGITS:
        return value + _DIGITS[pieces[at + 1]] / 10, at + 2
    return value, at


def _article(at: int, pieces: list[str]) -> tuple[float, int] | None:
    """Read "a minute", "a couple of seconds", "a few seconds"; "a second" may be an ordinal."""
    if pieces[at] == "a" and pieces[at + 1] in {"minute", "hour"}:
        return 1.0, at + 1
    if pieces[at] == "couple":
        return 2.0, at + 1 + (pieces[at + 1] == "of")
    if pieces[at] == "few" and pieces[at + 1] in UNITS:
        return 3.0, at + 1
    return None


_FRACTIONS = {"half": 2, "quarter": 4}


def _fraction(at: int, pieces: list[str]) -> Quantity | None:
    """Read "half a second", "a quarter of a minute"."""
    unit = at + 1 + (pieces[at + 1] == "of")
    unit += pieces[unit] in {"a", "an"}
    if pieces[unit] in UNITS and len(pieces[unit]) > 1:
        return c.TIME, UNITS[pieces[unit]] / _FRACTIONS[pieces[at]], unit + 1
    return None


def _with_unit(value: float, at: int, pieces: list[str]) -> Quantity | None:
    if pieces[at : at + 3] == ["and", "a", "half"] and pieces[at + 3] in UNITS:
        value, at = value + 0.5, at + 3
    unit = pieces[at]
    if unit in UNITS:
        return _time(value, at, pieces)
    if unit in {"%", "percent"}:
        return c.PERCENT, value / 100, at + 1
    if unit in _FACTOR_WORDS:
        return _factor(value, at, pieces)
    if unit in _CLASSIFIERS:
        return c.NUMBER, value, at + 1
    if unit == "成" and value < 10:
        return c.PERCENT, value / 10, at + 1
    return (c.NUMBER, value, at) if unit.isascii() or is_figure(pieces[at - 1]) else None


def _factor(value: float, at: int, pieces: list[str]) -> Quantity:
    return c.FACTOR, value, at + 1 + (pieces[at + 1] == "速")


def _time(value: float, at: int, pieces: list[str]) -> Quantity | None:
    """Read a time with all its units: 1 minute 30 seconds, 1m30s, 一分三十秒, 一分半."""
    total, limit = 0.0, at + 12
    while at < limit:
        unit, scale = pieces[at], UNITS[pieces[at]]
        ends = _unit_end(at, pieces)
        if ends is None:
            return None
        total, at = total + value * scale, ends
        if pieces[at] == "半":
            return c.TIME, milliseconds(total + scale / 2), at + 1
        if pieces[at : at + 3] == ["and", "a", "half"] and pieces[at + 3] not in UNITS:
            return c.TIME, milliseconds(total + scale / 2), at + 3
        more = number(at + (pieces[at] == "and"), pieces) if unit not in {"s", "秒"} else None
        if more is None or UNITS.get(pieces[more[1]], scale) >= scale:
            break
        value, at = more
    return c.TIME, milliseconds(total), at


def _unit_end(at: int, pieces: list[str]) -> int | None:
    """Return where a unit ends; None where the character only looks like one (十分 is "very")."""
    seconds = _SECOND_CHAR.get(pieces[at])
    if seconds is None:
        return at + 1
    if pieces[at + 1] in seconds:
        return at + 2
    if pieces[at] == "秒":
        return at + 1
    if pieces[at] != "分":
        return None
    goes_on = pieces[at + 1] == "半" or number(at + 1, pieces) is not None
    return at + 1 if goes_on or (is_figure(pieces[at - 1])) else None


def _clock(piece: str, at: int) -> Quantity | None:
    """Read 1:20 and 0:01:20; what is no time of a clock is left to be a ratio."""
    parts = piece.split(":")
    if len(parts[-1].partition(".")[0]) != 2 or float(parts[-1]) >= 60:
        return None
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return c.TIME, milliseconds(total * 1000), at + 1

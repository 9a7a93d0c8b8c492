"""Times in their setting: first ten seconds, from 3 to 7 s, at 1:20, for 3 s, 前10秒, 第5到8秒.

A span's value is (start, end) in timeline ms, or two of them; below 0 counts from the end, END is the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import concepts as c
from .model import END, MIDDLE
from .numbers import STARTS as FIGURE_STARTS
from .numbers import UNITS, Quantity, number, quantity
from .shapes import RATIOS, pixel_shape
from .tokenizer import is_figure, listed

Found = tuple[int, Any, int]
Reader = Callable[[int, list[str]], Found | None]

_TO = listed("to and - – — ~ through till until thru 到 至 和")
_FILLER = listed("the at of a about around roughly exactly second 的 第 这 最")
_ON = listed("on onward onwards forward")


def timed(at: int, pieces: list[str]) -> Found | None:
    """Return the figure that starts at a piece, with what is said about it, and where it ends."""
    reader = _READERS.get(pieces[at])
    return (reader(at, pieces) if reader else None) or _range(at, pieces) or _plain(at, pieces)


def _skipped(at: int, pieces: list[str]) -> int:
    """Return the first of at most three pieces that is no filler."""
    for _ in range(3):
        at += pieces[at] in _FILLER
    return at


def _time(at: int, pieces: list[str]) -> Quantity | None:
    found = quantity(at, pieces)
    return found if found and found[0] == c.TIME else None


# -- what a first word announces --------------------------------------------------------------


def _length(at: int, pieces: list[str]) -> Quantity | None:
    """Read a figure, or a bare unit: the first minute."""
    if pieces[at] == "second" and (pieces[at + 1] in _AFTER_EDGE or pieces[at + 1] in _TO):
        return c.TIME, 1_000, at + 1
    at = _skipped(at, pieces)
    unit = {"minute": 60_000, "hour": 3_600_000}.get(pieces[at])
    return (c.TIME, unit, at + 1) if unit else quantity(at, pieces)


_AFTER_EDGE = listed(", . ! ? ; and & from of off on please is are 和 与 的") | {"", "\n"}
_EDGE_WORDS = listed("first last final opening closing initial start end beginning")


def _edge_length(at: int, pieces: list[str]) -> Quantity | None:
    """Read the length after "first" or "last"; one without unit takes its neighbour's.

    "the first 3 and the last 2 seconds", "the first and last 2 seconds" …
    """
    found = _length(at + 1, pieces)
    if found and found[0] == c.TIME:
        return found
    end = found[2] if found and found[0] == c.NUMBER else at + 1
    if pieces[end] not in _AFTER_EDGE:
        return None
    ahead = next((n for n in range(end, end + 4) if pieces[n] in _EDGE_WORDS), None)
    other = _length(ahead + 1, pieces) if ahead and pieces[end] in {"and", "&"} else None
    if other and other[0] == c.TIME:
        if end == at + 1:
            return c.TIME, other[1], end
        unit = UNITS.get(pieces[other[2] - 1], 1_000)
        return (c.TIME, found[1] * unit, end) if found else None
    unit = next((UNITS[p] for p in pieces[max(0, at - 4) : at] if p in UNITS and len(p) > 1), 0)
    return (c.TIME, found[1] * unit, end) if found and unit and found[0] == c.NUMBER else None


def _first(at: int, pieces: list[str]) -> Found | None:
    found = _edge_length(at, pieces)
    return (c.SPAN, (0, int(found[1])), found[2]) if found else None


def _last(at: int, pieces: list[str]) -> Found | None:
    if pieces[at] == "last" and pieces[at - 1] in _LASTS:
        return _after_word(c.LASTING)(at, pieces)
    found = _edge_length(at, pieces)
    return (c.SPAN, (-int(found[1]), END), found[2]) if found else None


# "make the title last 5 seconds": what lasts, and not what comes last.
_LASTS = listed(
    "title titles text texts subtitle subtitles caption captions it them video film clip music effect"
)


def _middle(at: int, pieces: list[str]) -> Found | None:
    """Read "the middle 4 seconds", 中间4秒."""
    found = _time(_skipped(at + 1, pieces), pieces)
    return (c.SPAN, (MIDDLE, int(found[1])), found[2]) if found else None


def _both_ends(at: int, pieces: list[str]) -> Found | None:
    """Read 前后各2秒 and 首尾2秒."""
    if pieces[at + 1] not in {"后", "尾"}:
        return None
    found = _time(at + 2 + (pieces[at + 2] in {"各", "的"}), pieces)
    return (c.SPAN, ((0, int(found[1])), (-int(found[1]), END)), found[2]) if found else None


def _either(*readers: Reader) -> Reader:
    return lambda at, pieces: next(filter(None, (reader(at, pieces) for reader in readers)), None)


def _begin(at: int, pieces: list[str]) -> Found | None:
    """Read "start at 4 s": a place in time where something begins."""
    found = _at(at + (pieces[at + 1] in {"at", "from", "with"}), pieces)
    return (found[0] | c.BEGIN, found[1], found[2]) if found and found[0] & c.POINT else found


def _two(second: str, reader: Reader) -> Reader:
    """Return the reader of a Chinese word of two characters, found by its first."""
    return lambda at, pieces: reader(at + 1, pieces) if pieces[at + 1] == second else None


def _from(at: int, pieces: list[str]) -> Found | None:
    return _range(_skipped(at + 1, pieces), pieces, after_from=True)


def _after(at: int, pieces: list[str]) -> Found | None:
    found = _time(_skipped(at + 1, pieces), pieces)
    return (c.SPAN | c.OPEN, (int(found[1]), END), found[2]) if found else None


def _before(at: int, pieces: list[str]) -> Found | None:
    found = _time(_skipped(at + 1, pieces), pieces)
    return (c.SPAN, (0, int(found[1])), found[2]) if found else None


def _at(at: int, pieces: list[str]) -> Found | None:
    start = _skipped(at + 1, pieces)
    inner = _range(start, pieces) or _edge(start, pieces)
    if inner:
        return inner
    found = quantity(start, pieces)
    if found is None or found[0] == c.NUMBER:
        return None
    if found[0] != c.TIME:
        return found[0] | c.TARGET if found[0] == c.PERCENT else found[0], *found[1:]
    return c.POINT, int(found[1]), found[2] + (pieces[found[2]] == "mark")


def _nth(at: int, pieces: list[str]) -> Found | None:
    """Read 第5秒, a time, and 第二个, an ordinal."""
    found = quantity(at + 1, pieces)
    return (c.ORDINAL, found[1], found[2]) if found and found[0] == c.NUMBER else _at(at, pieces)


def _after_word(bits: int) -> Reader:
    """Return a reader that gives the figure after a word the meaning ``bits``."""

    def read(at: int, pieces: list[str]) -> Found | None:
        start = _skipped(at + 1, pieces)
        if inner := _range(start, pieces) or _edge(start, pieces):
            return inner[0] | bits & c.TARGET, inner[1], inner[2]
        found = _plain(at + 1, pieces) or _plain(start, pieces)
        if found is None:
            return None
        if found[0] == c.TIME:
            return bits, found[1], found[2]
        return found[0] | bits & (c.BY | c.TARGET), found[1], found[2]

    return read


def _edge(at: int, pieces: list[str]) -> Found | None:
    reader = _EDGES.get(pieces[at])
    return reader(at, pieces) if reader else None


# -- what needs no announcement ---------------------------------------------------------------


def _range(at: int, pieces: list[str], *, after_from: bool = False) -> Found | None:
    """Read from–to. A figure without unit takes the other's; after "from" (``after_from``) it is seconds."""
    first = quantity(at, pieces) or _bare(at, pieces)
    if first is None or first[0] not in (c.TIME, c.NUMBER):
        return None
    if first[0] == c.NUMBER and not after_from and pieces[at - 1] in _NUMBERED:
        return None
    to = first[2] + (pieces[first[2]] == "mark")
    if pieces[to] in _CUTS and pieces[to + 1] in {"到", "至"}:
        found = _range_to(first, to + 2, pieces, after_from=after_from)
        return (found[0] | c.CUT, found[1], found[2]) if found else None
    if pieces[to] not in _TO or (pieces[to] == "and" and not after_from):
        return _since(first, pieces) if after_from else None
    return _range_to(first, to + 1, pieces, after_from=after_from)


def _range_to(first: Quantity, at: int, pieces: list[str], *, after_from: bool) -> Found | None:
    """Read where a range ends."""
    after = _skipped(at, pieces)
    if pieces[after] in _ENDS and (after_from or first[0] == c.TIME):
        return c.SPAN, (_ms(first, None), END), after + _ENDS[pieces[after]]
    second = quantity(after, pieces)
    if (
        second is None
        or second[0] not in (c.TIME, c.NUMBER)
        or not (after_from or c.TIME in (first[0], second[0]) or _has_unit(second[2], pieces))
    ):
        return None
    start, end = _ms(first, second), _ms(second, first)
    return (c.SPAN, (start, end), second[2] + (pieces[second[2]] == "mark")) if start < end else None


def _has_unit(at: int, pieces: list[str]) -> bool:
    """Tell whether more ranges follow and the last has a unit: "0-5, 10-15 and 20-25 seconds"."""
    ahead = at
    while ahead < at + 20 and (pieces[ahead] in _TO or pieces[ahead] == "," or is_figure(pieces[ahead])):
        ahead += 1
    return ahead > at + 1 and pieces[ahead] in UNITS


# "clip 2 to 5 seconds" is no range.
_NUMBERED = listed("clip clips track tracks segment shot 段 轨 道")
_CUTS = listed("剪 删 裁 切")
_ENDS = {"end": 1, "结": 2, "末": 2, "后": 1, "尾": 1}


def _bare(at: int, pieces: list[str]) -> Quantity | None:
    """Read a Chinese numeral without unit in front of 到 or 至: 五到八秒."""
    figure = number(at, pieces)
    return (c.NUMBER, figure[0], figure[1]) if figure and pieces[figure[1]] in {"到", "至"} else None


def _ms(figure: Quantity, other: Quantity | None) -> int:
    """Return a figure in ms; a bare one is seconds, unless the other is in whole minutes."""
    if figure[0] == c.TIME:
        return int(figure[1])
    minutes = other is not None and other[0] == c.TIME and other[1] > 0 and other[1] % 60_000 == 0
    return int(figure[1] * (60_000 if minutes else 1_000))


def _since(first: Quantity, pieces: list[str]) -> Found | None:
    """Read "from 10 s on"; without "on" it is a place in time."""
    if first[0] != c.TIME:
        return None
    if pieces[first[2] : first[2] + 2] == ["开", "始"]:
        return c.SPAN | c.OPEN | c.BEGIN, (int(first[1]), END), first[2] + 2
    onward = pieces[first[2]] in _ON
    return (c.SPAN, (int(first[1]), END), first[2] + 1) if onward else (c.POINT, int(first[1]), first[2])


def _plain(at: int, pieces: list[str]) -> Found | None:
    """Read a figure alone; a time followed by 后, 之前, 处 or "mark" is a place in time."""
    if pieces[at] in RATIOS:
        return c.SHAPE, pieces[at], at + 1
    if pieces[at + 1] == "x" and (shape := pixel_shape(pieces[at], pieces[at + 2])):
        return c.SHAPE, shape, at + 3
    found = quantity(at, pieces)
    if found is None or found[0] != c.TIME:
        return found
    value, end = int(found[1]), found[2]
    after = end + (pieces[end] in {"之", "以"})
    if pieces[after] == "后":
        return c.SPAN | c.OPEN, (value, END), after + 1
    if pieces[after] == "前":
        return c.SPAN, (0, value), after + 1
    place = pieces[end] in {"处", "时", "mark"} or pieces[end : end + 2] in _PLACES
    return (c.POINT, value, end + 1) if place else (c.TIME, value, end)


_PLACES = (["的", "位"], ["的", "时"], ["in", ""], ["in", ","], ["in", "."])
_EDGES: dict[str, Reader] = {
    **dict.fromkeys(("first", "initial", "opening"), _first),
    **dict.fromkeys(("前", "头", "首"), _either(_both_ends, _first)),
    **dict.fromkeys(("last", "final", "closing", "后"), _last),
    "最": _two("后", _last),
    "结": _two("尾", _last),
    "末": _two("尾", _last),
    **dict.fromkeys(("middle", "central"), _middle),
    "中": _two("间", _middle),
    "开": _two("头", _first),
}
_READERS: dict[str, Reader] = {
    **_EDGES,
    **dict.fromkeys(("from", "between", "seconds", "second", "sec", "从", "自"), _from),
    **dict.fromkeys(("after", "past"), _after),
    **dict.fromkeys(("before", "until", "till"), _before),
    "beginning": lambda at, pieces: (_begin if pieces[at + 1] in {"at", "from"} else _first)(at, pieces),
    **dict.fromkeys(("at", "@", "appear", "appears", "在", "于"), _at),
    **dict.fromkeys(("starting", "start", "starts", "begins", "begin"), _begin),
    "第": _nth,
    **dict.fromkeys(("for", "lasting", "lasts"), _after_word(c.LASTING)),
    "持": _two("续", _after_word(c.LASTING)),
    **dict.fromkeys(("to", "into", "到", "至", "成", "为"), _after_word(c.TARGET)),
    **dict.fromkeys(("over", "exceeding", "least"), _after_word(c.MINIMUM)),
    **dict.fromkeys(("longer", "more"), _two("than", _after_word(c.MINIMUM))),
    "超": _two("过", _after_word(c.MINIMUM)),
    "大": _two("于", _after_word(c.MINIMUM)),
    "by": _after_word(c.BY),
}

# Every piece but digits with which one of these can begin.
STARTS = FIGURE_STARTS.union(_READERS)

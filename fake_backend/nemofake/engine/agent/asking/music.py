"""The style of music a clause asks for, as a track would show it."""

from __future__ import annotations

from ..reading import concepts as c
from ..reading.lexicon import canonical
from ..reading.reader import Item, Reading
from ..reading.tokens import folded, listed
from .clause import Clause
from .details import first

MAX_STYLE_CHARS = 40
_ADJECTIVES = c.GENRE | c.MOOD | c.LOOK | c.MILD | c.EFFECT
_FILLERS = listed("""
    a an the some any my this that nice good more new another different bit of piece little in on to it
    please me us its our your for background put adds
    一 首 段 些 点 个 的 我 上传 这 那 条 适合 视频 给 新 换 是 有
""")


def music_style(clause: Clause, reading: Reading) -> str:
    """Return the style, "" where none is told: the words before "music", a quoted name, or a genre."""
    quoted = first(clause, c.QUOTE)
    if quoted:
        return str(quoted)[:MAX_STYLE_CHARS]
    at = next((n for n, item in enumerate(clause.items) if item.bits & c.MUSIC), None)
    style = _before(clause.items, at, reading) if at is not None else ""
    return style or str(first(clause, c.GENRE | c.MOOD) or "")


def _before(items: list[Item], at: int, reading: Reading) -> str:
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


def _opening(item: Item, reading: Reading) -> int:
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

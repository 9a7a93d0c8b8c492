"""A message to items: every phrase that means something, in order, with its place in the text."""

from __future__ import annotations

from typing import Any, NamedTuple

from . import concepts as c
from .lexicon import find
from .quotes import QUOTE, mask, unmask
from .spans import STARTS, timed
from .tokens import folded, is_chinese, listed, places, words
from .unquoted import unquoted_end

MAX_CHARS = 20_000
_PADDING = [""] * 16  # so that looking ahead never needs a check

_MARKS: dict[str, int] = {
    **dict.fromkeys((".", "!", "?", ";", "。", "\n", "•"), c.STOP),
    **dict.fromkeys((",", "、", "…", "—", "–", "-"), c.COMMA),
    **dict.fromkeys(("&", "+"), c.LINK),
}
_HEADINGS = c.TITLE | c.LOWER_THIRD
_DIGITS = "0123456789"
_CLIP_OF = listed("of about showing featuring depicting where :")
_ONE = listed(
    "a an another one some two three four five six seven eight nine ten 2 3 4 5 6 7 8 9 10 一 两 三 四 五"
)


class Item(NamedTuple):
    """A phrase that means something: ``bits`` of concepts, a value, its first piece and the one after it."""

    bits: int
    value: Any
    first: int
    after: int


class Reading(NamedTuple):
    """A message as read: ``text`` with quotations masked, in its own case; the items in order."""

    text: str
    low: str
    quoted: tuple[str, ...]
    items: list[Item]
    pieces: list[str]
    size: int  # pieces without the padding
    language: str
    where: list[tuple[int, int]]  # where each piece stands; filled when first needed

    def plain(self, first: int, after: int) -> str:
        """Return some pieces of the message as they were written, in one line."""
        if not self.where:
            self.where.extend(places(self.low))
        where = self.where[first:after]
        return self.line(where[0][0], where[-1][1]) if where else ""

    def line(self, start: int, end: int) -> str:
        """Return a stretch of the text as it was written, in one line."""
        return " ".join(unmask(self.text, start, end, self.quoted).split())


def read(message: str) -> Reading:
    """Return what a message says, phrase by phrase; in time linear in its length."""
    text, quoted = mask(message[:MAX_CHARS])
    low = folded(text)
    pieces = words(low)
    size = len(pieces)
    pieces += _PADDING
    reading = Reading(text, low, quoted, [], pieces, size, "zh" if is_chinese(low) else "en", [])
    items = reading.items
    at = seen = meant = 0
    while at < size:
        first, piece = at, pieces[at]
        bits, value, at = _phrase(at, piece, pieces)
        if bits & c.QUOTE:
            value, seen = quoted[seen], seen + 1
        if bits:
            items.append(Item(bits, value, first, min(at, size)))
            meant = 0 if bits & c.STOP else meant | bits
        if meant & c.TEXTS and _announces(bits, piece, pieces[at - 1], meant, items):
            after = unquoted_end(at, pieces)
            if after > at:
                items.append(Item(c.QUOTE, reading.plain(at, after), at, after))
                meant, at = meant | c.QUOTE, after
    return reading


def _announces(bits: int, piece: str, last: str, meant: int, items: list[Item]) -> bool:
    """Tell whether a title's text follows without quotation marks: "saying …", "title: …", 标题改成…."""
    if bits & c.SAYS:
        return True
    if piece == ":" or (piece == "to" and meant & c.CHANGE and not meant & c.MOVE):
        return not bits and bool(items[-1].bits & (c.TEXTS if piece == ":" else _HEADINGS))
    return bool(bits & c.CHANGE and meant & _HEADINGS) and last in {"成", "为"} and not meant & c.GRADE


def _phrase(at: int, piece: str, pieces: list[str]) -> tuple[int, Any, int]:
    """Return the meaning of what starts at a piece, 0 for nothing, and where it ends."""
    if piece in STARTS or piece[0] in _DIGITS:
        figure = timed(at, pieces)
        if figure:
            return _figure(at, pieces, *figure)
    entry = find(at, pieces)
    if entry:
        (bits, value), end = entry
        return _in_context(bits, value, end, pieces)
    if piece in _MARKS:
        return _MARKS[piece], None, at + 1
    return (c.QUOTE if piece == QUOTE else 0), "", at + 1


def _figure(at: int, pieces: list[str], bits: int, value: Any, end: int) -> tuple[int, Any, int]:
    """Tell a list's numbering ("2." or "2)") from a figure."""
    if bits == c.NUMBER and (
        pieces[end] == ")" or (pieces[end] == "." and pieces[at - 1] in {"", "\n", ".", ";"})
    ):
        return c.STOP, None, end + 1
    return bits, value, end


def _in_context(bits: int, value: str, end: int, pieces: list[str]) -> tuple[int, Any, int]:
    """Add what the next word tells: "make a", "video of"."""
    if bits & c.MAKE and (pieces[end] in _ONE or (pieces[end] == "me" and pieces[end + 1] in _ONE)):
        return bits | c.MAKE_A, value, end
    if bits & (c.CLIP | c.VIDEO) and pieces[end] in _CLIP_OF:
        return bits | c.FOOTAGE_OF, value, end + 1
    return bits, value, end

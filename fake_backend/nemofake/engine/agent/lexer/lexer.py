"""Quoted text leaves the message before anything is understood: what is inside never means anything.

Each quotation becomes one control character, so that the rest keeps its shape.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from . import concepts as c
from .lexicon import find
from .time_ranges import STARTS, timed
from .tokens import folded, is_chinese, is_figure, listed, places, words

QUOTE = "\x02"
MAX_QUOTES = 200
MAX_QUOTED_CHARS = 300

_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "«": "»", "‘": "’", "〈": "〉", "【": "】"}
_OPENERS = {close: opening for opening, close in _PAIRS.items()}
_STRAIGHT = "\"'"
_MARKS = frozenset((*_PAIRS, *_OPENERS, *_STRAIGHT))


def mask(message: str) -> tuple[str, tuple[str, ...]]:
    """Return the message with each quotation as one character, and the quoted texts.

    Of nested quotations the outermost counts; one that is never closed is no quotation. Linear in time.
    """
    text = message.replace(QUOTE, " ") if QUOTE in message else message
    if not any(mark in text for mark in _MARKS):
        return text, ()
    pieces: list[str] = []
    quoted: list[str] = []
    at = 0
    for start, end in sorted(_pairs(text)):
        if start < at or len(quoted) == MAX_QUOTES:
            continue
        inner = " ".join(text[start + 1 : end].split())
        if not inner:
            continue
        pieces += text[at:start], QUOTE
        quoted.append(inner[:MAX_QUOTED_CHARS])
        at = end + 1
    return "".join(pieces) + text[at:], tuple(quoted)


def unmask(text: str, start: int, end: int, quoted: tuple[str, ...]) -> str:
    """Return a stretch of a masked text with its quotations put back."""
    before = text.count(QUOTE, 0, start)
    first, *rest = text[start:end].split(QUOTE)
    return first + "".join(f"“{quoted[before + nth]}”{piece}" for nth, piece in enumerate(rest))


def _pairs(text: str) -> list[tuple[int, int]]:
    """Return (opening, closing) of every quotation, nested ones too."""
    found: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {}
    for at, mark in enumerate(text):
        if mark not in _MARKS:
            continue
        opener = mark if mark in _STRAIGHT else _OPENERS.get(mark)
        waiting = open_at.get(opener, ()) if opener else ()
        if waiting and _closes(text, mark, at):
            found.append((open_at[opener or mark].pop(), at))
        elif opener in (None, mark) and _opens(text, mark, at):
            open_at.setdefault(mark, []).append(at)
    return found


def _opens(text: str, mark: str, at: int) -> bool:
    """Tell an opening apostrophe from the one in "don't": nothing of a word may stand before it."""
    return mark != "'" or not (text[at - 1 : at].isalnum() or text[at + 1 : at + 2].isspace())


def _closes(text: str, mark: str, at: int) -> bool:
    """Tell a closing apostrophe, straight or curly, from one inside a word."""
    after = text[at + 1 : at + 2]
    return mark not in "'’" or not (after.isascii() and after.isalnum())


_MAX_PIECES = 24
_ENDS = frozenset((",", ".", "!", "?", ";", "。", "、", "…", "\n", "•", QUOTE, "", "然", "并", "再"))
_PREPOSITIONS = frozenset(("at", "in", "on", "from", "for", "with", "and", "then", "to", "在", "于"))
_PLACED = (
    c.HEIGHT
    | c.SIDE
    | c.SPAN
    | c.POINT
    | c.LASTING
    | c.STARTING
    | c.ENDING
    | c.LOWER_THIRD
    | c.TITLE
    | c.MUSIC
)


def unquoted_end(at: int, pieces: list[str]) -> int:
    """Return the piece after the last one of a text that starts at ``at``; the same where there is none."""
    if _is_placed(at, pieces):
        return at
    for end in range(at, at + _MAX_PIECES):
        piece = pieces[end]
        if piece in _ENDS or (piece in _PREPOSITIONS and _leads_away(end, pieces)):
            return end
    return at + _MAX_PIECES


def _leads_away(at: int, pieces: list[str]) -> bool:
    """Tell whether a preposition goes on to say where, when or what else: "… at the top", "… and add"."""
    skip = at + 1 + (pieces[at + 1] in {"the", "a"})
    found = find(at + 1, pieces)
    return _is_placed(at, pieces) or _is_placed(skip, pieces) or bool(found and found[0][0] & c.ACTIONS)


def _is_placed(at: int, pieces: list[str]) -> bool:
    """Tell whether a place, a time or another thing to add starts here."""
    if pieces[at] in STARTS or is_figure(pieces[at]):
        figure = timed(at, pieces)
        if figure and figure[0] & (c.SPAN | c.POINT | c.LASTING | c.TIME | c.TARGET):
            return True
    found = find(at, pieces)
    return bool(found and found[0][0] & _PLACED)


MAX_CHARS = 20_000
_PADDING = [""] * 16  # so that looking ahead never needs a check

_MARKS_READER: dict[str, int] = {
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


class Token(NamedTuple):
    """A phrase that means something: ``bits`` of concepts, a value, its first piece and the one after it."""

    bits: int
    value: Any
    first: int
    after: int


class ParsedMessage(NamedTuple):
    """A message as read: ``text`` with quotations masked, in its own case; the items in order."""

    text: str
    low: str
    quoted: tuple[str, ...]
    items: list[Token]
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


def read(message: str) -> ParsedMessage:
    """Return what a message says, phrase by phrase; in time linear in its length."""
    text, quoted = mask(message[:MAX_CHARS])
    low = folded(text)
    pieces = words(low)
    size = len(pieces)
    pieces += _PADDING
    reading = ParsedMessage(text, low, quoted, [], pieces, size, "zh" if is_chinese(low) else "en", [])
    items = reading.items
    at = seen = meant = 0
    while at < size:
        first, piece = at, pieces[at]
        bits, value, at = _phrase(at, piece, pieces)
        if bits & c.QUOTE:
            value, seen = quoted[seen], seen + 1
        if bits:
            items.append(Token(bits, value, first, min(at, size)))
            meant = 0 if bits & c.STOP else meant | bits
        if meant & c.TEXTS and _announces(bits, piece, pieces[at - 1], meant, items):
            after = unquoted_end(at, pieces)
            if after > at:
                items.append(Token(c.QUOTE, reading.plain(at, after), at, after))
                meant, at = meant | c.QUOTE, after
    return reading


def _announces(bits: int, piece: str, last: str, meant: int, items: list[Token]) -> bool:
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
    if piece in _MARKS_READER:
        return _MARKS_READER[piece], None, at + 1
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

"""Quoted text leaves the message before anything is understood: what is inside never means anything.

Each quotation becomes one control character, so that the rest keeps its shape.
"""

from __future__ import annotations

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

"""Quoted text and file names leave the message before anything is parsed: their words mean nothing.

Each becomes one control character, so that the rest keeps its shape.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

QUOTE, FILE = "\x02", "\x03"
MAX_MASKED = 200
MAX_QUOTED_CHARS = 300

_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "«": "»", "‘": "’", "〈": "〉", "【": "】"}
_OPENERS = {close: opening for opening, close in _PAIRS.items()}
_STRAIGHT = "\"'"
_MARKS = frozenset((*_PAIRS, *_OPENERS, *_STRAIGHT))
_FILE_NAME = re.compile(
    r"(?a:[\w()-]{1,80})\.(?:mp4|mov|avi|webm|mkv|jpe?g|png|gif|webp|mp3|wav|m4a|aac)\b", re.IGNORECASE
)
_MASKS = re.compile(f"[{QUOTE}{FILE}]")


def mask(message: str, names: Sequence[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return the message with each quotation and file name as one character, and what these stand for.

    ``names`` are file names that are known, the only ones that may hold blanks. Of nested quotations the
    outermost counts; one that is never closed is no quotation. Linear in time.
    """
    text = _MASKS.sub(" ", message)
    found = [(start, end, QUOTE) for start, end in _pairs(text)] if _MARKS.intersection(text) else []
    if "." in text:
        found += [(start, end, FILE) for start, end in _file_names(text, names)]
    pieces: list[str] = []
    masked: list[str] = []
    at = 0
    for start, end, char in sorted(found):
        inner = " ".join(text[start + 1 : end].split()) if char == QUOTE else text[start : end + 1]
        if start < at or not inner or len(masked) == MAX_MASKED:
            continue
        pieces += text[at:start], char
        masked.append(inner[:MAX_QUOTED_CHARS])
        at = end + 1
    return "".join(pieces) + text[at:], tuple(masked)


def unmask(text: str, start: int, end: int, masked: Sequence[str]) -> str:
    """Return a stretch of a masked text with what was masked put back."""
    values = iter(masked[len(_MASKS.findall(text[:start])) :])

    def original(match: re.Match[str]) -> str:
        return f"“{next(values)}”" if match[0] == QUOTE else next(values)

    return _MASKS.sub(original, text[start:end])


def _file_names(text: str, names: Sequence[str]) -> list[tuple[int, int]]:
    """Return (first, last) character of every file name: the known ones, and what looks like one."""
    found = [(m.start(), m.end() - 1) for m in _FILE_NAME.finditer(text)]
    low = text.lower()
    for name in names:
        at = low.find(name.lower()) if "." in name else -1
        if at >= 0:
            found.insert(0, (at, at + len(name) - 1))
    return sorted(found, key=lambda span: (span[0], -span[1]))


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

"""Quoted text leaves the message before anything is understood: what is inside never means anything.

Each quotation becomes one private-use character, so that the rest keeps its shape.
"""

from __future__ import annotations

import re

_FIRST, _LAST = 0xE000, 0xF8FF
MAX_QUOTES = 200
MAX_QUOTED_CHARS = 300

_PAIRS = {"“": "”", "「": "」", "『": "』", "《": "》", "«": "»", "‘": "’", "〈": "〉", "【": "】"}
_CLOSERS = {close: opening for opening, close in _PAIRS.items()}
# A straight or curly apostrophe opens only before a word and closes only after one: "don't" quotes nothing.
_MARKS = re.compile(r"[“”「」『』《》«»〈〉【】\"‘]|(?<![^\W_])'(?=\S)|(?<=\S)'(?![^\W_])|’(?![^\W_])")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def mask(message: str) -> tuple[str, tuple[str, ...]]:
    """Return the message with each quotation as one character, and the quoted texts.

    Of nested quotations the outermost counts; one that is never closed is no quotation. Linear in time.
    """
    text = message if message.isascii() else _PRIVATE.sub(" ", message)
    pieces: list[str] = []
    quoted: list[str] = []
    at = 0
    for start, end in sorted(_pairs(text)):
        inner = " ".join(text[start + 1 : end].split())
        if start < at or not inner or len(quoted) == MAX_QUOTES:
            continue
        pieces += [text[at:start], chr(_FIRST + len(quoted))]
        quoted.append(inner[:MAX_QUOTED_CHARS])
        at = end + 1
    return "".join(pieces) + text[at:], tuple(quoted)


def is_quote(token: str) -> bool:
    """Tell whether a token stands for a quotation."""
    return token != "" and _FIRST <= ord(token[0]) <= _LAST


def quoted_text(token: str, quoted: tuple[str, ...]) -> str:
    """Return the text that a token stands for."""
    return quoted[ord(token[0]) - _FIRST]


def unmask(text: str, quoted: tuple[str, ...]) -> str:
    """Put the quoted texts back."""
    return _PRIVATE.sub(lambda m: f"“{quoted_text(m[0], quoted)}”", text) if quoted else text


def _pairs(text: str) -> list[tuple[int, int]]:
    """Return (opening, closing) of every quotation, nested ones too."""
    found: list[tuple[int, int]] = []
    open_at: dict[str, list[int]] = {}
    for match in _MARKS.finditer(text):
        mark, at = match[0], match.start()
        if mark in _PAIRS:
            open_at.setdefault(mark, []).append(at)
        elif mark in _CLOSERS:
            if waiting := open_at.get(_CLOSERS[mark]):
                found.append((waiting.pop(), at))
        elif waiting := open_at.get(mark):
            found.append((waiting.pop(), at))
        elif mark == '"' or not text[at + 1 : at + 2].isspace():
            open_at.setdefault(mark, []).append(at)
    return found

"""The dictionary: which phrase starts here, and what it means; one look-up per word.

It is compiled from the tables when the first message comes, so that importing stays cheap.
"""

from __future__ import annotations

import re
from functools import cache

from . import lexicon_en, lexicon_zh, styles_en, styles_zh
from .tokenizer import words

_PLAIN = re.compile(r"[a-z'\s]*")  # no figures, no marks

Meaning = tuple[int, str]
Entry = tuple[list[str], int, Meaning]


def find(at: int, pieces: list[str]) -> tuple[Meaning, int] | None:
    """Return the meaning of the longest phrase that starts at a piece, and where it ends."""
    for rest, length, meaning in _entries().get(pieces[at], ()):
        if length == 1 or pieces[at + 1 : at + length] == rest:
            return meaning, at + length
    return None


def canonical(bits: int, phrase: str) -> str:
    """Return the value of a phrase if it has one among the meanings ``bits``, else ""."""
    pieces = words(phrase)
    found = find(0, pieces) if pieces else None
    return found[0][1] if found and found[1] == len(pieces) and found[0][0] & bits else ""


@cache
def _entries() -> dict[str, list[Entry]]:
    meanings: dict[tuple[str, ...], Meaning] = {}

    def learn(phrase: str, bits: int, value: str) -> None:
        key = _pieces(phrase)
        old_bits, old_value = meanings.get(key, (0, ""))
        meanings[key] = (old_bits | bits, value or old_value)

    for table, separator in ((lexicon_en.WORDS, ","), (lexicon_zh.WORDS, None)):
        for bits, phrases in table.items():
            for phrase in phrases.split(separator):
                learn(phrase, bits, "")
    for table, separator in ((styles_en.VALUES, ","), (styles_zh.VALUES, None)):
        for bits, lines in table.items():
            for value, phrases in _valued(lines):
                for phrase in phrases.split(separator):
                    learn(phrase, bits, value)
    entries: dict[str, list[Entry]] = {}
    for key in sorted(meanings, key=len, reverse=True):
        entries.setdefault(key[0], []).append((list(key[1:]), len(key), meanings[key]))
    return entries


def _pieces(phrase: str) -> tuple[str, ...]:
    """Return the pieces of a phrase, the quick way for all but a few of them."""
    if not phrase.isascii():
        return tuple(phrase.strip())
    return tuple(words(phrase.strip()) if not _PLAIN.fullmatch(phrase) else phrase.split())


def _valued(lines: str) -> list[tuple[str, str]]:
    """Return (value, phrases) of a table; a line without "=" goes on with the one before."""
    rows: list[tuple[str, str]] = []
    for line in filter(None, map(str.strip, lines.splitlines())):
        if " = " in line:
            value, phrases = line.split(" = ", 1)
            rows.append((value, phrases))
        else:
            value, phrases = rows.pop()
            rows.append((value, f"{phrases} {line}"))
    return rows

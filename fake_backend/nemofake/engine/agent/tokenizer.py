"""A message as small pieces: words, figures, Chinese characters, marks."""

from __future__ import annotations

import re

# Full-width forms to ASCII, one to one: １０秒 -> 10秒, ，-> , and the ideographic space.
_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0x2019: 0x27, 0x00D7: 0x78}
_TOKEN = re.compile(
    r"[0-9]{1,3}:[0-9]{1,2}(?::[0-9]{1,2})?(?:\.[0-9]{1,3})?(?![0-9])"  # a clock time or a ratio
    r"|[0-9]{1,9}(?:\.[0-9]{1,6})?"
    r"|[a-z]+(?:'[a-z]+)*"
    r"|[^\W\d_]"  # a letter of any other script
    r"|\.(?=\s|$)|-(?=\s*[0-9]|\s)|\n|[^\w\s.-]"
)


_FIGURES = frozenset("0123456789")


def is_figure(piece: str) -> bool:
    """Tell whether a piece is written in digits; of other scripts' digits none counts."""
    return piece[:1] in _FIGURES


def listed(text: str) -> frozenset[str]:
    """Return the pieces of a table written as one text."""
    return frozenset(text.split())


def folded(text: str) -> str:
    """Return text of the same length in lower case and half width."""
    if text.isascii():
        return text.lower()
    text = text.translate(_HALF_WIDTH)
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def words(text: str) -> list[str]:
    """Return the pieces of a folded text."""
    return _TOKEN.findall(text)


def places(text: str) -> list[tuple[int, int]]:
    """Return where each piece of a folded text starts and ends."""
    return [match.span() for match in _TOKEN.finditer(text)]


def is_chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return not text.isascii() and any("\u3400" <= char <= "\u9fff" for char in text)

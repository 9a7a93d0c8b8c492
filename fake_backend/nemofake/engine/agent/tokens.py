"""A message as small pieces: words, figures, Chinese characters, marks."""

from __future__ import annotations

import re

# Full-width forms to ASCII, one to one: １０秒 -> 10秒, ，-> , and the ideographic space.
_HALF_WIDTH = {0xFF01 + n: 0x21 + n for n in range(94)} | {0x3000: 0x20, 0x2019: 0x27, 0x00D7: 0x78}
_TOKEN = re.compile(
    r"\d{1,3}:\d{1,2}(?::\d{1,2})?(?:\.\d{1,3})?(?!\d)"  # a clock time or a ratio
    r"|\d{1,9}(?:\.\d{1,6})?"
    r"|[a-z]+(?:'[a-z]+)*"
    "|[\ue000-\uf8ff]"
    "|[\u3400-\u9fff〇]"
    r"|\.(?=\s|$)|[,;!?。、…\n%&+~:()@#/\-–—•]"
)

Token = tuple[str, int, int]


def folded(text: str) -> str:
    """Return text of the same length in lower case and half width."""
    if text.isascii():
        return text.lower()
    text = text.translate(_HALF_WIDTH)
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if c.isascii() else c for c in text)


def tokens(text: str) -> list[Token]:
    """Return the pieces of a folded text, each with where it starts and ends."""
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(text)]


def words(text: str) -> list[str]:
    """Return the pieces of a folded text alone."""
    return _TOKEN.findall(text)


def is_chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return not text.isascii() and _CHINESE.search(text) is not None


_CHINESE = re.compile("[\u3400-\u9fff]")

"""What a secret looks like in a text, however it is spelled, and what stands there in its place (C-SEC-1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Final

PREFIXES: Final = ("nmv_usr_", "clm_")  # AUTH-1, AUTH-8
STARS: Final = "***"
_PASSES: Final = 8

# A character may stand for itself, or be spelled with percent signs (%5F, %255F) or an escape (\u005f, \x5f).
_SPELLED: Final = r"(?:%(?:25)*|\\{1,8}(?:u00|x))"
_TAIL: Final = r"(?:[\w%-]|\\{1,8}(?:u00|x)[0-9a-f]{2}|[.~+/=]+(?=[\w%]))*"
_ESCAPED: Final = re.compile(rf"{_SPELLED}([0-9a-f]{{2}})", re.IGNORECASE)


def _any_spelling(word: str) -> str:
    return "".join(rf"(?:{re.escape(char)}|{_SPELLED}{ord(char):02x})" for char in word)


_PREFIX: Final = "|".join(_any_spelling(prefix) for prefix in PREFIXES)
_SECRET: Final = re.compile(
    rf"(?P<prefix>{_PREFIX})(?:(?P<starred>\*{{3}}(?:[0-9a-f]{{4}})?)[\w-]*|(?P<tail>{_TAIL}))"
    rf"|(?P<scheme>bearer(?:[\s\"'\\:=+]|%(?:25)*(?:20|09))++)"
    rf"(?!{_PREFIX})(?P<credential>[^\s\"'<>&,;\\]{{8,}})",
    re.IGNORECASE,
)


def plain(spelled: str) -> str:
    """Return a text with percent signs and escapes undone, as often as they were done."""
    undone = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), spelled)
    return undone if undone == spelled else plain(undone)


def digest(secret: str) -> str:
    """Return four hexadecimal digits that tell one secret from another, and nothing of it."""
    return blake2b(
        plain(secret).encode("utf-8", "replace"), digest_size=2, person=b"nemocontract"
    ).hexdigest()


def mask_secrets(text: str, value: Callable[[str], str] = lambda _: "") -> str:
    """Return the text with every token in it starred out; what is masked already stays as it is.

    ``told`` says what stands behind the stars, by the token's plain spelling. A bearer credential of no
    known prefix counts as one too, where it has eight characters or more.
    """

    def stand_in(found: re.Match[str]) -> str:
        if scheme := found["scheme"]:
            return scheme + STARS + value(found["credential"])
        if (starred := found["starred"]) is not None:
            return str(found["prefix"]) + str(starred)
        return found["prefix"] + STARS + (value(plain(found[0])) if found["tail"] else "")

    for _ in range(_PASSES):  # stars may make a credential of what was too short for one before
        before, text = text, _SECRET.sub(stand_in, text)
        if text == before:
            break
    return text

"""How a text says things, in English and Chinese: negation, and what a clause of a sentence is about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_NOT_BEFORE: Final = re.compile(
    r"\b(?:not|never|no|without|avoid|instead of|rather than|nor|neither|cannot|stop|nothing|resist|refrain|under no circumstances|hold off|isn't|must not)\b"
    r"|n't\b|不|勿|别|禁止|无需|无须|切忌|避免|而非|而不|没有|严禁|并非",
    re.IGNORECASE,
)
_CLAUSE_END: Final = re.compile(
    r"[;。|;:(]|\.\s|\bbut\b|\binstead\b(?! of)|,\s*(?:then|and then)\b|而是|然后"
)
_NOT_AFTER: Final = re.compile(
    r"^[^.;。|]{0,40}?(?:\bis (?:never|not)\b|\b(?:forbidden|prohibited|not allowed)\b|是?(?:禁止|不允许|错误)的)",
    re.IGNORECASE,
)


def negated(text: str, at: int, reach: int = 60) -> bool:
    """Tell whether what begins at ``at`` is said not to be so, or not to be done."""
    before = text[max(0, at - reach) : at]
    ends = [found.end() for found in _CLAUSE_END.finditer(before)]
    clause = before[ends[-1] :] if ends else before
    return _NOT_BEFORE.search(clause) is not None


def affirmed(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the first place where the pattern is said, and not denied."""
    for found in pattern.finditer(text):
        if not negated(text, found.start()) and not _NOT_AFTER.match(text[found.end() :]):
            return found
    return None


def topics(text: str, patterns: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """Return the topics that a text affirms, each with the place where it first does."""
    found = {name: affirmed(pattern, text) for name, pattern in patterns.items()}
    return {name: hit.start() for name, hit in found.items() if hit}


def compiled(patterns: Mapping[str, str]) -> dict[str, re.Pattern[str]]:
    """Return patterns compiled, without regard to case."""
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in patterns.items()}

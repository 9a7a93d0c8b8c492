"""What must hold in every story, whatever it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .traffic import Seen
from .verdict import Evidence, Line

_ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
_TOKEN = re.compile(r"nmv_usr_")
# What no user should have to read: codes, JSON, the names of endpoints and headers, types of Python.
_PROTOCOL = re.compile(
    r"\bHTTP\b|\{\"|/run_sse|/api/|X-Skill|Bearer|\b(?:1001|1002|2001|4001|4002)\b|Traceback"
)


def always(found: Evidence) -> Iterator[Line]:
    """Yield a line for each law that every story is under."""
    yield _tokens_stay_inside(found)
    yield _plain_words(found)
    yield _all_attributed(found)
    yield _books_balance(found)


def _tokens_stay_inside(found: Evidence) -> Line:
    """C-SEC-1: in no address, and nowhere that the user reads."""
    leaks = [seen.path for seen in found.traffic if _TOKEN.search(seen.path)]
    leaks += ["what the user reads"] * bool(_TOKEN.search(found.text))
    return _line(found, "C-SEC-1", "no token in an address or a text", leaks)


def _plain_words(found: Evidence) -> Line:
    """C-UX-1: no detail of the protocol in what the user reads."""
    told = [played.text for played in found.steps if played.step.do != "claim"]
    slips = [word[0] for text in told for word in _PROTOCOL.finditer(text)]
    return _line(found, "C-UX-1", "no protocol in what the user reads", slips)


def _all_attributed(found: Evidence) -> Line:
    """C-ATT-1: the bearer on all but the request for it, attribution on all."""
    return _line(
        found,
        "C-ATT-1",
        "bearer and attribution on each request",
        [*filter(None, map(_lacks, found.traffic))],
    )


def _lacks(seen: Seen) -> str:
    needed = _ATTRIBUTION if seen.operation == "token.issue" else ("authorization", *_ATTRIBUTION)
    lacking = [name for name in needed if not seen.headers.get(name)]
    return f"{seen.operation} lacks {', '.join(lacking)}" if lacking else ""


def _books_balance(found: Evidence) -> Line:
    """CRE-5: credits come by grants and go by being spent."""
    wrong = []
    for account in found.accounts:
        books = account["credits"]
        left = books["granted"] - books["available"] - books["frozen"] - books["consumed"]
        wrong += [f"{account['user_id']}: {left} missing"] if left else []
    return _line(found, "CRE-5", "the books balance", wrong)


def _line(found: Evidence, clause: str, expected: str, wrong: list[str]) -> Line:
    return Line(not wrong, f"always.{clause}", expected, "; ".join(wrong[:5]) or "so it is", found.ended_ms)

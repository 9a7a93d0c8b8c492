"""What a recording proves of a clause: the whole of it, or a part that is not enough to call it verified."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nemocontract.drift.fact import Comparison

# Of some clauses a recording shows a part whatever is in it.
PARTLY: Final = {
    "AUTH-5": "how long a token is said to be good, not that it ends",
    "CRE-5": "single balances, not any history",
    "ENV-4": "the malformed requests that were made, of any",
    "REN-8": "of what kind a film is, not what is in it",
    "SES-2": "sessions that never were, not somebody else's",
    "SSE-5": "that talk has words, not how many edits have none",
    "SSE-9": "the language of replies, not that they speak of a GUI",
    "UPL-3": "the formats that were tried, of thirteen",
}
# Others are seen whole where all of this was compared; each is the beginning of a path, or one of several.
_NEEDED: Final = {
    "CRE-2": (("price of talk",), ("price of an edit",), ("price of a generation",)),
    "REN-6": (("status over time",), ("progress over time",), ("time from createdAt",)),
    "REN-9": (("header accept-ranges",), ("header content-range",)),
    "SSE-3": (
        ("text:", "adk text:"),
        ("tool_call:", "adk call:"),
        ("tool_result:", "adk result:"),
        ("heartbeat:",),
    ),
    "SSE-7": (("how long talk",), ("how long an edit",), ("how long a generation",)),
    "STA-2": (("data.state.draft",), ("data.state.draft.t[].sg[]",)),
}


def verified(found: Iterable[Comparison]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the clauses that were seen to hold, and those of which only a part was; none that differs."""
    paths: dict[str, set[str]] = {}
    wrong = set()
    for one in found:
        paths.setdefault(one.place.clause, set()).add(one.place.path)
        wrong |= set() if one.equal else {one.place.clause}
    held = sorted(set(paths) - wrong)
    whole = tuple(clause for clause in held if _is_whole(clause, paths[clause]))
    return whole, tuple(clause for clause in held if clause not in whole)


def _is_whole(clause: str, paths: set[str]) -> bool:
    return clause not in PARTLY and all(
        any(path.startswith(beginnings) for path in paths) for beginnings in _NEEDED.get(clause, ())
    )

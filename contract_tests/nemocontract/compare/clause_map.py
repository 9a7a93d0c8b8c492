"""Which clause a fact of an answer belongs to, by operation, code and JSON path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from nemocontract.compare.fact import Comparison
from nemocontract.recording import Exchange

# The clause that says what a success of an operation looks like.
_SUCCESS: Final = {
    "token.issue": "AUTH-1",
    "token.claim": "AUTH-8",
    "session.create": "SES-1",
    "chat": "SSE-2",
    "credits": "CRE-1",
    "state": "STA-1",
    "upload": "UPL-2",
    "render.submit": "REN-1",
    "render.status": "REN-7",
    "render.cancel": "REN-12",
    "render.download": "REN-9",
    "media": "REN-9",
}
# The clause of each error code; those of an operation first.
_REFUSAL: Final = {
    ("token.issue", 400): "AUTH-2",
    ("token.issue", 429): "AUTH-3",
    ("render.submit", 400): "REN-5",
    ("render.submit", 402): "REN-3",
    ("render.submit", 409): "REN-4",
    ("render.cancel", 409): "REN-12",
    ("render.download", 409): "REN-9",
    ("media", 404): "REN-9",
    ("", 1001): "AUTH-6",
    ("", 1002): "SES-2",
    ("", 2001): "CRE-4",
    ("", 4001): "UPL-3",
    ("", 4002): "UPL-4",
    ("", 400): "ENV-4",
    ("", 403): "AUTH-7",
    ("", 404): "REN-11",
    ("", 429): "AUTH-3",
}
# Places inside a success that belong to other clauses.
_PLACES: Final = (
    ("state", r"data\.state\.draft\b.*", "STA-2"),
    ("state", r"data\.state\.video_infos\b.*", "UPL-2"),
    ("render.*", r"(?:data\.)?(?:status|progress)", "REN-6"),
)


def of_outcome(documented: Exchange) -> str:
    """Return the clause that says how a request is answered; ``documented`` is the fake's answer."""
    operation, code = documented.operation, documented.code or 0
    if code == 0:
        return _SUCCESS.get(operation, "ENV-1")
    if operation in ("other", "control"):
        return "ENV-2"
    if (operation, code) == ("render.submit", 400) and not _draft_is_at_fault(documented):
        return "ENV-4"
    return _REFUSAL.get((operation, code)) or _REFUSAL.get(("", code), "ENV-2")


def _draft_is_at_fault(documented: Exchange) -> bool:
    body = documented.body
    whole = isinstance(body, dict) and all(isinstance(body.get(name), str) for name in ("id", "sessionId"))
    return whole and isinstance(body.get("draft"), dict)


def of_place(operation: str, path: str) -> str:
    """Return the clause that a place within a success belongs to."""
    if path in ("", "code", "message", "data"):
        return "ENV-1" if not operation.startswith("render.") else "REN-7"
    for wanted, pattern, clause in _PLACES:
        if re.fullmatch(wanted, operation) and re.fullmatch(pattern, path):
            return clause
    success = _SUCCESS.get(operation, "ENV-1")
    return "REN-7" if operation.startswith("render.") else success


# Clauses that a recording can only confirm in part, and which part.
PARTLY: Final = {
    "AUTH-5": "the announced lifetime of a token, not that it ends",
    "CRE-5": "single balances, not any sequence",
    "ENV-4": "only the malformed requests in the recording",
    "REN-8": "the type of a video, not its content",
    "SES-2": "unknown sessions, not another account's",
    "SSE-5": "that text replies have text, not the share of silent edits",
    "SSE-9": "the language of replies, not that they mention a GUI",
    "UPL-3": "only the formats in the recording",
}
# Other clauses are confirmed when all of these (beginnings of paths) were compared.
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
    """Return the clauses confirmed in full and those in part; one with a difference is in neither."""
    paths: dict[str, set[str]] = {}
    wrong = set()
    for one in found:
        paths.setdefault(one.place.clause, set()).add(one.place.path)
        wrong |= set() if one.equal else {one.place.clause}
    equal = sorted(set(paths) - wrong)
    whole = tuple(clause for clause in equal if _is_whole(clause, paths[clause]))
    return whole, tuple(clause for clause in equal if clause not in whole)


def _is_whole(clause: str, paths: set[str]) -> bool:
    return clause not in PARTLY and all(
        any(path.startswith(beginnings) for path in paths) for beginnings in _NEEDED.get(clause, ())
    )


_ROW: Final = re.compile(
    r"^(\| (?P<id>[A-Z][A-Z0-9-]*-[0-9]+) \| .* \| )(?P<status>[^|\n]*)( \| [^|\n]* \|)$", re.MULTILINE
)
_SEEN: Final = re.compile(r"(?:, )?verified-live \d{4}-\d\d-\d\d")


def marked(document: str, clauses: Collection[str], date: str) -> str:
    """Return the document with the status of these clauses marked; all other bytes stay the same.

    ``documented`` becomes ``documented, verified-live DATE`` and keeps what follows it; ``assumed``
    becomes ``verified-live DATE``. An existing date is replaced.
    """

    def status(row: re.Match[str]) -> str:
        if row["id"] not in clauses:
            return row[0]
        return f"{row[1]}{_marked(row['status'], date)}{row[4]}"

    return _ROW.sub(status, document)


def _marked(status: str, date: str) -> str:
    plain, seen = _SEEN.sub("", status), f"verified-live {date}"
    if plain in ("assumed", ""):
        return seen
    first, comma, rest = plain.partition(", ")
    return f"{first}, {seen}{comma}{rest}"

"""Which clause a fact of an answer belongs to, by operation, code and JSON path."""

from __future__ import annotations

import re
from typing import Final

from nemocontract.traffic import Exchange

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
# The clause that says which code a refusal has; those of an operation first.
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
# Places within a success that other clauses speak of.
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

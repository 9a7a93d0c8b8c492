"""What may stand in a request's way, gate by gate: which refusals are owed, and which are possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from nemocontract.auditing.bodies import complaints
from nemocontract.traffic import Exchange

Stance = Literal["must", "may"]

# AUTH-7: the scope that each operation needs.
SCOPES: Final[Mapping[str, str]] = {
    "session.create": "write",
    "chat": "write",
    "token.claim": "write",
    "credits": "read",
    "state": "read",
    "render.status": "read",
    "render.download": "read",
    "upload": "upload",
    "render.submit": "render",
    "render.cancel": "render",
}
_OWNER: Final[Mapping[int, str]] = {
    1001: "AUTH-6",
    1002: "SES-2",
    2001: "CRE-4",
    4001: "UPL-3",
    4002: "UPL-4",
    402: "REN-3",
    403: "AUTH-7",
    429: "AUTH-3",
}
# The clause that says what each operation takes.
TAKES: Final[Mapping[str, str]] = {
    "token.issue": "AUTH-1",
    "session.create": "SES-1",
    "token.claim": "AUTH-8",
    "chat": "SSE-1",
    "credits": "CRE-1",
    "state": "STA-1",
    "upload": "UPL-1",
    "render.submit": "REN-1",
}
_CONFLICTS: Final = {"render.submit": "REN-4", "render.cancel": "REN-12", "render.download": "REN-9"}


@dataclass(frozen=True, slots=True)
class Gate:
    """``must``: this refusal is owed; ``may``: it is possible, as far as anybody outside can know."""

    code: int
    clause: str
    stance: Stance
    why: str


def must(code: int, clause: str, why: str) -> Gate:
    """Return a gate that is shut."""
    return Gate(code, clause, "must", why)


def may(code: int, clause: str, why: str = "") -> Gate:
    """Return a gate that may be shut."""
    return Gate(code, clause, "may", why)


def owner_of(code: int, operation: str) -> str:
    """Return the clause that a refusal belongs to, for one that nothing calls for."""
    if code == 400:  # a body that is right, and was not taken
        return TAKES.get(operation, "ENV-4")
    if code == 404:
        return "REN-11" if operation.startswith("render.") else "ENV-4"
    return _CONFLICTS.get(operation, "ENV-4") if code == 409 else _OWNER.get(code, "ENV-4")


def broken_by(told: Exchange, owed: Gate) -> str:
    """Return the clause that an answer breaks which is not the refusal that was owed."""
    code, let_in = told.code or 0, told.code not in _TURNED_AWAY
    if owed.clause in ("AUTH-6", "AUTH-8"):
        return owed.clause if let_in else "AUTH-6"
    if owed.clause == "AUTH-5":  # whoever is past the token was let in by one that is over
        return "AUTH-5" if let_in else "AUTH-6"
    if owed.clause == "ENV-4":
        missing = owed.why.startswith(_MISSING)
        return TAKES.get(told.operation, "ENV-4") if code == 0 and missing else _OWNER.get(code, "ENV-4")
    wrong = complaints(told.operation, told.headers.get("content-type", ""), told.body)
    if code == 403 and owed.clause not in _PRIVATE:
        return "AUTH-7"
    not_taken = code == 400 and not wrong and told.operation in TAKES
    return owner_of(code, told.operation) if not_taken else owed.clause


_MISSING: Final = "a field is missing: "
_PRIVATE: Final = ("SES-2", "SES-3", "REN-10", "REN-11")
_TURNED_AWAY: Final = (401, 403, 405, 500)


def ill_formed(wrong: tuple[str, ...]) -> Gate:
    """Return the gate of a body that is wrong (ENV-4)."""
    at_all = wrong[0] in ("", "content-type")
    why = "the body is no JSON object, or not called so" if at_all else f"{_MISSING}{wrong[0]}"
    return must(400, "ENV-4", why)

"""Accounts and tokens as the model remembers them (AUTH-1 to AUTH-8, CRE-1 to CRE-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nemocontract.server_checks.expectations import is_whole
from nemocontract.server_model.billing import PossibleBalance, of_account, rule_out, violated_clause
from nemocontract.server_model.checker import Checker
from nemocontract.server_model.turns import FEE, Span, Turn

WEEK_MS: Final = 7 * 24 * 3_600_000  # AUTH-5
GRANT: Final = 100  # AUTH-1
_ANONYMOUS_SCOPES: Final = frozenset(
    {"read", "write", "upload", "render"}
)  # AUTH-7: anonymous accounts may export


@dataclass(slots=True)
class Account:
    """A user: credits ``granted`` (None: not known), messages sent, and what the plan allows."""

    user_id: str
    granted: int | None = GRANT
    add_registered: bool = False
    paid: bool = False
    blocked: bool = False
    exports: int = 0
    had_error: bool = False  # for want of credits, at least once
    turns: list[Turn] = field(default_factory=list)

    def balances(self, at: Span, session_id: str = "") -> set[PossibleBalance]:
        """Return what may be spent and held by now."""
        return of_account(self.turns, at, session_id)


@dataclass(slots=True)
class Token:
    """A token: ``ends_ms`` are the first moment at which it may be over and the first at which it must be."""

    value: str
    account: Account
    ends_ms: tuple[int, int]
    scopes: frozenset[str] = _ANONYMOUS_SCOPES

    def expired(self, at: Span) -> bool | None:
        """Return whether it is over; None where it ends about now."""
        if self.ends_ms[1] <= at.since_ms:
            return True
        return False if self.ends_ms[0] > at.until_ms else None

    def lacks(self, scope: str) -> bool:
        """Return whether it does not hold a scope (AUTH-7)."""
        return scope not in self.scopes and "*" not in self.scopes


def check_balance(check: Checker, account: Account, payload: Mapping[str, Any], at: Span) -> None:
    """Check CRE-1 to CRE-5 of a balance (available, frozen, total), and learn from it."""
    figures = [payload.get(name) for name in ("available", "frozen", "total")]
    whole = all(is_whole(figure) and figure >= 0 for figure in figures)
    if not check("CRE-1", whole, "whole numbers, none below 0", payload):
        return
    available, frozen, total = (int(figure or 0) for figure in figures)
    if not check("CRE-1", available + frozen == total, "available + frozen = total", payload):
        return
    if account.granted is None and not account.turns:
        account.granted = total  # an account that had a life before this one
    if account.granted is not None:
        check_spending(check, account, account.granted - total, frozen, at)


def check_spending(check: Checker, account: Account, spent: int, frozen: int, at: Span) -> bool:
    """Check that what was spent and is held is what the messages so far explain (CRE-2, CRE-3, CRE-5)."""
    allowed = {(balance.spent, balance.frozen) for balance in account.balances(at)}
    if (spent, frozen) in allowed:
        check("CRE-5", True, "")
        rule_out(account.turns, at, spent, frozen)
        return True
    clause, words = violated_clause(account.turns, at, spent, frozen)
    if clause == "CRE-5":
        clause, words = _clause_of_unexplained(account, allowed, spent, frozen)
    wanted = " or ".join(f"{s} spent and {h} frozen" for s, h in sorted(allowed))
    return check(
        clause, False, f"{words}: of {account.granted} credits {wanted}", f"{spent} spent, {frozen} frozen"
    )


def _clause_of_unexplained(
    account: Account, allowed: set[tuple[int, int]], spent: int, frozen: int
) -> tuple[str, str]:
    """Return what no message of any price explains: by what else there was."""
    if account.had_error and frozen > max(h for _, h in allowed):
        return "CRE-4", "what is rejected freezes nothing"
    uneven = spent >= 0 and bool(spent % FEE or frozen % FEE)
    if uneven or spent > max(s for s, _ in allowed):
        if account.exports and spent % FEE:
            return "REN-2", "an export costs nothing"
        if account.turns:
            return "CRE-2", "a clip 100, editing 50 once a session, talk nothing"
    return "CRE-5", "credits change only by grants and consumption"

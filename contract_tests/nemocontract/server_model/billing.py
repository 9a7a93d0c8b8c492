"""Every balance that an account may have, given what may have become of its messages (CRE-1 to CRE-5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from nemocontract.server_model.turns import (
    CLIP,
    FEE,
    PossibleOutcome,
    Span,
    Turn,
    double_fee,
    mispriced,
    uncharged_or_double,
    unrefunded,
    unsettled,
)


class PossibleBalance(NamedTuple):
    """Credits spent and frozen; ``fee``: whether a session's editing fee is paid or frozen already."""

    spent: int
    frozen: int
    fee: bool = False


class _SessionBalance(NamedTuple):
    spent: int = 0
    frozen: int = 0
    paid: bool = False
    editing: bool = False


Outcomes = Sequence[Iterable[PossibleOutcome]]


def of_session(outcomes: Outcomes) -> set[PossibleBalance]:
    """Return all possible balances of one session: clips add up, editing is charged once (CRE-2, CRE-3)."""
    partials = {_SessionBalance()}
    for choices in outcomes:
        chosen = tuple(choices)
        partials = {_added(partial, outcome) for partial in partials for outcome in chosen}
    return {_balance_of(partial) for partial in partials}


def _added(partial: _SessionBalance, outcome: PossibleOutcome) -> _SessionBalance:
    spent, frozen, paid, editing = partial
    price = outcome.clips * CLIP
    if outcome.phase == "running":
        return _SessionBalance(
            spent + outcome.extra, frozen + price + outcome.surplus, paid, editing or outcome.edits
        )
    if outcome.phase == "done":
        return _SessionBalance(
            spent + price + outcome.surplus + outcome.extra, frozen, paid or outcome.edits, editing
        )
    return _SessionBalance(spent + outcome.surplus + outcome.extra, frozen, paid, editing)


def _balance_of(partial: _SessionBalance) -> PossibleBalance:
    waits = partial.editing and not partial.paid
    return PossibleBalance(
        partial.spent + FEE * partial.paid, partial.frozen + FEE * waits, partial.paid or waits
    )


def of_account(turns: Iterable[Turn], at: Span, session_id: str = "") -> set[PossibleBalance]:
    """Return all possible balances of an account; ``fee`` is about ``session_id``."""
    return _sum({turn: turn.outcomes(at) for turn in turns}, session_id)


def _sum(outcomes: dict[Turn, set[PossibleOutcome]], session_id: str = "") -> set[PossibleBalance]:
    balances = {PossibleBalance(0, 0)}
    for one in dict.fromkeys(turn.session_id for turn in outcomes):
        more = of_session([chosen for turn, chosen in outcomes.items() if turn.session_id == one])
        balances = {
            PossibleBalance(
                balance.spent + add.spent,
                balance.frozen + add.frozen,
                balance.fee or (one == session_id and add.fee),
            )
            for balance in balances
            for add in more
        }
    return balances


def needed(prices: Iterable[tuple[int, bool]], balance: PossibleBalance) -> set[int]:
    """Return what a message may have to freeze, by what it may be charged for."""
    return {clips * CLIP + (FEE if edits and not balance.fee else 0) for clips, edits in prices}


def rule_out(turns: Sequence[Turn], at: Span, spent: int, frozen: int) -> None:
    """Rule out what a balance that was seen cannot be explained by."""
    outcomes = {turn: turn.outcomes(at) for turn in turns}
    for turn in turns:
        compared = {f for f in outcomes[turn] if _fits({**outcomes, turn: {f}}, spent, frozen)}
        if compared:
            turn.ruled_out |= turn.prices() - {(outcome.clips, outcome.edits) for outcome in compared}
            outcomes[turn] = compared
            _settle(turn, {outcome.phase for outcome in compared}, at)


def _settle(turn: Turn, phases: set[str], at: Span) -> None:
    if "running" not in phases:
        turn.close(at.until_ms)
        if len(phases) == 1 and turn.failed is None:
            turn.failed = phases == {"failed"}
    elif phases == {"running"}:
        turn.first_end_ms = max(turn.first_end_ms, at.since_ms + 1)


def _fits(outcomes: dict[Turn, set[PossibleOutcome]], spent: int, frozen: int) -> bool:
    return any((balance.spent, balance.frozen) == (spent, frozen) for balance in _sum(outcomes))


# -- whose fault it is -----------------------------------------------------------------------------

_Suspect = Callable[[Turn], object]
_Alter = Callable[[PossibleOutcome], Iterable[PossibleOutcome]]
# What would explain a balance that cannot be, the likeliest first: clause, in words, which turns, how.
_SUSPECTS: Final[tuple[tuple[str, str, _Suspect, _Alter], ...]] = (
    ("CRE-3", "what failed costs nothing", lambda turn: turn.failed or turn.may_fail, unrefunded),
    ("CRE-2", "editing costs 50 once a session", lambda turn: turn.later, double_fee),
    ("SSE-11", "a disconnected client is charged once", lambda turn: turn.left, uncharged_or_double),
    ("SSE-12", "the same again is charged again", lambda turn: turn.repeat, uncharged_or_double),
    ("CRE-3", "frozen at the start, spent at the end", lambda _: True, unsettled),
    ("CRE-2", "a clip 100, editing 50 once a session, talk nothing", lambda _: True, mispriced),
    ("CRE-2", "a message is charged once", lambda _: True, uncharged_or_double),
)


def violated_clause(turns: Sequence[Turn], at: Span, spent: int, frozen: int) -> tuple[str, str]:
    """Return the clause, and its sense in words, whose breach explains a balance that cannot be."""
    # Where a balance was wrong before, what was learned from it is wrong as well.
    outcomes = {turn: turn.outcomes(at, learned=False) for turn in turns}
    if _fits(outcomes, spent, frozen):  # it is only at odds with balances before it
        failed = any(turn.failed for turn in turns)
        return _SUSPECTS[0][:2] if failed else ("CRE-5", "credits that were spent do not come back")
    for clause, words, suspect, alter in _SUSPECTS:
        wrong = {
            turn: {other for outcome in outcomes[turn] for other in (outcome, *alter(outcome))}
            for turn in turns
            if suspect(turn)
        }
        if wrong and _fits({**outcomes, **wrong}, spent, frozen):
            return clause, words
    return "CRE-5", "credits change only by grants and consumption"

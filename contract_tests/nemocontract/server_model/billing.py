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
    """What has been spent and is held; ``fee``: whether a session's editing is paid for or held already."""

    spent: int
    held: int
    fee: bool = False


class _SessionBalance(NamedTuple):
    spent: int = 0
    held: int = 0
    paid: bool = False
    editing: bool = False


Fates = Sequence[Iterable[PossibleOutcome]]


def of_session(fates: Fates) -> set[PossibleBalance]:
    """Return all bills of one session: clips add up, editing is held and paid for once (CRE-2, CRE-3)."""
    tabs = {_SessionBalance()}
    for choices in fates:
        chosen = tuple(choices)
        tabs = {_added(tab, fate) for tab in tabs for fate in chosen}
    return {_billed(tab) for tab in tabs}


def _added(tab: _SessionBalance, fate: PossibleOutcome) -> _SessionBalance:
    spent, held, paid, editing = tab
    price = fate.clips * CLIP
    if fate.phase == "running":
        return _SessionBalance(spent + fate.extra, held + price + fate.surplus, paid, editing or fate.edits)
    if fate.phase == "done":
        return _SessionBalance(spent + price + fate.surplus + fate.extra, held, paid or fate.edits, editing)
    return _SessionBalance(spent + fate.surplus + fate.extra, held, paid, editing)


def _billed(tab: _SessionBalance) -> PossibleBalance:
    waits = tab.editing and not tab.paid
    return PossibleBalance(tab.spent + FEE * tab.paid, tab.held + FEE * waits, tab.paid or waits)


def of_account(turns: Iterable[Turn], at: Span, session_id: str = "") -> set[PossibleBalance]:
    """Return all bills of an account; ``fee`` tells of ``session_id``."""
    return _sum({turn: turn.fates(at) for turn in turns}, session_id)


def _sum(fates: dict[Turn, set[PossibleOutcome]], session_id: str = "") -> set[PossibleBalance]:
    bills = {PossibleBalance(0, 0)}
    for one in dict.fromkeys(turn.session_id for turn in fates):
        more = of_session([chosen for turn, chosen in fates.items() if turn.session_id == one])
        bills = {
            PossibleBalance(
                bill.spent + add.spent, bill.held + add.held, bill.fee or (one == session_id and add.fee)
            )
            for bill in bills
            for add in more
        }
    return bills


def needed(prices: Iterable[tuple[int, bool]], bill: PossibleBalance) -> set[int]:
    """Return what a message may have to freeze, by what it may be charged for."""
    return {clips * CLIP + (FEE if edits and not bill.fee else 0) for clips, edits in prices}


def rule_out(turns: Sequence[Turn], at: Span, spent: int, held: int) -> None:
    """Rule out what a balance that was seen cannot be explained by."""
    fates = {turn: turn.fates(at) for turn in turns}
    for turn in turns:
        kept = {f for f in fates[turn] if _fits({**fates, turn: {f}}, spent, held)}
        if kept:
            turn.ruled_out |= turn.prices() - {(fate.clips, fate.edits) for fate in kept}
            fates[turn] = kept
            _settle(turn, {fate.phase for fate in kept}, at)


def _settle(turn: Turn, phases: set[str], at: Span) -> None:
    if "running" not in phases:
        turn.closed(at.until_ms)
        if len(phases) == 1 and turn.failed is None:
            turn.failed = phases == {"failed"}
    elif phases == {"running"}:
        turn.first_end_ms = max(turn.first_end_ms, at.since_ms + 1)


def _fits(fates: dict[Turn, set[PossibleOutcome]], spent: int, held: int) -> bool:
    return any((bill.spent, bill.held) == (spent, held) for bill in _sum(fates))


# -- whose fault it is -----------------------------------------------------------------------------

_Suspect = Callable[[Turn], object]
_Alter = Callable[[PossibleOutcome], Iterable[PossibleOutcome]]
# What would explain a balance that cannot be, the likeliest first: clause, in words, which turns, how.
_BLAME: Final[tuple[tuple[str, str, _Suspect, _Alter], ...]] = (
    ("CRE-3", "what failed costs nothing", lambda turn: turn.failed or turn.may_fail, unrefunded),
    ("CRE-2", "editing costs 50 once a session", lambda turn: turn.later, double_fee),
    ("SSE-11", "who goes away is charged, and once", lambda turn: turn.left, uncharged_or_double),
    ("SSE-12", "the same again is charged again", lambda turn: turn.repeat, uncharged_or_double),
    ("CRE-3", "frozen at the start, spent at the end", lambda _: True, unsettled),
    ("CRE-2", "a clip 100, editing 50 once a session, talk nothing", lambda _: True, mispriced),
    ("CRE-2", "a message is charged once", lambda _: True, uncharged_or_double),
)


def violated_clause(turns: Sequence[Turn], at: Span, spent: int, held: int) -> tuple[str, str]:
    """Return the clause, and its sense in words, whose breach explains a balance that cannot be."""
    # Where a balance was wrong before, what was learned from it is wrong as well.
    fates = {turn: turn.fates(at, learned=False) for turn in turns}
    if _fits(fates, spent, held):  # it is only at odds with balances before it
        failed = any(turn.failed for turn in turns)
        return _BLAME[0][:2] if failed else ("CRE-5", "credits that were spent do not come back")
    for clause, words, suspect, alter in _BLAME:
        wrong = {
            turn: {other for fate in fates[turn] for other in (fate, *alter(fate))}
            for turn in turns
            if suspect(turn)
        }
        if wrong and _fits({**fates, **wrong}, spent, held):
            return clause, words
    return "CRE-5", "credits come by grants and go by being spent"

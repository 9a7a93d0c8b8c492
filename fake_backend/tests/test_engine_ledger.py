"""Credits of one account: they balance after any history, and a hold ends once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.accounts import Ledger
from nemofake.engine.errors import BackendError
from nemofake.engine.state_machines import InvalidTransitionError

MOVES = st.lists(
    st.tuples(st.sampled_from(["grant", "freeze", "consume", "release"]), st.integers(0, 200)), max_size=40
)


@pytest.mark.clause("CRE-1", "CRE-3", "CRE-5")
@given(MOVES)
def test_a_ledger_balances_after_any_history(moves: list[tuple[str, int]]) -> None:
    ledger, holds, granted, spent = Ledger(), [], 0, 0
    for verb, amount in moves:
        if verb == "grant":
            ledger.grant(amount)
            granted += amount
        elif verb == "freeze" and amount <= ledger.available:
            holds.append(ledger.freeze(amount))
        elif verb == "freeze":
            before = repr(ledger)
            with pytest.raises(BackendError):
                ledger.freeze(amount)
            assert repr(ledger) == before
        elif holds:
            hold = holds.pop(amount % len(holds))
            getattr(ledger, verb)(hold)
            spent += hold.amount * (verb == "consume")
        frozen = sum(hold.amount for hold in holds)
        assert (ledger.granted, ledger.consumed, ledger.frozen) == (granted, spent, frozen)
        assert ledger.available == granted - spent - frozen >= 0
        assert ledger.total == ledger.available + ledger.frozen
        assert ledger.holds == holds


@pytest.mark.clause("CRE-3")
@pytest.mark.parametrize("first", ["consume", "release"])
@pytest.mark.parametrize("second", ["consume", "release"])
def test_a_hold_ends_once(first: str, second: str) -> None:
    ledger = Ledger()
    ledger.grant(100)
    hold, other = ledger.freeze(40), ledger.freeze(40)
    getattr(ledger, first)(hold)
    before = repr(ledger)
    with pytest.raises(InvalidTransitionError):
        getattr(ledger, second)(hold)
    assert repr(ledger) == before
    assert other in ledger.holds


@pytest.mark.clause("CRE-4")
def test_all_that_is_available_can_be_frozen_and_one_more_cannot() -> None:
    ledger = Ledger()
    ledger.grant(100)
    with pytest.raises(BackendError, match="101"):
        ledger.freeze(101)
    ledger.freeze(100)
    assert (ledger.available, ledger.frozen) == (0, 100)


@pytest.mark.clause("CRE-5")
@given(st.integers(max_value=-1))
def test_nobody_is_granted_less_than_nothing(amount: int) -> None:
    ledger: Any = Ledger()
    with pytest.raises(BackendError) as caught:
        ledger.grant(amount)
    assert (caught.value.code, ledger) == (400, Ledger())

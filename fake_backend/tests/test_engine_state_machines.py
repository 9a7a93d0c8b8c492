"""The state machines: what a table does not name cannot happen."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.state_machines import (
    HOLD,
    RENDER,
    TOKEN,
    TURN,
    InvalidTransitionError,
    Table,
    transition,
)

TABLES: dict[str, Table] = {"token": TOKEN, "hold": HOLD, "turn": TURN, "render": RENDER}
FINAL = {
    "hold": {"consumed", "released"},
    "turn": {"completed", "failed"},
    "render": {"completed", "failed", "cancelled"},
}
EVENTS = {event for table in TABLES.values() for _, event in table} | {"", "COMPLETE", "undo"}


def states(table: Table) -> set[str]:
    return {state for state, _ in table} | set(table.values())


@pytest.mark.clause("AUTH-5", "CRE-3", "SSE-11", "REN-6", "REN-12")
@pytest.mark.parametrize("name", TABLES)
def test_a_step_that_is_not_in_the_table_is_refused(name: str) -> None:
    table = TABLES[name]
    for state, event in product(states(table) | {"", "unheard-of"}, EVENTS):
        if (state, event) in table:
            assert transition(table, state, event) == table[state, event]
        else:
            with pytest.raises(InvalidTransitionError, match=event or "''"):
                transition(table, state, event)


@pytest.mark.clause("CRE-3", "SSE-11", "REN-6")
@pytest.mark.parametrize("name", FINAL)
def test_what_is_over_stays_over(name: str) -> None:
    assert not [state for state, _ in TABLES[name] if state in FINAL[name]]
    assert FINAL[name] < states(TABLES[name])


@pytest.mark.clause("AUTH-5")
@given(st.lists(st.sampled_from(["expire", "revoke"]), min_size=1))
def test_a_token_that_ended_never_lives_again_and_a_revocation_is_never_forgotten(events: list[str]) -> None:
    state = "live"
    for event in events:
        state = transition(TOKEN, state, event)
    assert state == ("revoked" if "revoke" in events else "expired")


@pytest.mark.clause("REN-6")
@given(st.lists(st.sampled_from(sorted({event for _, event in RENDER}))))
def test_a_job_never_goes_back(events: list[str]) -> None:
    rank = {"pending": 0, "processing": 1, "completed": 2, "failed": 2, "cancelled": 2}
    state = "pending"
    for event in events:
        if (state, event) in RENDER:
            before, state = state, transition(RENDER, state, event)
            assert rank[before] < rank[state]


@pytest.mark.clause("REN-6")
def test_a_job_passes_through_processing_before_it_completes_or_fails() -> None:
    assert {state for (state, event) in RENDER if event in {"complete", "fail"}} == {"processing"}

"""What is still to come happens in order, once, and at its own time."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.scheduler import Schedule

DUES = st.lists(st.integers(0, 50), max_size=30)


@pytest.mark.clause("SSE-7", "SSE-11")
@given(DUES, st.lists(st.integers(0, 60)))
def test_effects_run_once_in_order_of_due_time_then_of_planning(dues: list[int], stops: list[int]) -> None:
    schedule, ran = Schedule(), []
    for nth, due in enumerate(dues):
        schedule.plan(due, partial(lambda nth, at: ran.append((at, nth)), nth))
    for stop in [*sorted(stops), 100]:
        schedule.run_due(stop)
        assert ran == sorted((due, nth) for nth, due in enumerate(dues) if due <= stop)
        left = [due for due in dues if due > stop]
        assert schedule.next_due_ms == min(left, default=None)
        assert len(schedule) == len(left)


@pytest.mark.clause("SSE-7", "SSE-11")
@given(st.integers(0, 50), st.integers(0, 50))
def test_what_an_effect_plans_runs_in_its_turn(first: int, gap: int) -> None:
    schedule, ran = Schedule(), []

    def again(at: int) -> None:
        schedule.plan(at + gap, lambda later: ran.append(("planned by it", later)))
        ran.append(("first", at))

    schedule.plan(first, again)
    schedule.plan(first + gap, lambda at: ran.append(("beside it", at)))
    schedule.run_due(200)
    second = [("beside it", first + gap), ("planned by it", first + gap)]
    assert ran == [("first", first), *second]


@pytest.mark.clause("SSE-7", "SSE-11")
def test_an_empty_schedule_has_nothing_due() -> None:
    schedule = Schedule()
    schedule.run_due(10**15)
    assert schedule.next_due_ms is None

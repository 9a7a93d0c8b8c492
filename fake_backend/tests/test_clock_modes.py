"""The pacer alone: engine time against a machine's clock that stands where the test puts it."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.http.clock import WorldClock, factor_of
from nemofake.settings import SettingError

START_MS = 1_767_225_600_000
MODES = st.sampled_from(["auto", "manual", "real", "x60", "x0.5", "x1000000"])


class Machine:
    """A monotonic clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine to its end, at most for some seconds."""

    async def bounded() -> None:
        await asyncio.wait_for(work, 10)

    asyncio.run(bounded())


async def yielded(times: int = 5) -> None:
    for _ in range(times):
        await asyncio.sleep(0)


# -- modes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "factor"),
    [("auto", 0), ("manual", 0), ("real", 1), ("x1", 1), ("x60", 60), ("x0.25", 0.25), ("x1e3", 1000)],
)
def test_factor_of_mode_is_its_speed(mode: str, factor: float) -> None:
    assert factor_of(mode) == factor


@pytest.mark.parametrize(
    "mode",
    ["", "x", "x0", "x-1", "xnan", "xinf", "x1e9", "60", "60x", "fast", "REAL", " real", "xx60", "manual\n"],
)
def test_factor_of_unknown_mode_is_rejected_by_name(mode: str) -> None:
    with pytest.raises(SettingError) as caught:
        factor_of(mode)
    assert repr(mode) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text())
def test_factor_of_any_text_is_positive_or_rejected(mode: str) -> None:
    with contextlib.suppress(SettingError):
        assert 0 <= factor_of(mode) <= 1_000_000


# -- what time it is ----------------------------------------------------------------------------------------


@given(
    mode=MODES,
    moves=st.lists(
        st.one_of(
            st.tuples(st.just("passes"), st.floats(0, 1e6)),
            st.tuples(st.just("jump"), st.integers(0, 10**12)),
            st.tuples(st.just("mode"), MODES),
        )
    ),
)
def test_clock_never_goes_back_when_its_mode_changes(mode: str, moves: list[tuple[str, Any]]) -> None:
    machine = Machine()
    clock = WorldClock(mode, START_MS, machine)
    assert clock.now_ms() == START_MS
    for move, value in moves:
        before_ms = clock.now_ms()
        if move == "passes":
            machine.now_s += value
            passed_ms = value * 1000 * factor_of(clock.mode)
            slack_ms = 2 + passed_ms * 1e-6
            assert math.isclose(clock.now_ms() - before_ms, passed_ms, abs_tol=slack_ms)
        elif move == "jump":
            clock.advance(value)
            assert clock.now_ms() == before_ms + value
        else:
            clock.set_mode(value)
            assert clock.mode == value
            assert clock.now_ms() == before_ms
        assert clock.now_ms() >= before_ms


def test_clock_is_unchanged_by_a_rejected_mode() -> None:
    machine = Machine()
    clock = WorldClock("real", START_MS, machine)
    machine.now_s += 5
    with pytest.raises(SettingError):
        clock.set_mode("soon")
    machine.now_s += 5
    assert (clock.mode, clock.now_ms()) == ("real", START_MS + 10_000)


@pytest.mark.parametrize("mode", ["auto", "manual", "real", "x60"])
def test_poll_advances_only_the_auto_clock(mode: str) -> None:
    clock = WorldClock(mode, START_MS, Machine())
    clock.advance_on_poll(30_000)
    assert clock.now_ms() - START_MS == (30_000 if mode == "auto" else 0)


# -- waiting ------------------------------------------------------------------------------------------------


def test_auto_clock_advances_to_next_due_event() -> None:
    async def work() -> None:
        clock = WorldClock("auto", START_MS, Machine())
        with clock.waiter() as waiter:
            await clock.wait_until(START_MS + 123_456, waiter)
            assert clock.now_ms() == START_MS + 123_456
            await clock.wait_until(START_MS + 5, waiter)
            assert clock.now_ms() == START_MS + 123_456, "the past is waited for no more"

    run(work())


@given(st.lists(st.lists(st.integers(0, 1000), max_size=8), min_size=1, max_size=5))
def test_auto_clock_keeps_streams_in_order(waits: list[list[int]]) -> None:
    """Each wakes exactly when its wait is due, however many wait at once."""

    async def follow(clock: WorldClock, dues: list[int]) -> None:
        with clock.waiter() as waiter:
            for due in sorted(dues):
                await clock.wait_until(START_MS + due, waiter)
                woken.append((clock.now_ms() - START_MS, due))

    async def work() -> None:
        clock = WorldClock("auto", START_MS, Machine())
        await asyncio.gather(*(follow(clock, dues) for dues in waits))

    woken: list[tuple[int, int]] = []
    run(work())
    assert all(at == due for at, due in woken)
    assert woken == sorted(woken)


def test_manual_clock_moves_only_by_advance() -> None:
    async def work() -> None:
        machine = Machine()
        clock = WorldClock("manual", START_MS, machine)
        with clock.waiter() as waiter:
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 10, waiter))
            await yielded()
            machine.now_s += 1000
            clock.advance(9)
            await yielded()
            assert not wait.done()
            clock.advance(1)
            await yielded()
            assert wait.done()

    run(work())


@pytest.mark.parametrize("before", ["manual", "real", "x0.001"])
def test_change_of_mode_wakes_waiters(before: str) -> None:
    async def work() -> None:
        clock = WorldClock(before, START_MS, Machine())
        with clock.waiter() as waiter:
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 10**9, waiter))
            await yielded()
            assert not wait.done()
            clock.set_mode("auto")
            await wait
            assert clock.now_ms() == START_MS + 10**9

    run(work())


def test_running_clock_wakes_a_waiter_when_due() -> None:
    async def work() -> None:
        clock = WorldClock("x1000000", START_MS)
        with clock.waiter() as waiter:
            await clock.wait_until(START_MS + 5_000, waiter)
            assert clock.now_ms() >= START_MS + 5_000

    run(work())


@pytest.mark.parametrize("mode", ["auto", "manual", "real"])
def test_waiter_that_leaves_stops_waiting(mode: str) -> None:
    async def work() -> None:
        clock = WorldClock(mode, START_MS, Machine())
        with clock.waiter() as waiter:
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 10**9, waiter))
            waiter.leave()
            await wait
            await clock.wait_until(START_MS + 10**9, waiter)
            assert clock.now_ms() == START_MS

    run(work())


def test_closed_clock_ends_all_waits() -> None:
    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        with clock.waiter() as early:
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 1, early))
            await yielded()
            clock.close_streams()
            await wait
        with clock.waiter() as late:
            assert late.gone

    run(work())


def test_next_due_ms_counts_waiting_streams_only() -> None:
    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        seen.append(clock.next_due_ms is not None)
        with clock.waiter() as waiter:
            seen.append(clock.next_due_ms is not None)
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 1, waiter))
            await yielded()
            seen.append(clock.next_due_ms is not None)
            waiter.leave()
            seen.append(clock.next_due_ms is not None)
            await wait

    seen: list[bool] = []
    run(work())
    assert seen == [False, False, True, False]

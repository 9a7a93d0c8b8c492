"""Settling: an advance is over when every stream has sent what is due, or is plainly stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from nemofake.http import clock as pacing
from nemofake.http.clock import Waiter, WorldClock

START_MS = 1_767_225_600_000


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


def test_wait_idle_returns_if_no_stream_is_behind() -> None:
    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        await clock.wait_idle()
        with clock.waiter() as waiter:
            wait = asyncio.ensure_future(clock.wait_until(START_MS + 10, waiter))
            await yielded()
            await clock.wait_idle()
            assert not wait.done(), "what is not due is not waited for"
            waiter.leave()
            await wait

    run(work())


def test_wait_idle_waits_for_working_streams() -> None:
    async def follow(clock: WorldClock, waiter: Waiter) -> None:
        await clock.wait_until(START_MS + 10, waiter)
        await yielded()
        done.append("sent")
        await clock.wait_until(START_MS + 20, waiter)

    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        with clock.waiter() as waiter:
            wait = asyncio.ensure_future(follow(clock, waiter))
            await yielded()
            clock.advance(10)
            await clock.wait_idle()
            assert done == ["sent"]
            waiter.leave()
            await wait

    done: list[str] = []
    run(work())


def test_wait_idle_gives_up_on_stuck_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        with clock.waiter():
            await asyncio.gather(*(clock.wait_idle() for _ in range(5)))

    monkeypatch.setattr(pacing, "_IDLE_TIMEOUT_S", 0.02)
    run(work())


def test_wait_idle_ignores_gone_clients() -> None:
    async def work() -> None:
        clock = WorldClock("manual", START_MS, Machine())
        with clock.waiter() as waiter:
            waiter.leave()
            await clock.wait_idle()

    run(work())

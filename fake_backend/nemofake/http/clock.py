"""How real waiting maps to engine time: the only part of the fake that reads a clock or waits."""

from __future__ import annotations

import asyncio
import heapq
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.types import Receive

from ..settings import SettingError

logger = logging.getLogger("nemofake")
_IDLE_TIMEOUT_S = 2.0  # how long an advance waits for open streams to catch up with it


def factor_of(mode: str) -> float:
    """Return how fast engine time runs by itself: 1 for ``real``, N for ``xN``, 0 for the others.

    Raise SettingError for any other mode.
    """
    if mode in ("auto", "manual"):
        return 0.0
    if mode == "real":
        return 1.0
    try:
        factor = float(mode.removeprefix("x")) if mode.startswith("x") else 0.0
    except ValueError:
        factor = 0.0
    if not 0 < factor <= 1_000_000:
        raise SettingError(f"invalid clock {mode!r}: use auto, real, manual or xN (for example x60)")
    return factor


class Waiter:
    """One open response that waits for engine time; with ``receive``, until its client is gone."""

    __slots__ = ("_receive", "_watch", "client_gone", "due_ms", "forever", "future", "gone", "has_passed")

    def __init__(self, receive: Receive | None = None) -> None:
        self.due_ms: int | None = None  # None while it is at work
        self.future: asyncio.Future[None] | None = None
        self.gone = False
        self.client_gone = False
        self.forever = False
        self.has_passed = False  # without a wait since
        self._receive = receive
        self._watch: asyncio.Future[None] | None = None

    def wake(self) -> None:
        """End a wait early, if there is one."""
        if self.future is not None and not self.future.done():
            self.future.set_result(None)

    def has_left(self) -> bool:
        """Return whether the client hung up or the world is gone; it may change during any ``await``."""
        return self.gone

    def leave(self) -> None:
        """End this wait and all further ones: the client hung up, or the world is gone."""
        self.gone = True
        self.wake()

    def watch(self) -> None:
        """Leave as soon as the client is gone; a response that never waits needs no watch."""
        if self._watch is None and self._receive is not None:
            self._watch = asyncio.ensure_future(self._leave_with_client(self._receive))

    def stop(self) -> None:
        """End the watch."""
        if self._watch is not None:
            self._watch.cancel()

    async def _leave_with_client(self, receive: Receive) -> None:
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
            self.client_gone = True
        finally:
            self.leave()


class WorldClock:
    """A world's clock: ``now_ms`` engine time, by mode.

    ``real`` and ``xN`` follow the machine's monotonic clock; ``manual`` moves by ``advance`` alone;
    ``auto`` advances to whatever a response waits for.
    """

    def __init__(self, mode: str, start_ms: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._factor = factor_of(mode)
        self.mode = mode
        self._monotonic = monotonic
        self._base_ms = start_ms
        self._base_s = monotonic()
        self._waiters: set[Waiter] = set()
        self._queue: list[tuple[int, int, Waiter]] = []  # parked ones by due time, and some that have gone on
        self._parked = 0  # ever, which orders equal due times
        self._step_planned = False
        self._woken: set[Waiter] = set()  # whose time has come, and that have not run since
        self._caught_up = asyncio.Event()
        self._closed = False
        # Called with mode and engine time before either changes, except for what time does by itself.
        self.on_change: Callable[[str, Callable[[], int]], None] | None = None

    def now_ms(self) -> int:
        """Return engine time, milliseconds since 1970 UTC."""
        if not self._factor:
            return self._base_ms
        return self._base_ms + int((self._monotonic() - self._base_s) * 1000 * self._factor)

    def set_mode(self, mode: str) -> None:
        """Change the mode from now on; engine time continues from where it is. Raise SettingError."""
        factor_of(mode)
        if self.on_change is not None:
            self.on_change(mode, self.now_ms)
        self.restore(mode, self.now_ms())

    def restore(self, mode: str, now_ms: int) -> None:
        """Continue from where the clock was in the past, or on another server."""
        self._factor, self.mode = factor_of(mode), mode
        self._base_ms, self._base_s = now_ms, self._monotonic()
        self._wake_all()

    def advance(self, delta_ms: int) -> None:
        """Move engine time forward by ``delta_ms``."""
        if self.on_change is not None and delta_ms:
            self.on_change(self.mode, lambda: self.now_ms() + delta_ms)
        self._base_ms += delta_ms
        self._wake_due()

    def _advance_to(self, now_ms: int) -> None:
        """Move engine time forward to ``now_ms``; another server may have moved it there already."""
        if now_ms > self.now_ms():
            if self.on_change is not None:
                self.on_change(self.mode, lambda: max(now_ms, self.now_ms()))
            self._base_ms = max(now_ms, self._base_ms)

    def advance_on_poll(self, delta_ms: int) -> None:
        """Let a poll of unfinished work count as the wait the protocol names, under ``auto`` only."""
        if self.mode == "auto":
            self.advance(delta_ms)

    def close_streams(self) -> None:
        """End every wait here, and those still to come: the world is reset or deleted."""
        self._closed = True
        for waiter in tuple(self._waiters):
            waiter.leave()

    @property
    def streams_closed(self) -> bool:
        """Whether the world was reset or deleted."""
        return self._closed

    @property
    def is_waiting(self) -> bool:
        """Whether any response waits, or is about to, and its client is still there."""
        return any(not waiter.gone for waiter in self._waiters)

    @property
    def is_stalled(self) -> bool:
        """Whether any response waits for ever."""
        return any(waiter.forever and not waiter.gone for waiter in self._waiters)

    @property
    def next_due_ms(self) -> int | None:
        """Engine time at which the first waiting response continues by itself; None if none does.

        A response that is stuck on a client that does not read does not count.
        """
        queue = self._queue
        while queue and (queue[0][2].gone or queue[0][2].due_ms != queue[0][0]):
            heapq.heappop(queue)
        return queue[0][0] if queue else None

    @contextmanager
    def waiter(self, receive: Receive | None = None) -> Iterator[Waiter]:
        """Register an open response while it is served; ``receive`` tells when its client is gone."""
        waiter = Waiter(receive)
        waiter.gone = self._closed
        self._waiters.add(waiter)
        try:
            yield waiter
        finally:
            waiter.stop()
            self._waiters.discard(waiter)
            self._caught_up.set()

    def pass_alone(self, due_ms: int, waiter: Waiter) -> bool:
        """Move time to ``due_ms`` without a wait: under ``auto``, for the only open response; else False.

        Between two such moves it has to wait, so that other requests and a disconnect get their turn.
        """
        if self.mode != "auto" or waiter.has_passed or len(self._waiters) > 1:
            return False
        waiter.has_passed = True
        self._advance_to(due_ms)
        return True

    async def wait_until(self, due_ms: int, waiter: Waiter) -> None:
        """Return when engine time has reached ``due_ms``, or the waiter's client is gone."""
        waiter.has_passed = False
        waiter.watch()
        while not waiter.gone and (now_ms := self.now_ms()) < due_ms:
            if self.mode == "auto" and len(self._waiters) == 1:
                await self._advance_for(waiter, due_ms)
            else:
                await self._park(waiter, due_ms, now_ms)

    async def wait_forever(self, waiter: Waiter) -> None:
        """Return when the waiter's client is gone: it waits for no time, and ``wait_idle`` ignores it."""
        waiter.forever = True
        waiter.watch()
        self._caught_up.set()
        while not waiter.gone:
            waiter.future = asyncio.get_running_loop().create_future()
            await waiter.future

    async def wait_idle(self) -> None:
        """Return when every open stream has sent what is due, or after two real seconds."""
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + _IDLE_TIMEOUT_S
        while self._is_behind() and (left_s := deadline_s - loop.time()) > 0:
            self._caught_up.clear()
            try:
                await asyncio.wait_for(self._caught_up.wait(), left_s)
            except TimeoutError:
                return

    def _is_behind(self) -> bool:
        now_ms = self.now_ms()
        active = (w for w in self._waiters if not w.gone and not w.forever)
        return any(w.due_ms is None or w.due_ms <= now_ms for w in active)

    async def _advance_for(self, waiter: Waiter, due_ms: int) -> None:
        """Let others run, then move time to what the only open response waits for."""
        waiter.due_ms = due_ms
        self._enqueue(waiter, due_ms)
        self._caught_up.set()
        try:
            await asyncio.sleep(0)  # a disconnect that has arrived is seen before time moves on
            if self.mode == "auto" and not waiter.gone and not self._woken:
                self._step()
        finally:
            waiter.due_ms = None
            self._woken.discard(waiter)

    async def _park(self, waiter: Waiter, due_ms: int, now_ms: int) -> None:
        loop = asyncio.get_running_loop()
        waiter.future, waiter.due_ms = loop.create_future(), due_ms
        self._enqueue(waiter, due_ms)
        self._caught_up.set()
        timer = None
        if self._factor:
            timer = loop.call_later((due_ms - now_ms) / 1000 / self._factor + 0.001, waiter.wake)
        elif self.mode == "auto":
            self._plan_step()
        try:
            await waiter.future
        finally:
            waiter.future = waiter.due_ms = None
            self._woken.discard(waiter)
            if timer is not None:
                timer.cancel()

    def _enqueue(self, waiter: Waiter, due_ms: int) -> None:
        self._parked += 1
        heapq.heappush(self._queue, (due_ms, self._parked, waiter))

    def _plan_step(self) -> None:
        """Move time on in the next turn of the event loop, once those that run now have had theirs."""
        if not self._step_planned:
            self._step_planned = True
            asyncio.get_running_loop().call_soon(self._planned_step)

    def _planned_step(self) -> None:
        self._step_planned = False
        if self.mode == "auto":
            if not self._woken:
                self._step_or_cut()
            if self._woken or self.next_due_ms is not None:
                self._plan_step()

    def _step_or_cut(self) -> None:
        """Move time on, or cut the open responses where a stored world cannot note that it moves."""
        try:
            self._step()
        except SettingError as error:
            logger.warning("%s", error)
            for waiter in tuple(self._waiters):
                waiter.leave()

    def _step(self) -> None:
        """Move time to what any response waits for next, under ``auto``: none is overtaken."""
        if (next_ms := self.next_due_ms) is not None:
            self._advance_to(next_ms)
            self._wake_due()

    def _wake_due(self) -> None:
        """Wake the responses whose time has come."""
        now_ms = self.now_ms()
        while (next_ms := self.next_due_ms) is not None and next_ms <= now_ms:
            waiter = heapq.heappop(self._queue)[2]
            self._woken.add(waiter)
            waiter.wake()

    def _wake_all(self) -> None:
        for waiter in self._waiters:
            waiter.wake()

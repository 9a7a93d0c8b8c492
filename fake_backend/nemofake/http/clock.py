"""How real waiting maps to engine time: the only place of the fake that reads a clock or waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..settings import SettingError

_SETTLE_TIMEOUT_S = 2.0  # how long an advance waits for open streams to catch up with it


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
        raise SettingError(f"clock {mode!r} is none of auto, real, manual, x60 (any factor above 0)")
    return factor


class Waiter:
    """One open stream's place in the waiting room."""

    __slots__ = ("due_ms", "future", "gone", "resting")

    def __init__(self) -> None:
        self.due_ms: int | None = None  # None while it is at work
        self.future: asyncio.Future[None] | None = None
        self.gone = False
        self.resting = False

    def wake(self) -> None:
        """End a wait early, if there is one."""
        if self.future is not None and not self.future.done():
            self.future.set_result(None)

    def leave(self) -> None:
        """End the wait, and every further one at once: the client hung up, or the world is no more."""
        self.gone = True
        self.wake()


class WorldClock:
    """A world's clock: ``now_ms`` engine time, by mode.

    ``real`` and ``xN`` follow the machine's monotonic clock; ``manual`` moves by ``advance`` alone;
    ``auto`` jumps to whatever anybody waits for.
    """

    def __init__(self, mode: str, start_ms: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._factor = factor_of(mode)
        self.mode = mode
        self._monotonic = monotonic
        self._base_ms = start_ms
        self._base_s = monotonic()
        self._waiters: set[Waiter] = set()
        self._caught_up = asyncio.Event()
        self._retired = False

    def now_ms(self) -> int:
        """Return engine time, milliseconds since 1970 UTC."""
        if not self._factor:
            return self._base_ms
        return self._base_ms + int((self._monotonic() - self._base_s) * 1000 * self._factor)

    def set_mode(self, mode: str) -> None:
        """Change the mode from now on; engine time goes on where it is. Raise SettingError."""
        factor, now_ms = factor_of(mode), self.now_ms()
        self._base_ms, self._base_s = now_ms, self._monotonic()
        self._factor, self.mode = factor, mode
        self._wake_all()

    def advance(self, delta_ms: int) -> None:
        """Move engine time forward by ``delta_ms``."""
        self._base_ms += delta_ms
        self._wake_all()

    def advance_on_poll(self, delta_ms: int) -> None:
        """Let a poll of unfinished work count as the wait the protocol names, under ``auto`` only."""
        if self.mode == "auto":
            self.advance(delta_ms)

    def close_streams(self) -> None:
        """End every stream that waits here, and those still to come: their world begins anew or is gone."""
        self._retired = True
        for waiter in tuple(self._waiters):
            waiter.leave()

    @property
    def streams_closed(self) -> bool:
        """Whether its world has begun anew or is no more."""
        return self._retired

    @property
    def followed(self) -> bool:
        """Whether any stream waits for its next event, and so moves the time under ``auto`` by itself.

        One that is stuck on a client that does not read moves nothing.
        """
        return any(waiter.due_ms is not None and not waiter.gone for waiter in self._waiters)

    @contextmanager
    def waiter(self) -> Iterator[Waiter]:
        """Register an open stream for as long as it is served."""
        waiter = Waiter()
        waiter.gone = self._retired
        self._waiters.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
            self._caught_up.set()

    async def wait_until(self, due_ms: int, waiter: Waiter) -> None:
        """Return when engine time has reached ``due_ms``, or the sleeper's client is gone."""
        while not waiter.gone and (now_ms := self.now_ms()) < due_ms:
            if self.mode == "auto":
                await self._leap(waiter, due_ms)
            else:
                await self._park(waiter, due_ms, now_ms)

    async def wait_forever(self, waiter: Waiter) -> None:
        """Return when the sleeper's client is gone: it waits for no time, and nothing waits for it."""
        waiter.resting = True
        self._caught_up.set()
        while not waiter.gone:
            waiter.future = asyncio.get_running_loop().create_future()
            await waiter.future

    async def wait_idle(self) -> None:
        """Return when every open stream has sent what is due, or after two real seconds."""
        loop = asyncio.get_running_loop()
        deadline_s = loop.time() + _SETTLE_TIMEOUT_S
        while self._behind() and (left_s := deadline_s - loop.time()) > 0:
            self._caught_up.clear()
            try:
                await asyncio.wait_for(self._caught_up.wait(), left_s)
            except TimeoutError:
                return

    def _behind(self) -> bool:
        now_ms = self.now_ms()
        awake = (s for s in self._waiters if not s.gone and not s.resting)
        return any(s.due_ms is None or s.due_ms <= now_ms for s in awake)

    async def _leap(self, waiter: Waiter, due_ms: int) -> None:
        """Let the others run, then move time to what any stream waits for next: none is overtaken."""
        waiter.due_ms = due_ms
        self._caught_up.set()
        try:
            await asyncio.sleep(0)  # a hang-up that has arrived is seen before time moves on
            if self.mode == "auto" and not waiter.gone:
                waiting = (s.due_ms for s in self._waiters if s.due_ms is not None and not s.gone)
                self.advance(max(0, min(waiting) - self.now_ms()))
        finally:
            waiter.due_ms = None

    async def _park(self, waiter: Waiter, due_ms: int, now_ms: int) -> None:
        loop = asyncio.get_running_loop()
        waiter.future, waiter.due_ms = loop.create_future(), due_ms
        self._caught_up.set()
        alarm = None
        if self._factor:
            alarm = loop.call_later((due_ms - now_ms) / 1000 / self._factor + 0.001, waiter.wake)
        try:
            await waiter.future
        finally:
            waiter.future = waiter.due_ms = None
            if alarm is not None:
                alarm.cancel()

    def _wake_all(self) -> None:
        for waiter in self._waiters:
            waiter.wake()

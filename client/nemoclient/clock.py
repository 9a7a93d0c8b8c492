"""Time as the client sees it; a test hands in a clock of its own and every wait is instant."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from typing import Protocol


class Clock(Protocol):
    """What a client needs of a clock; ``sleep`` may be a coroutine for the async client."""

    def now(self) -> float:
        """Return the time in seconds since the epoch; it never runs backwards."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The real time, unmoved by corrections of the wall clock."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self._offset_s + time.monotonic()

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Block for so many seconds."""
        time.sleep(seconds)
        return None


class InstantClock(SystemClock):
    """Runs like the real time but skips every wait: for a service in virtual time, for both clients."""

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Move on by so many seconds, at once."""
        self._offset_s += seconds
        return None


class AsyncSystemClock(SystemClock):
    """The real time for the async client, which must not block."""

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Return a coroutine that takes so many seconds."""
        return asyncio.sleep(seconds)

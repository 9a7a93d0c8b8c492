"""Tells open event streams of the control API that something in their world has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Changes:
    """The streams that watch one world; without any, a change costs nothing."""

    __slots__ = ("_watchers",)

    def __init__(self) -> None:
        self._watchers: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake every watcher."""
        for watcher in self._watchers:
            watcher.set()

    @contextmanager
    def watcher(self) -> Iterator[asyncio.Event]:
        """Register a watcher while the context is open; its event is set by each change."""
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)


async def wait_for_change(watcher: asyncio.Event, *, pause_s: float, timeout_s: float) -> None:
    """Return after a change and ``pause_s``, in which more may come, or after ``timeout_s`` real seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            await watcher.wait()
            await asyncio.sleep(pause_s)
    watcher.clear()

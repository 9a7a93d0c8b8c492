"""An event loop that is stepped by hand, knows when it has nothing left to do, and starts no threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class InlineExecutor(ThreadPoolExecutor):
    """Does the work of threads at once, where it is handed in: chance has no say in what comes first."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Do the work and return its outcome."""
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except Exception as failure:  # noqa: BLE001  it is raised again where somebody waits
            done.set_exception(failure)
        return done


class ManualEventLoop(asyncio.SelectorEventLoop):
    """``run_dry`` works until only time, or somebody outside, could bring more to do."""

    def __init__(self) -> None:
        super().__init__()
        self._busy = False
        self.set_default_executor(InlineExecutor(max_workers=1))

    def call_soon(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]  # passed on
        """Take note that there is something to do."""
        self._busy = True
        return super().call_soon(*args, **kwargs)

    def call_soon_threadsafe(self, *args: Any, **kwargs: Any) -> asyncio.Handle:  # type: ignore[override]  # passed on
        """Take note that there is something to do."""
        self._busy = True
        return super().call_soon_threadsafe(*args, **kwargs)

    def run_until_idle(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Work until nothing is left to be done, or ``enough`` says so."""
        self._busy = True
        while self._busy and not enough():
            self._busy = False
            super().call_soon(self.stop)
            self.run_forever()

"""Time on the stage: one clock for fake and client, which moves only while both of them wait.

The fake's world runs by hand (clock ``manual``), and whoever waits on the client's side moves it: to the
next thing the fake has to say, or to where the client's own patience ends, whichever comes first. So
nothing depends on how fast the machine is, and a story gives the same journal on every run.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..http.room import Room
    from ..server import WorldHandle

_CALM_TIMEOUT_S = 10.0
_HANG_UP_AFTER_S = 0.05
_GLANCE_S = 0.0005


class Stuck(RuntimeError):  # noqa: N818  a state, told as such
    """Neither side goes on, and no passing of time would help: a fault of the fake or of the stage."""


@dataclass(frozen=True, slots=True)
class View:
    """What the fake is doing: ``open`` exchanges, and of the last one, whether its head and how much is out.

    ``due_ms`` is engine time at which it goes on by itself; ``resting`` that it never does.
    """

    open: int
    begun: bool
    sent: int
    due_ms: int | None
    resting: bool
    now_ms: int

    @property
    def waits(self) -> bool:
        """Whether only time, or nothing at all, lets it go on."""
        return bool(self.open) and (self.due_ms is not None or self.resting)


class Timekeeper:
    """A world's time, in the hands of its only client."""

    def __init__(self, world: WorldHandle) -> None:
        self._world = world
        self._room = world.call(lambda room: room)
        self.hang_up: Callable[[], None] = lambda: None

    @property
    def now_ms(self) -> int:
        """Engine time; it moves by nobody else, so that reading it needs no lock."""
        return self._room.now_ms

    def view(self) -> View:
        """Return what the fake is doing, once everything it had to send has left it."""
        return self._world.await_(_view)

    def pass_ms(self, delta_ms: int) -> None:
        """Let time pass for both sides."""
        self._world.await_(lambda room: _pass(room, delta_ms))

    def step(self, view: View, limit_ms: int) -> int:
        """Let a waiting fake go on, but not beyond ``limit_ms``; return how much time that took."""
        due_ms = limit_ms if view.due_ms is None else view.due_ms - view.now_ms
        delta_ms = max(0, min(due_ms, limit_ms))
        self.pass_ms(delta_ms)
        return delta_ms

    def calm(self) -> None:
        """Return when the fake has seen the end of every exchange; raise Stuck where it never does."""
        began_s = time.monotonic()
        hung_up = False
        while self.view().open:
            waited_s = time.monotonic() - began_s
            if waited_s > _CALM_TIMEOUT_S:
                raise Stuck("the fake does not see that an exchange is over")
            if waited_s > _HANG_UP_AFTER_S and not hung_up:
                self.hang_up()  # what the client let go of may still hold a connection
                hung_up = True
            time.sleep(_GLANCE_S)


async def _view(room: Room) -> View:
    await asyncio.sleep(0)  # what was written in this turn of the loop leaves with the next one
    entries = [entry for entry in room.journal.entries[-2:] if entry.ending is None]
    last = entries[-1] if entries else None
    sleepers = [s for s in room.pacer._sleepers if not s.gone]  # noqa: SLF001
    dues = [s.due_ms for s in sleepers if s.due_ms is not None]
    return View(
        open=len(entries),
        begun=last is not None and last.status is not None,
        sent=last.response_size if last else 0,
        due_ms=min(dues, default=None),
        resting=any(s.resting for s in sleepers),
        now_ms=room.now_ms,
    )


async def _pass(room: Room, delta_ms: int) -> None:
    room.pacer.jump(delta_ms)
    room.backend.settle(room.now_ms)


class StageClock:
    """The client's clock: engine time, in seconds."""

    def __init__(self, keeper: Timekeeper) -> None:
        self._keeper = keeper

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._keeper.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, once whatever went before is over on both sides."""
        self._keeper.calm()
        self._keeper.pass_ms(round(seconds * 1000))

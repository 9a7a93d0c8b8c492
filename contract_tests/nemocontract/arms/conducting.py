"""Time for clients that nobody can look into: a world goes on when neither side has moved for a moment."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from nemofake.http.room import Room

_GLANCE_S = 0.004
_GLANCES = 4  # so often must nothing have moved before time does


class Conductor:
    """Moves one world's time to what the fake waits for, once the client has had a moment to act.

    Runs on the server's event loop. What the client waits for by itself it moves by its own clock, or in
    real time; a stream that rests for ever (a stall) is left to the client's patience.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._task = asyncio.get_running_loop().create_task(self._conduct())

    async def _conduct(self) -> None:
        seen, still = (0, 0, 0), 0
        while True:
            await asyncio.sleep(_GLANCE_S)
            now = self._glance()
            still = still + 1 if now == seen else 0
            seen = now
            if still >= _GLANCES and (due_ms := self._due_ms()) is not None:
                self._room.pacer.jump(max(0, due_ms - self._room.now_ms))
                self._room.backend.settle(self._room.now_ms)
                still = 0

    def _glance(self) -> tuple[int, int, int]:
        """Return what changes when either side does something."""
        entries = self._room.journal.entries[-3:]
        return len(self._room.journal), sum(entry.response_size for entry in entries), self._due_ms() or 0

    def _due_ms(self) -> int | None:
        sleepers = [sleeper for sleeper in self._room.pacer._sleepers if not sleeper.gone]  # noqa: SLF001
        return min((s.due_ms for s in sleepers if s.due_ms is not None), default=None)

    async def end(self) -> None:
        """Leave time alone from now on."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

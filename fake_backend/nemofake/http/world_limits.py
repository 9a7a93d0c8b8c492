"""How many worlds a server keeps: the longest unused go first, and one that comes back is told."""

from __future__ import annotations

import logging
from collections import OrderedDict
from typing import TYPE_CHECKING

from ..engine.errors import BackendError

if TYPE_CHECKING:
    from .worlds import World

logger = logging.getLogger("nemofake")
MAX_BLANK = 1_000
_MAX_REMEMBERED = 100_000


class WorldLimits:
    """The order in which worlds were used, and which of them count.

    A world that a request made counts once it has an account or the control API has changed it. Until then
    it is blank: at most ``MAX_BLANK`` are kept beside ``limit`` others. ``default``, and a world with an
    open request, are never evicted.
    """

    def __init__(self, worlds: OrderedDict[str, World], limit: int) -> None:
        self._worlds, self._limit = worlds, limit  # the least recently used first
        self._blank: OrderedDict[str, World] = OrderedDict()
        self._evicted: OrderedDict[str, bool] = OrderedDict()  # whether it had settings of its own
        self._warned = False

    def touch(self, name: str) -> list[World]:
        """Note that a world is used now; return those that have to go since it has an account."""
        self._worlds.move_to_end(name)
        world = self._blank.get(name)
        if world is None:
            return []
        self._blank.move_to_end(name)
        if not world.backend.data.accounts:
            return []
        self.keep(name)
        return self._evictions(name)

    def check(self, name: str, *, is_start: bool) -> None:
        """Raise 404 for an evicted world, unless the request starts anew what any request may start."""
        if name not in self._evicted or (is_start and not self._evicted[name]):
            return
        hint = f"make it again with PUT /__fake__/worlds/{name}"
        if not self._evicted[name]:
            hint = "ask for a new token to begin it anew"
        raise BackendError(
            404,
            f"world {name!r} was evicted, its accounts, files and journal are gone: the server keeps the "
            f"{self._limit} worlds used last (--max-worlds); {hint}, or use another name",
        )

    def added(self, name: str, *, blank: bool) -> list[World]:
        """Note a new world; return those that have to go for it, to be closed. Raise 400 if none can."""
        self.keep(name)
        self._evicted.pop(name, None)
        if blank:
            self._blank[name] = self._worlds[name]
        gone = [*self._dropped(), *self._evictions(name)]
        if len(self._worlds) - len(self._blank) > self._limit:
            self._worlds.pop(name)
            raise BackendError(400, f"world limit reached ({self._limit}): each of them has an open request")
        return gone

    def keep(self, name: str) -> None:
        """Let a world count from now on."""
        self._blank.pop(name, None)

    def removed(self, name: str) -> bool:
        """Note that a world was deleted; return whether it had been evicted before."""
        self.keep(name)
        return self._evicted.pop(name, None) is not None

    def _dropped(self) -> list[World]:
        """Take out the oldest blank worlds that are too many; one with an account counts from now on."""
        gone = []
        while len(self._blank) > MAX_BLANK:
            name, world = self._blank.popitem(last=False)
            if not world.backend.data.accounts and not world.journal.open_entries:
                gone.append(self._worlds.pop(name))
        return gone

    def _evictions(self, new: str) -> list[World]:
        count = len(self._worlds) - len(self._blank) - self._limit
        if count <= 0:
            return []
        chosen: list[str] = []
        for name, world in self._worlds.items():
            if len(chosen) == count:
                break
            if name not in (new, "default") and name not in self._blank and not world.journal.open_entries:
                chosen.append(name)
        return [self._evict(name) for name in chosen]

    def _evict(self, name: str) -> World:
        if not self._warned:
            self._warned = True
            logger.warning("over %d worlds: those unused for longest are evicted (--max-worlds)", self._limit)
        world = self._worlds.pop(name)
        self._evicted[name] = world.has_own_settings
        if len(self._evicted) > _MAX_REMEMBERED:
            self._evicted.popitem(last=False)
        return world

"""All worlds of a server: made on first use, evicted, deleted, read from a database, shared."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..scenario_loader import ScenarioRegistry
from ..settings import Settings, with_parameters
from ..storage.commands import StorageError
from .media_service import MediaService
from .recording import restored_settings
from .world_limits import WorldLimits
from .worlds import World

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from ..storage.commands import StoredWorld
    from ..storage.interfaces import Storage

logger = logging.getLogger("nemofake")
_WATCH_AGAIN_S = 1.0  # after the database was away


@dataclass(slots=True)
class WorldRegistry:
    """All worlds of a server, each created on first use; ``default`` is the one without a prefix.

    ``by_name`` has the least recently used first.
    """

    settings: Settings
    registry: ScenarioRegistry
    directory: Path
    today_ms: Callable[[], int]
    storage: Storage | None = None  # where worlds are stored, if they are
    by_name: OrderedDict[str, World] = field(default_factory=OrderedDict)
    media: MediaService = field(init=False)
    _unwatch: Callable[[], object] = field(init=False, default=lambda: None)
    limits: WorldLimits = field(init=False)

    def __post_init__(self) -> None:
        self.media = MediaService(self.directory / "videos", self.settings)
        self.limits = WorldLimits(self.by_name, self.settings.max_worlds)
        for stored in self.storage.worlds() if self.storage is not None else ():
            self._add(self._restored(stored), blank=False)

    def world(self, name: str) -> World:
        """Return the world of this name, made if there is none; raise 404 if it was evicted."""
        return self._open(name, is_start=False, counts=True)

    def current(self, name: str) -> World | None:
        """Return the world of this name as it is by now on all servers, None if it is not in memory."""
        world = self.by_name.get(name)
        if world is not None and world.recorder is not None:
            world.recorder.refresh()
            if world.clock.streams_closed:  # another server has deleted it
                self.limits.removed(name)
                del self.by_name[name]
                return None
        return world

    def all(self) -> list[World]:
        """Return all worlds; where servers share them, those of the others too."""
        if self.storage is not None and self.storage.is_shared:
            for stored in self.storage.worlds():
                self.world(stored.name)
        return list(self.by_name.values())

    def watch(self, loop: AbstractEventLoop) -> None:
        """Follow what other servers do to worlds with open streams, until ``close``."""
        try:
            watched = self.storage.listen(self.changed) if self.storage is not None else None
        except StorageError as error:
            logger.warning("%s", error)
            loop.call_later(_WATCH_AGAIN_S, self.watch, loop)
            return
        if watched is not None:
            descriptor, receive = watched
            self._unwatch = lambda: loop.remove_reader(descriptor)
            loop.add_reader(descriptor, self._receive, loop, receive)

    def _receive(self, loop: AbstractEventLoop, receive: Callable[[], None]) -> None:
        try:
            receive()
        except StorageError as error:
            logger.warning("%s", error)
            self._unwatch()
            loop.call_later(_WATCH_AGAIN_S, self.watch, loop)

    def changed(self, name: str) -> None:
        """Let streams go on in a world whose clock another server moved, and end those of one begun anew."""
        try:
            self.current(name)
        except StorageError as error:
            logger.warning("%s", error)

    def visit(self, name: str, *, is_start: bool) -> World:
        """Return the world of this name for a request; raise 404 if it was evicted.

        A world made here does not count before it has an account. ``is_start``: the request asks for a token.
        """
        return self._open(name, is_start=is_start, counts=False)

    def create(self, name: str, **changes: object) -> World:
        """Create a world with its own settings, in place of one of the same name; raise SettingError.

        ``changes`` are fields of Settings; ``parameters`` is a mapping of single parameters.
        """
        if isinstance(parameters := changes.get("parameters"), dict):
            changes = {**changes, "parameters": with_parameters(self.settings.parameters, parameters)}
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # names are checked by replace
        world = self._new(name, settings, has_own_settings=bool(changes))
        if world.recorder is not None:
            world.recorder.restart(world.clock.mode, world.backend.now_ms)
        if name in self.by_name:
            self.by_name[name].close()
        self._add(world, blank=False)
        return world

    def delete(self, name: str) -> bool:
        """Delete a world and its files; return False if there is none."""
        was_stored = self.storage is not None and self.storage.delete(name)
        world = self.by_name.pop(name, None)
        if world is not None:
            world.close()
        return self.limits.removed(name) or was_stored or world is not None

    def close(self) -> None:
        """End all work on media and release the database; worlds that are stored stay there."""
        self.media.close()
        self._unwatch()
        if self.storage is not None:
            self.storage.close()

    def _open(self, name: str, *, is_start: bool, counts: bool) -> World:
        """Return a world from memory, the database, or a new one; ``counts``: even without an account."""
        world = self.current(name)
        if world is not None:
            if counts:
                self.limits.keep(name)
            self._close(self.limits.touch(name))
            return world
        world = self._stored(name)
        if world is None:
            self.limits.check(name, is_start=is_start)
            world = self._new(name, self.settings)
        is_stored = world.recorder is not None and world.recorder.is_stored
        self._add(world, blank=not (counts or is_stored))
        return world

    def _add(self, world: World, *, blank: bool) -> None:
        self.by_name[world.name] = world
        self.by_name.move_to_end(world.name)
        self._close(self.limits.added(world.name, blank=blank))

    def _close(self, worlds: Iterable[World]) -> None:
        for world in worlds:
            world.close()

    def _stored(self, name: str) -> World | None:
        """Return a world out of the database: evicted from memory, or not yet in it."""
        stored = self.storage.log(name).world if self.storage is not None else None
        return None if stored is None else self._restored(stored)

    def _restored(self, stored: StoredWorld) -> World:
        settings, values = restored_settings(self.settings, stored), stored.values()
        world = self._new(
            stored.name,
            settings,
            has_own_settings=bool(values.get("has_own_settings")),
            own_seed=values.get("own_seed"),
        )
        assert world.recorder is not None
        world.recorder.replay()
        return world

    def _new(self, name: str, settings: Settings, **options: Any) -> World:
        # Uploads arrive on the file system on which they are kept.
        folder = self.directory / "worlds" if self.storage is None else self.storage.files.incoming
        return World(
            name,
            settings,
            self.registry,
            folder / name,
            self.media,
            self.today_ms,
            storage=self.storage,
            **options,
        )

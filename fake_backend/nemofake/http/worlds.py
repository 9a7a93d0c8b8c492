"""A running world: the backend with its clock, journal, profile, scenario and files."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.backend import Backend
from ..engine.scenario import ScenarioConfig
from ..journal import Journal
from ..scenario_loader import ScenarioRegistry
from ..settings import DEFAULT_START_MS, SettingError, Settings, with_parameters
from ..wire.profile import Profile
from .clock import WorldClock, factor_of
from .fault_rules import FaultRules

if TYPE_CHECKING:
    from ..media import Film, FilmStore, StoredFilm


class LazyVideoStore:
    """The films of all worlds; video libraries are loaded by the first one, not by the first request."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._lock = threading.Lock()
        self._store: FilmStore | None = None

    def get(self, video: Film) -> StoredFilm:
        """Return a film's file, made when it was never asked for; blocks while it is made."""
        from ..media import FilmStore

        with self._lock:
            self._store = self._store or FilmStore(self._folder, self._most)
        return self._store.get(video)


@dataclass(slots=True)
class World:
    """One world as the HTTP layer holds it; ``files`` maps a media path to the bytes behind it."""

    name: str
    settings: Settings
    registry: ScenarioRegistry
    directory: Path
    videos: LazyVideoStore
    today_ms: Callable[[], int]
    profile: Profile = field(init=False)
    clock: WorldClock = field(init=False)
    journal: Journal = field(init=False)
    backend: Backend = field(init=False)
    fault_rules: FaultRules = field(init=False)
    scenario: str = field(init=False)
    files: dict[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        self.profile = Profile.parse(self.settings.profile)
        self.scenario = self.settings.scenario
        self._config(self.scenario)
        self.registry.fault_rules(self.scenario)
        self.clock = WorldClock(self.settings.clock, self._start_ms(self.settings.clock))
        self._begin()

    @property
    def now_ms(self) -> int:
        """Engine time now."""
        return self.clock.now_ms()

    def reset(self) -> None:
        """Forget everything and begin again: the same requests then give the same bytes."""
        self.clock.close_streams()
        self.clock = WorldClock(self.clock.mode, self._start_ms(self.clock.mode))
        self.clear()
        self._begin()

    def end(self) -> None:
        """End this world: its open streams are cut, its files removed."""
        self.clock.close_streams()
        self.clear()

    def clear(self) -> None:
        """Remove the files of this world."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def play(self, scenario: str, *, reset: bool) -> None:
        """Change the scenario, for what happens from now on or from the start; raise SettingError."""
        config = self._config(scenario)
        self.registry.fault_rules(scenario)  # raises before anything has changed
        self.scenario = scenario
        if reset:
            self.reset()
            return
        self.backend.settle(self.now_ms)
        self.backend.set_scenario(config)
        self.fault_rules.play(scenario)

    async def advance(self, delta_ms: int) -> int:
        """Move the clock, let everything due settle, open streams included, and return engine time."""
        self.clock.advance(delta_ms)
        self.backend.settle(self.now_ms)
        await self.clock.wait_idle()
        return self.now_ms

    def _begin(self) -> None:
        self.journal = Journal(self.settings.max_journal_entries)
        config = self._config(self.scenario)
        self.backend = Backend(
            self.settings.seed, self.clock.now_ms(), config, self.registry.find(self.settings.rules)
        )
        self.fault_rules = FaultRules(self.backend, self.scenario, self.registry.fault_rules_for_token)
        self.files = {}

    def _config(self, name: str) -> ScenarioConfig:
        return self.registry.story(name, self.settings.rules)

    def _start_ms(self, mode: str) -> int:
        if self.settings.start_ms is not None:
            return self.settings.start_ms
        return self.today_ms() if factor_of(mode) else DEFAULT_START_MS


@dataclass(slots=True)
class WorldRegistry:
    """All worlds of a server, each made on first use; ``default`` is the one without a prefix."""

    settings: Settings
    registry: ScenarioRegistry
    directory: Path
    today_ms: Callable[[], int]
    by_name: dict[str, World] = field(default_factory=dict)
    videos: LazyVideoStore = field(init=False)

    def __post_init__(self) -> None:
        self.videos = LazyVideoStore(self.directory / "films", self.settings.max_films)

    def world(self, name: str) -> World:
        """Return the world of this name; raise SettingError where there are too many."""
        world = self.by_name.get(name)
        return world if world is not None else self.open(name)

    def open(self, name: str, **changes: object) -> World:
        """Make a world with some settings of its own, in place of any of that name; raise SettingError.

        ``changes`` are fields of Settings; ``rules`` is a mapping of single rules.
        """
        if name not in self.by_name and len(self.by_name) >= self.settings.max_worlds:
            raise SettingError(f"there are {self.settings.max_worlds} worlds already; delete some")
        if isinstance(rules := changes.get("rules"), dict):
            changes = {**changes, "rules": with_parameters(self.settings.rules, rules)}
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # names are checked by replace
        world = World(
            name, settings, self.registry, self.directory / "worlds" / name, self.videos, self.today_ms
        )
        if name in self.by_name:
            self.by_name[name].end()
        self.by_name[name] = world
        return world

    def close(self, name: str) -> bool:
        """Remove a world and its files; False where there is none."""
        world = self.by_name.pop(name, None)
        if world is not None:
            world.end()
        return world is not None

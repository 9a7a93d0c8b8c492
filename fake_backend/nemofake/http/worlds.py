"""A running world: the backend with its clock, journal, profile, scenario and files; and all of them."""

from __future__ import annotations

import shutil
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..engine.backend import Backend
from ..engine.randomness import seed_of
from ..engine.scenario import ScenarioConfig
from ..journal import Journal
from ..scenario_loader import ScenarioRegistry
from ..settings import DEFAULT_START_MS, Settings, with_parameters
from ..wire.profile import Profile
from .clock import WorldClock, factor_of
from .fault_rules import FaultRules
from .media_service import MediaService
from .world_limits import WorldLimits


@dataclass(frozen=True, slots=True)
class Activity:
    """What the server is doing in a world; times are engine ms, None if nothing is planned.

    ``next_send_ms``: an open response continues by itself. ``next_change_ms``: a chat turn changes its
    session. ``stalled``: a fault keeps a response open for ever. ``response_started`` and
    ``response_bytes`` are about the newest open request.
    """

    now_ms: int
    open_requests: int
    response_started: bool
    response_bytes: int
    next_send_ms: int | None
    next_change_ms: int | None
    stalled: bool


@dataclass(slots=True)
class World:
    """One isolated backend as the HTTP layer holds it; ``files`` maps a media path to a file."""

    name: str
    settings: Settings
    registry: ScenarioRegistry
    directory: Path
    media: MediaService
    today_ms: Callable[[], int]
    has_own_settings: bool = False
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

    def run_due(self) -> None:
        """Let everything happen in the backend that is due by now."""
        self.backend.run_due(self.now_ms)

    def activity(self) -> Activity:
        """Return what the server is doing in this world, and when it goes on by itself."""
        open_entries = self.journal.open_entries
        newest = open_entries[-1] if open_entries else None
        return Activity(
            now_ms=self.now_ms,
            open_requests=len(open_entries),
            response_started=newest is not None and newest.status is not None,
            response_bytes=newest.response_size if newest else 0,
            next_send_ms=self.clock.next_due_ms,
            next_change_ms=self.backend.next_due_ms,
            stalled=self.clock.is_stalled,
        )

    def reset(self) -> None:
        """Forget everything and start again: the same requests then give the same bytes."""
        self.clock.close_streams()
        self.clock = WorldClock(self.clock.mode, self._start_ms(self.clock.mode))
        self._remove_files()
        self._begin()

    def close(self) -> None:
        """Cut the open streams and remove the files of this world."""
        self.clock.close_streams()
        self._remove_files()

    def set_scenario(self, scenario: str, *, reset: bool) -> None:
        """Change the scenario, from now on or from the start; raise SettingError."""
        config = self._config(scenario)
        self.registry.fault_rules(scenario)  # raises before anything has changed
        self.scenario = scenario
        if reset:
            self.reset()
            return
        self.run_due()
        self.backend.set_scenario(config)
        self.fault_rules.set_scenario(scenario)

    def pass_ms(self, delta_ms: int) -> None:
        """Move the clock and let everything due happen in the backend; streams send when they run next."""
        self.clock.advance(delta_ms)
        self.run_due()

    async def advance(self, delta_ms: int) -> int:
        """Move the clock, wait until open streams have sent what is due, and return engine time."""
        self.pass_ms(delta_ms)
        await self.clock.wait_idle()
        return self.now_ms

    def _begin(self) -> None:
        self.journal = Journal(
            self.settings.max_journal_entries,
            request_cap=self.settings.max_journal_body_bytes,
            max_bytes=self.settings.max_journal_bytes,
        )
        config = self._config(self.scenario)
        find = self.registry.finder(self.settings.parameters)
        self.backend = Backend(self._seed(), self.clock.now_ms(), config, find)
        self.fault_rules = FaultRules(self.backend, self.scenario, self.registry.fault_rules_for_token)
        self.files = {}

    def _seed(self) -> int:
        """Return the seed of all ids: two worlds have the same only with ``same_ids``."""
        is_plain = self.settings.same_ids or self.name == "default"
        return self.settings.seed if is_plain else seed_of(self.settings.seed, self.name)

    def _remove_files(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)

    def _config(self, name: str) -> ScenarioConfig:
        return self.registry.config(name, self.settings.parameters)

    def _start_ms(self, mode: str) -> int:
        if self.settings.start_ms is not None:
            return self.settings.start_ms
        return self.today_ms() if factor_of(mode) else DEFAULT_START_MS


@dataclass(slots=True)
class WorldRegistry:
    """All worlds of a server, each created on first use; ``default`` is the one without a prefix.

    ``by_name`` has the least recently used first.
    """

    settings: Settings
    registry: ScenarioRegistry
    directory: Path
    today_ms: Callable[[], int]
    by_name: OrderedDict[str, World] = field(default_factory=OrderedDict)
    media: MediaService = field(init=False)
    limits: WorldLimits = field(init=False)

    def __post_init__(self) -> None:
        self.media = MediaService(self.directory / "videos", self.settings)
        self.limits = WorldLimits(self.by_name, self.settings.max_worlds)

    def world(self, name: str) -> World:
        """Return the world of this name, made if there is none; raise 404 if it was evicted."""
        if name not in self.by_name:
            self.limits.check(name, is_start=False)
            return self.create(name)
        self.limits.keep(name)
        self._close(self.limits.touch(name))
        return self.by_name[name]

    def visit(self, name: str, *, is_start: bool) -> World:
        """Return the world of this name for a request; raise 404 if it was evicted.

        A world made here does not count before it has an account. ``is_start``: the request asks for a token.
        """
        world = self.by_name.get(name)
        if world is None:
            self.limits.check(name, is_start=is_start)
            world = World(name, self.settings, self.registry, self._folder(name), self.media, self.today_ms)
            self._add(world, blank=True)
        else:
            self._close(self.limits.touch(name))
        return world

    def create(self, name: str, **changes: object) -> World:
        """Create a world with its own settings, in place of one of the same name; raise SettingError.

        ``changes`` are fields of Settings; ``parameters`` is a mapping of single parameters.
        """
        if isinstance(parameters := changes.get("parameters"), dict):
            changes = {**changes, "parameters": with_parameters(self.settings.parameters, parameters)}
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # names are checked by replace
        folder, own = self._folder(name), bool(changes)
        world = World(name, settings, self.registry, folder, self.media, self.today_ms, own)
        if name in self.by_name:
            self.by_name[name].close()
        self._add(world, blank=False)
        return world

    def delete(self, name: str) -> bool:
        """Delete a world and its files; return False if there is none."""
        world = self.by_name.pop(name, None)
        if world is not None:
            world.close()
        return self.limits.removed(name) or world is not None

    def _add(self, world: World, *, blank: bool) -> None:
        self.by_name[world.name] = world
        self.by_name.move_to_end(world.name)
        self._close(self.limits.added(world.name, blank=blank))

    def _close(self, worlds: Iterable[World]) -> None:
        for world in worlds:
            world.close()

    def _folder(self, name: str) -> Path:
        return self.directory / "worlds" / name

"""A running world: the backend with its clock, journal, profile, scenario and files."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ..engine.backend import Backend
from ..engine.randomness import seed_of
from ..engine.scenario import ScenarioConfig
from ..journal import Journal
from ..scenario_loader import ScenarioRegistry
from ..settings import DEFAULT_START_MS, Settings
from ..wire.profile import Profile
from .changes import Changes
from .clock import WorldClock, factor_of
from .fault_rules import FaultRules
from .media_service import MediaService
from .recorded import RecordedBackend, RecordedFaultRules
from .recording import Recorder, restored_settings

if TYPE_CHECKING:
    from ..storage.interfaces import Storage


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
    storage: Storage | None = None
    own_seed: int | None = None  # of a stored world, whatever its name is now
    profile: Profile = field(init=False)
    clock: WorldClock = field(init=False)
    journal: Journal = field(init=False)
    backend: Backend = field(init=False)
    fault_rules: FaultRules = field(init=False)
    scenario: str = field(init=False)
    files: dict[str, Path] = field(init=False)
    recorder: Recorder | None = field(init=False, default=None)  # if its commands are stored
    changes: Changes = field(init=False, default_factory=Changes)
    resets: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._set_up()

    def _set_up(self) -> None:
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
        mode = self.clock.mode
        start_ms = self._start_ms(mode)
        if self.recorder is not None:
            self.recorder.restart(mode, start_ms)
        self.close()
        self.clock = WorldClock(mode, start_ms)
        self.resets += 1
        self._begin()

    def close(self) -> None:
        """Cut the open streams and remove the files of this world."""
        if self.recorder is not None:
            self.recorder.active = False
        self.clock.close_streams()
        self._remove_files()

    def reload(self) -> None:
        """Begin again as another server has begun the world anew; close if that has deleted it."""
        self.close()
        stored = self.storage.log(self.name).world if self.storage is not None else None
        if stored is not None:
            self.settings = restored_settings(self.settings, stored)
            self.own_seed = stored.values().get("own_seed")
            self._set_up()
            assert self.recorder is not None
            self.recorder.replay()

    def open_file(self, url_path: str) -> BinaryIO:
        """Open the uploaded file behind a media path; raise KeyError if there is none."""
        path = self.files[url_path]
        return path.open("rb") if self.storage is None else self.storage.files.open(path)

    def set_scenario(self, scenario: str, *, reset: bool) -> None:
        """Change the scenario, from now on or from the start; raise SettingError."""
        self._config(scenario)
        self.registry.fault_rules(scenario)  # raises before anything has changed
        if reset:
            self.scenario = scenario
            self.reset()
            return
        self.run_due()
        self.use_scenario(scenario)

    def use_scenario(self, scenario: str) -> None:
        """Change the scenario of backend and faults; raise SettingError."""
        self.backend.set_scenario(self._config(scenario))
        self.fault_rules.set_scenario(scenario)
        self.scenario = scenario

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
        self.journal.on_change = self.changes.notify
        config = self._config(self.scenario)
        find = self.registry.finder(self.settings.parameters)
        find_faults = self.registry.fault_rules_for_token
        self.files = {}
        if self.storage is None:
            self.backend = Backend(self._seed(), self.clock.now_ms(), config, find)
            self.fault_rules = FaultRules(self.backend, self.scenario, find_faults)
            return
        backend = self.backend = RecordedBackend(self._seed(), self.clock.now_ms(), config, find)
        rules = self.fault_rules = RecordedFaultRules(backend, self.scenario, find_faults)
        self.recorder = Recorder(self, self.storage)
        backend.recorder = rules.recorder = self.recorder

    def _seed(self) -> int:
        """Return the seed of all ids: two worlds have the same only with ``same_ids``."""
        if self.own_seed is not None:
            return self.own_seed
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

"""A running world: the backend with its clock, journal, profile, scenario and files."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.backend import Backend
from ..engine.story import Story
from ..journal import Journal
from ..settings import DEFAULT_START_MS, SettingError, Settings, with_rules
from ..stories import StoryBook
from ..wire.profile import Profile
from .hazards import Hazards
from .pacing import Pacer, factor_of

if TYPE_CHECKING:
    from ..media import Film, FilmStore, StoredFilm


class Films:
    """The films of all worlds; video libraries are loaded by the first one, not by the first request."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._lock = threading.Lock()
        self._store: FilmStore | None = None

    def get(self, film: Film) -> StoredFilm:
        """Return a film's file, made when it was never asked for; blocks while it is made."""
        from ..media import FilmStore

        with self._lock:
            self._store = self._store or FilmStore(self._folder, self._most)
        return self._store.get(film)


@dataclass(slots=True)
class Room:
    """One world as the HTTP layer holds it; ``files`` maps a media path to the bytes behind it."""

    name: str
    settings: Settings
    book: StoryBook
    directory: Path
    films: Films
    today_ms: Callable[[], int]
    profile: Profile = field(init=False)
    pacer: Pacer = field(init=False)
    journal: Journal = field(init=False)
    backend: Backend = field(init=False)
    hazards: Hazards = field(init=False)
    scenario: str = field(init=False)
    files: dict[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        self.profile = Profile.parse(self.settings.profile)
        self.scenario = self.settings.scenario
        self._story(self.scenario)
        self.book.strikes(self.scenario)
        self.pacer = Pacer(self.settings.clock, self._start_ms(self.settings.clock))
        self._begin()

    @property
    def now_ms(self) -> int:
        """Engine time now."""
        return self.pacer.now_ms()

    def reset(self) -> None:
        """Forget everything and begin again: the same requests then give the same bytes."""
        self.pacer.retire()
        self.pacer = Pacer(self.pacer.mode, self._start_ms(self.pacer.mode))
        self.clear()
        self._begin()

    def end(self) -> None:
        """End this world: its open streams are cut, its files removed."""
        self.pacer.retire()
        self.clear()

    def clear(self) -> None:
        """Remove the files of this world."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def play(self, scenario: str, *, reset: bool) -> None:
        """Change the scenario, for what happens from now on or from the start; raise SettingError."""
        story = self._story(scenario)
        self.book.strikes(scenario)  # raises before anything has changed
        self.scenario = scenario
        if reset:
            self.reset()
            return
        self.backend.settle(self.now_ms)
        self.backend.change_story(story)
        self.hazards.play(scenario)

    async def advance(self, delta_ms: int) -> int:
        """Move the clock, let everything due settle, open streams included, and return engine time."""
        self.pacer.jump(delta_ms)
        self.backend.settle(self.now_ms)
        await self.pacer.settled()
        return self.now_ms

    def _begin(self) -> None:
        self.journal = Journal(self.settings.max_journal_entries)
        story = self._story(self.scenario)
        self.backend = Backend(
            self.settings.seed, self.pacer.now_ms(), story, self.book.find(self.settings.rules)
        )
        self.hazards = Hazards(self.backend, self.scenario, self.book.find_strikes)
        self.files = {}

    def _story(self, name: str) -> Story:
        return self.book.story(name, self.settings.rules)

    def _start_ms(self, mode: str) -> int:
        if self.settings.start_ms is not None:
            return self.settings.start_ms
        return self.today_ms() if factor_of(mode) else DEFAULT_START_MS


@dataclass(slots=True)
class House:
    """All worlds of a server, each made on first use; ``default`` is the one without a prefix."""

    settings: Settings
    book: StoryBook
    directory: Path
    today_ms: Callable[[], int]
    rooms: dict[str, Room] = field(default_factory=dict)
    films: Films = field(init=False)

    def __post_init__(self) -> None:
        self.films = Films(self.directory / "films", self.settings.max_films)

    def room(self, name: str) -> Room:
        """Return the world of this name; raise SettingError where there are too many."""
        room = self.rooms.get(name)
        return room if room is not None else self.open(name)

    def open(self, name: str, **changes: object) -> Room:
        """Make a world with some settings of its own, in place of any of that name; raise SettingError.

        ``changes`` are fields of Settings; ``rules`` is a mapping of single rules.
        """
        if name not in self.rooms and len(self.rooms) >= self.settings.max_worlds:
            raise SettingError(f"there are {self.settings.max_worlds} worlds already; delete some")
        if isinstance(rules := changes.get("rules"), dict):
            changes = {**changes, "rules": with_rules(self.settings.rules, rules)}
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # names are checked by replace
        room = Room(name, settings, self.book, self.directory / "worlds" / name, self.films, self.today_ms)
        if name in self.rooms:
            self.rooms[name].end()
        self.rooms[name] = room
        return room

    def close(self, name: str) -> bool:
        """Remove a world and its files; False where there is none."""
        room = self.rooms.pop(name, None)
        if room is not None:
            room.end()
        return room is not None

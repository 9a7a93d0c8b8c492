"""A story from its first step to its verdict, in a world of its own."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemoscenarios import Scenario

from ..server import Fake, WorldHandle, running
from ..stories import StoryBook
from .acting import Actor, Played
from .always import always
from .props import Props
from .traffic import Seen, read
from .verdict import Evidence, Line, judge

DEFAULT_SEED = 42


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a story: a line for each expectation, and the world's journal.

    ``exchanges`` has what was sent by hand as well.
    """

    scenario: Scenario
    seed: int
    profile: str
    lines: list[Line]
    steps: list[Played]
    exchanges: list[Seen]
    journal: list[dict[str, Any]]
    took_s: float
    folder: str = ""

    @property
    def holds(self) -> bool:
        """Whether every expectation held."""
        return all(line.holds for line in self.lines)

    @property
    def replay(self) -> str:
        """The command that plays it again."""
        words = ["nemofake", "scenarios", "run", self.scenario.id, "--seed", str(self.seed)]
        words += ["--profile", self.profile, *(["--scenarios", self.folder] if self.folder else [])]
        return shlex.join(words)


class Stage:
    """A running fake and a folder for its users' disks; plays any number of stories."""

    def __init__(self, fake: Fake, home: Path, book: StoryBook, folder: str = "") -> None:
        self._fake, self._home, self._book, self._folder = fake, home, book, folder
        self._props = Props(home / "props")

    def play(self, name: str, *, seed: int = DEFAULT_SEED, profile: str = "") -> Report:
        """Play a story; raise SettingError where it is unknown or has faults."""
        scenario, began_s = self._book.scenario(name), time.perf_counter()
        home = self._home / "users" / name
        home.mkdir(parents=True)
        # The story's own name: a world's name shows in addresses of media, and so in the journal.
        world = self._fake.world(name[:64], scenario=name, seed=seed, profile=profile, clock="manual")
        try:
            return self._played(scenario, world, home, seed, profile, began_s)
        finally:
            world.delete()
            shutil.rmtree(home, ignore_errors=True)

    def _played(
        self, scenario: Scenario, world: WorldHandle, home: Path, seed: int, profile: str, began_s: float
    ) -> Report:
        files = {name: self._props.put(name, file, home) for name, file in scenario.given.files.items()}
        actor = Actor(scenario, world, home, files)
        try:
            steps = [actor.play(step) for step in scenario.user]
        finally:
            actor.close()
        actor.keeper.calm()
        journal = world.journal()
        exchanges = read(journal)
        traffic = [seen for seen in exchanges if not seen.by_hand]
        found = _evidence(scenario, world, actor, steps, traffic, home)
        lines = [*judge(scenario.expect, found), *always(found)]
        took_s = time.perf_counter() - began_s
        profile = str(world.call(lambda room: room.profile))
        return Report(scenario, seed, profile, lines, steps, exchanges, journal, took_s, self._folder)


def _evidence(
    scenario: Scenario,
    world: WorldHandle,
    actor: Actor,
    steps: list[Played],
    traffic: list[Seen],
    home: Path,
) -> Evidence:
    context, accounts = actor.client.context, world.accounts()
    sessions = world.call(lambda room: room.backend.world.sessions)
    session = sessions.get(context.session_id)
    return Evidence(
        steps=steps,
        traffic=traffic,
        account=next((held for held in accounts if held["user_id"] == context.user_id), None),
        draft=session.snapshot("")["state"]["draft"] if session else None,
        language=scenario.given.language,
        home=home,
        ended_ms=actor.keeper.now_ms,
        accounts=accounts,
    )


@contextmanager
def play(folder: Path | str | None = None, book: StoryBook | None = None) -> Iterator[Stage]:
    """Give a stage for as long as the block lasts; ``folder`` holds a user's own stories.

    ``book`` gives stories of another make. Raises SettingError where there is no such folder.
    """
    book = book or StoryBook.of(folder)
    home = Path(tempfile.mkdtemp(prefix="nemofake-stage-"))
    try:
        with running(book=book, max_films=256) as fake:
            yield Stage(fake, home, book, str(folder or ""))
    finally:
        shutil.rmtree(home, ignore_errors=True)

"""Worlds for programs whose time runs as fast as the world's, so that their waits cost little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from nemocontract.client_adapter import ClientAdapter
from nemocontract.client_run import Timing
from nemocontract.client_tests.environment import TestWorld
from nemocontract.environments.base import (
    InMemoryScenarioStore,
    ScenarioFiles,
    book_of,
    settings_of,
    world_name,
)
from nemocontract.environments.conversation import ConversationClient
from nemocontract.environments.sockets import SocketWorld, without_proxies
from nemofake import running
from nemofake.testing import FakeServer, WorldHandle
from nemoscenarios import Scenario

_MOST_WAITED_S: Final = 1_000.0  # of backend time that a program lives through; more is skipped


class ProgramWorld(SocketWorld):
    """One world whose time runs ``rate`` times as fast as ours, and its program's with it."""

    def __init__(self, handle: WorldHandle, base: str, make: MakeProgram, rate: int) -> None:
        super().__init__(handle, base, lambda: make(self))
        self._rate = rate
        self._program: ClientAdapter | None = None

    def open_requests(self) -> list[str]:
        """Return the operations of the requests that are not over."""
        return self._handle.call(lambda world: [entry.operation for entry in world.journal.open_entries])

    def advance_s(self, seconds: float) -> None:
        """Let backend time pass: a program that is there lives through it, up to a quarter of an hour."""
        alive = isinstance(self._program, ConversationClient) and self._program.is_alive
        lived_s = min(seconds, _MOST_WAITED_S) if alive else 0.0
        time.sleep(lived_s / self._rate)
        if seconds > lived_s:
            super().advance_s(seconds - lived_s)

    def subject(self) -> ClientAdapter:
        """Return a new program."""
        self._program = super().subject()
        return self._program


MakeProgram = Callable[[ProgramWorld], ClientAdapter]


class ProgramEnvironment:
    """Worlds of one server in which time runs ``rate`` times as fast as ours."""

    name = "fake"
    timing: Timing = "scaled"
    programs = True
    limit_s: float | None = None  # a conversation has limits of its own

    def __init__(
        self,
        fake: FakeServer,
        store: InMemoryScenarioStore,
        folder: Path,
        make: MakeProgram,
        rate: int,
        at_once: bool,
    ) -> None:
        self._fake, self._store, self._make, self._rate = fake, store, make, rate
        self._files = ScenarioFiles(folder)
        self.at_once = at_once

    @contextmanager
    def open(self, scenario: Scenario, seed: int, profile: str) -> Iterator[TestWorld]:
        """Give a fresh world for a scenario."""
        self._store.put(scenario)
        settings = settings_of(scenario, seed, profile)
        handle = self._fake.world(world_name(scenario), clock=f"x{self._rate}", **settings)
        try:
            yield ProgramWorld(handle, self._fake.base_url, self._make, self._rate)
        finally:
            handle.delete()

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Write a scenario's files into a home."""
        self._files.write_sample_files(scenario, home)


@contextmanager
def program_worlds(
    folder: Path, make: MakeProgram, rate: int, *, at_once: bool = False
) -> Iterator[ProgramEnvironment]:
    """Give an environment for programs; ``folder`` is for the files of scenarios."""
    store = InMemoryScenarioStore()
    with without_proxies(), running(registry=book_of(store), max_videos=256) as fake:
        yield ProgramEnvironment(fake, store, folder, make, rate, at_once)

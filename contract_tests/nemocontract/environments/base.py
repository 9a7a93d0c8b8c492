"""What every environment shares: scenarios in memory, world settings, a clock, sample files."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nemocontract.client_tests.environment import TestWorld
from nemocontract.recording import operation_of
from nemofake.engine.scenario import Trigger
from nemofake.faults import parse_fault_rule
from nemofake.http.control import journal_records
from nemofake.http.worlds import World
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.scenario_runner.sample_files import SampleFiles
from nemoscenarios import PACKAGED, Scenario, ScenarioStore


class InMemoryScenarioStore(ScenarioStore):
    """A store that scenarios can be added to; it holds the packaged ones too."""

    def __init__(self) -> None:
        super().__init__(PACKAGED)
        self._put: dict[str, Scenario] = {}

    def put(self, scenario: Scenario) -> None:
        """Add a scenario, in place of any with its name."""
        self._put[scenario.id] = scenario

    def names(self) -> list[str]:
        """Return the names of all scenarios."""
        return sorted({*super().names(), *self._put})

    def load(self, name: str) -> Scenario:
        """Return a scenario; raise as the packaged store does."""
        return self._put[name] if name in self._put else super().load(name)


def book_of(store: InMemoryScenarioStore) -> ScenarioRegistry:
    """Return the registry that a fake reads its scenarios from."""
    return ScenarioRegistry(store)


MOST_REQUESTS = 400  # of one client in one test: the busiest scenario takes a quarter of it
_numbers = itertools.count(1)


def world_name(scenario: Scenario) -> str:
    """Return a name for a world of this scenario, another one each time; no byte depends on it."""
    return f"{scenario.id[:40]}-{next(_numbers)}"


def settings_of(scenario: Scenario, seed: int, profile: str) -> dict[str, Any]:
    """Return the settings of a world for this scenario."""
    return {"scenario": scenario.id, "seed": seed, "profile": profile}


def records(world: World, base: str) -> list[dict[str, Any]]:
    """Return a world's journal, secrets masked."""
    return journal_records(world, base)


def last_token(world: World) -> str:
    """Return the token that was given last, in clear."""
    return next(reversed(world.backend.data.tokens), "")


def apply_trigger(world: World, on: str, do: str, code: int | None = None) -> int:
    """Apply a trigger to the next call of an operation, by any client; return the number of that call."""
    return world.backend.add_trigger(Trigger(on, do, code=code))


def calls(world: World, on: str) -> int:
    """Return how many calls of an operation a world has seen."""
    return sum(entry.operation == on for entry in world.journal.entries)


def inject_fault(world: World, on: str, fault: Mapping[str, Any]) -> int:
    """Inject a fault into the next call of an operation; return the number of that call."""
    world.fault_rules.add(parse_fault_rule({**fault, "on": on, "nth": 1}))
    return 1 + calls(world, on)


def describe_load(world: World) -> str:
    """Describe the traffic of a client that makes too many requests."""
    kinds = {operation_of(entry.method, entry.path) for entry in world.journal.entries[-5:]}
    return f"{len(world.journal)} requests, the last of them {', '.join(sorted(kinds))}"


class WorldClock:
    """A world's time, which its only client moves by waiting."""

    def __init__(self, world: TestWorld) -> None:
        self._world = world

    def now(self) -> float:
        """Return seconds since 1970."""
        self._world.check()
        return self._world.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._world.advance_s(seconds)


class WorldBase:
    """What a world shows of itself, in process and over sockets alike."""

    world: World

    @property
    def now_ms(self) -> int:
        """Backend time."""
        return self.world.now_ms

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self.world.journal)

    def calls(self, on: str) -> int:
        """Return how many calls of an operation there were."""
        return calls(self.world, on)

    def token(self) -> str:
        """Return the token given last."""
        return last_token(self.world)


class ScenarioFiles:
    """The files that scenarios give their users, each made once."""

    def __init__(self, folder: Path) -> None:
        self._sample_files = SampleFiles(folder)

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Write a scenario's files into a home."""
        home.mkdir(parents=True, exist_ok=True)
        for name, file in scenario.given.files.items():
            self._sample_files.put(name, file, home)

"""Stories that were never written to a file, for a fake that is to play them."""

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
    """A shelf on which stories can be put; the packaged ones stand there too."""

    def __init__(self) -> None:
        super().__init__(PACKAGED)
        self._put: dict[str, Scenario] = {}

    def put(self, scenario: Scenario) -> None:
        """Put a story there, in place of any of its name."""
        self._put[scenario.id] = scenario

    def names(self) -> list[str]:
        """Return the names of all stories."""
        return sorted({*super().names(), *self._put})

    def load(self, name: str) -> Scenario:
        """Return a story; raise as the shelf does."""
        return self._put[name] if name in self._put else super().load(name)


def book_of(store: InMemoryScenarioStore) -> ScenarioRegistry:
    """Return the book that a fake plays from."""
    return ScenarioRegistry(store)


MOST_REQUESTS = 400  # of one client in one trial: the busiest story takes a quarter of it
_numbers = itertools.count(1)


def world_name(scenario: Scenario) -> str:
    """Return a name for a world of this story, another one each time; it has no say in any byte."""
    return f"{scenario.id[:40]}-{next(_numbers)}"


def settings_of(scenario: Scenario, seed: int, profile: str) -> dict[str, Any]:
    """Return what a world of this story is made with."""
    return {"scenario": scenario.id, "seed": seed, "profile": profile}


def records(world: World, base: str) -> list[dict[str, Any]]:
    """Return a world's journal, secrets masked."""
    return journal_records(world, base)


def last_token(world: World) -> str:
    """Return the token that was given last, in clear."""
    return next(reversed(world.backend.data.tokens), "")


def apply_trigger(world: World, on: str, do: str, code: int | None = None) -> int:
    """Let something happen to the next call of an operation, by whichever client; return its number."""
    return world.backend.add_trigger(Trigger(on, do, code=code))


def calls(world: World, on: str) -> int:
    """Return how many calls of an operation a world has seen."""
    return sum(entry.operation == on for entry in world.journal.entries)


def inject_fault(world: World, on: str, fault: Mapping[str, Any]) -> int:
    """Let a fault strike the next call of an operation; return its number, counted from the beginning."""
    world.fault_rules.add(parse_fault_rule({**fault, "on": on, "nth": 1}))
    return 1 + calls(world, on)


def describe_load(world: World) -> str:
    """Say what a client does that makes too many requests."""
    kinds = {operation_of(entry.method, entry.path) for entry in world.journal.entries[-5:]}
    return f"{len(world.journal)} requests, the last of them {', '.join(sorted(kinds))}"


class WorldClock:
    """A world's time, in the hands of its only client."""

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
    """What a world reports about itself, in any environment."""

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
    """The files that stories give their users, each made once."""

    def __init__(self, folder: Path) -> None:
        self._props = SampleFiles(folder)

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Put a story's files into a home."""
        home.mkdir(parents=True, exist_ok=True)
        for name, file in scenario.given.files.items():
            self._props.put(name, file, home)

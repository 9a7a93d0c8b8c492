"""An environment without sockets: the reference client against a stepped fake, byte for byte the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from nemocontract.client_adapter import ClientAdapter
from nemocontract.client_run import Timing
from nemocontract.client_tests.driver import RunawayClient
from nemocontract.client_tests.environment import TestWorld
from nemocontract.environments.base import (
    MOST_REQUESTS,
    InMemoryScenarioStore,
    ScenarioFiles,
    WorldBase,
    WorldClock,
    apply_trigger,
    book_of,
    describe_load,
    inject_fault,
    records,
    settings_of,
    world_name,
)
from nemocontract.environments.in_process_server import InProcessServer, stepped
from nemocontract.environments.reference_client import DeterministicUuid, SteppedReference
from nemocontract.environments.transport import SteppedTransport
from nemoscenarios import Scenario


class _Counted(SteppedTransport):
    """The client's line, with a limit to how much it may do."""

    def __init__(self, world: InProcessWorld, server: InProcessServer) -> None:
        super().__init__(server)
        self._world = world

    def begin(self, request: httpx.Request) -> Any:
        """Begin an exchange; raise Endless where there have been too many."""
        if self._world.requests >= MOST_REQUESTS:
            raise RunawayClient(describe_load(self._world.world))
        return super().begin(request)


class InProcessWorld(WorldBase):
    """One world of a stepped fake."""

    def __init__(self, server: InProcessServer, name: str) -> None:
        self._server = server
        self.world = server.world(name)
        self.url = f"{server.url}/w/{name}"
        self.clock = WorldClock(self)
        self._chance = DeterministicUuid()

    def check(self) -> None:
        """Do nothing: the client's line counts its requests."""

    def advance_s(self, seconds: float) -> None:
        """Let backend time pass."""
        self._server.loop.run_until_idle()
        self._server.advance_ms(self.world, round(seconds * 1000))

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer."""
        return records(self.world, self._server.url)

    def send(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Make a request by hand."""
        with httpx.Client(transport=SteppedTransport(self._server)) as hand:
            hand.request(method, self.url + path, headers=dict(headers))

    def apply_trigger(self, on: str, do: str, code: int | None = None) -> int:
        """Let something happen to the next call of an operation."""
        return apply_trigger(self.world, on, do, code)

    def inject_fault(self, on: str, fault: Mapping[str, Any]) -> int:
        """Let a fault strike the next call of an operation."""
        return inject_fault(self.world, on, fault)

    def subject(self) -> ClientAdapter:
        """Return the reference client."""
        return SteppedReference(_Counted(self, self._server), self._chance)


class InProcessEnvironment:
    """Worlds of one stepped server; scenarios that no file holds are put into its store."""

    timing: Timing = "virtual"
    name = "fake, stepped"
    at_once = programs = False
    limit_s: float | None = None

    def __init__(self, server: InProcessServer, store: InMemoryScenarioStore, folder: Path) -> None:
        self.server, self._store = server, store
        self._files = ScenarioFiles(folder)

    @contextmanager
    def open(self, scenario: Scenario, seed: int, profile: str) -> Iterator[TestWorld]:
        """Give a fresh world for a scenario."""
        self._store.put(scenario)
        name = world_name(scenario)
        self.server.worlds.create(name, clock="manual", **settings_of(scenario, seed, profile))
        try:
            yield InProcessWorld(self.server, name)
        finally:
            self.server.worlds.delete(name)
            self.server.loop.run_until_idle()

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Put a scenario's files into a home."""
        self._files.write_sample_files(scenario, home)


@contextmanager
def stepped_ground(folder: Path) -> Iterator[InProcessEnvironment]:
    """Give a environment without sockets; ``folder`` is for the files of scenarios."""
    store = InMemoryScenarioStore()
    with stepped(book_of(store)) as server:
        yield InProcessEnvironment(server, store, folder)

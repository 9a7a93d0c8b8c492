"""Time for clients that nobody can look into: a world goes on when neither side has moved for a moment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
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
from nemofake import running
from nemofake.http.worlds import World
from nemofake.testing import FakeServer, WorldHandle
from nemoscenarios import Scenario

_PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy")
_POLL_S = 0.004
_IDLE_POLLS = 4  # so many polls without a change, and time moves


class ClockDriver:
    """Moves one world's time to what the fake waits for, once the client has had a moment to act.

    Runs on the server's event loop. What the client waits for by itself it moves by its own clock, or in
    real time; a stream that rests for ever (a stall) is left to the client's patience.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._task = asyncio.get_running_loop().create_task(self._drive())

    async def _drive(self) -> None:
        seen, still = (0, 0, 0), 0
        while True:
            await asyncio.sleep(_POLL_S)
            now = self._activity()
            still = still + 1 if now == seen else 0
            seen = now
            if still >= _IDLE_POLLS and (due_ms := self._due_ms()) is not None:
                self._world.pass_ms(max(0, due_ms - self._world.now_ms))
                still = 0

    def _activity(self) -> tuple[int, int, int]:
        """Return what changes when either side does something."""
        entries = self._world.journal.entries[-3:]
        return len(self._world.journal), sum(entry.response_size for entry in entries), self._due_ms() or 0

    def _due_ms(self) -> int | None:
        return self._world.clock.next_due_ms

    async def end(self) -> None:
        """Leave time alone from now on."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


MakeSubject = Callable[[], ClientAdapter]


class SocketWorld(WorldBase):
    """One world of a fake that listens."""

    def __init__(self, handle: WorldHandle, base: str, make: MakeSubject) -> None:
        self._handle, self._base, self._make = handle, base, make
        self.world: World = handle.call(lambda world: world)
        self.url = handle.url
        self.clock = WorldClock(self)

    def check(self) -> None:
        """Raise RunawayClient where the client makes more requests than any client may need."""
        if self.requests > MOST_REQUESTS:
            raise RunawayClient(describe_load(self.world))

    def advance_s(self, seconds: float) -> None:
        """Let backend time pass, and what is due be sent."""
        self._handle.clock.advance(seconds)

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer."""
        return self._handle.call(lambda world: records(world, self._base))

    def send(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Make a request by hand."""
        httpx.request(method, self.url + path, headers=dict(headers), timeout=30.0, trust_env=False)

    def apply_trigger(self, on: str, do: str, code: int | None = None) -> int:
        """Apply a trigger to the next call of an operation."""
        return self._handle.call(lambda world: apply_trigger(world, on, do, code))

    def inject_fault(self, on: str, fault: Mapping[str, Any]) -> int:
        """Inject a fault into the next call of an operation."""
        return self._handle.call(lambda world: inject_fault(world, on, fault))

    def subject(self) -> ClientAdapter:
        """Return a new client under test."""
        return self._make()


class SocketEnvironment:
    """Worlds of one server; ``timing`` is virtual for clients that use our clock, real for programs."""

    name = "fake"

    def __init__(
        self,
        fake: FakeServer,
        store: InMemoryScenarioStore,
        folder: Path,
        make: MakeSubject,
        timing: Timing,
        limit_s: float,
    ) -> None:
        self._fake, self._store, self._make = fake, store, make
        self._files = ScenarioFiles(folder)
        self.timing: Timing = timing
        self.at_once = self.programs = timing == "real"
        self.limit_s: float | None = limit_s

    @contextmanager
    def open(self, scenario: Scenario, seed: int, profile: str) -> Iterator[TestWorld]:
        """Give a fresh world for a scenario."""
        self._store.put(scenario)
        clock = "real" if self.timing == "real" else "manual"
        settings = settings_of(scenario, seed, profile)
        handle = self._fake.world(world_name(scenario), clock=clock, **settings)
        clock_driver = handle.call(ClockDriver)
        try:
            yield SocketWorld(handle, self._fake.base_url, self._make)
        finally:
            self._fake.run(clock_driver.end())
            handle.delete()

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Write a scenario's files into a home."""
        self._files.write_sample_files(scenario, home)


@contextmanager
def without_proxies() -> Iterator[None]:
    """Take the proxy variables out of this process's environment for as long as the block lasts."""
    taken = {name: os.environ.pop(name) for name in [*os.environ] if name.lower() in _PROXY_VARIABLES}
    try:
        yield
    finally:
        os.environ.update(taken)


@contextmanager
def served_ground(
    folder: Path, make: MakeSubject, timing: Timing = "virtual", limit_s: float = 60.0
) -> Iterator[SocketEnvironment]:
    """Give an environment over sockets; ``folder`` is for the files of scenarios.

    For as long as it is open, this process has no proxy: everything is on loopback, and no client is to be
    blamed for a proxy of this machine.
    """
    store = InMemoryScenarioStore()
    with without_proxies(), running(registry=book_of(store), max_videos=256, same_ids=True) as fake:
        yield SocketEnvironment(fake, store, folder, make, timing, limit_s)

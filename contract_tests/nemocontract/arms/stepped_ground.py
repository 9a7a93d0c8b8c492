"""A playground without sockets: the reference client's flows against a stepped fake, to the byte the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from nemocontract.arms.shelf import Drawer, book_of
from nemocontract.arms.stepped_client import Chance, SteppedReference
from nemocontract.arms.stepping import SteppedServer, stepped
from nemocontract.arms.transport import SteppedTransport
from nemocontract.arms.worlds import (
    MOST_REQUESTS,
    Furniture,
    InRoom,
    WorldClock,
    befall,
    busiest,
    records,
    settings_of,
    strike,
    world_name,
)
from nemocontract.evidence import Timing
from nemocontract.subject import Subject
from nemocontract.trials.playground import World
from nemocontract.trials.playing import Endless
from nemoscenarios import Scenario


class _Counted(SteppedTransport):
    """The client's line, with a limit to how much it may do."""

    def __init__(self, world: SteppedWorld, server: SteppedServer) -> None:
        super().__init__(server)
        self._world = world

    def begin(self, request: httpx.Request) -> Any:
        """Begin an exchange; raise Endless where there have been too many."""
        if self._world.requests >= MOST_REQUESTS:
            raise Endless(busiest(self._world.room))
        return super().begin(request)


class SteppedWorld(InRoom):
    """One world of a stepped fake."""

    def __init__(self, server: SteppedServer, name: str) -> None:
        self._server = server
        self.room = server.room(name)
        self.url = f"{server.url}/w/{name}"
        self.clock = WorldClock(self)
        self._chance = Chance()

    def check(self) -> None:
        """Do nothing: the client's line counts its requests."""

    def pass_s(self, seconds: float) -> None:
        """Let backend time pass."""
        self._server.loop.run_dry()
        self._server.pass_ms(self.room, round(seconds * 1000))

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer."""
        return records(self.room, self._server.url)

    def send(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Make a request by hand."""
        with httpx.Client(transport=SteppedTransport(self._server)) as hand:
            hand.request(method, self.url + path, headers=dict(headers))

    def befall(self, on: str, do: str, code: int | None = None) -> int:
        """Let something befall the next call of an operation."""
        return befall(self.room, on, do, code)

    def strike(self, on: str, fault: Mapping[str, Any]) -> int:
        """Let a fault strike the next call of an operation."""
        return strike(self.room, on, fault)

    def subject(self) -> Subject:
        """Return the reference client."""
        return SteppedReference(_Counted(self, self._server), self._chance)


class SteppedGround:
    """Worlds of one stepped server; stories that no file holds are put into its drawer."""

    timing: Timing = "virtual"
    name = "fake, stepped"
    at_once = False
    limit_s: float | None = None

    def __init__(self, server: SteppedServer, drawer: Drawer, folder: Path) -> None:
        self.server, self._drawer = server, drawer
        self._furniture = Furniture(folder)

    @contextmanager
    def open(self, scenario: Scenario, seed: int, profile: str) -> Iterator[World]:
        """Give a fresh world for a story."""
        self._drawer.put(scenario)
        name = world_name(scenario)
        self.server.house.open(name, clock="manual", **settings_of(scenario, seed, profile))
        try:
            yield SteppedWorld(self.server, name)
        finally:
            self.server.house.close(name)
            self.server.loop.run_dry()

    def furnish(self, scenario: Scenario, home: Path) -> None:
        """Put a story's files into a home."""
        self._furniture.furnish(scenario, home)


@contextmanager
def stepped_ground(folder: Path) -> Iterator[SteppedGround]:
    """Give a playground without sockets; ``folder`` is for the files of stories."""
    drawer = Drawer()
    with stepped(book_of(drawer)) as server:
        yield SteppedGround(server, drawer, folder)

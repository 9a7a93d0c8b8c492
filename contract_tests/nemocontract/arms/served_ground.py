"""A playground over sockets: any Python client, or any program, against a fake that listens."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from nemocontract.arms.conducting import Conductor
from nemocontract.arms.shelf import Drawer, book_of
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
from nemofake import running
from nemofake.http.room import Room
from nemofake.server import Fake, WorldHandle
from nemoscenarios import Scenario

MakeSubject = Callable[[], Subject]


class ServedWorld(InRoom):
    """One world of a fake that listens."""

    def __init__(self, handle: WorldHandle, base: str, make: MakeSubject) -> None:
        self._handle, self._base, self._make = handle, base, make
        self.room: Room = handle.call(lambda room: room)
        self.url = handle.url
        self.clock = WorldClock(self)

    def check(self) -> None:
        """Raise Endless where the client asks for more than any client may need."""
        if self.requests > MOST_REQUESTS:
            raise Endless(busiest(self.room))

    def pass_s(self, seconds: float) -> None:
        """Let backend time pass, and what is due be sent."""
        self._handle.clock.advance(seconds)

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer."""
        return self._handle.call(lambda room: records(room, self._base))

    def send(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Make a request by hand."""
        httpx.request(method, self.url + path, headers=dict(headers), timeout=30.0)

    def befall(self, on: str, do: str, code: int | None = None) -> int:
        """Let something befall the next call of an operation."""
        return self._handle.call(lambda room: befall(room, on, do, code))

    def strike(self, on: str, fault: Mapping[str, Any]) -> int:
        """Let a fault strike the next call of an operation."""
        return self._handle.call(lambda room: strike(room, on, fault))

    def subject(self) -> Subject:
        """Return a new client under test."""
        return self._make()


class ServedGround:
    """Worlds of one server; ``timing`` is virtual for clients that use our clock, real for programs."""

    name = "fake"

    def __init__(
        self, fake: Fake, drawer: Drawer, folder: Path, make: MakeSubject, timing: Timing, limit_s: float
    ) -> None:
        self._fake, self._drawer, self._make = fake, drawer, make
        self._furniture = Furniture(folder)
        self.timing: Timing = timing
        self.at_once = timing == "real"
        self.limit_s: float | None = limit_s

    @contextmanager
    def open(self, scenario: Scenario, seed: int, profile: str) -> Iterator[World]:
        """Give a fresh world for a story."""
        self._drawer.put(scenario)
        clock = "real" if self.timing == "real" else "manual"
        told = settings_of(scenario, seed, profile)
        handle = self._fake.world(world_name(scenario), clock=clock, **told)
        conductor = handle.call(Conductor)
        try:
            yield ServedWorld(handle, self._fake.base_url, self._make)
        finally:
            self._fake.run(conductor.end())
            handle.delete()

    def furnish(self, scenario: Scenario, home: Path) -> None:
        """Put a story's files into a home."""
        self._furniture.furnish(scenario, home)


@contextmanager
def served_ground(
    folder: Path, make: MakeSubject, timing: Timing = "virtual", limit_s: float = 60.0
) -> Iterator[ServedGround]:
    """Give a playground over sockets; ``folder`` is for the files of stories."""
    drawer = Drawer()
    with running(book=book_of(drawer), max_films=256) as fake:
        yield ServedGround(fake, drawer, folder, make, timing, limit_s)

"""What stepped and served worlds have in common: journal, token, files, all asked of the fake itself."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nemocontract.traffic import operation_of
from nemocontract.trials.playground import World
from nemofake.engine.story import Incident
from nemofake.http import office
from nemofake.http.room import Room
from nemofake.stage.props import Props
from nemoscenarios import Scenario

MOST_REQUESTS = 400  # of one client in one trial: the busiest story takes a quarter of it
_numbers = itertools.count(1)


def world_name(scenario: Scenario) -> str:
    """Return a name for a world of this story, another one each time; it has no say in any byte."""
    return f"{scenario.id[:40]}-{next(_numbers)}"


def settings_of(scenario: Scenario, seed: int, profile: str) -> dict[str, Any]:
    """Return what a world of this story is made with."""
    return {"scenario": scenario.id, "seed": seed, "profile": profile}


def records(room: Room, base: str) -> list[dict[str, Any]]:
    """Return a world's journal, secrets masked."""
    return office.records(room, base)


def last_token(room: Room) -> str:
    """Return the token that was given last, in clear."""
    return next(reversed(room.backend.world.tokens), "")


def befall(room: Room, on: str, do: str, code: int | None = None) -> int:
    """Let something befall the next call of an operation, by whichever client; return its number."""
    world = room.backend.world
    accounts = [account.client for account in world.accounts.values()]
    clients = {id(client): client for client in [*accounts, *world.clients.values()]}.values()
    nth = 1 + max((client.calls.get(on, 0) for client in clients), default=0)
    told = Incident(on, do, nth, code)
    world.story = replace(world.story, incidents=(*world.story.incidents, told))
    for client in clients:
        client.story = replace(client.story, incidents=(*client.story.incidents, told))
    return nth


def calls(room: Room, on: str) -> int:
    """Return how many calls of an operation a world has seen."""
    return sum(entry.operation == on for entry in room.journal.entries)


def strike(room: Room, on: str, fault: Mapping[str, Any]) -> int:
    """Let a fault strike the next call of an operation; return its number, counted from the beginning."""
    office.add_fault(room, {**fault, "on": on, "nth": 1})
    return 1 + calls(room, on)


def busiest(room: Room) -> str:
    """Say what a client does that makes too many requests."""
    kinds = {operation_of(entry.method, entry.path) for entry in room.journal.entries[-5:]}
    return f"{len(room.journal)} requests, the last of them {', '.join(sorted(kinds))}"


class WorldClock:
    """A world's time, in the hands of its only client."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> float:
        """Return seconds since 1970."""
        self._world.check()
        return self._world.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._world.pass_s(seconds)


class InRoom:
    """What a world tells of itself, whoever serves it: all of it stands in its room."""

    room: Room

    @property
    def now_ms(self) -> int:
        """Backend time."""
        return self.room.now_ms

    @property
    def requests(self) -> int:
        """How many requests there were."""
        return len(self.room.journal)

    def calls(self, on: str) -> int:
        """Return how many calls of an operation there were."""
        return calls(self.room, on)

    def token(self) -> str:
        """Return the token given last."""
        return last_token(self.room)


class Furniture:
    """The files that stories give their users, each made once."""

    def __init__(self, folder: Path) -> None:
        self._props = Props(folder)

    def furnish(self, scenario: Scenario, home: Path) -> None:
        """Put a story's files into a home."""
        home.mkdir(parents=True, exist_ok=True)
        for name, file in scenario.given.files.items():
            self._props.put(name, file, home)

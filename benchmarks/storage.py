"""Stored worlds: commands a second with a database and without, and how long a start takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from nemofake.engine.library import simulated
from nemofake.http.world_registry import WorldRegistry
from nemofake.http.worlds import World
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.settings import Settings
from nemofake.storage.sqlite import SqliteStorage

from .limits import FULL, Budget
from .report import Row, interleaved

URL = "https://example.com/walk_12s.mp4"
MESSAGES = ('add a title "Hello" at the start', "add lo-fi music at 30% volume", "remove the music")
_COMMANDS = {True: 100_000, False: 1_000}  # of the log that is run again, by whether it is a full run


def storage(budget: Budget) -> Iterator[Row]:
    """Measure journeys of users in a stored world and in another, then the start with 100,000 commands."""
    with TemporaryDirectory() as folder, TemporaryDirectory() as other:
        database = SqliteStorage(Path(folder) / "world.db")
        try:
            contestants = {
                "stored": _rate(_world(Path(folder), database), budget),
                "in memory": _rate(_world(Path(other), None), budget),
            }
            samples = interleaved(contestants, budget.rounds, budget.limit_s)
        finally:
            database.close()
    note = "a journey of a user: token, session, upload, three edits, state, credits, export, each a command"
    yield Row("commands", "commands/s", "stored", samples, note=note)
    commands = _COMMANDS[budget is FULL]
    with TemporaryDirectory() as folder:
        _fill(Path(folder), commands)
        times_s = [_start_s(Path(folder)) for _ in range(min(3, budget.rounds))]
    yield Row(f"start with {commands:,} commands", "s", "stored", {"stored": times_s}, more_is_better=False)


def _world(folder: Path, database: SqliteStorage | None) -> World:
    settings = Settings(clock="manual")
    return WorldRegistry(settings, ScenarioRegistry(), folder, lambda: 0, database).world("default")


def _rate(world: World, budget: Budget) -> Callable[[], float]:
    """Return a contestant that makes journeys for a slice and tells commands a second."""
    numbers = count()

    def contestant() -> float:
        commands, started_s = 0, perf_counter()
        while (took_s := perf_counter() - started_s) < budget.slice_s:
            commands += journey(world, next(numbers))
        return commands / took_s

    return contestant


def journey(world: World, number: int) -> int:
    """Let a new user go through the API and return the number of commands."""
    backend = world.backend
    token = backend.register_account(world.now_ms, 1_000, "free", None)
    session_id = backend.create_session(token, "me", f"project {number}", "en")["session_id"]
    permit = backend.open_upload(token, "me", session_id)
    backend.add_files(permit, [simulated(URL, backend.data.randomness)], "")
    for message in MESSAGES:
        turn = backend.start_turn(token, "me", session_id, message)
        world.pass_ms(turn.closes_at_ms - world.now_ms)
        backend.state(token, "me", session_id, "")
        backend.balance(token)
    draft = backend.state(token, "me", session_id, "")["state"]["draft"]
    backend.submit_render(token, "render", session_id, draft, attributed=True)
    world.pass_ms(90_000)
    backend.render_status(token, "render")
    return 8 + 4 * len(MESSAGES)


def _fill(folder: Path, commands: int) -> None:
    database = SqliteStorage(folder / "world.db")
    try:
        world, made, numbers = _world(folder, database), 0, count()
        while made < commands:
            made += journey(world, next(numbers))
    finally:
        database.close()


def _start_s(folder: Path) -> float:
    started_s = perf_counter()
    database = SqliteStorage(folder / "world.db")
    try:
        _world(folder, database)
        return perf_counter() - started_s
    finally:
        database.close()

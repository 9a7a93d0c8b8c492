"""Shared worlds: commands a second by number of processes and worlds, on the PostgreSQL of NEMOFAKE_DB."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier as BarrierType
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from nemofake.http.world_registry import WorldRegistry
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.settings import Settings
from nemofake.storage.interfaces import open_storage

from .limits import Budget
from .report import Row

PROCESSES = (1, 2, 4)
_barrier: Any = None


def scaling(budget: Budget) -> Iterator[Row]:
    """Measure the cheapest command: in one world that all share, and in a world for each process."""
    url = os.environ.get("NEMOFAKE_DB", "")
    if not url.startswith("postgresql://"):
        raise SystemExit("set NEMOFAKE_DB to a PostgreSQL database for tests: postgresql://…")
    for processes in PROCESSES:
        for names in {("shared",), tuple(f"own-{nth}" for nth in range(processes))}:
            if processes == 1 and names != ("shared",):
                continue
            measured = f"commands, {processes} processes, {len(names)} worlds"
            rates = [_together(url, processes, names, budget.slice_s * 4) for _ in range(budget.rounds)]
            yield Row(measured, "commands/s", "postgresql", {"postgresql": rates}, note=_NOTE)


_NOTE = "a command reads the balance; processes, PostgreSQL and its disk share this machine"


def _together(url: str, processes: int, names: Sequence[str], slice_s: float) -> float:
    """Return the commands a second of all processes, each in one of the worlds."""
    context = get_context("spawn")
    barrier = context.Barrier(processes)
    with ProcessPoolExecutor(processes, context, _remember, (barrier,)) as pool:
        world_names = cycle(names)
        jobs = [pool.submit(_commands, url, next(world_names), slice_s) for _ in range(processes)]
        return sum(job.result() for job in jobs)


def _remember(barrier: BarrierType) -> None:
    global _barrier
    _barrier = barrier


def _commands(url: str, name: str, slice_s: float) -> float:
    with TemporaryDirectory() as folder:
        database = open_storage(url, Path(folder))
        try:
            registry = WorldRegistry(Settings(), ScenarioRegistry(), Path(folder), lambda: 0, database)
            world = registry.world(name)
            token = world.backend.register_account(world.now_ms, 100, "free", None)
            _barrier.wait(60)
            made, started_s = 0, perf_counter()
            while (took_s := perf_counter() - started_s) < slice_s:
                world.backend.balance(token)
                made += 1
            return made / took_s
        finally:
            database.close()

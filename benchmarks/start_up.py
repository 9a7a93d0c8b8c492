"""From starting a server's process until its first 200."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import perf_counter
from urllib.request import urlopen

from .bare import HEALTH
from .compare import FAKE, FASTAPI, fake_server
from .limits import Budget
from .processes import Spawned
from .report import Row, interleaved


def start_up(budget: Budget) -> Iterator[Row]:
    """Measure the fake against a FastAPI app with one route; both import uvicorn and FastAPI."""
    start: dict[str, Callable[[], Spawned]] = {
        FAKE: fake_server,
        FASTAPI: lambda: Spawned("-m", "benchmarks.bare", "fastapi"),
    }
    contestants = {name: partial(_first_answer_ms, begin) for name, begin in start.items()}
    samples = interleaved(contestants, budget.spawns, budget.limit_s)
    yield Row("spawn to first answer", "ms", FAKE, samples, more_is_better=False)


def _first_answer_ms(start: Callable[[], Spawned]) -> float:
    with start() as server:
        # Not httpx: making its client costs tens of milliseconds, which would count as the server's.
        with urlopen(server.url + HEALTH, timeout=10) as answer:
            assert answer.status == 200
        return 1e3 * (perf_counter() - server.started_s)

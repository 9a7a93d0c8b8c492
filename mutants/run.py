"""Many mutants, a few at a time, each in a fork of this process: what one breaks no other sees."""

from __future__ import annotations

import multiprocessing
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from .patching import load
from .worker import GIVEN_UP, Job, Outcome, tell

# A fork has everything imported already; a new interpreter would spend seconds on each mutant.
_FORK = multiprocessing.get_context("fork")
_GLANCE_S = 1.0
_FAREWELL_S = 5.0


@dataclass(slots=True)
class _Running:
    job: Job
    process: BaseProcess
    began_s: float


def run(jobs: Iterable[Job], *, at_once: int = 2, limit_s: float = 600.0) -> Iterator[Outcome]:
    """Yield an outcome for each job as it ends; one that takes over ``limit_s`` real seconds is ended."""
    load()
    left, running = list(jobs)[::-1], dict[Connection, _Running]()
    try:
        while left or running:
            while left and len(running) < at_once:
                ours, one = _start(left.pop())
                running[ours] = one
            for pipe in _ready(running):
                yield _ended(running.pop(pipe), pipe)
            for pipe in [p for p, one in running.items() if time.perf_counter() - one.began_s > limit_s]:
                yield _given_up(running.pop(pipe), limit_s)
    finally:
        for one in running.values():
            _end(one.process)


def _start(job: Job) -> tuple[Connection, _Running]:
    ours, theirs = _FORK.Pipe(duplex=False)
    process = _FORK.Process(target=tell, args=(job, theirs), daemon=True)
    with warnings.catch_warnings():  # of threads that a fork does not take along: none is needed there
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    return ours, _Running(job, process, time.perf_counter())


def _ready(running: dict[Connection, _Running]) -> list[Connection]:
    return [pipe for pipe in wait(list(running), _GLANCE_S) if isinstance(pipe, Connection)]


def _ended(one: _Running, pipe: Connection) -> Outcome:
    result: tuple[Counter[str], Counter[str], str, float] | None = None
    with suppress(EOFError):
        result = pipe.recv()
    _end(one.process)
    if result is None:
        trouble = f"its process ended with code {one.process.exitcode} and said nothing"
        return Outcome(one.job.mutant, one.job.side, trouble=trouble, took_s=_took_s(one))
    return Outcome(one.job.mutant, one.job.side, *result)


def _given_up(one: _Running, limit_s: float) -> Outcome:
    _end(one.process, patience_s=0.0)
    trouble = f"{GIVEN_UP} {limit_s:g} s"
    return Outcome(one.job.mutant, one.job.side, trouble=trouble, took_s=_took_s(one))


def _end(process: BaseProcess, patience_s: float = _FAREWELL_S) -> None:
    """Wait for a process a little, then end it."""
    process.join(patience_s)
    if process.is_alive():
        process.kill()
        process.join()


def _took_s(one: _Running) -> float:
    return time.perf_counter() - one.began_s

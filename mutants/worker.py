"""What came of one mutant: noticed or not, by what, and whether the suite itself came through."""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

import pytest

from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions
from nemofake.engine.agent import parser

from .patching import Mutant, Side

GIVEN_UP = "not done after"  # how the trouble begins of one that took too long


@dataclass(frozen=True, slots=True)
class Outcome:
    """``rules`` counts the findings that name the mutant's clause, by rule or case; ``clauses`` all of them.

    ``trouble`` tells in a line what kept the run from its end, empty where nothing did; ``took_s`` is real
    time. ``mutant`` is None for a control run, which breaks nothing.
    """

    mutant: Mutant | None
    side: str
    rules: Counter[str] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    took_s: float = 0.0

    @property
    def caught(self) -> bool:
        """Whether a finding names the clause; for a control run, whether it is without any."""
        if self.mutant is None:
            return not self.clauses and not self.trouble
        return bool(self.rules)

    @property
    def violations(self) -> int:
        """How many findings there were, whatever they name."""
        return self.clauses.total()

    @property
    def by(self) -> str:
        """What caught it in a few words, or what was found in its place."""
        if self.mutant is None:
            return self.trouble or ("nothing found, as it should be" if self.caught else _most(self.clauses))
        if self.caught:
            return _most(self.rules)
        named = f"not {self.mutant.clause} but {_most(self.clauses)}" if self.clauses else "nothing found"
        return f"SURVIVED: {self.trouble or named}"


def _most(counted: Counter[str]) -> str:
    first = ", ".join(name for name, _ in counted.most_common(3))
    return f"{first} …" if len(counted) > 3 else first


Judge: TypeAlias = Callable[[SuiteOptions], RunResult]


@dataclass(frozen=True, slots=True)
class Job:
    """A mutant to try, or None for a control run; ``passes`` are made in order until it is caught."""

    mutant: Mutant | None
    side: Side
    judge: Judge
    passes: tuple[SuiteOptions, ...] = (SuiteOptions(),)


def try_one(job: Job) -> Outcome:
    """Break, judge, mend, and return what came of it; whatever goes wrong is told in the outcome."""
    began_s, run_result, trouble = time.perf_counter(), RunResult(""), ""
    with pytest.MonkeyPatch.context() as patch:
        try:
            if job.mutant is not None:
                job.mutant.apply(patch)
            parser.instructions_of.cache_clear()  # what was read before the mutant, or with another one
            for wanted in job.passes:
                run_result.add(job.judge(wanted))
                if _names(run_result, job.mutant):
                    break
        except Exception:  # noqa: BLE001  a crash of the suite is no catch, and is told
            trouble = traceback.format_exc(limit=-1).strip().replace("\n", " ")
    trouble = trouble or _harness(run_result)
    return _outcome(job, run_result, trouble, time.perf_counter() - began_s)


def _names(run_result: RunResult, mutant: Mutant | None) -> bool:
    return mutant is not None and any(mutant.clause in ("", found.clause) for found in run_result.violations)


def _harness(run_result: RunResult) -> str:
    faults = [f"{fault.name}: {fault.message.strip().splitlines()[-1]}" for fault in run_result.harness]
    return f"{len(faults)} faults of the suite, first {faults[0]}" if faults else ""


def _outcome(job: Job, run_result: RunResult, trouble: str, took_s: float) -> Outcome:
    clause = job.mutant.clause if job.mutant else "none"
    rules = Counter(found.rule for found in run_result.violations if clause in ("", found.clause))
    clauses = Counter(found.clause for found in run_result.violations)
    return Outcome(job.mutant, job.side, rules, clauses, trouble, took_s)


def tell(job: Job, pipe: Connection) -> None:
    """Try a job in this process and send its outcome; what breaks says nothing on the screen."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        result = try_one(job)
    pipe.send((result.rules, result.clauses, result.trouble, result.took_s))
    pipe.close()

"""One mutant in a process of its own: broken, judged, and told in a pipe."""

from __future__ import annotations

import contextlib
import os
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeAlias

import pytest

from nemocontract.suite import Wanted
from nemocontract.tally import Tally

from .mutant import Mutant, Side
from .outcome import Outcome

Judge: TypeAlias = Callable[[Wanted], Tally]


@dataclass(frozen=True, slots=True)
class Job:
    """A mutant to try, or None for a control run; ``passes`` are made in order until it is caught."""

    mutant: Mutant | None
    side: Side
    judge: Judge
    passes: tuple[Wanted, ...] = (Wanted(),)


def try_one(job: Job) -> Outcome:
    """Break, judge, mend, and return what came of it; whatever goes wrong is told in the outcome."""
    began_s, tally, trouble = time.perf_counter(), Tally(""), ""
    with pytest.MonkeyPatch.context() as patch:
        try:
            if job.mutant is not None:
                job.mutant.apply(patch)
            for wanted in job.passes:
                tally.add(job.judge(wanted))
                if _names(tally, job.mutant):
                    break
        except Exception:  # noqa: BLE001  a crash of the suite is no catch, and is told
            trouble = traceback.format_exc(limit=-1).strip().replace("\n", " ")
    trouble = trouble or _harness(tally)
    return _outcome(job, tally, trouble, time.perf_counter() - began_s)


def _names(tally: Tally, mutant: Mutant | None) -> bool:
    return mutant is not None and any(mutant.clause in ("", found.clause) for found in tally.findings)


def _harness(tally: Tally) -> str:
    faults = [f"{fault.name}: {fault.told.strip().splitlines()[-1]}" for fault in tally.harness]
    return f"{len(faults)} faults of the suite, first {faults[0]}" if faults else ""


def _outcome(job: Job, tally: Tally, trouble: str, took_s: float) -> Outcome:
    clause = job.mutant.clause if job.mutant else "none"
    rules = Counter(found.rule for found in tally.findings if clause in ("", found.clause))
    clauses = Counter(found.clause for found in tally.findings)
    return Outcome(job.mutant, job.side, rules, clauses, trouble, took_s)


def tell(job: Job, pipe: Connection) -> None:
    """Try a job in this process and send its outcome; what breaks says nothing on the screen."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        told = try_one(job)
    pipe.send((told.rules, told.clauses, told.trouble, told.took_s))
    pipe.close()

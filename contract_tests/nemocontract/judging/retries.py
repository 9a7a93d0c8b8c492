"""An export that failed is tried anew once, under an id of its own (C-REN-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.evidence import Evidence
from nemocontract.judging.endings import lines
from nemocontract.judging.exports import REPEATABLE, job_of, job_status, lost
from nemocontract.judging.rule import Verdict, rule
from nemocontract.traffic import Exchange, id_in

_JOBS: Final = 2
_OVER: Final = ("failed", "cancelled")


@rule(
    "C-REN-1",
    "retries.new-id-each",
    "An export that may have been taken is not submitted under its id again.",
)
def _newjob_of(evidence: Evidence) -> Iterator[Verdict]:
    used: dict[str, Exchange] = {}
    for submit in evidence.of("render.submit"):
        before = used.get(job_of(submit))
        holds = before is None or before.code in REPEATABLE
        seen = f"{job_of(submit)} was used before, by {before.title}" if before else ""
        yield Verdict(holds, "a new id", seen, at=submit)
        used[job_of(submit)] = submit


@rule("C-REN-1", "retries.retried-once", "A failed export is submitted once more; a completed one never.")
def _retried(evidence: Evidence) -> Iterator[Verdict]:
    for said in lines(evidence):
        requests = evidence.during(said)
        submits = [one for one in requests if one.operation == "render.submit"]
        taken = [one for one in submits if one.succeeded or lost(one)]
        for nth, submit in enumerate(taken, start=1):
            done = _completed(requests, submit)
            running = nth > 1 and not _is_over(requests, taken[nth - 2], submit)
            holds = nth <= _JOBS and not done and not running
            why = "one has completed" if done else "the one before still runs" if running else f"number {nth}"
            yield Verdict(holds, "one export, and one more where it failed", why, at=submit)


def _completed(requests: tuple[Exchange, ...], submit: Exchange) -> bool:
    polls = [one for one in requests if one.operation == "render.status" and one.seq < submit.seq]
    return any(job_status(one) == "completed" for one in polls)


def _is_over(requests: tuple[Exchange, ...], before: Exchange, submit: Exchange) -> bool:
    """Tell whether an export had failed, was unknown, or was lost when the next was submitted."""
    polls = [
        one
        for one in requests
        if one.operation == "render.status"
        and before.seq < one.seq < submit.seq
        and id_in(one.path) == job_of(before)
    ]
    ended = any(job_status(one) in _OVER or not one.succeeded for one in polls)
    return ended or lost(before) or job_status(before) in _OVER


@rule("C-REN-1", "retries.failure-retried", "An export that failed is tried once more.")
def _tried_anew(evidence: Evidence) -> Iterator[Verdict]:
    for said in lines(evidence):
        requests = evidence.during(said)
        failed = next((one for one in requests if _failed(one)), None)
        if failed is None or said.left or not evidence.known.whole:
            continue
        submits = [one for one in requests if one.operation == "render.submit"]
        again = any(one.seq > failed.seq for one in submits)
        tries = sum(one.succeeded or lost(one) for one in submits)
        yield Verdict(again or tries >= _JOBS, "a second try", "none was made", at=failed)


def _failed(request: Exchange) -> bool:
    return request.operation == "render.status" and job_status(request) == "failed"

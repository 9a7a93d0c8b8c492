"""Cases of an export on its way: its states, times, answers, and stopping it (REN-6, REN-7, REN-12)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks.expectations import (
    expect_error,
    is_number,
    is_text,
    missing_fields,
    seen,
    utc_ms,
)
from nemocontract.server_checks.exports import DRAFT
from nemocontract.server_checks.jobs import ENDED, ORDER, Job, job_in
from nemocontract.server_checks.session_fixture import SessionFixture, now_ms, scene

SOONEST_S: Final = 30  # REN-6
LATEST_S: Final = 90
_JOBS: Final = 8
_TOLD: Final = ("id", "status", "progress", "createdAt")  # REN-7


def _submitted(ctx: CaseContext, *names: str) -> SessionFixture:
    at = scene(ctx)
    for name in names or ("job",):
        told = at.account.submit(name, at.session_id, DRAFT)
        ctx.must("REN-1", told.succeeded, "an export that is taken", seen(told))
    return at


def _read(ctx: CaseContext, at: SessionFixture, name: str = "job") -> Job:
    told = at.account.job(name)
    ctx.must("REN-6", told.succeeded, "an answer about the job", seen(told))
    return job_in(told)


@case(
    "REN-6",
    control=True,
    clock="manual",
    looks_for="jobs wait, work, and are done 30 to 90 s after submission",
)
def _states(ctx: CaseContext) -> None:
    names = [f"job-{nth}" for nth in range(_JOBS)]
    at = _submitted(ctx, *names)
    began_ms = now_ms(ctx)
    told: dict[str, list[Job]] = {name: [_read(ctx, at, name)] for name in names}
    done_s: dict[str, float] = {}
    while (now_ms(ctx) - began_ms) / 1000 < LATEST_S:
        ctx.advance(6)
        for name in names:
            told[name].append(_read(ctx, at, name))
            if told[name][-1].status == "completed":
                done_s.setdefault(name, (now_ms(ctx) - began_ms) / 1000)
    for name in names:
        _in_order(ctx, told[name])
        at_s = done_s.get(name, -1.0)
        ctx.claim("REN-6", SOONEST_S <= at_s <= LATEST_S, "done 30 to 90 s after submission", at_s)
    met = {job.status for jobs in told.values() for job in jobs}
    ctx.claim("REN-6", met == {*ORDER}, "pending, processing and completed met", met)


@case(
    "REN-6",
    control=True,
    clock="manual",
    parameters={"render_ms": [30_000, 30_000]},
    looks_for="none is done sooner than 30 s",
)
def _not_before(ctx: CaseContext) -> None:
    _done_at(ctx, SOONEST_S)


@case(
    "REN-6",
    control=True,
    clock="manual",
    parameters={"render_ms": [90_000, 90_000]},
    looks_for="the last is done at 90 s",
)
def _not_after(ctx: CaseContext) -> None:
    _done_at(ctx, LATEST_S)


@case(
    "REN-6",
    control=True,
    clock="manual",
    looks_for="without stories no job is done at 29.999 s, all are at 90 s",
)
def _bounds(ctx: CaseContext) -> None:
    names = [f"job-{nth}" for nth in range(_JOBS)]
    at = _submitted(ctx, *names)
    ctx.advance(SOONEST_S - 0.001)
    early = [_read(ctx, at, name).status for name in names]
    ctx.claim("REN-6", not {*early} & {*ENDED}, "no job that is done at 29.999 s", early)
    ctx.advance(LATEST_S - SOONEST_S + 0.001)
    late = [_read(ctx, at, name).status for name in names]
    ctx.claim("REN-6", {*late} == {"completed"}, "all jobs done at 90 s", late)


@case("REN-6", control=True, looks_for="polled every 30 s, a job is done at the third look at the latest")
def _polled(ctx: CaseContext) -> None:
    at = _submitted(ctx)
    jobs = [_read(ctx, at) for _ in range(4)]
    _in_order(ctx, jobs)
    statuses = [job.status for job in jobs]
    ctx.claim("REN-6", statuses[2] == "completed", "completed after three polls of 30 s", statuses)


@case(
    "REN-6",
    "REN-7",
    control=True,
    scenario="export-fails-once",
    looks_for="a failed job says so and has no film; a new id works",
)
def _failed(ctx: CaseContext) -> None:
    at = _submitted(ctx, "first", "second")
    jobs = [_read(ctx, at, "first") for _ in range(4)]
    _in_order(ctx, jobs, ("pending", "processing", "failed"))
    last = jobs[-1]
    ctx.claim("REN-6", last.status == "failed", "a job that fails", last.fields)
    ctx.claim(
        "REN-7", not last.url and last.progress < 100, "no film, and progress short of 100", last.fields
    )
    told = at.account.download("first")
    ctx.claim("REN-7", not told.succeeded, "no film to download", seen(told))
    again = _read(ctx, at, "second")
    ctx.claim("REN-6", again.status == "completed", "another id that is done", again.fields)


@case(
    "REN-7",
    control=True,
    profile="render-flat",
    looks_for="`render-flat` tells a job at the top level, without envelope",
)
def _flat(ctx: CaseContext) -> None:
    at = scene(ctx)
    answers = [at.account.submit("job", at.session_id, DRAFT), *(at.account.job("job") for _ in range(4))]
    for told in answers:
        bare = isinstance(told.answer, dict) and not {"code", "message", "data", "success"} & {*told.answer}
        ctx.claim("REN-7", bare, "a job without envelope", told.answer)
        _fields(ctx, job_in(told), "job")
    output = job_in(answers[-1]).output
    size, seconds = output.get("size"), output.get("duration")
    ctx.claim("REN-7", is_text(output.get("url")), "output.url", output)
    near = is_number(seconds) and abs(seconds - 1) < 0.1
    ctx.claim("REN-7", near, "output.duration 1: seconds, as every `duration` (UPL-2)", output)
    got = at.account.download("job").answer_size
    ctx.claim("REN-7", size == got, f"output.size {got}, that of the film", size)


@case(
    "REN-7",
    control=True,
    profile="render-nested",
    looks_for="`render-nested` tells it in success and data, with outputUrl",
)
def _nested(ctx: CaseContext) -> None:
    at = scene(ctx)
    answers = [at.account.submit("job", at.session_id, DRAFT), *(at.account.job("job") for _ in range(4))]
    for told in answers:
        shaped = (
            isinstance(told.answer, dict) and told.answer.get("success") is True and "data" in told.answer
        )
        ctx.claim("REN-7", shaped, "success true, and data", told.answer)
        _fields(ctx, job_in(told), "job")
    ctx.claim("REN-7", is_text(job_in(answers[-1]).url), "outputUrl", answers[-1].answer)


@case(
    "REN-7",
    control=True,
    profile="render-nested",
    looks_for="with `render-nested` the older routes work beside today's",
)
def _older_routes(ctx: CaseContext) -> None:
    at = scene(ctx)
    told = at.account.submit("old", at.session_id, DRAFT, route="draft")
    ctx.must("REN-7", told.succeeded, "a job taken at /api/render/proxy/draft", seen(told))
    jobs = [job_in(at.account.call("GET", "/api/render/proxy/old")) for _ in range(4)]
    for job in jobs:
        _fields(ctx, job, "old")
    _in_order(ctx, jobs)
    ctx.claim("REN-7", bool(jobs[-1].url), "outputUrl in the end", jobs[-1].fields)
    expect_error(
        ctx, at.account.call("GET", "/api/render/proxy/never-was"), "REN-11", 404, "on the older route"
    )
    told = at.account.submit("empty", at.session_id, {}, route="draft")
    expect_error(ctx, told, "REN-5", 400, "for a draft that is not ready, on the older route")


@case("REN-7", "REN-6", control=True, clock="manual", looks_for="createdAt and completedAt are true, in UTC")
def _times(ctx: CaseContext) -> None:
    ctx.advance(12_345)
    at = _submitted(ctx)
    began_ms = now_ms(ctx)
    waiting = _read(ctx, at)
    ctx.claim("REN-7", "completedAt" not in waiting.fields, "completedAt only when done", waiting.fields)
    ctx.advance(LATEST_S + 500)
    told = _read(ctx, at).fields
    created, completed = utc_ms(told.get("createdAt")), utc_ms(told.get("completedAt"))
    near = created is not None and abs(created - began_ms) < 1_000
    ctx.claim("REN-7", near, f"createdAt {began_ms} ms since 1970", told)
    took_s = (completed - created) / 1000 if completed and created else -1
    expected = "completedAt 30 to 90 s after createdAt, however late one looks"
    ctx.claim("REN-6", SOONEST_S <= took_s <= LATEST_S, expected, told)


@case(
    "REN-12",
    control=True,
    clock="manual",
    looks_for="a job that waits or works can be stopped, and is never done then",
)
def _cancelled(ctx: CaseContext) -> None:
    at = _submitted(ctx, "waiting", "working")
    _stopped(ctx, at, "waiting")
    ctx.advance(20)
    ctx.claim("REN-6", _read(ctx, at, "working").status == "processing", "at work after 20 s of 30 or more")
    _stopped(ctx, at, "working")
    ctx.advance(10 * LATEST_S)
    for name in ("waiting", "working"):
        job = _read(ctx, at, name)
        over = job.status not in ORDER and not job.url and job.progress < 100
        ctx.claim("REN-12", over, "a stopped job that never gets done", job.fields)
        told = at.account.download(name)
        ctx.claim("REN-12", not told.succeeded, "no film of a stopped job", seen(told))


@case("REN-12", control=True, clock="manual", looks_for="a job that is done cannot be stopped any more")
def _too_late(ctx: CaseContext) -> None:
    at = _submitted(ctx)
    ctx.advance(LATEST_S)
    before = _read(ctx, at)
    ctx.must("REN-6", before.status == "completed", "done at 90 s", before.fields)
    told = at.account.cancel("job")
    ctx.claim("REN-12", not told.succeeded, "a refusal", seen(told))
    after = _read(ctx, at)
    ctx.claim("REN-12", after == before, "the job as it was", after.fields)


@case("REN-12", control=True, looks_for="a job that was stopped cannot be stopped again")
def _stopped_twice(ctx: CaseContext) -> None:
    at = _submitted(ctx)
    _stopped(ctx, at, "job")
    told = at.account.cancel("job")
    ctx.claim("REN-12", not told.succeeded, "a refusal: the job has ended", seen(told))


def _stopped(ctx: CaseContext, at: SessionFixture, name: str) -> None:
    told = at.account.cancel(name)
    ctx.must("REN-12", told.succeeded, "a job that is stopped", seen(told))
    ctx.claim("REN-12", _read(ctx, at, name).status not in ORDER, "neither waiting nor at work", seen(told))


def _done_at(ctx: CaseContext, seconds: int) -> None:
    """Claim that a job that takes exactly so long is done then, and not a millisecond before (REN-6)."""
    at = _submitted(ctx)
    ctx.advance(seconds - 0.001)
    early = _read(ctx, at)
    ctx.claim("REN-6", early.status == "processing", f"at work at {seconds - 0.001} s", early.fields)
    ctx.claim("REN-6", early.progress < 100 and not early.url, "no film before its end", early.fields)
    ctx.advance(0.001)
    done = _read(ctx, at)
    ctx.claim("REN-6", done.status == "completed", f"done at {seconds} s", done.fields)


def _in_order(ctx: CaseContext, jobs: Iterable[Job], order: tuple[str, ...] = ORDER) -> None:
    """Claim that states only go forward, and that progress never falls (REN-6)."""
    told = [*jobs]
    known = all(job.status in order for job in told)
    ctx.claim("REN-6", known, f"one of {', '.join(order)}", [job.status for job in told])
    for earlier, later in pairwise(told):
        forward = not known or order.index(earlier.status) <= order.index(later.status)
        ctx.claim("REN-6", forward, "no step back", (earlier.status, later.status))
        risen = earlier.progress <= later.progress
        ctx.claim("REN-6", risen, "progress that never falls", (earlier.progress, later.progress))
    within = all(0 <= job.progress <= 100 for job in told)
    ctx.claim("REN-6", within, "progress from 0 to 100", [job.progress for job in told])


def _fields(ctx: CaseContext, job: Job, name: str) -> None:
    """Claim that a job has its fields, those of a finished one only then (REN-7)."""
    told: dict[str, Any] = job.fields
    ctx.claim("REN-7", not missing_fields(told, _TOLD), f"{', '.join(_TOLD)}", missing_fields(told, _TOLD))
    ctx.claim("REN-7", told.get("id") == name, f"id {name!r}", told.get("id"))
    ctx.claim("REN-7", job.progress >= 0, "progress, a number", told.get("progress"))
    created = utc_ms(told.get("createdAt"))
    ctx.claim("REN-7", created is not None, "createdAt in ISO 8601, UTC", told.get("createdAt"))
    done = job.status == "completed"
    completed = utc_ms(told.get("completedAt"))
    ctx.claim("REN-7", (completed is not None) == done, "completedAt when completed, and only then", told)
    ctx.claim("REN-7", bool(job.url) == done, "the film's address when completed, and only then", told)

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
from nemocontract.server_checks.session_fixture import SessionFixture, new_session, now_ms

SOONEST_S: Final = 30  # REN-6
LATEST_S: Final = 90
_JOBS: Final = 8
_REQUIRED_KEYS: Final = ("id", "status", "progress", "createdAt")  # REN-7


def _submitted(ctx: CaseContext, *names: str) -> SessionFixture:
    session = new_session(ctx)
    for name in names or ("job",):
        exchange = session.account.submit(name, session.session_id, DRAFT)
        ctx.require("REN-1", exchange.succeeded, "an accepted export", seen(exchange))
    return session


def _read(ctx: CaseContext, session: SessionFixture, name: str = "job") -> Job:
    exchange = session.account.job(name)
    ctx.require("REN-6", exchange.succeeded, "an answer about the job", seen(exchange))
    return job_in(exchange)


@case(
    "REN-6",
    control=True,
    clock="manual",
    description="a job is pending, then processing, and completes 30 to 90 s after submission",
)
def _lifecycle(ctx: CaseContext) -> None:
    names = [f"job-{nth}" for nth in range(_JOBS)]
    session = _submitted(ctx, *names)
    began_ms = now_ms(ctx)
    payload: dict[str, list[Job]] = {name: [_read(ctx, session, name)] for name in names}
    done_s: dict[str, float] = {}
    while (now_ms(ctx) - began_ms) / 1000 < LATEST_S:
        ctx.advance(6)
        for name in names:
            payload[name].append(_read(ctx, session, name))
            if payload[name][-1].status == "completed":
                done_s.setdefault(name, (now_ms(ctx) - began_ms) / 1000)
    for name in names:
        _in_order(ctx, payload[name])
        at_s = done_s.get(name, -1.0)
        ctx.check("REN-6", SOONEST_S <= at_s <= LATEST_S, "done 30 to 90 s after submission", at_s)
    met = {job.status for jobs in payload.values() for job in jobs}
    ctx.check("REN-6", met == {*ORDER}, "pending, processing and completed met", met)


@case(
    "REN-6",
    control=True,
    clock="manual",
    parameters={"render_ms": [30_000, 30_000]},
    description="no job completes before 30 s",
)
def _not_before_30_s(ctx: CaseContext) -> None:
    _done_at(ctx, SOONEST_S)


@case(
    "REN-6",
    control=True,
    clock="manual",
    parameters={"render_ms": [90_000, 90_000]},
    description="every job is complete at 90 s",
)
def _not_after_90_s(ctx: CaseContext) -> None:
    _done_at(ctx, LATEST_S)


@case(
    "REN-6",
    control=True,
    clock="manual",
    description="without scenarios no job is complete at 29.999 s, and all are at 90 s",
)
def _default_duration_bounds(ctx: CaseContext) -> None:
    names = [f"job-{nth}" for nth in range(_JOBS)]
    session = _submitted(ctx, *names)
    ctx.advance(SOONEST_S - 0.001)
    early = [_read(ctx, session, name).status for name in names]
    ctx.check("REN-6", not {*early} & {*ENDED}, "no job that is done at 29.999 s", early)
    ctx.advance(LATEST_S - SOONEST_S + 0.001)
    late = [_read(ctx, session, name).status for name in names]
    ctx.check("REN-6", {*late} == {"completed"}, "all jobs done at 90 s", late)


@case("REN-6", control=True, description="with a poll every 30 s a job is complete at the third poll")
def _polled(ctx: CaseContext) -> None:
    session = _submitted(ctx)
    jobs = [_read(ctx, session) for _ in range(4)]
    _in_order(ctx, jobs)
    statuses = [job.status for job in jobs]
    ctx.check("REN-6", statuses[2] == "completed", "completed after three polls of 30 s", statuses)


@case(
    "REN-6",
    "REN-7",
    control=True,
    scenario="export-fails-once",
    description="a failed job has status failed and no video; a new id works",
)
def _failed(ctx: CaseContext) -> None:
    session = _submitted(ctx, "first", "second")
    jobs = [_read(ctx, session, "first") for _ in range(4)]
    _in_order(ctx, jobs, ("pending", "processing", "failed"))
    last = jobs[-1]
    ctx.check("REN-6", last.status == "failed", "a job that fails", last.fields)
    ctx.check(
        "REN-7", not last.url and last.progress < 100, "no video, and progress short of 100", last.fields
    )
    exchange = session.account.download("first")
    ctx.check("REN-7", not exchange.succeeded, "no video to download", seen(exchange))
    again = _read(ctx, session, "second")
    ctx.check("REN-6", again.status == "completed", "another id that is done", again.fields)


@case(
    "REN-7",
    control=True,
    profile="render-flat",
    description="`render-flat` shows a job at the top level, without envelope",
)
def _flat_shape(ctx: CaseContext) -> None:
    session = new_session(ctx)
    answers = [
        session.account.submit("job", session.session_id, DRAFT),
        *(session.account.job("job") for _ in range(4)),
    ]
    for exchange in answers:
        bare = isinstance(exchange.answer, dict) and not {"code", "message", "data", "success"} & {
            *exchange.answer
        }
        ctx.check("REN-7", bare, "a job without envelope", exchange.answer)
        _fields(ctx, job_in(exchange), "job")
    output = job_in(answers[-1]).output
    size, seconds = output.get("size"), output.get("duration")
    ctx.check("REN-7", is_text(output.get("url")), "output.url", output)
    near = is_number(seconds) and abs(seconds - 1) < 0.1
    ctx.check("REN-7", near, "output.duration 1: seconds, as every `duration` (UPL-2)", output)
    got = session.account.download("job").answer_size
    ctx.check("REN-7", size == got, f"output.size {got}, that of the video", size)


@case(
    "REN-7",
    control=True,
    profile="render-nested",
    description="`render-nested` shows a job in success and data, with outputUrl",
)
def _nested_shape(ctx: CaseContext) -> None:
    session = new_session(ctx)
    answers = [
        session.account.submit("job", session.session_id, DRAFT),
        *(session.account.job("job") for _ in range(4)),
    ]
    for exchange in answers:
        shaped = (
            isinstance(exchange.answer, dict)
            and exchange.answer.get("success") is True
            and "data" in exchange.answer
        )
        ctx.check("REN-7", shaped, "success true, and data", exchange.answer)
        _fields(ctx, job_in(exchange), "job")
    ctx.check("REN-7", is_text(job_in(answers[-1]).url), "outputUrl", answers[-1].answer)


@case(
    "REN-7",
    control=True,
    profile="render-nested",
    description="with `render-nested` the older routes work beside the current ones",
)
def _older_routes(ctx: CaseContext) -> None:
    session = new_session(ctx)
    exchange = session.account.submit("old", session.session_id, DRAFT, route="draft")
    ctx.require("REN-7", exchange.succeeded, "a job taken at /api/render/proxy/draft", seen(exchange))
    jobs = [job_in(session.account.call("GET", "/api/render/proxy/old")) for _ in range(4)]
    for job in jobs:
        _fields(ctx, job, "old")
    _in_order(ctx, jobs)
    ctx.check("REN-7", bool(jobs[-1].url), "outputUrl in the end", jobs[-1].fields)
    expect_error(
        ctx, session.account.call("GET", "/api/render/proxy/never-was"), "REN-11", 404, "on the older route"
    )
    exchange = session.account.submit("empty", session.session_id, {}, route="draft")
    expect_error(ctx, exchange, "REN-5", 400, "for a draft that is not ready, on the older route")


@case(
    "REN-7",
    "REN-6",
    control=True,
    clock="manual",
    description="createdAt and completedAt are true and in UTC",
)
def _times(ctx: CaseContext) -> None:
    ctx.advance(12_345)
    session = _submitted(ctx)
    began_ms = now_ms(ctx)
    waiting = _read(ctx, session)
    ctx.check("REN-7", "completedAt" not in waiting.fields, "completedAt only when done", waiting.fields)
    ctx.advance(LATEST_S + 500)
    payload = _read(ctx, session).fields
    created, completed = utc_ms(payload.get("createdAt")), utc_ms(payload.get("completedAt"))
    near = created is not None and abs(created - began_ms) < 1_000
    ctx.check("REN-7", near, f"createdAt {began_ms} ms since 1970", payload)
    took_s = (completed - created) / 1000 if completed and created else -1
    expected = "completedAt 30 to 90 s after createdAt, however late one looks"
    ctx.check("REN-6", SOONEST_S <= took_s <= LATEST_S, expected, payload)


@case(
    "REN-12",
    control=True,
    clock="manual",
    description="a pending or processing job can be cancelled and never completes",
)
def _cancelled(ctx: CaseContext) -> None:
    session = _submitted(ctx, "waiting", "working")
    _stopped(ctx, session, "waiting")
    ctx.advance(20)
    ctx.check(
        "REN-6", _read(ctx, session, "working").status == "processing", "at work after 20 s of 30 or more"
    )
    _stopped(ctx, session, "working")
    ctx.advance(10 * LATEST_S)
    for name in ("waiting", "working"):
        job = _read(ctx, session, name)
        over = job.status not in ORDER and not job.url and job.progress < 100
        ctx.check("REN-12", over, "a stopped job that never gets done", job.fields)
        exchange = session.account.download(name)
        ctx.check("REN-12", not exchange.succeeded, "no video of a stopped job", seen(exchange))


@case("REN-12", control=True, clock="manual", description="a completed job cannot be cancelled")
def _cancelled_too_late(ctx: CaseContext) -> None:
    session = _submitted(ctx)
    ctx.advance(LATEST_S)
    before = _read(ctx, session)
    ctx.require("REN-6", before.status == "completed", "done at 90 s", before.fields)
    exchange = session.account.cancel("job")
    ctx.check("REN-12", not exchange.succeeded, "an error", seen(exchange))
    after = _read(ctx, session)
    ctx.check("REN-12", after == before, "the job as it was", after.fields)


@case("REN-12", control=True, description="a cancelled job cannot be cancelled again")
def _cancelled_twice(ctx: CaseContext) -> None:
    session = _submitted(ctx)
    _stopped(ctx, session, "job")
    exchange = session.account.cancel("job")
    ctx.check("REN-12", not exchange.succeeded, "an error: the job has ended", seen(exchange))


def _stopped(ctx: CaseContext, session: SessionFixture, name: str) -> None:
    exchange = session.account.cancel(name)
    ctx.require("REN-12", exchange.succeeded, "a job that is stopped", seen(exchange))
    ctx.check(
        "REN-12", _read(ctx, session, name).status not in ORDER, "neither waiting nor at work", seen(exchange)
    )


def _done_at(ctx: CaseContext, seconds: int) -> None:
    """Check that a job that takes exactly so long is done then, and not a millisecond before (REN-6)."""
    session = _submitted(ctx)
    ctx.advance(seconds - 0.001)
    early = _read(ctx, session)
    ctx.check("REN-6", early.status == "processing", f"at work at {seconds - 0.001} s", early.fields)
    ctx.check("REN-6", early.progress < 100 and not early.url, "no video before its end", early.fields)
    ctx.advance(0.001)
    done = _read(ctx, session)
    ctx.check("REN-6", done.status == "completed", f"done at {seconds} s", done.fields)


def _in_order(ctx: CaseContext, jobs: Iterable[Job], order: tuple[str, ...] = ORDER) -> None:
    """Check that states only go forward, and that progress never falls (REN-6)."""
    items = [*jobs]
    known = all(job.status in order for job in items)
    ctx.check("REN-6", known, f"one of {', '.join(order)}", [job.status for job in items])
    for earlier, later in pairwise(items):
        forward = not known or order.index(earlier.status) <= order.index(later.status)
        ctx.check("REN-6", forward, "no step back", (earlier.status, later.status))
        risen = earlier.progress <= later.progress
        ctx.check("REN-6", risen, "progress that never falls", (earlier.progress, later.progress))
    within = all(0 <= job.progress <= 100 for job in items)
    ctx.check("REN-6", within, "progress from 0 to 100", [job.progress for job in items])


def _fields(ctx: CaseContext, job: Job, name: str) -> None:
    """Check that a job has its fields, those of a finished one only then (REN-7)."""
    payload: dict[str, Any] = job.fields
    ctx.check(
        "REN-7",
        not missing_fields(payload, _REQUIRED_KEYS),
        f"{', '.join(_REQUIRED_KEYS)}",
        missing_fields(payload, _REQUIRED_KEYS),
    )
    ctx.check("REN-7", payload.get("id") == name, f"id {name!r}", payload.get("id"))
    ctx.check("REN-7", job.progress >= 0, "progress, a number", payload.get("progress"))
    created = utc_ms(payload.get("createdAt"))
    ctx.check("REN-7", created is not None, "createdAt in ISO 8601, UTC", payload.get("createdAt"))
    done = job.status == "completed"
    completed = utc_ms(payload.get("completedAt"))
    ctx.check("REN-7", (completed is not None) == done, "completedAt when completed, and only then", payload)
    ctx.check("REN-7", bool(job.url) == done, "the video's address when completed, and only then", payload)

"""Rules against hammering: nobody repeats the same failing request again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.exports import REPEATABLE
from nemocontract.client_rules.identity import has_code
from nemocontract.client_rules.request_identity import Span, identical, spans
from nemocontract.client_rules.rule import Check, RuleResult, rule
from nemocontract.client_rules.stream_outcome import lines
from nemocontract.client_run import ClientRun
from nemocontract.protocol.jobs import job_id, job_status, may_have_been_taken
from nemocontract.recording import Exchange, id_in

MOST: Final = 4
_PAUSE_MS: Final = 29_500  # who waits half a minute does not hammer: other rules count such tries
# Which clause bounds the repetition of a request, by the code that it fails with, else by its operation.
_BY_CODE: Final = {1001: "C-AUTH-2", 429: "C-AUTH-3", 1002: "C-SES-1"}
_BY_OPERATION: Final = {"token": "C-AUTH-1", "chat": "C-SSE-4", "render": "C-REN-1", "session": "C-SES-1"}
_ELSE: Final = "ENV-2"  # a failure is an answer: five of them are enough to report
_CLAUSES: Final = tuple(dict.fromkeys((*_BY_CODE.values(), *_BY_OPERATION.values(), _ELSE)))


def clause_of(exchange: Exchange) -> str:
    """Return the clause that bounds the repetition of a failed request."""
    family = exchange.operation.partition(".")[0]
    return _BY_CODE.get(exchange.code or 0) or _BY_OPERATION.get(family, _ELSE)


def _rows(span: Span) -> Iterator[tuple[Exchange, ...]]:
    """Yield rows of one failing request, repeated identically with nothing in between and no pause."""
    row: list[Exchange] = []
    for exchange in span.exchanges:
        if row and not _goes_on(row[-1], exchange):
            yield tuple(row)
            row = []
        if exchange.code != 0:
            row.append(exchange)
    if row:
        yield tuple(row)


def _goes_on(before: Exchange, exchange: Exchange) -> bool:
    paused = exchange.at_ms - before.ended_at_ms >= _PAUSE_MS
    return exchange.code != 0 and not paused and identical(before) == identical(exchange)


def _bounded(clause: str) -> Check:
    def check(run: ClientRun) -> Iterator[RuleResult]:
        for span in spans(run):
            for row in _rows(span):
                if clause_of(row[-1]) == clause:
                    most = MOST * max(1, span.doings)
                    seen = f"{len(row)} times in a row"
                    yield RuleResult(len(row) <= most, f"{most} times at most in a row", seen, row[-1])

    return check


for _clause in _CLAUSES:
    rule(
        _clause,
        f"retry-limits.repeated-failure-{_clause.lower()}",
        f"A request that fails is not made more than {MOST} times in a row, as {_clause} bounds it.",
    )(_bounded(_clause))


_JOBS: Final = 2
_OVER: Final = ("failed", "cancelled")


@rule(
    "C-REN-1",
    "retry-limits.export-id-not-reused",
    "An export that may have been taken is not submitted under its id again.",
    source="V",
)
def _newjob_of(run: ClientRun) -> Iterator[RuleResult]:
    used: dict[str, Exchange] = {}
    for submit in run.of("render.submit"):
        before = used.get(job_id(submit))
        passed = before is None or before.code in REPEATABLE
        seen = f"{job_id(submit)} was used before, by {before.title}" if before else ""
        yield RuleResult(passed, "a new id", seen, at=submit)
        used[job_id(submit)] = submit


@rule(
    "C-REN-1",
    "retry-limits.export-retried-once",
    "A failed export is submitted once more; a completed one never.",
    source="V",
)
def _retried(run: ClientRun) -> Iterator[RuleResult]:
    for said in lines(run):
        requests = run.during(said)
        submits = [one for one in requests if one.operation == "render.submit"]
        taken = [one for one in submits if one.succeeded or may_have_been_taken(one)]
        for nth, submit in enumerate(taken, start=1):
            done = _completed(requests, submit)
            running = nth > 1 and not _is_over(requests, taken[nth - 2], submit)
            passed = nth <= _JOBS and not done and not running
            why = "one has completed" if done else "the one before still runs" if running else f"number {nth}"
            yield RuleResult(passed, "one export, and one more where it failed", why, at=submit)


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
        and id_in(one.path) == job_id(before)
    ]
    ended = any(job_status(one) in _OVER or not one.succeeded for one in polls)
    return ended or may_have_been_taken(before) or job_status(before) in _OVER


@rule(
    "C-REN-1", "retry-limits.failed-export-retried", "An export that failed is tried once more.", source="V"
)
def _tried_anew(run: ClientRun) -> Iterator[RuleResult]:
    for said in lines(run):
        requests = run.during(said)
        failed = next((one for one in requests if _failed(one)), None)
        if failed is None or said.left or not run.known.complete:
            continue
        submits = [one for one in requests if one.operation == "render.submit"]
        again = any(one.seq > failed.seq for one in submits)
        tries = sum(one.succeeded or may_have_been_taken(one) for one in submits)
        yield RuleResult(again or tries >= _JOBS, "a second try", "none was made", at=failed)


def _failed(request: Exchange) -> bool:
    return request.operation == "render.status" and job_status(request) == "failed"


_WAIT_MS: Final = 30_000
_MOST_MS: Final = 120_000  # who waits longer waits for something else, such as the days of Retry-After


def _limited(span: Span) -> Iterator[tuple[int, Exchange, Exchange | None]]:
    """Yield each 429 with its place in a row of them (1, 2, …) and the next try of the same thing."""
    rows: dict[str, int] = {}
    for exchange in span.exchanges:
        row = rows.get(exchange.operation, 0) + 1 if has_code(exchange, 429) else 0
        rows[exchange.operation] = row
        if row:
            yield row, exchange, next(iter(_tries_after(span, exchange)), None)


def _tries_after(span: Span, exchange: Exchange) -> Iterator[Exchange]:
    return (later for later in span.after(exchange) if later.operation == exchange.operation)


@rule(
    "C-AUTH-3",
    "retry-limits.429-waits-30-s",
    "After a 429 the next try comes 30 s later, and not after minutes.",
)
def _waits_30_s(run: ClientRun) -> Iterator[RuleResult]:
    if (slack_s := run.known.slack_s) is None:
        return
    for span in spans(run):
        for row, exchange, after in _limited(span):
            if after is not None and (span.sure or row % 2):  # the try after two may be the user's
                waited_ms = after.at_ms - exchange.ended_at_ms
                late = span.sure and waited_ms > _MOST_MS
                passed = waited_ms >= _WAIT_MS - slack_s * 1000 and not late
                yield RuleResult(
                    passed, "30 s between a 429 and the next try", f"{waited_ms / 1000:g} s", after
                )


@rule("C-AUTH-3", "retry-limits.429-retried-once", "After a second 429 in a row there is no third try.")
def _retries_once(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        for row, exchange, after in _limited(span):
            if row > 1 and span.sure:
                seen = "" if after is None else f"try {row + 1}"
                yield RuleResult(after is None, "a report after two 429 in a row", seen, after or exchange)
            elif row > 2 * span.doings > 0:
                yield RuleResult(
                    False, f"two tries each of {span.doings} times at most", f"try {row}", exchange
                )


@rule(
    "C-AUTH-3",
    "retry-limits.429-reported",
    "After a second 429, which ends a line, the user reads something.",
)
def _reports(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        if span.said is None or span.left or _only_a_look(span):
            continue
        row, last = max(((row, one) for row, one, _ in _limited(span)), default=(0, None), key=_when)
        if row > 1 and last is span.exchanges[-1]:
            after = [piece for piece in span.said.output if piece.at_ms >= last.ended_at_ms]
            text = any(piece.text.strip() for piece in after)
            yield RuleResult(text, "words about it", "" if text else "nothing was read after it", last)


def _when(limited: tuple[int, Exchange]) -> int:
    return limited[1].seq


def _only_a_look(span: Span) -> bool:
    """Tell whether what was refused last is the look after a message, whose reply has been read."""
    last = span.exchanges[-1:]
    return any(one.operation == "chat" for one in span.exchanges) and [e.operation for e in last] == ["state"]


@rule("C-AUTH-3", "retry-limits.429-retried", "After a first 429 the one retry is made.")
def _makes_the_retry(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.complete:
        return
    for span in spans(run):
        for row, exchange, after in _limited(span):
            if row % 2 and not span.left and (row == 1 or not span.sure):
                seen = "" if after else "no further try"
                yield RuleResult(after is not None, "one more try after 30 s", seen, after or exchange)

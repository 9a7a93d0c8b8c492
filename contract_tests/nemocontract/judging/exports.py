"""An export: checked first, polled with patience, tried anew once (C-REN-1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

from nemocontract.evidence import Evidence
from nemocontract.judging.drafts import draft_of, ready, state_in
from nemocontract.judging.endings import lines, session_of
from nemocontract.judging.looks import grouped
from nemocontract.judging.rule import Verdict, rule
from nemocontract.traffic import Exchange, id_in

_EVERY_S, _POLLS, _JOBS = 30.0, 10, 2
_SLACK_S: Final = {"virtual": 0.001, "real": 0.5}
_REPEATABLE: Final = (1001, 1002, 401, 404, 429)  # refusals that a token, a session or a pause can heal
_CONFLICT: Final = 409


def _body(submit: Exchange) -> Any:
    return submit.body if isinstance(submit.body, dict) else {}


def _id(submit: Exchange) -> str:
    return str(_body(submit).get("id", ""))


def _lost(request: Exchange) -> bool:
    """Tell whether nobody can know if the service took the request."""
    return request.code is None or (request.status or 0) >= 500 or request.ending != "complete"


def job_status(poll: Exchange) -> str:
    """Return the status that an answer tells (REN-7), in lower case: flat, or nested in ``data``."""
    answer = poll.answer if isinstance(poll.answer, dict) else {}
    told = answer.get("status") or poll.data.get("status")
    return told.lower() if isinstance(told, str) else ""


# -- the draft -------------------------------------------------------------------------------------


@rule("C-REN-1", "exports.draft-checked", "Before an export the state is read, and the draft in it is ready.")
def _checked(evidence: Evidence) -> Iterator[Verdict]:
    for submit in evidence.of("render.submit"):
        if _is_repeat(evidence, submit) or not _begins_here(evidence, submit):
            continue
        read = _last_read(evidence, submit)
        expected = "the state is read after the last change and before the export, and shows a segment"
        state = state_in(read) if read else None
        is_ready = state is not None and ready(draft_of(state)) and ready(_body(submit).get("draft"))
        seen = "the draft is not ready" if read else "no state was read since the last change"
        yield Verdict(is_ready, expected, seen, at=submit)


def _is_repeat(evidence: Evidence, submit: Exchange) -> bool:
    """Tell whether it repeats a refused export: what was checked for that one holds for this."""
    before = [one for one in evidence.of("render.submit") if one.seq < submit.seq]
    if not before or _body(before[-1]).get("draft") != _body(submit).get("draft"):
        return False
    return before[-1].code in (*_REPEATABLE, _CONFLICT)


def _begins_here(evidence: Evidence, submit: Exchange) -> bool:
    """Tell whether the recording is known to show all that went before."""
    made = (one.data.get("session_id") for one in evidence.of("session.create") if one.seq < submit.seq)
    return evidence.known.whole or session_of(submit) in made


def _last_read(evidence: Evidence, submit: Exchange) -> Exchange | None:
    session = session_of(submit)
    for one in reversed([one for one in evidence.traffic if one.seq < submit.seq]):
        if one.operation == "state" and id_in(one.path) == session and state_in(one) is not None:
            return one
        changes = one.operation == "chat" and session_of(one) == session and one.events is not None
        if changes or (one.operation == "upload" and id_in(one.path) == session and one.succeeded):
            return None
    return None


# -- polls -----------------------------------------------------------------------------------------


def _jobs(evidence: Evidence) -> Iterator[list[tuple[Exchange, ...]]]:
    """Yield the polls of each job for each line of the user's; tries of one poll are together."""
    spans = [(said.first, said.last) for said in lines(evidence)] or [(0, 1 << 62)]
    for first, last in spans:
        polls = [one for one in evidence.of("render.status") if first <= one.seq <= last]
        for job in dict.fromkeys(id_in(one.path) for one in polls):
            yield [*grouped([one for one in polls if id_in(one.path) == job])]


@rule("C-REN-1", "exports.polls-30-s-apart", "A job is polled every 30 s and not sooner.")
def _apart(evidence: Evidence) -> Iterator[Verdict]:
    slack_s = _SLACK_S.get(evidence.known.timing)
    for polls in _jobs(evidence) if slack_s is not None else ():
        for one, other in pairwise(polls):
            waited_s = (other[0].at_ms - one[0].at_ms) / 1000
            holds = waited_s >= _EVERY_S - (slack_s or 0)
            yield Verdict(holds, "30 s pass between two polls", f"{waited_s:.1f} s", at=other[0])


@rule("C-REN-1", "exports.ten-polls", "A job is polled ten times at most.")
def _bounded(evidence: Evidence) -> Iterator[Verdict]:
    for polls in _jobs(evidence):
        yield Verdict(len(polls) <= _POLLS, "at most 10 polls of a job", f"{len(polls)}", at=polls[-1][0])


# -- trying anew -----------------------------------------------------------------------------------


@rule(
    "C-REN-1",
    "exports.new-id-each",
    "An export that may have been taken is not submitted under its id again.",
)
def _new_id(evidence: Evidence) -> Iterator[Verdict]:
    used: dict[str, Exchange] = {}
    for submit in evidence.of("render.submit"):
        before = used.get(_id(submit))
        holds = before is None or before.code in _REPEATABLE
        seen = f"{_id(submit)} was used before, by {before.title}" if before else ""
        yield Verdict(holds, "a new id", seen, at=submit)
        used[_id(submit)] = submit


@rule("C-REN-1", "exports.retried-once", "A failed export is submitted once more; a completed one never.")
def _retried(evidence: Evidence) -> Iterator[Verdict]:
    for said in lines(evidence):
        requests = evidence.during(said)
        submits = [one for one in requests if one.operation == "render.submit"]
        taken = [one for one in submits if one.succeeded or _lost(one)]
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
        and id_in(one.path) == _id(before)
    ]
    ended = any(job_status(one) in ("failed", "cancelled") or not one.succeeded for one in polls)
    return ended or _lost(before) or job_status(before) in ("failed", "cancelled")

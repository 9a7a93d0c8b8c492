"""The rule that an export which is asked for is also submitted (C-ROU-1, C-REN-1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from nemocontract.client_rules.request_identity import is_usable_response
from nemocontract.client_rules.routing import asked_for
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.state_polls import retry_groups
from nemocontract.client_rules.stream_outcome import lines
from nemocontract.client_run import ClientRun
from nemocontract.protocol.drafts import draft_of, ready, state_in
from nemocontract.protocol.jobs import job_status, submit_body
from nemocontract.protocol.requests import session_of
from nemocontract.recording import Exchange, id_in


@rule("C-REN-1", "exports.ready-is-submitted", "A project that is found ready for export is submitted.")
def _submitted(run: ClientRun) -> Iterator[RuleResult]:
    for said in run.said or ():
        if not said.attributed or said.left or not run.known.complete or asked_for(said.line) != {"export"}:
            continue
        requests = run.during(said)
        states = [state for one in requests if (state := state_in(one)) is not None]
        if states and ready(draft_of(states[-1])) and all(is_usable_response(one) for one in requests):
            made = any(one.operation == "render.submit" for one in requests)
            seen = "" if made else "the state was read, and nothing was submitted"
            yield RuleResult(made, "an export of the project that is ready", seen, at_ms=said.at_ms)


_EVERY_S, _OFTEN_S, _POLLS = 30.0, 10.0, 10
_LATE_S: Final = 20.0  # what slow answers and new tokens may take besides
_ENOUGH_S: Final = 240.0  # ten polls, the first of them at once, are over after 270 s
REPEATABLE: Final = (1001, 1002, 401, 404, 429)  # refusals that a token, a session or a pause can heal
_CONFLICT: Final = 409


# -- the draft -------------------------------------------------------------------------------------


@rule(
    "C-REN-1",
    "exports.draft-checked",
    "Before an export the state is read, and the draft in it is ready.",
    source="V",
)
def _checked(run: ClientRun) -> Iterator[RuleResult]:
    for submit in run.of("render.submit"):
        if _is_repeat(run, submit) or not _begins_here(run, submit):
            continue
        read = _last_read(run, submit)
        expected = "the state is read after the last change and before the export, and shows a segment"
        state = state_in(read) if read else None
        is_ready = state is not None and ready(draft_of(state)) and ready(submit_body(submit).get("draft"))
        seen = "the draft is not ready" if read else "no state was read since the last change"
        yield RuleResult(is_ready, expected, seen, at=submit)


def _is_repeat(run: ClientRun, submit: Exchange) -> bool:
    """Tell whether it repeats a refused export: what was checked for that one passed for this."""
    before = [one for one in run.of("render.submit") if one.seq < submit.seq]
    if not before or submit_body(before[-1]).get("draft") != submit_body(submit).get("draft"):
        return False
    return before[-1].code in (*REPEATABLE, _CONFLICT)


def _begins_here(run: ClientRun, submit: Exchange) -> bool:
    """Tell whether the recording is known to show all that went before."""
    made = (one.data.get("session_id") for one in run.of("session.create") if one.seq < submit.seq)
    return run.known.complete or session_of(submit) in made


def _last_read(run: ClientRun, submit: Exchange) -> Exchange | None:
    session = session_of(submit)
    for one in reversed([one for one in run.traffic if one.seq < submit.seq]):
        if one.operation == "state" and id_in(one.path) == session and state_in(one) is not None:
            return one
        changes = one.operation == "chat" and session_of(one) == session and one.events is not None
        if changes or (one.operation == "upload" and id_in(one.path) == session and one.succeeded):
            return None
    return None


# -- polls -----------------------------------------------------------------------------------------


def _jobs(run: ClientRun) -> Iterator[list[tuple[Exchange, ...]]]:
    """Yield the polls of each job for each line of the user's; tries of one poll are together."""
    spans = [(said.first, said.last) for said in lines(run)] or [(0, 1 << 62)]
    for first, last in spans:
        polls = [one for one in run.of("render.status") if first <= one.seq <= last]
        for job in dict.fromkeys(id_in(one.path) for one in polls):
            yield [*retry_groups([one for one in polls if id_in(one.path) == job])]


@rule(
    "C-REN-1",
    "exports.polls-30-s-apart",
    "A job is polled every 30 s and not sooner; every 10 s is less bad.",
)
def _apart(run: ClientRun) -> Iterator[RuleResult]:
    slack_s = run.known.slack_s
    for polls in _jobs(run) if slack_s is not None else ():
        for one, other in pairwise(polls):
            waited_s = (other[0].at_ms - one[0].at_ms) / 1000
            late = (other[0].at_ms - one[-1].ended_at_ms) / 1000 > _EVERY_S + _LATE_S
            passed = waited_s >= _EVERY_S - (slack_s or 0) and not late
            source = "V" if waited_s >= _OFTEN_S - (slack_s or 0) else ""  # the API reference allows 10 s
            yield RuleResult(
                passed, "30 s pass between two polls", f"{waited_s:.1f} s", at=other[0], source=source
            )


@rule("C-REN-1", "exports.ten-polls", "A job is polled ten times at most.", source="V")
def _bounded(run: ClientRun) -> Iterator[RuleResult]:
    for polls in _jobs(run):
        yield RuleResult(len(polls) <= _POLLS, "at most 10 polls of a job", f"{len(polls)}", at=polls[-1][0])


@rule("C-REN-1", "exports.polls-to-the-end", "A job is polled until it ends, or for ten polls.", source="V")
def _patient(run: ClientRun) -> Iterator[RuleResult]:
    """Whether a client that got no answer goes on is its own affair."""
    for said in lines(run):
        polls = [one for one in run.during(said) if one.operation == "render.status"]
        if polls and not said.left and run.known.complete and polls[-1].succeeded:
            job = [one for one in polls if id_in(one.path) == id_in(polls[-1].path)]
            unfinished = job_status(job[-1]) in ("pending", "processing")
            watched_s = (job[-1].at_ms - job[0].at_ms) / 1000
            enough = len(job) >= _POLLS - 1 or watched_s >= _ENOUGH_S
            seen = f"{len(job)} polls, and it was {job_status(job[-1])}"
            yield RuleResult(enough or not unfinished, "it is polled to its end", seen, at=job[-1])

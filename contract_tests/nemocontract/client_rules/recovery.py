"""After a broken stream the client looks: late enough, seldom enough, and to the end (C-SSE-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.silent_edits import state_before
from nemocontract.client_rules.state_polls import (
    StatePoll,
    has_changed,
    longest_unchanged_streak,
    looks_after,
)
from nemocontract.client_rules.stream_outcome import line_of, outcome, read_for
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

_FIRST_S, _NEXT_S, _READS = 30.0, 60.0, 5
_LATE_S: Final = 30.0  # what slow answers and new tokens may take besides
_AT_ONCE_S: Final = 5.0


def _broken(run: ClientRun) -> Iterator[Exchange]:
    """Yield the messages that certainly broke off, while the user stayed."""
    for chat in run.of("chat"):
        said = line_of(run, chat)
        left = said is not None and said.left
        gone = said is None and chat.ending == "client-gone"  # nobody knows whether the user left
        if not left and not gone and outcome(chat) == "broken":
            yield chat


def _patient(run: ClientRun, chat: Exchange) -> list[StatePoll]:
    """Return the looks without one at once, which C-SSE-3 asks for where a stream closed properly."""
    looks, at_once_s = looks_after(run, chat), _AT_ONCE_S + (run.known.slack_s or 0)
    if chat.ending == "complete" and looks and looks[0].at_ms - chat.ended_at_ms <= at_once_s * 1000:
        return looks[1:]
    return looks


def _broke_ms(chat: Exchange) -> int:
    """Return when it broke: with the last sign of life, where it was the client that gave it up."""
    if chat.ending != "client-gone":
        return chat.ended_at_ms
    return chat.events[-1].at_ms if chat.events else chat.at_ms


@rule(
    "C-SSE-4", "recovery.first-read-after-30-s", "After a broken stream the state is first read after 30 s."
)
def _first(run: ClientRun) -> Iterator[RuleResult]:
    slack_s = run.known.slack_s
    for chat in _broken(run) if slack_s is not None else ():
        for look in _patient(run, chat)[:1]:
            waited_s = (look.at_ms - _broke_ms(chat)) / 1000
            late = (look.at_ms - chat.ended_at_ms) / 1000 > _FIRST_S + _LATE_S
            passed = waited_s >= _FIRST_S - (slack_s or 0) and not late
            yield RuleResult(
                passed, "the state is read after 30 s", f"after {waited_s:.1f} s", at=look.reads[0]
            )


@rule(
    "C-SSE-4",
    "recovery.reads-60-s-apart",
    "After a broken stream the state is read every 60 s and not sooner.",
)
def _apart(run: ClientRun) -> Iterator[RuleResult]:
    slack_s = run.known.slack_s
    for chat in _broken(run) if slack_s is not None else ():
        for one, other in pairwise(_patient(run, chat)):
            waited_s = (other.at_ms - one.at_ms) / 1000
            late = (other.at_ms - one.reads[-1].ended_at_ms) / 1000 > _NEXT_S + _LATE_S
            passed = waited_s >= _NEXT_S - (slack_s or 0) and not late
            yield RuleResult(passed, "60 s pass between two reads", f"{waited_s:.1f} s", at=other.reads[0])


@rule(
    "C-SSE-4",
    "recovery.at-most-five-unchanged-reads",
    "Five reads in a row that show nothing new are the end of it.",
)
def _bounded(run: ClientRun) -> Iterator[RuleResult]:
    for chat in _broken(run):
        looks = _patient(run, chat)
        if looks:
            most = longest_unchanged_streak(looks, state_before(run, chat))
            expected = "at most five reads in a row that show nothing new"
            yield RuleResult(most <= _READS, expected, f"{most} of them", at=looks[-1].reads[-1])


@rule(
    "C-SSE-4",
    "recovery.reads-until-changed",
    "After a broken stream the state is read until it changes, or five times.",
)
def _thorough(run: ClientRun) -> Iterator[RuleResult]:
    for chat in _broken(run):
        if not run.known.complete or line_of(run, chat) is None:
            continue
        looks = looks_after(run, chat)
        owed = 1 if has_changed(looks, state_before(run, chat)) else _READS
        enough = len(looks) >= owed or any(look.barred for look in looks)
        expected = "the state is read until it shows something new, five times at most"
        seen = f"{len(looks)} reads" + (", none of them new" if looks and owed > 1 else "")
        yield RuleResult(enough, expected, seen, at=chat)


@rule(
    "C-SSE-4",
    "recovery.state-read-after-cut",
    "A stream that breaks off is not taken for success: the state is read after it.",
)
def _state_read(run: ClientRun) -> Iterator[RuleResult]:
    """Also where nobody knows which line a message belongs to: somewhere later the project is read."""
    for chat in _broken(run):
        if run.known.complete and run.said is not None:
            later = [one for one in run.traffic if one.seq > chat.seq]
            read = any(one.operation == "state" for one in later)
            hindered = any(not one.succeeded and one.operation != "chat" for one in later)
            passed = read or hindered
            yield RuleResult(passed, "the state is read after a broken stream", "it is not read", at=chat)


@rule(
    "C-SSE-4",
    "recovery.end-reported",
    "However a message ended, the user is told something in the end.",
    source="S",
)
def _end_reported(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        said = line_of(run, chat)
        if said is None or said.left or not run.known.complete:
            continue
        ended = outcome(chat)
        if ended in ("broken", "failed", "either"):
            text = read_for(run, said, chat.ended_at_ms if ended == "broken" else None)
            yield RuleResult(bool(text.strip()), "the user is told how it ended", "nothing was said", at=chat)


# Words of which at least one is in any report of a failure.
_FAILURE: Final = re.compile(
    r"\b(?:no|not|nothing|never|lost|los[et]|fail\w*|unable|unchanged|trouble|problem|error|sorry|broken?|"
    r"interrupted|disconnected|unfinished|cannot)\b|n['’]t\b|没|未|无|失败|中断|断开|错误|抱歉|不",
    re.IGNORECASE,
)


@rule("C-SSE-4", "recovery.failure-reported", "Five reads without news are reported as a failure.")
def _reported(run: ClientRun) -> Iterator[RuleResult]:
    for chat in _broken(run):
        said = line_of(run, chat)
        looks = _patient(run, chat)
        if said is None or len(looks) < _READS or has_changed(looks, state_before(run, chat)):
            continue
        since_ms = looks[-1].reads[-1].at_ms
        text = read_for(run, said, since_ms).strip()
        seen = f"the user reads {text[:200]!r}"
        yield RuleResult(_FAILURE.search(text) is not None, "the user reads that it failed", seen, at=chat)

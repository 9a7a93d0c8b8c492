"""After a stream that closed without a word the user learns what changed (C-SSE-3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from nemocontract.client_rules.differences import Difference, differences
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import outcome, read_for, reader_of
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.drafts import state_in
from nemocontract.protocol.requests import session_of
from nemocontract.recording import Exchange, id_in

State = Mapping[str, Any]
# What a summary of the project shows as well as a list of changes does (STA-4).
_PLAIN_TO_SEE: Final = ("added", "resized", "moved", "volume")


def _silent(run: ClientRun) -> Iterator[tuple[Exchange, UserLine]]:
    """Yield each message whose stream closed without text, where the user stayed to the end."""
    for chat in run.of("chat"):
        said = reader_of(run, chat)
        if said is not None and not said.left and outcome(chat) == "silent":
            yield chat, said


def _reads_after(run: ClientRun, chat: Exchange, said: UserLine) -> list[Exchange]:
    later = [one for one in run.during(said) if one.seq > chat.seq]
    until = next((one.seq for one in later if one.operation == "chat"), said.last + 1)
    return [one for one in later if one.operation == "state" and one.seq < until]


@rule("C-SSE-3", "silent-edits.state-read", "After a stream without text the state is read.")
def _read(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        if run.known.complete:
            found = bool(_reads_after(run, chat, said))
            yield RuleResult(found, "the state is read after a stream without text", "it is not", at=chat)


@rule(
    "C-SSE-3",
    "silent-edits.change-reported",
    "After a stream without text the user learns what changed.",
)
def _changes_reported(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        if not run.known.complete:
            continue
        text = read_for(run, said, chat.ended_at_ms).strip()
        changed = _beyond_echo(changes(run, chat, _reads_after(run, chat, said)), run, said)
        message = "; ".join(f"{one.what} {one.name}".strip() for one in changed)
        expected = f"the user reads what changed ({message})" if message else "the user reads something"
        seen = f"the user reads {text[:200]!r}"
        yield RuleResult(
            any(one.mentioned_in(text) for one in changed) if changed else bool(text), expected, seen, at=chat
        )


def _beyond_echo(changed: tuple[Difference, ...], run: ClientRun, said: UserLine) -> tuple[Difference, ...]:
    """Return the changes without names that other lines print as well, where lines cannot be told apart.

    A program that prints "Uploaded: clip.mp4" has not said that an edit changed the clip.
    """
    if said.attributed:
        return changed
    echoes = {name for sent in run.of("upload") for name in sent.uploads}
    echoes |= {name for line in run.said or () for name in line.files}
    echoes |= {name.rpartition(".")[0] for name in echoes}
    return tuple(replace(one, tokens=one.tokens - echoes) for one in changed)


_DONE: Final = re.compile(
    r"\b(?:done|finished|completed?|applied|success\w*|all set|updated|changed)\b|完成|成功|已应用|已更新",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    r"\b(?:no|not|nothing|none|fail\w*|unable|unchanged|error|problem|sorry)\b|n['’]t\b|没|未|无|失败|抱歉",
    re.IGNORECASE,
)


@rule(
    "C-SSE-3",
    "silent-edits.no-change-not-called-done",
    "Where nothing changed after a stream without text, the user does not read that it is done.",
)
def _not_called_done(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        before, reads = state_before(run, chat), _reads_after(run, chat, said)
        if not said.attributed or before is None or not reads or changes(run, chat, reads):
            continue
        text = read_for(run, said, chat.ended_at_ms).strip()
        claims = _DONE.search(text) is not None and _NOTHING.search(text) is None
        seen = f"the user reads {text[:200]!r}"
        yield RuleResult(not claims, "the user reads that nothing changed", seen, at=chat)


@rule(
    "C-SSE-3",
    "silent-edits.every-change-reported",
    "Of several changes each is told, and none as its opposite.",
)
def _every_change_reported(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        reads = _reads_after(run, chat, said)
        if not said.attributed or not run.known.complete or len({str(state_in(read)) for read in reads}) != 1:
            continue  # the project went on changing: who looked sooner saw less
        text = read_for(run, said, chat.ended_at_ms)
        for one in changes(run, chat, reads[:1]):
            owed = one.what in _PLAIN_TO_SEE
            expected = f"the user reads that {one.name or 'something'} was {one.what}"
            passed = (one.mentioned_in(text) or not owed) and not one.contradicted_in(text)
            yield RuleResult(passed, expected, f"the user reads {text.strip()[:200]!r}", at=chat)


def changes(run: ClientRun, chat: Exchange, reads: list[Exchange]) -> tuple[Difference, ...]:
    """Return what was different after a message, by the looks that the client itself had."""
    before = state_before(run, chat)
    seen = [state for read in reads if (state := state_in(read)) is not None]
    return tuple(one for state in (seen[:1] + seen[1:][-1:]) for one in differences(before or {}, state))


def state_before(run: ClientRun, chat: Exchange) -> State | None:
    """Return the last state of the message's session that was read before it, None where none was."""
    session = session_of(chat)
    states = [
        state
        for read in run.of("state")
        if read.seq < chat.seq and id_in(read.path) == session and (state := state_in(read)) is not None
    ]
    return states[-1] if states else None

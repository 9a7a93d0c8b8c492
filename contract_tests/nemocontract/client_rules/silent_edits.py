"""After a stream that closed without a word the user learns what changed (C-SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nemocontract.client_rules.differences import Difference, differences
from nemocontract.client_rules.drafts import state_in
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import outcome, read_for, reader_of, session_of
from nemocontract.client_run import ClientRun, UserLine
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


@rule("C-SSE-3", "silence.state-read-after-silence", "After a stream without text the state is read.")
def _read(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        if run.known.whole:
            found = bool(_reads_after(run, chat, said))
            yield RuleResult(found, "the state is read after a stream without text", "it is not", at=chat)


@rule(
    "C-SSE-3",
    "silence.change-told-after-silence",
    "After a stream without text the user learns what changed.",
)
def _told(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        if not run.known.whole:
            continue
        text = read_for(run, said, chat.ended_at_ms).strip()
        changed = changes(run, chat, _reads_after(run, chat, said))
        told = "; ".join(f"{one.what} {one.name}".strip() for one in changed)
        expected = f"the user reads what changed ({told})" if told else "the user reads something"
        seen = f"the user reads {text[:200]!r}"
        yield RuleResult(
            any(one.mentioned_in(text) for one in changed) if changed else bool(text), expected, seen, at=chat
        )


@rule("C-SSE-3", "silence.every-change-told", "Of several changes each is told, and none as its opposite.")
def _all_told(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _silent(run):
        reads = _reads_after(run, chat, said)
        if not said.told or not run.known.whole or len({str(state_in(read)) for read in reads}) != 1:
            continue  # the project went on changing: who looked sooner saw less
        text = read_for(run, said, chat.ended_at_ms)
        for one in changes(run, chat, reads[:1]):
            owed = one.what in _PLAIN_TO_SEE
            expected = f"the user reads that {one.name or 'something'} was {one.what}"
            holds = (one.mentioned_in(text) or not owed) and not one.contradicted_in(text)
            yield RuleResult(holds, expected, f"the user reads {text.strip()[:200]!r}", at=chat)


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

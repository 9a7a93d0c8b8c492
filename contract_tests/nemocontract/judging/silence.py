"""After a stream that closed without a word the user learns what changed (C-SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nemocontract.evidence import Evidence, Said
from nemocontract.judging.differences import Difference, differences
from nemocontract.judging.drafts import state_in
from nemocontract.judging.endings import line_of, outcome, read_for, session_of
from nemocontract.judging.rule import Verdict, rule
from nemocontract.traffic import Exchange, id_in

State = Mapping[str, Any]


def _silent(evidence: Evidence) -> Iterator[tuple[Exchange, Said]]:
    """Yield each message whose stream closed without text, where the user stayed to the end."""
    for chat in evidence.of("chat"):
        said = line_of(evidence, chat)
        if said is not None and not said.left and outcome(chat) == "silent":
            yield chat, said


def _reads_after(evidence: Evidence, chat: Exchange, said: Said) -> list[Exchange]:
    return [one for one in evidence.during(said) if one.operation == "state" and one.seq > chat.seq]


@rule("C-SSE-3", "silence.state-read-after-silence", "After a stream without text the state is read.")
def _read(evidence: Evidence) -> Iterator[Verdict]:
    for chat, said in _silent(evidence):
        if evidence.known.whole:
            found = bool(_reads_after(evidence, chat, said))
            yield Verdict(found, "the state is read after a stream without text", "it is not", at=chat)


@rule(
    "C-SSE-3",
    "silence.change-told-after-silence",
    "After a stream without text the user learns what changed.",
)
def _told(evidence: Evidence) -> Iterator[Verdict]:
    for chat, said in _silent(evidence):
        if not evidence.known.whole:
            continue
        text = read_for(evidence, said, chat.ended_at_ms).strip()
        changed = changes(evidence, chat, _reads_after(evidence, chat, said))
        holds = any(one.told_in(text) for one in changed) if changed else bool(text)
        told = "; ".join(f"{one.what} {one.name}".strip() for one in changed)
        expected = f"the user reads what changed ({told})" if told else "the user reads something"
        yield Verdict(holds, expected, f"the user reads {text[:200]!r}", at=chat)


def changes(evidence: Evidence, chat: Exchange, reads: list[Exchange]) -> tuple[Difference, ...]:
    """Return what was different after a message, by the looks that the client itself had."""
    before = state_before(evidence, chat)
    seen = [state for read in reads if (state := state_in(read)) is not None]
    found = [one for state in (seen[:1] + seen[1:][-1:]) for one in differences(before or {}, state)]
    return tuple(found)


def state_before(evidence: Evidence, chat: Exchange) -> State | None:
    """Return the last state of the message's session that was read before it, None where none was."""
    session = session_of(chat)
    states = [
        state
        for read in evidence.of("state")
        if read.seq < chat.seq and id_in(read.path) == session and (state := state_in(read)) is not None
    ]
    return states[-1] if states else None

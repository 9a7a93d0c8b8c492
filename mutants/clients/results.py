"""What a client does after a stream, broken: silence, lost connections (C-SSE-3, C-SSE-4)."""

from __future__ import annotations

from typing import Any

import pytest

from nemoclient import errors
from nemoclient.chat import StreamDeadlines
from nemoclient.effects import Close, Notice
from nemoclient.results import StreamEnd
from nemoclient.sse import SseReader

from ..patching import Apply, Mutant, around, instead

_SEND_AND_READ = "nemoclient.chat:_send_and_read"
_REPORT = "nemoclient.chat:_report"
_COMPARE = "nemoclient.draft:compare"


def _sends_again(*endings: StreamEnd) -> Apply:
    """Return a change: after such an ending the message is sent once more."""

    def send_and_read(real: Any, turn: Any) -> Any:
        ending = yield from real(turn)
        if ending in endings:
            turn.reader, turn.deadlines = SseReader(), StreamDeadlines(turn.deadlines.now_s)
            ending = yield from real(turn)
        return ending

    return around(_SEND_AND_READ, send_and_read)


def _again_after_a_tool_failed(patch: pytest.MonkeyPatch) -> None:
    """Send a message once more where a tool's result told of an error."""
    failed: set[int] = set()

    def take_event(real: Any, turn: Any, event: Any) -> Any:
        if '"status":"error"' in event.data.replace(" ", ""):
            failed.add(id(turn))
        yield from real(turn, event)

    def send_and_read(real: Any, turn: Any) -> Any:
        ending = yield from real(turn)
        if id(turn) in failed:
            turn.reader, turn.deadlines = SseReader(), StreamDeadlines(turn.deadlines.now_s)
            ending = yield from real(turn)
        return ending

    around("nemoclient.chat:_take_event", take_event)(patch)
    around(_SEND_AND_READ, send_and_read)(patch)


def _again_after_502(real: Any, turn: Any, request: Any) -> Any:
    try:
        return (yield from real(turn, request))
    except errors.TransportError as failure:
        if "status 5" not in str(failure):
            raise
    yield Close()
    return (yield from real(turn, request))


def _report_when(ending: StreamEnd, *args: Notice) -> Apply:
    """Return a change: after such an ending the user reads this instead."""

    def report(real: Any, turn: Any, ended: StreamEnd, *others: Any) -> Any:
        return [*args] if ended is ending else real(turn, ended, *others)

    return around(_REPORT, report)


def _unread(real: Any, context: Any, before: Any, ending: StreamEnd) -> Any:
    if ending is StreamEnd.SILENT:
        yield from ()
        return before
    return (yield from real(context, before, ending))


def _not_recovered(real: Any, context: Any, before: Any) -> Any:
    yield Notice("info", "The connection was lost.")


def _first_change_only(real: Any, *args: Any) -> Any:
    return real(*args)[:1]


_DONE = Notice("info", "Done.")

MUTANTS = (
    Mutant("silence-after-silence", "C-SSE-3", "After a stream without text the user reads nothing.",
           _report_when(StreamEnd.SILENT)),
    Mutant("done-and-no-more", "C-SSE-3", "After a stream without text the user reads “Done.” and no change.",
           _report_when(StreamEnd.SILENT, _DONE)),
    Mutant("nothing-changed", "C-SSE-3", "Every comparison finds nothing changed.",
           around(_COMPARE, lambda real, *args: ())),
    Mutant("state-not-read", "C-SSE-3", "After a stream without text the state is not read.",
           around("nemoclient.chat:_state_after", _unread)),
    Mutant("compared-backwards", "C-SSE-3", "What was added is told as removed.",
           around(_COMPARE, lambda real, before, after, *args: real(after, before, *args))),
    Mutant("first-change-only", "C-SSE-3", "Of several changes only the first is told.",
           around(_COMPARE, _first_change_only)),
    Mutant("resends-after-silence", "C-SSE-4", "A message is sent again after a stream without text.",
           _sends_again(StreamEnd.SILENT)),
    Mutant("resends-after-cut", "C-SSE-4", "A message is sent again after a broken stream.",
           _sends_again(StreamEnd.DROPPED)),
    Mutant("resends-after-stall", "C-SSE-4", "A message is sent again after a stream that fell silent.",
           _sends_again(StreamEnd.STALLED)),
    Mutant("resends-after-giving-up", "C-SSE-4", "A message is sent again after it gave up waiting.",
           _sends_again(StreamEnd.TIMED_OUT)),
    Mutant("resends-after-failure", "C-SSE-4", "A message is sent again after a tool of the agent's failed.",
           _again_after_a_tool_failed),
    Mutant("resends-after-502", "C-SSE-4", "A message is sent again after a 502.",
           around("nemoclient.chat:_open", _again_after_502)),
    Mutant("recovery-at-once", "C-SSE-4", "The state is read at once after a broken stream.",
           instead("nemoclient.constants:RECOVERY_FIRST_S", 0.0)),
    Mutant("recovery-every-10-s", "C-SSE-4", "After a broken stream the state is read every ten seconds.",
           instead("nemoclient.constants:RECOVERY_NEXT_S", 10.0)),
    Mutant("recovery-gives-up-early", "C-SSE-4", "Two unchanged looks are enough to report a failure.",
           instead("nemoclient.constants:RECOVERY_READS", 2)),
    Mutant("recovery-goes-on", "C-SSE-4", "Nine unchanged looks are needed to report a failure.",
           instead("nemoclient.constants:RECOVERY_READS", 9)),
    Mutant("no-recovery", "C-SSE-4", "After a broken stream the state is not read.",
           around("nemoclient.chat:recover", _not_recovered)),
    Mutant("lost-and-not-told", "C-SSE-4", "A broken stream that changed nothing is told as “Done.”",
           _report_when(StreamEnd.DROPPED, _DONE)),
)  # fmt: skip

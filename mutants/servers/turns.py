"""What becomes of a message, broken: silence, signs of life, times, stages, hang-ups (SSE-5 to SSE-12)."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.turns import ToolCall, ToolResult

from ..patching import Apply, Mutant, around, rules

_S = 1000
_MINUTE = 60 * _S
_LOT = "nemofake.engine.backend:TurnOutcome"
_DO = "nemofake.engine.turns:Turn.do"
_EMIT = "nemofake.engine.turns:Turn.emit"
_BEATS = "nemofake.engine.turns:Turn.plan_heartbeat"
_FOLLOW = "nemofake.http.streaming:TurnStream._follow"
_START = "nemofake.engine.backend:Backend.start_turn"


def _silent_undone(real: Any, self: Any, stage: Any, at_ms: int) -> None:
    kept = self.session.timeline
    real(self, stage, at_ms)
    if self.outcome.silent:
        self.session.timeline = kept


def _silent_without_tools(real: Any, self: Any, body: Any, at_ms: int) -> None:
    if not (self.outcome.silent and isinstance(body, ToolCall | ToolResult)):
        real(self, body, at_ms)


def _one_minute_of_beats(real: Any, turn: Any, schedule: Any, due_ms: int) -> None:
    real(turn, schedule, due_ms if due_ms < turn.started_at_ms + _MINUTE else turn.closes_at_ms)


def _together(real: Any, stages: Any, start_ms: int, length_ms: int) -> Any:
    times = real(stages, start_ms, length_ms)
    return [(begins_ms, times[-1][1]) for begins_ms, _ in times]


async def _hang_up_cancels(real: Any, self: Any, send: Any, waiter: Any) -> bool:
    closed = bool(await real(self, send, waiter))
    if not closed and self._turn.state == "running":
        self._turn.state = "failed"
    return closed


async def _hang_up_costs(real: Any, self: Any, send: Any, waiter: Any) -> bool:
    closed = bool(await real(self, send, waiter))
    ledger = self._turn.session.account.ledger
    if not closed:
        ledger.consume(ledger.freeze(min(50, ledger.available)))
    return closed


async def _hang_up_is_free(real: Any, self: Any, send: Any, waiter: Any) -> bool:
    closed, turn = bool(await real(self, send, waiter)), self._turn
    if not closed and turn.hold is not None and turn.hold.state == "frozen":
        turn.session.account.ledger.release(turn.hold)
        turn.hold = None
    return closed


def _same_message_once(patch: pytest.MonkeyPatch) -> None:
    """Take a message that was the session's last one already as a greeting, which is free."""
    last: dict[str, str] = {}

    def start(real: Any, self: Any, token: Any, user: str, session_id: str, message: str) -> Any:
        again = last.get(session_id) == message
        last[session_id] = message
        return real(self, token, user, session_id, "hello" if again else message)

    around(_START, start)(patch)


def _fate(**changes: Any) -> Apply:
    """Return a change of what chance has in store for every turn."""
    return around(_LOT, lambda real, **kwargs: real(**{**kwargs, **changes}))


MUTANTS = (
    Mutant("never-silent", "SSE-5", "No edit closes without text.", _fate(silent=False)),
    Mutant("silent-at-0-percent", "SSE-5", "Edits close without text where that was switched off.",
           around(_LOT, lambda real, **kwargs: real(**{**kwargs, "silent": kwargs["length_ms"] % 2 == 0}))),
    Mutant("six-in-ten-silent", "SSE-5", "Six in ten edits close without text.", rules(silent_share=0.6)),
    Mutant("silent-and-undone", "SSE-5", "An edit that closes without text is not done.",
           around(_DO, _silent_undone)),
    Mutant("silent-without-tools", "SSE-5", "An edit that closes without text shows no tool either.",
           around(_EMIT, _silent_without_tools)),
    Mutant("no-heartbeats", "SSE-6", "There are no signs of life.", around(_BEATS, lambda real, *args: None)),
    Mutant("heartbeats-stop", "SSE-6", "Signs of life end after a minute.",
           around(_BEATS, _one_minute_of_beats)),
    Mutant("a-heartbeat-a-minute", "SSE-6", "A sign of life comes every minute.",
           rules(heartbeat_interval_ms=_MINUTE)),
    Mutant("slow-talk", "SSE-7", "Talk takes up to twenty seconds.", rules(text_ms=(16 * _S, 20 * _S))),
    Mutant("slow-edits", "SSE-7", "An edit takes up to 45 s.", rules(edit_ms=(31 * _S, 45 * _S))),
    Mutant("generated-at-once", "SSE-7", "A clip takes a few seconds.",
           rules(generation_ms=(5 * _S, 9 * _S))),
    Mutant("no-end-of-a-stream", "SSE-7", "The server never closes a stream on its own.",
           rules(stream_limit_ms=600 * _MINUTE)),
    Mutant("generation-all-at-once", "SSE-8", "Clip, music, title and effects land in one moment.",
           around("nemofake.engine.turns:step_times", _together)),
    Mutant("nothing-after-the-clip", "SSE-8", "A generated clip gets no music, title and effects.",
           around("nemofake.engine.agent.generation:with_defaults",
                  lambda real, subject, following, *args: tuple(following))),
    Mutant("hang-up-cancels", "SSE-11", "A client that hangs up cancels its edit.",
           around(_FOLLOW, _hang_up_cancels)),
    Mutant("hang-up-costs", "SSE-11", "A client that hangs up is charged once more.",
           around(_FOLLOW, _hang_up_costs)),
    Mutant("hang-up-is-free", "SSE-11", "A clip is not charged to a client that hangs up.",
           around(_FOLLOW, _hang_up_is_free)),
    Mutant("same-message-once", "SSE-12", "The same message sent again is not done again.",
           _same_message_once),
)  # fmt: skip

"""A chat turn: planned when the message comes, played by the schedule whoever listens (SSE-1 to SSE-13)."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass, field
from functools import partial

from .agent import FAILED, ReplyFragment, apply_edit, reply
from .entropy import Entropy
from .events import Body, Empty, Event, Heartbeat, Text, ToolCall, ToolResult
from .ledger import Hold
from .rules import Rules
from .schedule import Schedule
from .script import Script, Stage, next_history, slots, speaks_at_ms, stage_draw
from .sessions import Session
from .tables import TURN, move


@dataclass(frozen=True, slots=True)
class Lot:
    """What chance or the story has in store for a turn."""

    silent: bool  # SSE-5
    fails: bool  # CRE-3
    issue: str  # SSE-10: the noise text, empty without
    length_ms: int  # SSE-7


@dataclass(slots=True)
class Turn:
    """One message and all that comes of it; ``events`` grows as engine time passes.

    The operation ends at ``ends_at_ms``; its stream closes at ``closes_at_ms``, sooner where the
    server's limit cuts it off (SSE-7).
    """

    turn_id: str
    ordinal: int
    session: Session
    script: Script
    lot: Lot
    entropy: Entropy
    started_at_ms: int
    ends_at_ms: int
    closes_at_ms: int
    hold: Hold | None = None
    state: str = "running"
    changed: bool = False
    events: list[Event] = field(default_factory=list)
    dues_ms: list[int] = field(default_factory=list)
    fragments: list[ReplyFragment] = field(default_factory=list)

    def next_due_ms(self, now_ms: int) -> int:
        """Return when the stream has something to do next: an event, or its end."""
        at = bisect_right(self.dues_ms, now_ms)
        return min(self.dues_ms[at], self.closes_at_ms) if at < len(self.dues_ms) else self.closes_at_ms

    # -- what the schedule calls -------------------------------------------------------------

    def emit(self, body: Body, at_ms: int) -> None:
        """Put an event on the stream, unless the stream is closed by then."""
        if at_ms <= self.closes_at_ms:
            # A UUID of its own for each event, without the cost of drawing one: most dialects show none.
            event_id = f"{self.turn_id[:24]}{len(self.events) + 1:012x}"
            self.events.append(Event(at_ms, event_id, body))

    def call_tool(self, stage: Stage, at_ms: int) -> None:
        """Announce a stage's tool."""
        if self.state == "running":
            self.emit(ToolCall(stage.foreseen.tool, stage.foreseen.args, self._call_id(stage)), at_ms)

    def do(self, stage: Stage, at_ms: int) -> None:
        """Do a stage: the state changes now, and the tool's result tells of it."""
        if self.state != "running":
            return
        if self.lot.fails and stage.weight:
            self._fail(stage, at_ms)
            return
        session = self.session
        draw = stage_draw(self.entropy, session, self.ordinal, stage.ordinal)
        # What was foreseen to change nothing is free, so it must not find something to change meanwhile.
        outcome = stage.foreseen
        if stage.weight:
            args = stage.instruction, session.timeline, session.library, draw, session.history
            outcome = apply_edit(*args)
        if outcome.changed:
            before, is_first = session.timeline, not self.changed
            session.history = next_history(session.history, before, outcome, is_first=is_first)
            session.timeline, self.changed = outcome.timeline, True
        if outcome.generated is not None:
            session.generated.append(outcome.generated)
        if outcome.language is not None:
            session.language = outcome.language
        self.fragments.append(outcome.fragment)
        if stage.weight:
            self.emit(ToolResult(outcome.tool, outcome.result, self._call_id(stage)), at_ms)

    def speak(self, schedule: Schedule, at_ms: int) -> None:
        """Say what was done, piece by piece until the turn ends; a silent turn says nothing (SSE-5)."""
        if self.lot.silent:
            return
        draw = self.entropy.stream("reply", self.session.session_id, self.ordinal)
        pieces = reply(self.fragments, self.session.language, draw)
        texts = [Text(piece, last=nth == len(pieces)) for nth, piece in enumerate(pieces, 1)]
        if self.lot.issue:
            texts.append(Text(self.lot.issue, last=True))
        for nth, text in enumerate(texts, 1):
            due_ms = at_ms + (self.ends_at_ms - at_ms) * nth // (len(texts) + 1)
            self.plan(schedule, due_ms, partial(self.emit, text))

    def finish(self, _at_ms: int) -> None:
        """Settle the bill: consume what was frozen, or give it back (CRE-3)."""
        completed = self.state == "running"
        if completed:
            self.state = move(TURN, self.state, "complete")
        account = self.session.account
        if self.hold is not None:
            (account.ledger.consume if completed else account.ledger.release)(self.hold)
        if self.script.edits:
            self.session.fee.leave(account, completed=completed)
        self.session.running.remove(self)

    def plan(self, schedule: Schedule, due_ms: int, effect: partial[None]) -> None:
        """Plan something that the stream must be awake for."""
        insort(self.dues_ms, due_ms)
        schedule.plan(due_ms, effect)

    def _fail(self, stage: Stage, at_ms: int) -> None:
        self.state = move(TURN, self.state, "fail")
        self.fragments = [FAILED]
        self.emit(ToolResult(stage.foreseen.tool, {"status": "error"}, self._call_id(stage)), at_ms)

    def _call_id(self, stage: Stage) -> str:
        return self.entropy.stream("call", self.turn_id, stage.ordinal).uuid()


def begin(session: Session, script: Script, lot: Lot, now_ms: int, rules: Rules, entropy: Entropy) -> Turn:
    """Freeze the price and return the turn, not yet planned; raise 2001 and change nothing (CRE-4)."""
    account = session.account
    account.ledger.require(script.price(session, rules))
    turn = Turn(
        turn_id=entropy.stream("turn", session.session_id, session.turns_made).uuid(),
        ordinal=session.turns_made,
        session=session,
        script=script,
        lot=lot,
        entropy=entropy,
        started_at_ms=now_ms,
        ends_at_ms=now_ms + lot.length_ms,
        closes_at_ms=now_ms + min(lot.length_ms, rules.stream_limit_ms),
    )
    if script.clips:
        turn.hold = account.ledger.freeze(script.clips * rules.generation_price)
    if script.edits:
        session.fee.join(account, rules.editing_price)
    session.turns_made += 1
    session.running.append(turn)
    return turn


def plan(turn: Turn, schedule: Schedule, rules: Rules) -> None:
    """Give every event and every effect of a turn its due time."""
    start_ms, length_ms, stages = turn.started_at_ms, turn.lot.length_ms, turn.script.stages
    for stage, (begins_ms, ends_ms) in zip(stages, slots(stages, start_ms, length_ms), strict=True):
        if stage.weight:
            turn.plan(schedule, begins_ms, partial(turn.call_tool, stage))
        turn.plan(schedule, ends_ms, partial(turn.do, stage))
    speaks_ms = speaks_at_ms(turn.script.kind, start_ms, length_ms)
    turn.plan(schedule, speaks_ms, partial(turn.speak, schedule))
    _plan_heartbeats(turn, schedule, rules.heartbeat_interval_ms)
    turn.plan(schedule, turn.ends_at_ms, partial(turn.finish))


def _plan_heartbeats(turn: Turn, schedule: Schedule, interval_ms: int) -> None:
    """One sign of life per interval, in both spellings by turns (SSE-6)."""
    if interval_ms <= 0:
        return
    beats = range(turn.started_at_ms + interval_ms, turn.closes_at_ms, interval_ms)
    for nth, due_ms in enumerate(beats):
        turn.plan(schedule, due_ms, partial(turn.emit, Empty() if nth % 2 else Heartbeat()))

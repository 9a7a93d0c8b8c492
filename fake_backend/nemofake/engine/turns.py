"""What a chat turn emits, before any dialect gives it bytes (SSE-3)."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from .accounts import Hold
from .agent import Instruction, Outcome, ReplyFragment, apply_edit, expand, parse_message, reply
from .agent.model import FAILED
from .parameters import Parameters
from .randomness import RandomStream, SeededRandom
from .scheduler import Schedule
from .sessions import Session
from .state_machines import TURN, transition


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply; the pieces joined are the reply, ``last`` closes it."""

    content: str
    last: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent starts a tool; ``call_id`` pairs it with its result (SSE-13)."""

    name: str
    args: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool is done; what it did is already in the state."""

    name: str
    result: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Still working (SSE-6)."""


@dataclass(frozen=True, slots=True)
class Empty:
    """Still working, spelled as an empty ``data:`` line (SSE-6)."""


RequestBody = Text | ToolCall | ToolResult | Heartbeat | Empty


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a turn: ``at_ms`` engine time, ``event_id`` a UUID for dialects that show one."""

    at_ms: int
    event_id: str
    body: RequestBody


# How a turn's time is shared out, as parts of its length.
_WORK_BEGINS, _WORK_ENDS = 0.08, 0.85
_TALK_BEGINS = 0.40
# A raw clip takes this much longer than each thing that is added to it afterwards (SSE-8).
_GENERATION_WEIGHT = 6


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One thing to do: ``foreseen`` is its outcome on the state as it was when the message came."""

    ordinal: int
    instruction: Instruction
    foreseen: Outcome
    charged: bool  # asked for by itself; what a generation adds on its own is in its price

    @property
    def weight(self) -> int:
        """How much of the working time this takes, in parts; 0 for what needs no tool."""
        if not self.foreseen.changed:
            return 0
        return _GENERATION_WEIGHT if self.foreseen.generated else 1


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """The stages of one turn and what they come to."""

    stages: tuple[PlannedStep, ...]

    @property
    def clips(self) -> int:
        """How many clips are generated, each at the price of a generation (CRE-2)."""
        return sum(stage.foreseen.generated is not None for stage in self.stages)

    @property
    def edits(self) -> bool:
        """Whether anything is edited at the price of editing (CRE-2)."""
        return any(s.charged and s.foreseen.changed and not s.foreseen.generated for s in self.stages)

    @property
    def kind(self) -> str:
        """``generation``, ``edit`` or ``text``: which of SSE-7's durations holds."""
        if self.clips:
            return "generation"
        return "edit" if any(stage.foreseen.changed for stage in self.stages) else "text"

    def length_ms(self, parameters: Parameters, rng: RandomStream) -> int:
        """Return how long the turn takes in backend time."""
        ranges = {
            "generation": parameters.generation_ms,
            "edit": parameters.edit_ms,
            "text": parameters.text_ms,
        }
        return rng.between(*ranges[self.kind])

    def price(self, session: Session, parameters: Parameters) -> int:
        """Return the credits the turn must freeze when it starts (CRE-2, CRE-3)."""
        editing = session.fee.due(parameters.editing_price) if self.edits else 0
        return self.clips * parameters.generation_price + editing


def step_rng(randomness: SeededRandom, session: Session, turn: int, stage: int) -> RandomStream:
    """Return the stage's own numbers: the same when foreseen and when done."""
    return randomness.stream("stage", session.session_id, turn, stage)


def plan_turn(session: Session, message: str, randomness: SeededRandom) -> TurnPlan:
    """Read a message and try it out on the session's timeline, without changing anything."""
    timeline, library = session.timeline, session.library
    stages: list[PlannedStep] = []
    for instruction in parse_message(message):
        for nth, step in enumerate(expand(instruction)):
            rng = step_rng(randomness, session, session.turns_made, len(stages))
            outcome = apply_edit(step, timeline, library, rng)
            if outcome.changed:
                timeline = outcome.timeline
            if outcome.generated is not None:
                library = replace(library, generated=(*library.generated, outcome.generated))
            stages.append(PlannedStep(len(stages), step, outcome, charged=nth == 0))
    return TurnPlan(tuple(stages))


def step_times(stages: Sequence[PlannedStep], start_ms: int, length_ms: int) -> list[tuple[int, int]]:
    """Return when each stage begins and ends, engine ms: in order, within the turn's working time."""
    begin, span = start_ms + _WORK_BEGINS * length_ms, (_WORK_ENDS - _WORK_BEGINS) * length_ms
    whole, done, result = sum(s.weight for s in stages) or 1, 0, []
    for stage in stages:
        first, done = done, done + stage.weight
        result.append((int(begin + span * first / whole), int(begin + span * done / whole)))
    return result


def reply_start_ms(kind: str, start_ms: int, length_ms: int) -> int:
    """Return when the agent starts to talk: after its work, or after a moment's thought."""
    return start_ms + int(length_ms * (_TALK_BEGINS if kind == "text" else _WORK_ENDS))


@dataclass(frozen=True, slots=True)
class TurnOutcome:
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
    turn_plan: TurnPlan
    outcome: TurnOutcome
    randomness: SeededRandom
    started_at_ms: int
    ends_at_ms: int
    closes_at_ms: int
    hold: Hold | None = None
    state: str = "running"
    events: list[Event] = field(default_factory=list)
    dues_ms: list[int] = field(default_factory=list)
    phrases: list[ReplyFragment] = field(default_factory=list)

    def next_due_ms(self, now_ms: int) -> int:
        """Return when the stream has something to do next: an event, or its end."""
        at = bisect_right(self.dues_ms, now_ms)
        return min(self.dues_ms[at], self.closes_at_ms) if at < len(self.dues_ms) else self.closes_at_ms

    # -- what the schedule calls -------------------------------------------------------------

    def emit(self, body: RequestBody, at_ms: int) -> None:
        """Put an event on the stream, unless the stream is closed by then."""
        if at_ms <= self.closes_at_ms:
            # A UUID of its own for each event, without the cost of drawing one: most dialects show none.
            event_id = f"{self.turn_id[:24]}{len(self.events) + 1:012x}"
            self.events.append(Event(at_ms, event_id, body))

    def call_tool(self, stage: PlannedStep, at_ms: int) -> None:
        """Announce a stage's tool."""
        if self.state == "running":
            self.emit(ToolCall(stage.foreseen.tool, stage.foreseen.args, self._call_id(stage)), at_ms)

    def do(self, stage: PlannedStep, at_ms: int) -> None:
        """Do a stage: the state changes now, and the tool's result tells of it."""
        if self.state != "running":
            return
        if self.outcome.fails and stage.weight:
            self._fail(stage, at_ms)
            return
        session = self.session
        rng = step_rng(self.randomness, session, self.ordinal, stage.ordinal)
        # What was foreseen to change nothing is free, so it must not find something to change meanwhile.
        fresh = (
            apply_edit(stage.instruction, session.timeline, session.library, rng) if stage.weight else None
        )
        outcome = fresh or stage.foreseen
        if outcome.changed:
            session.timeline = outcome.timeline
        if outcome.generated is not None:
            session.generated.append(outcome.generated)
        if outcome.language is not None:
            session.language = outcome.language
        self.phrases.append(outcome.phrase)
        if stage.weight:
            self.emit(ToolResult(outcome.tool, outcome.result, self._call_id(stage)), at_ms)

    def speak(self, schedule: Schedule, at_ms: int) -> None:
        """Say what was done, piece by piece until the turn ends; a silent turn says nothing (SSE-5)."""
        if self.outcome.silent:
            return
        rng = self.randomness.stream("reply", self.session.session_id, self.ordinal)
        pieces = reply(self.phrases, self.session.language, rng)
        texts = [Text(piece, last=nth == len(pieces)) for nth, piece in enumerate(pieces, 1)]
        if self.outcome.issue:
            texts.append(Text(self.outcome.issue, last=True))
        for nth, text in enumerate(texts, 1):
            due_ms = at_ms + (self.ends_at_ms - at_ms) * nth // (len(texts) + 1)
            self.plan(schedule, due_ms, partial(self.emit, text))

    def finish(self, _at_ms: int) -> None:
        """Settle the bill: consume what was frozen, or give it back (CRE-3)."""
        completed = self.state == "running"
        if completed:
            self.state = transition(TURN, self.state, "complete")
        account = self.session.account
        if self.hold is not None:
            (account.ledger.consume if completed else account.ledger.release)(self.hold)
        if self.turn_plan.edits:
            self.session.fee.leave(account, completed=completed)
        self.session.running.remove(self.turn_id)

    def plan(self, schedule: Schedule, due_ms: int, effect: partial[None]) -> None:
        """Plan something that the stream must be awake for."""
        insort(self.dues_ms, due_ms)
        schedule.plan(due_ms, effect)

    def _fail(self, stage: PlannedStep, at_ms: int) -> None:
        self.state = transition(TURN, self.state, "fail")
        self.phrases = [FAILED]
        self.emit(ToolResult(stage.foreseen.tool, {"status": "error"}, self._call_id(stage)), at_ms)

    def _call_id(self, stage: PlannedStep) -> str:
        return self.randomness.stream("call", self.turn_id, stage.ordinal).uuid()


def begin(
    session: Session,
    turn_plan: TurnPlan,
    outcome: TurnOutcome,
    now_ms: int,
    parameters: Parameters,
    randomness: SeededRandom,
) -> Turn:
    """Freeze the price and return the turn, not yet planned; raise 2001 and change nothing (CRE-4)."""
    account = session.account
    account.ledger.require(turn_plan.price(session, parameters))
    turn = Turn(
        turn_id=randomness.stream("turn", session.session_id, session.turns_made).uuid(),
        ordinal=session.turns_made,
        session=session,
        turn_plan=turn_plan,
        outcome=outcome,
        randomness=randomness,
        started_at_ms=now_ms,
        ends_at_ms=now_ms + outcome.length_ms,
        closes_at_ms=now_ms + min(outcome.length_ms, parameters.stream_limit_ms),
    )
    if turn_plan.clips:
        turn.hold = account.ledger.freeze(turn_plan.clips * parameters.generation_price)
    if turn_plan.edits:
        session.fee.join(account, parameters.editing_price)
    session.turns_made += 1
    session.running.append(turn.turn_id)
    return turn


def plan(turn: Turn, schedule: Schedule, parameters: Parameters) -> None:
    """Give every event and every effect of a turn its due time."""
    start_ms, length_ms, stages = turn.started_at_ms, turn.outcome.length_ms, turn.turn_plan.stages
    for stage, (begins_ms, ends_ms) in zip(stages, step_times(stages, start_ms, length_ms), strict=True):
        if stage.weight:
            turn.plan(schedule, begins_ms, partial(turn.call_tool, stage))
        turn.plan(schedule, ends_ms, partial(turn.do, stage))
    speaks_ms = reply_start_ms(turn.turn_plan.kind, start_ms, length_ms)
    turn.plan(schedule, speaks_ms, partial(turn.speak, schedule))
    _plan_heartbeats(turn, schedule, parameters.heartbeat_interval_ms)
    turn.plan(schedule, turn.ends_at_ms, partial(turn.finish))


def _plan_heartbeats(turn: Turn, schedule: Schedule, interval_ms: int) -> None:
    """One sign of life per interval, in both spellings by turns (SSE-6)."""
    if interval_ms <= 0:
        return
    beats = range(turn.started_at_ms + interval_ms, turn.closes_at_ms, interval_ms)
    for nth, due_ms in enumerate(beats):
        turn.plan(schedule, due_ms, partial(turn.emit, Empty() if nth % 2 else Heartbeat()))

"""Chat turns: planned in full when the message arrives, done as engine time passes (SSE-3 to SSE-11)."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from .accounts import Hold
from .agent import (
    FAILED,
    History,
    Instruction,
    Kind,
    Outcome,
    ReplyFragment,
    apply_edit,
    expand,
    parse_message,
    reply,
)
from .parameters import Parameters
from .randomness import RandomStream, SeededRandom
from .scheduler import Schedule
from .sessions import Revision, Session
from .state_machines import TURN, transition
from .timeline import Timeline


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply; the pieces joined are the reply, ``last`` closes it."""

    content: str
    last: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent calls a tool; ``call_id`` pairs the call with its result (SSE-13)."""

    name: str
    args: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool has finished; what it did is already in the state."""

    name: str
    result: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A heartbeat (SSE-6)."""


@dataclass(frozen=True, slots=True)
class Empty:
    """A heartbeat in the form of an empty ``data:`` line (SSE-6)."""


EventBody = Text | ToolCall | ToolResult | Heartbeat | Empty
_HEARTBEATS = (Heartbeat(), Empty())  # sent by turns


class Event(NamedTuple):
    """One event of a turn: ``at_ms`` engine time, ``event_id`` a UUID for dialects that show one."""

    at_ms: int
    event_id: str
    body: EventBody


# How a turn's time is divided, as shares of its length.
_WORK_STARTS, _WORK_ENDS = 0.08, 0.85
_REPLY_STARTS = 0.40
# Generating a clip takes this much longer than each edit made to it afterwards (SSE-8).
_GENERATION_WEIGHT = 6
# Undo and redo are free: the edit itself was paid.
_FREE = frozenset({Kind.UNDO, Kind.REDO})


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One thing to do; ``preview`` is its outcome on the state at the time of the message."""

    ordinal: int
    instruction: Instruction
    preview: Outcome
    charged: bool  # requested by itself; what a generation adds on its own is in its price

    @property
    def weight(self) -> int:
        """How much of the working time this takes, in parts; 0 for what needs no tool."""
        if not self.preview.changed:
            return 0
        return _GENERATION_WEIGHT if self.preview.generated else 1


@dataclass(frozen=True, slots=True)
class TurnPlan:
    """The steps of one turn, with its kind and price."""

    steps: tuple[PlannedStep, ...]

    @property
    def clips(self) -> int:
        """How many clips are generated, each at the price of a generation (CRE-2)."""
        return sum(step.preview.generated is not None for step in self.steps)

    @property
    def edits(self) -> bool:
        """Whether anything is edited at the price of editing (CRE-2)."""
        return any(s.charged and s.preview.changed and not s.preview.generated for s in self.steps)

    @property
    def kind(self) -> str:
        """``generation``, ``edit`` or ``text``: decides which of SSE-7's durations applies."""
        if self.clips:
            return "generation"
        return "edit" if any(step.preview.changed for step in self.steps) else "text"

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


def step_rng(randomness: SeededRandom, session: Session, turn: int, step: int) -> RandomStream:
    """Return the step's own numbers, the same in the preview and when it is done."""
    return randomness.stream("stage", session.session_id, turn, step)


def next_history(history: History, before: Timeline, outcome: Outcome, *, is_first: bool) -> History:
    """Return the history after an outcome: one entry per turn, however many steps change something."""
    if outcome.history is not None:
        return outcome.history
    return history.after(before) if outcome.changed and is_first else history


def plan_turn(session: Session, message: str, randomness: SeededRandom) -> TurnPlan:
    """Parse a message and preview it on the session's timeline, without changing anything."""
    timeline, library, history = session.timeline, session.library, session.history
    steps: list[PlannedStep] = []
    for instruction in parse_message(message, library):
        for nth, part in enumerate(expand(instruction)):
            rng = step_rng(randomness, session, session.turns_made, len(steps))
            outcome = apply_edit(part, timeline, library, rng, history)
            is_first = not any(step.preview.changed for step in steps)
            history = next_history(history, timeline, outcome, is_first=is_first)
            if outcome.changed:
                timeline = outcome.timeline
            if outcome.generated is not None:
                library = replace(library, generated=(*library.generated, outcome.generated))
            charged = nth == 0 and part.kind not in _FREE
            steps.append(PlannedStep(len(steps), part, outcome, charged))
    return TurnPlan(tuple(steps))


def step_times(steps: Sequence[PlannedStep], start_ms: int, length_ms: int) -> list[tuple[int, int]]:
    """Return when each step starts and ends, engine ms: in order, within the turn's working time."""
    begin, span = start_ms + _WORK_STARTS * length_ms, (_WORK_ENDS - _WORK_STARTS) * length_ms
    whole, done, result = sum(s.weight for s in steps) or 1, 0, []
    for step in steps:
        first, done = done, done + step.weight
        result.append((int(begin + span * first / whole), int(begin + span * done / whole)))
    return result


def reply_start_ms(kind: str, start_ms: int, length_ms: int) -> int:
    """Return when the reply starts: after the work, or after a short pause if there is none."""
    return start_ms + int(length_ms * (_REPLY_STARTS if kind == "text" else _WORK_ENDS))


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """What chance or a trigger decides about a turn."""

    silent: bool  # SSE-5
    fails: bool  # CRE-3
    issue: str  # SSE-10: the noise text, empty without
    length_ms: int  # SSE-7


@dataclass(slots=True)
class Turn:
    """One message and its effects; ``events`` grows as engine time passes.

    The operation ends at ``ends_at_ms``; its stream closes at ``closes_at_ms``, earlier if the server's
    limit cuts it off (SSE-7).
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
    changed: bool = False
    events: list[Event] = field(default_factory=list)
    dues_ms: list[int] = field(default_factory=list)
    heartbeat_interval_ms: int = 0
    next_heartbeat_ms: int | None = None
    heartbeat_place: int | None = None  # in the schedule, among equal due times
    fragments: list[ReplyFragment] = field(default_factory=list)

    def next_due_ms(self, now_ms: int) -> int:
        """Return when the stream has something to do next: an event, or its end."""
        next_ms, heartbeat_ms = self._next_work_ms(now_ms), self.next_heartbeat_ms
        return next_ms if heartbeat_ms is None or next_ms < heartbeat_ms else heartbeat_ms

    def quiet_until_ms(self, now_ms: int, most: int) -> int:
        """Return the time of the last of up to ``most`` heartbeats that come before anything else, or now."""
        if self.next_heartbeat_ms is None:
            return now_ms
        left_ms = self._next_work_ms(now_ms) - 1 - self.next_heartbeat_ms
        last = min(most - 1, left_ms // self.heartbeat_interval_ms)
        return self.next_heartbeat_ms + last * self.heartbeat_interval_ms if left_ms >= 0 else now_ms

    def _next_work_ms(self, now_ms: int) -> int:
        at, next_ms = bisect_right(self.dues_ms, now_ms), self.closes_at_ms
        return self.dues_ms[at] if at < len(self.dues_ms) and self.dues_ms[at] < next_ms else next_ms

    # -- called by the schedule --------------------------------------------------------------

    def emit(self, body: EventBody, at_ms: int) -> None:
        """Put an event on the stream, unless the stream is closed by then."""
        if at_ms <= self.closes_at_ms:
            # A UUID of its own for each event, without the cost of drawing one: most dialects show none.
            event_id = f"{self.turn_id[:24]}{len(self.events) + 1:012x}"
            self.events.append(Event(at_ms, event_id, body))

    def beat(self, schedule: Schedule, at_ms: int) -> None:
        """Emit a heartbeat, in both forms alternately, and plan the next one (SSE-6)."""
        nth = (at_ms - self.started_at_ms) // self.heartbeat_interval_ms
        self.emit(_HEARTBEATS[(nth + 1) % 2], at_ms)
        self.plan_heartbeat(schedule, at_ms + self.heartbeat_interval_ms)

    def plan_heartbeat(self, schedule: Schedule, due_ms: int) -> None:
        """Plan a heartbeat, unless the stream is closed by then."""
        if due_ms < self.closes_at_ms:
            self.next_heartbeat_ms = due_ms
            self.heartbeat_place = schedule.plan(due_ms, partial(self.beat, schedule), self.heartbeat_place)
        else:
            self.next_heartbeat_ms = None

    def call_tool(self, step: PlannedStep, at_ms: int) -> None:
        """Emit the call of a step's tool."""
        if self.state == "running":
            self.emit(ToolCall(step.preview.tool, step.preview.args, self._call_id(step)), at_ms)

    def do(self, step: PlannedStep, at_ms: int) -> None:
        """Do a step: change the state and emit the tool's result."""
        if self.state != "running":
            return
        if self.outcome.fails and step.weight:
            self._fail(step, at_ms)
            return
        session = self.session
        rng = step_rng(self.randomness, session, self.ordinal, step.ordinal)
        outcome = step.preview
        # A step that changed nothing in the preview is free, so it must not find something to change now.
        if step.weight:
            outcome = apply_edit(step.instruction, session.timeline, session.library, rng, session.history)
        if outcome.changed:
            before, is_first = session.timeline, not self.changed
            session.history = next_history(session.history, before, outcome, is_first=is_first)
            session.timeline, self.changed = outcome.timeline, True
            session.revisions.append(Revision(at_ms, str(step.instruction.kind), outcome.timeline))
        if outcome.generated is not None:
            session.generated.append(outcome.generated)
        if outcome.language is not None:
            session.language = outcome.language
        self.fragments.append(outcome.fragment)
        if step.weight:
            self.emit(ToolResult(outcome.tool, outcome.result, self._call_id(step)), at_ms)

    def speak(self, schedule: Schedule, at_ms: int) -> None:
        """Plan the reply, piece by piece until the turn ends; a silent turn has none (SSE-5)."""
        if self.outcome.silent:
            return
        rng = self.randomness.stream("reply", self.session.session_id, self.ordinal)
        pieces = reply(self.fragments, self.session.language, rng)
        texts = [Text(piece, last=nth == len(pieces)) for nth, piece in enumerate(pieces, 1)]
        if self.outcome.issue:
            texts.append(Text(self.outcome.issue, last=True))
        for nth, text in enumerate(texts, 1):
            due_ms = at_ms + (self.ends_at_ms - at_ms) * nth // (len(texts) + 1)
            self.plan(schedule, due_ms, partial(self.emit, text))

    def finish(self, at_ms: int) -> None:
        """End the turn: consume what was frozen, or release it (CRE-3)."""
        completed = self.state == "running"
        if completed:
            self.state = transition(TURN, self.state, "complete")
        account = self.session.account
        if self.hold is not None:
            (account.ledger.consume if completed else account.ledger.release)(self.hold)
        if self.turn_plan.edits:
            self.session.fee.leave(account, completed=completed)
        account.ledger.note(at_ms)
        self.session.running.remove(self.turn_id)

    def plan(self, schedule: Schedule, due_ms: int, effect: partial[None]) -> None:
        """Plan an effect that the stream wakes up for."""
        insort(self.dues_ms, due_ms)
        schedule.plan(due_ms, effect)

    def _fail(self, step: PlannedStep, at_ms: int) -> None:
        self.state = transition(TURN, self.state, "fail")
        self.fragments = [FAILED]
        self.emit(ToolResult(step.preview.tool, {"status": "error"}, self._call_id(step)), at_ms)

    def _call_id(self, step: PlannedStep) -> str:
        return self.randomness.stream("call", self.turn_id, step.ordinal).uuid()


def begin(
    session: Session,
    turn_plan: TurnPlan,
    outcome: TurnOutcome,
    now_ms: int,
    parameters: Parameters,
    randomness: SeededRandom,
) -> Turn:
    """Freeze the price and return the turn, not yet planned; raise 2001 with nothing changed (CRE-4)."""
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
    account.ledger.note(now_ms)
    session.turns_made += 1
    session.running.append(turn.turn_id)
    return turn


def plan(turn: Turn, schedule: Schedule, parameters: Parameters) -> None:
    """Give every event and every effect of a turn its due time."""
    start_ms, length_ms, steps = turn.started_at_ms, turn.outcome.length_ms, turn.turn_plan.steps
    for step, (starts_ms, ends_ms) in zip(steps, step_times(steps, start_ms, length_ms), strict=True):
        if step.weight:
            turn.plan(schedule, starts_ms, partial(turn.call_tool, step))
        turn.plan(schedule, ends_ms, partial(turn.do, step))
    speaks_ms = reply_start_ms(turn.turn_plan.kind, start_ms, length_ms)
    turn.plan(schedule, speaks_ms, partial(turn.speak, schedule))
    if parameters.heartbeat_interval_ms > 0:  # each plans the next, so that a long turn costs nothing ahead
        turn.heartbeat_interval_ms = parameters.heartbeat_interval_ms
        turn.plan_heartbeat(schedule, start_ms + turn.heartbeat_interval_ms)
    turn.plan(schedule, turn.ends_at_ms, partial(turn.finish))

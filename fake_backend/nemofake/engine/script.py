"""A message to a plan of work: what is to be done, what it costs, and when each thing falls due (SSE-7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .agent import History, Instruction, Kind, Outcome, apply_edit, expand, parse_message
from .entropy import Entropy, Stream
from .rules import Rules
from .sessions import Session
from .timeline import Timeline

# How a turn's time is shared out, as parts of its length.
_WORK_BEGINS, _WORK_ENDS = 0.08, 0.85
_TALK_BEGINS = 0.40
# A raw clip takes this much longer than each thing that is added to it afterwards (SSE-8).
_GENERATION_WEIGHT = 6
# Taking a step back, or taking that back, is free: the edit itself was paid.
_FREE = frozenset({Kind.UNDO, Kind.REDO})


@dataclass(frozen=True, slots=True)
class Stage:
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
class Script:
    """The stages of one turn and what they come to."""

    stages: tuple[Stage, ...]

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

    def length_ms(self, rules: Rules, draw: Stream) -> int:
        """Return how long the turn takes in backend time."""
        ranges = {"generation": rules.generation_ms, "edit": rules.edit_ms, "text": rules.text_ms}
        return draw.between(*ranges[self.kind])

    def price(self, session: Session, rules: Rules) -> int:
        """Return the credits the turn must freeze when it starts (CRE-2, CRE-3)."""
        editing = session.fee.due(rules.editing_price) if self.edits else 0
        return self.clips * rules.generation_price + editing


def stage_draw(entropy: Entropy, session: Session, turn: int, stage: int) -> Stream:
    """Return the stage's own numbers: the same when foreseen and when done."""
    return entropy.stream("stage", session.session_id, turn, stage)


def next_history(history: History, before: Timeline, outcome: Outcome, *, is_first: bool) -> History:
    """Return the history after an outcome: one step for each turn, whatever it changes."""
    if outcome.history is not None:
        return outcome.history
    return history.after(before) if outcome.changed and is_first else history


def write_script(session: Session, message: str, entropy: Entropy) -> Script:
    """Read a message and try it out on the session's timeline, without changing anything."""
    timeline, library, history = session.timeline, session.library, session.history
    stages: list[Stage] = []
    for instruction in parse_message(message, library):
        for nth, step in enumerate(expand(instruction)):
            draw = stage_draw(entropy, session, session.turns_made, len(stages))
            outcome = apply_edit(step, timeline, library, draw, history)
            history = next_history(
                history, timeline, outcome, is_first=not any(s.foreseen.changed for s in stages)
            )
            if outcome.changed:
                timeline = outcome.timeline
            if outcome.generated is not None:
                library = replace(library, generated=(*library.generated, outcome.generated))
            stages.append(Stage(len(stages), step, outcome, charged=nth == 0 and step.kind not in _FREE))
    return Script(tuple(stages))


def slots(stages: Sequence[Stage], start_ms: int, length_ms: int) -> list[tuple[int, int]]:
    """Return when each stage begins and ends, engine ms: in order, within the turn's working time."""
    begin, span = start_ms + _WORK_BEGINS * length_ms, (_WORK_ENDS - _WORK_BEGINS) * length_ms
    whole, done, result = sum(s.weight for s in stages) or 1, 0, []
    for stage in stages:
        first, done = done, done + stage.weight
        result.append((int(begin + span * first / whole), int(begin + span * done / whole)))
    return result


def speaks_at_ms(kind: str, start_ms: int, length_ms: int) -> int:
    """Return when the agent starts to talk: after its work, or after a moment's thought."""
    return start_ms + int(length_ms * (_TALK_BEGINS if kind == "text" else _WORK_ENDS))

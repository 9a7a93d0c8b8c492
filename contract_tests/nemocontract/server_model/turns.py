"""One message and its possible outcomes by now (SSE-7, CRE-2, CRE-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from nemocontract.server_model.messages import KNOWN, Message

CLIP: Final = 100  # CRE-2: a generated clip
FEE: Final = 50  # CRE-2: editing, once per session
_SECOND: Final = 1000
# SSE-7: shortest and longest time of each kind; an edit that finds nothing to do is talk.
TAKES_MS: Final = {
    "talk": (5 * _SECOND, 15 * _SECOND),
    "edit": (10 * _SECOND, 30 * _SECOND),
    "generation": (100 * _SECOND, 300 * _SECOND),
}
Phase = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True)
class PossibleOutcome:
    """What may have become of a turn: its phase, the clips it is charged for, whether it is an edit."""

    phase: Phase
    clips: int
    edits: bool
    surplus: int = 0  # charged or frozen without cause; used only to find the violated clause
    extra: int = 0  # spent, whatever the phase


@dataclass(frozen=True, slots=True)
class Span:
    """When something was seen: an exchange from its sending to its end, milliseconds since 1970."""

    since_ms: int
    until_ms: int


@dataclass(slots=True, eq=False)
class Turn:
    """A message that was accepted.

    It ends between ``first_end_ms`` and ``last_end_ms`` (None: unknown). ``sure``: it finds something
    to do; None: that is not known. ``worked``: its stream was read to the end, and showed work or none.
    ``may_fail``: the backend is one whose work may fail. ``repeat``: the same message was sent before;
    ``later``: something was. ``unknown_before``: the state at its beginning is not known.
    """

    session_id: str
    text: str
    message: Message | None
    first_end_ms: int
    last_end_ms: int | None
    sure: bool | None = None
    worked: bool | None = None
    failed: bool | None = None
    silent: bool = False
    left: bool = False
    may_fail: bool = False
    repeat: bool = False
    later: bool = False
    unknown_before: bool = False
    silent_share: float | None = None
    seq: int | None = None
    ruled_out: set[tuple[int, bool]] = field(default_factory=set)

    @classmethod
    def started(cls, session_id: str, text: str, at: Span, *, sure: bool | None, may_fail: bool) -> Turn:
        """Return a turn that began within a span."""
        message = KNOWN.get(text)
        shortest, longest = _bounds_ms(message, sure)
        return cls(
            session_id,
            text,
            message,
            at.since_ms + shortest,
            None if longest is None else at.until_ms + longest,
            sure,
            may_fail=may_fail,
        )

    @property
    def is_talk(self) -> bool:
        """Whether it is known to change nothing."""
        if self.message is not None and self.message.kind == "talk":
            return True
        return self.worked is False or self.failed is True

    def is_over(self, at: Span) -> bool:
        """Return whether it had ended certainly before this was seen."""
        return self.last_end_ms is not None and self.last_end_ms <= at.since_ms

    def is_running(self, at: Span) -> bool:
        """Return whether it was under way certainly while this was seen."""
        return self.first_end_ms > at.until_ms

    def close(self, at_ms: int) -> None:
        """Note that its stream came to its end, and so did it (SSE-4)."""
        self.last_end_ms = at_ms if self.last_end_ms is None else min(self.last_end_ms, at_ms)

    def prices(self, *, learned: bool = True) -> set[tuple[int, bool]]:
        """Return what it may be charged for: clips, and whether the session's fee."""
        allowed = prices_of(self.message, self.sure, self.worked)
        return allowed - self.ruled_out if learned else allowed

    def outcomes(self, at: Span, *, learned: bool = True) -> set[PossibleOutcome]:
        """Return what may have become of it when this was seen; ``learned``: by earlier balances, too."""
        phases: set[Phase] = set()
        if not self.is_over(at):
            phases.add("running")
        if not self.is_running(at):
            phases |= self._endings()
        return {
            PossibleOutcome(phase, clips, edits)
            for phase in phases
            for clips, edits in self.prices(learned=learned)
        }

    def _endings(self) -> set[Phase]:
        if self.failed is not None:
            return {"failed"} if self.failed else {"done"}
        return {"done", "failed"} if self.may_fail else {"done"}


def prices_of(
    message: Message | None, sure: bool | None, worked: bool | None = None
) -> set[tuple[int, bool]]:
    """Return what a message may be charged for (CRE-2); of one that is not known, only that it is little."""
    if message is None:
        return {(0, False), (0, True), (1, False), (1, True)}
    if message.kind == "talk":
        return {(0, False)}
    if message.clips:
        return {(message.clips, message.edits)}
    asked, free = (0, True), (0, False)
    if worked or (sure and worked is None):
        return {asked}
    return {free} if worked is False and not sure else {asked, free}


def _bounds_ms(message: Message | None, sure: bool | None) -> tuple[int, int | None]:
    if message is None:
        return TAKES_MS["talk"][0], None
    shortest, longest = TAKES_MS[message.kind]
    return (shortest if message.kind != "edit" or sure else TAKES_MS["talk"][0]), longest


# -- wrong outcomes, used to find the violated clause ----------------------------------------------


def uncharged_or_double(outcome: PossibleOutcome) -> Iterable[PossibleOutcome]:
    """Yield what it would be if it never was charged, or charged twice."""
    yield replace(outcome, phase="failed")
    for price in {outcome.clips * CLIP + outcome.edits * FEE, outcome.clips * CLIP, FEE}:
        yield replace(outcome, extra=price)


def unrefunded(outcome: PossibleOutcome) -> Iterator[PossibleOutcome]:
    """Yield what it would be if a failure was not given back, or not in full."""
    yield from unsettled(outcome)
    for price in (outcome.clips * CLIP, FEE):
        yield replace(outcome, phase="failed", extra=price // 2)


def double_fee(outcome: PossibleOutcome) -> Iterable[PossibleOutcome]:
    """Yield what it would be if the session's fee was taken once more for it."""
    if outcome.edits:
        yield replace(outcome, surplus=FEE)


def unsettled(outcome: PossibleOutcome) -> Iterator[PossibleOutcome]:
    """Yield what it would be if it was settled too early, too late, or the other way round."""
    yield replace(outcome, phase="running")
    yield replace(outcome, phase="done")
    yield replace(outcome, phase="failed")


def mispriced(outcome: PossibleOutcome) -> Iterator[PossibleOutcome]:
    """Yield what it would be if something else was charged for it."""
    yield replace(outcome, edits=not outcome.edits)
    yield from (replace(outcome, clips=clips) for clips in (0, 1, 2, 3))
    yield replace(outcome, surplus=FEE)
    yield replace(outcome, surplus=-FEE)

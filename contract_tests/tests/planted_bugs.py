"""Breakages of the fake that the server machine must find: each breaks one clause, for a block's time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from nemofake.engine import accounts, sessions, turns
from nemofake.engine.errors import BackendError
from nemofake.engine.turns import Text, Turn
from nemofake.http import streaming
from nemofake.wire import sse

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Planted:
    """``clauses``: any of these is the right one to name; ``most_steps``: how long its scenario may be."""

    name: str
    clauses: frozenset[str]
    patches: Callable[[], list[Patch]]
    most_steps: int
    examples: int = 300


PLANTED: list[Planted] = []


def planted(*clauses: str, most_steps: int = 8) -> Callable[[Callable[[], list[Patch]]], None]:
    """Register a breakage; its name is the function's."""

    def register(patches: Callable[[], list[Patch]]) -> None:
        name = patches.__name__.strip("_").replace("_", "-")
        PLANTED.append(Planted(name, frozenset(clauses), patches, most_steps))

    return register


@contextmanager
def broken(one: Planted) -> Iterator[None]:
    """Break the fake for as long as the block lasts."""
    with ExitStack() as stack:
        for owner, name, value in one.patches():
            stack.enter_context(mock.patch.object(owner, name, value))
        yield


def nothing(*_args: Any, **_kwargs: Any) -> None:
    """Do nothing."""


# -- credits ---------------------------------------------------------------------------------------


@planted("CRE-3")
def _failed_turns_cost() -> list[Patch]:
    right = Turn.finish

    def finish(self: Turn, at_ms: int) -> None:
        if self.state == "failed":
            self.state = "running"
        right(self, at_ms)

    return [(Turn, "finish", finish)]


@planted("CRE-2", "SSE-11", "SSE-12")
def _charged_twice() -> list[Patch]:
    right = accounts.Ledger.consume

    def consume(self: accounts.Ledger, hold: accounts.Hold) -> None:
        right(self, hold)
        self.available -= hold.amount
        self.consumed += hold.amount

    return [(accounts.Ledger, "consume", consume)]


@planted("CRE-2", "SSE-12")
def _the_fee_is_taken_for_every_edit() -> list[Patch]:
    def due(self: sessions.SessionEditFee, price: int) -> int:
        return 0 if self.hold else price

    return [(sessions.SessionEditFee, "due", due)]


@planted("CRE-3")
def _spent_at_once() -> list[Patch]:
    right = turns.begin

    def begin(*args: Any, **kwargs: Any) -> Turn:
        turn = right(*args, **kwargs)
        if turn.hold is not None:
            turn.session.account.ledger.consume(turn.hold)
            turn.hold = None
        return turn

    return [(turns, "begin", begin)]


@planted("CRE-4")
def _the_last_credit_cannot_be_spent() -> list[Patch]:
    def require(self: accounts.Ledger, amount: int) -> None:
        if amount and amount >= self.available:
            raise BackendError(2001)

    return [(accounts.Ledger, "require", require)]


@planted("CRE-4", "CRE-1", "CRE-5")
def _on_credit() -> list[Patch]:
    return [(accounts.Ledger, "require", nothing)]


@planted("CRE-1")
def _total_forgets_what_is_frozen() -> list[Patch]:
    return [(accounts.Ledger, "total", property(lambda self: self.available))]


@planted("SSE-12", "CRE-2", "CRE-3")
def _the_same_again_is_free() -> list[Patch]:
    right = turns.begin

    def begin(session: Any, script: Any, outcome: Any, *rest: Any) -> Turn:
        _, said = _SAID.setdefault(id(session), (session, set()))  # kept, so that no id comes again
        key = str([stage.instruction for stage in script.steps])
        again = key in said
        said.add(key)
        turn = right(session, script, outcome, *rest)
        if again and turn.hold is not None:
            session.account.ledger.release(turn.hold)
            turn.hold = None
        return turn

    _SAID.clear()
    return [(turns, "begin", begin)]


_SAID: dict[int, tuple[Any, set[str]]] = {}


# -- chat ------------------------------------------------------------------------------------------


@planted("SSE-5")
def _silent_at_no_share() -> list[Patch]:
    right = turns.begin

    def begin(session: Any, script: Any, outcome: Any, *rest: Any) -> Turn:
        return right(session, script, replace(outcome, silent=outcome.silent or script.kind == "edit"), *rest)

    return [(turns, "begin", begin)]


@planted("SSE-5", "STA-1")
def _a_silent_edit_is_not_done() -> list[Patch]:
    right = Turn.do

    def do(self: Turn, stage: Any, at_ms: int) -> None:
        kept = self.session.timeline
        right(self, stage, at_ms)
        if self.outcome.silent:
            self.session.timeline = kept

    return [(Turn, "do", do)]


@planted("SSE-11", most_steps=10)
def _who_goes_away_stops_the_work() -> list[Patch]:
    right = streaming.TurnStream._follow

    async def follow(self: streaming.TurnStream, send: Any, waiter: Any) -> bool:
        closed = await right(self, send, waiter)
        if not closed and self._turn.state == "running":
            self._turn.state = "failed"
        return closed

    return [(streaming.TurnStream, "_follow", follow)]


@planted("SSE-4")
def _a_last_event_says_done() -> list[Patch]:
    right = Turn.finish

    def finish(self: Turn, at_ms: int) -> None:
        self.emit(Text("\0done", last=True), at_ms)
        right(self, at_ms)

    def text(body: Text) -> str:
        return "data: [DONE]\n\n" if body.content == "\0done" else _TEXT(body)

    return [(Turn, "finish", finish), (sse, "_TYPED", {**sse._TYPED, Text: text})]


_TEXT = sse._text


@planted("SSE-3", "SSE-7", "STA-1", "SSE-5")
def _an_unknown_event() -> list[Patch]:
    def text(body: Text) -> str:
        return _TEXT(body).replace('"type":"text"', '"type":"message"')

    return [(sse, "_TYPED", {**sse._TYPED, Text: text})]


@planted("SSE-6")
def _no_signs_of_life() -> list[Patch]:
    return [(Turn, "plan_heartbeat", nothing)]


@planted("SSE-7", "CRE-3")
def _edits_take_a_minute() -> list[Patch]:
    right = turns.begin

    def begin(session: Any, script: Any, outcome: Any, *rest: Any) -> Turn:
        slow = replace(outcome, length_ms=60_000) if script.kind == "edit" else outcome
        return right(session, script, slow, *rest)

    return [(turns, "begin", begin)]

"""Breakages of the fake that the server machine must find: each breaks one clause, for a block's time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

from nemofake.engine import accounts, backend, ledger, renders, sessions, turns, world
from nemofake.engine.entropy import Stream
from nemofake.engine.errors import BackendError
from nemofake.engine.events import Text
from nemofake.engine.turns import Turn
from nemofake.http import answers, bodies, streaming
from nemofake.wire import envelope, render, sse

Patch = tuple[Any, str, Any]


@dataclass(frozen=True)
class Planted:
    """``clauses``: any of these is the right one to name; ``most_steps``: how long its story may be."""

    name: str
    clauses: frozenset[str]
    patches: Callable[[], list[Patch]]
    most_steps: int
    examples: int = 100


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


def _nothing(*_args: Any, **_told: Any) -> None:
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
    right = ledger.Ledger.consume

    def consume(self: ledger.Ledger, hold: ledger.Hold) -> None:
        right(self, hold)
        self.available -= hold.amount
        self.consumed += hold.amount

    return [(ledger.Ledger, "consume", consume)]


@planted("CRE-2", "SSE-12")
def _the_fee_is_taken_for_every_edit() -> list[Patch]:
    def due(self: sessions.EditingFee, price: int) -> int:
        return 0 if self.hold else price

    return [(sessions.EditingFee, "due", due)]


@planted("CRE-3")
def _spent_at_once() -> list[Patch]:
    right = turns.begin

    def begin(*args: Any, **told: Any) -> Turn:
        turn = right(*args, **told)
        if turn.hold is not None:
            turn.session.account.ledger.consume(turn.hold)
            turn.hold = None
        return turn

    return [(turns, "begin", begin)]


@planted("CRE-4")
def _the_last_credit_cannot_be_spent() -> list[Patch]:
    def require(self: ledger.Ledger, amount: int) -> None:
        if amount and amount >= self.available:
            raise BackendError(2001)

    return [(ledger.Ledger, "require", require)]


@planted("CRE-4", "CRE-1", "CRE-5")
def _on_credit() -> list[Patch]:
    return [(ledger.Ledger, "require", _nothing)]


@planted("CRE-1")
def _total_forgets_what_is_frozen() -> list[Patch]:
    return [(ledger.Ledger, "total", property(lambda self: self.available))]


@planted("SSE-12", "CRE-2")
def _the_same_again_is_free() -> list[Patch]:
    right = turns.begin

    def begin(session: Any, script: Any, lot: Any, *rest: Any) -> Turn:
        _, said = _SAID.setdefault(id(session), (session, set()))  # kept, so that no id comes again
        key = str([stage.instruction for stage in script.stages])
        again = key in said
        said.add(key)
        turn = right(session, script, lot, *rest)
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

    def begin(session: Any, script: Any, lot: Any, *rest: Any) -> Turn:
        return right(session, script, replace(lot, silent=lot.silent or script.kind == "edit"), *rest)

    return [(turns, "begin", begin)]


@planted("SSE-5", "STA-1")
def _a_silent_edit_is_not_done() -> list[Patch]:
    right = Turn.do

    def do(self: Turn, stage: Any, at_ms: int) -> None:
        kept = self.session.timeline
        right(self, stage, at_ms)
        if self.lot.silent:
            self.session.timeline = kept

    return [(Turn, "do", do)]


@planted("SSE-11")
def _who_goes_away_stops_the_work() -> list[Patch]:
    right = streaming.TurnStream._follow

    async def follow(self: streaming.TurnStream, send: Any, sleeper: Any) -> bool:
        closed = await right(self, send, sleeper)
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
    return [(turns, "_plan_heartbeats", _nothing)]


@planted("SSE-7", "CRE-3")
def _edits_take_a_minute() -> list[Patch]:
    right = turns.begin

    def begin(session: Any, script: Any, lot: Any, *rest: Any) -> Turn:
        slow = replace(lot, length_ms=60_000) if script.kind == "edit" else lot
        return right(session, script, slow, *rest)

    return [(turns, "begin", begin)]


# -- sessions and state ----------------------------------------------------------------------------


@planted("SES-2")
def _sessions_are_seen_by_all() -> list[Patch]:
    def session(self: world.World, session_id: str, token: Any) -> Any:
        if session_id not in self.sessions:
            raise BackendError(1002)
        return self.sessions[session_id]

    return [(world.World, "session", session)]


@planted("SES-2")
def _strangers_are_told_apart() -> list[Patch]:
    right = world.World.session

    def session(self: world.World, session_id: str, token: Any) -> Any:
        if session_id in self.sessions and self.sessions[session_id].account is not token.account:
            raise BackendError(1002, "it is somebody else's")
        return right(self, session_id, token)

    return [(world.World, "session", session)]


@planted("STA-1")
def _reading_changes_the_state() -> list[Patch]:
    right = sessions.Session.snapshot

    def snapshot(self: sessions.Session, origin: str) -> dict[str, Any]:
        told = right(self, origin)
        width, height = self.timeline.canvas
        self.timeline = replace(self.timeline, canvas=(width, height + 2))
        return told

    return [(sessions.Session, "snapshot", snapshot)]


@planted("STA-1")
def _the_state_names_another_task() -> list[Patch]:
    right = sessions.Session.snapshot
    return [(sessions.Session, "snapshot", lambda self, origin: right(self, origin) | {"task_id": "1" * 19})]


@planted("UPL-2")
def _the_second_file_is_lost() -> list[Patch]:
    right = sessions.Session.snapshot

    def snapshot(self: sessions.Session, origin: str) -> dict[str, Any]:
        told = right(self, origin)
        told["state"]["video_infos"] = told["state"]["video_infos"][:1]
        return told

    return [(sessions.Session, "snapshot", snapshot)]


# -- tokens ----------------------------------------------------------------------------------------


@planted("AUTH-5")
def _tokens_live_for_ever() -> list[Patch]:
    return [(accounts.Token, "opens", lambda self, _: self.state != "revoked")]


@planted("AUTH-5", "AUTH-6")
def _revoked_tokens_open() -> list[Patch]:
    return [(accounts.Token, "opens", lambda self, now_ms: now_ms < self.expires_at_ms)]


@planted("AUTH-7")
def _every_token_may_everything() -> list[Patch]:
    return [(accounts.Token, "may", lambda *_: True)]


# -- exports ---------------------------------------------------------------------------------------


@planted("REN-6")
def _progress_falls() -> list[Patch]:
    def progress(self: renders.RenderJob, now_ms: int) -> int:
        return 100 if self.state == "completed" else max(0, 90 - (now_ms - self.created_at_ms) // 1000)

    return [(renders.RenderJob, "progress", progress)]


@planted("REN-6", "REN-9", "REN-12")
def _done_too_early() -> list[Patch]:
    right = renders.plan_job

    def plan_job(now_ms: int, rules: Any, draw: Any, **told: Any) -> Any:
        return right(now_ms, replace(rules, render_ms=(5_000, 20_000)), draw, **told)

    return [(backend, "plan_job", plan_job)]


@planted("REN-10")
def _jobs_are_seen_by_all() -> list[Patch]:
    right = world.World.render

    def render_(self: world.World, render_id: str, token: Any) -> Any:
        for job in self.renders.values():
            if job.render_id == render_id:
                job.advance(self.now_ms)
                return job
        return right(self, render_id, token)

    return [(world.World, "render", render_)]


@planted("REN-4", most_steps=9)
def _export_ids_may_come_again() -> list[Patch]:
    class Forgetful(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            return False

    right = world.World.__init__

    def init(self: world.World, *args: Any, **told: Any) -> None:
        right(self, *args, **told)
        self.renders = Forgetful()

    return [(world.World, "__init__", init)]


@planted("REN-12")
def _a_cancelled_job_goes_on() -> list[Patch]:
    return [(renders.RenderJob, "cancel", _nothing)]


@planted("REN-3")
def _exports_need_no_attribution() -> list[Patch]:
    return [(backend, "check_export_right", _nothing)]


@planted("REN-5")
def _empty_drafts_are_exported() -> list[Patch]:
    return [(backend, "check_ready", _nothing), (backend, "draft_length_ms", lambda _: 1000)]


@planted("REN-7")
def _exports_come_in_an_envelope() -> list[Patch]:
    def view(shown: Any, profile: Any) -> bytes:
        return envelope.success(render._flat(shown))

    return [(answers, "render_view", view)]


# -- envelopes -------------------------------------------------------------------------------------


@planted("ENV-3")
def _codes_have_statuses_in_every_profile() -> list[Patch]:
    right = answers.refusal

    def refusal(error: BackendError, profile: Any = None) -> Any:
        answer = right(error)
        answer.status_code = error.fault.strict_status
        return answer

    return [(answers, "refusal", refusal)]


@planted("ENV-2", most_steps=12)
def _a_refusal_has_data() -> list[Patch]:
    right = envelope.failure

    def failure(*args: Any) -> Any:
        told = right(*args)
        return told._replace(body=told.body.replace(b'"data":null', b'"data":{}'))

    return [(answers, "failure", failure)]


@planted("ENV-4")
def _a_refusal_does_not_say_why() -> list[Patch]:
    return [(bodies, "told", lambda _: "something is wrong")]


# -- chance ----------------------------------------------------------------------------------------


@planted("SSE-5")
def _chance_that_no_seed_rules() -> list[Patch]:
    return [(Stream, "uuid", lambda _: os.urandom(16).hex())]

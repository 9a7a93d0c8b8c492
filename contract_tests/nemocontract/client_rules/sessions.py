"""Rules about sessions: one before anything else, a new one after 1002 (C-SES-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.identity import has_code, issued
from nemocontract.client_rules.request_identity import Span, spans
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange, id_in

_IN_PATH: Final = ("state", "upload")
_IN_BODY: Final = {
    "chat": ("session_id", "sessionId"),
    "render.submit": ("sessionId",),  # REN-1
    "token.claim": ("session_id",),
}
_NEEDY: Final = (*_IN_PATH, *_IN_BODY)
_UNSET: Final = ("", "none", "null", "undefined", "nil")


def session_of(exchange: Exchange) -> str:
    """Return the id of the session that a request names, empty where it names none."""
    if exchange.operation in _IN_PATH:
        return id_in(exchange.path)
    body = exchange.body if isinstance(exchange.body, dict) else {}
    named = (body.get(name) for name in _IN_BODY.get(exchange.operation, ()))
    return next((str(value) for value in named if value), "")


def made(exchange: Exchange) -> str:
    """Return the id of the session that an answer brought the client, empty where none arrived (SES-1)."""
    arrived = exchange.operation == "session.create" and exchange.succeeded and exchange.ending == "complete"
    return str(exchange.data.get("session_id") or "") if arrived else ""


@rule(
    "C-SES-1",
    "sessions.comes-first",
    "A session is made before the first message, state, upload, export, claim or look at the credits.",
)
def _comes_first(run: ClientRun) -> Iterator[RuleResult]:
    new_here = run.known.complete and bool(run.known.token_set)
    for exchange in run.traffic:
        if exchange.operation == "session.create" and made(exchange):
            return
        new_here = new_here or bool(issued(exchange))
        if _needs_one(exchange, new_here):
            kept = exchange.operation in _NEEDY and bool(session_of(exchange)) and exchange.code != 1002
            yield RuleResult(kept, "a session made before it", f"{exchange.operation} came first", exchange)
            return


def _needs_one(exchange: Exchange, new_here: bool) -> bool:
    """Tell whether a request needs a session; credits do for certain only where none can have been kept."""
    return exchange.operation in _NEEDY or (exchange.operation == "credits" and new_here)


@rule("C-SES-1", "sessions.ids-are-given", "Session ids are those that the server gave out.")
def _ids_are_given(run: ClientRun) -> Iterator[RuleResult]:
    given: set[str] = set()
    for exchange in run.traffic:
        given |= {made(exchange)} - {""}
        if exchange.operation in _NEEDY:
            named = session_of(exchange)
            # An id from an earlier start is known to the server; one from nowhere is not.
            passed = named in given or (bool(named) and exchange.code not in (1002, 400))
            given |= {named} if passed else set()
            yield RuleResult(passed, _expected_id(run, exchange), _named(named), exchange)


def _expected_id(run: ClientRun, exchange: Exchange) -> str:
    ids = [made(one) for one in run.of("session.create") if one.seq < exchange.seq and made(one)]
    return (
        f"the id of a session that was made, {ids[-1]} (data.session_id)" if ids else "a session made before"
    )


def _named(session: str) -> str:
    """Return how a violation shows a session id; what an unset variable spells is pointed out."""
    if session.lower() in _UNSET:
        return f"{session or 'no session id'}: the answer has it in data.session_id, not at the top level"
    return session


@rule("C-SES-1", "sessions.lost-stays-lost", "A session that was answered 1002 is not used again.")
def _lost_stays_lost(run: ClientRun) -> Iterator[RuleResult]:
    lost: dict[str, Exchange] = {}
    for exchange in run.traffic:
        if exchange.operation not in _NEEDY or not (named := session_of(exchange)):
            continue
        if lost:
            seen = f"{named}, lost since request {lost[named].seq}" if named in lost else ""
            yield RuleResult(named not in lost, "a new session", seen, exchange)
        if has_code(exchange, 1002):
            lost.setdefault(named, exchange)


@rule(
    "C-SES-1",
    "sessions.new-one-after-1002",
    "A message or upload that is answered 1002 is followed by a new session.",
)
def _new_one_after_1002(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.complete:
        return
    for span in spans(run):
        lost = next(_lost(span), None)
        if lost is not None and not span.left:
            made_one = any(one.operation == "session.create" for one in span.after(lost))
            yield RuleResult(made_one, "a new session", "" if made_one else "no session was made", lost)


def _lost(span: Span) -> Iterator[Exchange]:
    return (one for one in span.exchanges if one.operation in ("chat", "upload") and has_code(one, 1002))


@rule("C-SES-1", "sessions.is-kept", "No further session is made while there is one.")
def _is_kept(run: ClientRun) -> Iterator[RuleResult]:
    if run.said is None:
        return  # the recorded client may have begun another project
    live = ""
    for exchange in run.traffic:
        if exchange.operation == "session.create":
            yield RuleResult(not live, "the session that there is", f"{live} was still good", exchange)
            live = made(exchange) or live
        elif issued(exchange) or has_code(exchange, 1002):
            live = ""

"""The gates in a request's way, by what the books say: token, scope, body, user, session, and its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from nemocontract.auditing.accounts import WEEK_MS, Token
from nemocontract.auditing.bodies import complaints, is_odd, ready, unsupported
from nemocontract.auditing.books import PER_ADDRESS, Books
from nemocontract.auditing.charges import needed
from nemocontract.auditing.gates import SCOPES, Gate, ill_formed, may, must
from nemocontract.auditing.messages import KNOWN
from nemocontract.auditing.turns import Span, prices_of
from nemocontract.traffic import Exchange, id_in

_ATTRIBUTION: Final = ("x-skill-source", "x-skill-version", "x-skill-platform")  # REN-3
_USER: Final = re.compile(r"/api/(?:tasks|state/nemo_agent|upload-video/nemo_agent)/([^/?]+)/")
_SID_IN_BODY: Final = {"chat": "session_id", "render.submit": "sessionId", "token.claim": "session_id"}
_SID_IN_PATH: Final = ("state", "upload")


def gates(books: Books, told: Exchange, at: Span) -> Iterator[Gate]:
    """Yield what may refuse a request, in the order in which servers look at it."""
    if told.operation == "token.issue":
        yield from _issue(books, told, at)
    if told.operation not in SCOPES:
        return
    token = books.token(told)
    yield from _token(books, told, token, at)
    if token is None:
        return
    if token.lacks(SCOPES[told.operation]):
        yield must(403, "AUTH-7", f"the scope {SCOPES[told.operation]} is lacking")
    if wrong := complaints(told.operation, told.headers.get("content-type", ""), told.body):
        yield ill_formed(wrong)
    elif is_odd(told.body):
        yield may(400, "ENV-4")
    yield from _user(told, token)
    yield from _session(books, told, token)
    if own := _OWN.get(told.operation):
        yield from own(books, told, token, at)


# -- tokens ----------------------------------------------------------------------------------------


def _issue(books: Books, told: Exchange, at: Span) -> Iterator[Gate]:
    client = told.headers.get("x-client-id", "").strip()
    if not client:
        yield must(400, "AUTH-2", "no client id")
    yield from _limited(books.clients.get(client, ()), 1, "AUTH-3", "one token a client in 7 days", at)
    yield from _limited(books.issued, PER_ADDRESS, "AUTH-4", "ten tokens an address in 7 days", at)
    if not books.alone:
        yield may(429, "AUTH-3")


def _limited(issued: Sequence[Span], most: int, clause: str, why: str, at: Span) -> Iterator[Gate]:
    if sum(one.since_ms + WEEK_MS > at.until_ms for one in issued) >= most:
        yield must(429, clause, why)
    elif sum(one.until_ms + WEEK_MS > at.since_ms for one in issued) >= most:
        yield may(429, clause)


def _token(books: Books, told: Exchange, token: Token | None, at: Span) -> Iterator[Gate]:
    if books.bearer(told) is None:
        yield must(1001, "AUTH-6", "no token")
    elif token is None:
        clause = "AUTH-8" if books.bearer(told) in books.claims else "AUTH-6"
        yield must(1001, clause, "a token that gives no access")
    elif token.dead(at):
        yield must(1001, "AUTH-5", "a token that is over")
    elif token.dead(at) is None:
        yield may(1001, "AUTH-5")


# -- users and sessions ----------------------------------------------------------------------------


def user_of(told: Exchange) -> Any:
    """Return the user that a request names, `me` where it names none."""
    if found := _USER.search(told.path):
        return found[1]
    return _body(told).get("user_id", "me") if told.operation == "chat" else "me"


def _user(told: Exchange, token: Token) -> Iterator[Gate]:
    if user_of(told) not in ("me", token.account.user_id):
        yield must(1002, "SES-3", "somebody else's user id")


def session_of(told: Exchange) -> Any:
    """Return the session that a request names, None where it names none."""
    if told.operation in _SID_IN_PATH:
        return id_in(told.path)
    name = _SID_IN_BODY.get(told.operation)
    return None if name is None else _body(told).get(name)


def _session(books: Books, told: Exchange, token: Token) -> Iterator[Gate]:
    wanted = session_of(told)
    if not isinstance(wanted, str) or books.project(wanted, token) is not None:
        return
    if books.alone or wanted in books.projects:
        why = "another user's session" if wanted in books.projects else "no session of this id"
        yield must(1002, "SES-2", why)
    else:
        yield may(1002, "SES-2")


def _body(told: Exchange) -> Mapping[str, Any]:
    return told.body if isinstance(told.body, Mapping) else {}


# -- what single operations demand -----------------------------------------------------------------


def _claim(books: Books, told: Exchange, token: Token, at: Span) -> Iterator[Gate]:  # noqa: ARG001
    project = books.project(session_of(told), token)
    if project is not None and _body(told).get("task_id") != project.task_id:
        yield must(1002, "SES-2", "a task that is not the session's")


def _chat(books: Books, told: Exchange, token: Token, at: Span) -> Iterator[Gate]:
    project = books.project(session_of(told), token)
    if project is None:
        return
    granted = token.account.granted
    message = KNOWN.get(message_of(told))
    prices = prices_of(message, project.sure(message))
    short = set()
    for bill in token.account.bills(at, project.session_id):
        for price in needed(prices, bill):
            short.add(None if granted is None else price > granted - bill.spent - bill.held)
    if short == {True}:
        yield must(2001, "CRE-4", f"too few credits of {granted} for {message_of(told)!r}")
    elif short != {False}:
        yield may(2001, "CRE-4")


def message_of(told: Exchange) -> str:
    """Return what a chat message says, empty where it says nothing."""
    message = _body(told).get("new_message", _body(told).get("newMessage"))
    parts = message.get("parts") if isinstance(message, Mapping) else None
    texts = [p.get("text") for p in parts if isinstance(p, Mapping)] if isinstance(parts, list) else []
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def _upload(books: Books, told: Exchange, token: Token, at: Span) -> Iterator[Gate]:  # noqa: ARG001
    if told.headers.get("content-type", "").startswith("multipart/"):
        yield from (may(code, clause) for code, clause in ((4001, "UPL-3"), (4002, "UPL-4"), (400, "ENV-4")))
    elif strange := next(unsupported(_body(told).get("urls")), None):
        yield must(4001, "UPL-3", f"no format that is taken: {strange}")


def _submit(books: Books, told: Exchange, token: Token, at: Span) -> Iterator[Gate]:  # noqa: ARG001
    account, body = token.account, _body(told)
    if account.blocked:
        yield must(402, "REN-3", "an account that may not export")
    if not account.paid and not all(told.headers.get(name, "").strip() for name in _ATTRIBUTION):
        yield must(402, "REN-3", "an attribution header is missing on the free plan")
    if not ready(body.get("draft")):
        yield must(400, "REN-5", "a draft without a segment")
    if (token.value, body.get("id")) in books.jobs:
        yield must(409, "REN-4", "an export id that was used before")


def _job(books: Books, told: Exchange, token: Token, at: Span) -> Iterator[Gate]:
    wanted = id_in(told.path)
    job = books.jobs.get((token.value, wanted))
    if job is None:
        other = any(render_id == wanted for _, render_id in books.jobs)
        yield must(404, "REN-10" if other else "REN-11", "a job that this token did not submit")
    elif told.operation == "render.cancel":
        yield from _conflict(job.unfinished(at), "REN-12", "a job that has ended")
    elif told.operation == "render.download":
        yield from _conflict(job.completed(at), "REN-9", "a job whose film is not there")


def _conflict(fine: bool | None, clause: str, why: str) -> Iterator[Gate]:
    if fine is not True:
        yield must(409, clause, why) if fine is False else may(409, clause)


_Own = Callable[[Books, Exchange, Token, Span], Iterator[Gate]]
_OWN: Final[Mapping[str, _Own]] = {
    "token.claim": _claim,
    "chat": _chat,
    "upload": _upload,
    "render.submit": _submit,
    "render.status": _job,
    "render.cancel": _job,
    "render.download": _job,
}

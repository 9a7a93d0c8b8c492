"""What holds of every answer, whatever was asked: its envelope, its status, nothing of the insides (ENV)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemocontract.recording import Exchange, id_in
from nemocontract.server_checks.expectations import is_failure, is_success
from nemocontract.server_model.accounts import WEEK_MS, Token
from nemocontract.server_model.billing import needed
from nemocontract.server_model.checker import Checker, body_errors, may_be_rejected, ready, unsupported
from nemocontract.server_model.messages import KNOWN
from nemocontract.server_model.state import PER_ADDRESS, ModelState
from nemocontract.server_model.turns import Span, prices_of

# ENV-3: what the strict profile makes of a four-digit code.
_STATUS: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
_INSIDES: Final = re.compile(r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\w+Error: ")
_ENVELOPED: Final = ("token.issue", "token.claim", "session.create", "credits", "state", "upload")


def check_answer(claim: Checker, told: Exchange, strict: bool | None) -> None:
    """Claim ENV-1 to ENV-4 of an answer; ``strict``: whether codes have statuses of their own, if known."""
    shown = told.answer if told.events is None else ""
    tidy = told.succeeded or not _INSIDES.search(_text(shown))
    clean = (told.status or 0) < 500 and tidy
    claim("ENV-4", clean, "no 500, and nothing of the server's insides", f"{told.status} {shown}")
    if told.succeeded and told.operation in _ENVELOPED:
        claim("ENV-1", is_success(shown), "code 0, message `success`, and data", shown)
    if told.status == 200 and not told.succeeded:
        claim("ENV-1", told.code in _STATUS, "code 0 for a success, with status 200", shown)
    if not told.succeeded:
        claim("ENV-2", is_failure(shown), "an envelope with a code, words for a person, data null", shown)
        claim("ENV-3", *_status(told, strict), f"status {told.status} with code {told.code}")
        claim("SSE-2", told.events is None, "an envelope, and no stream, where a message is refused")


def _status(told: Exchange, strict: bool | None) -> tuple[bool, str]:
    code = told.code or 0
    if code not in _STATUS:
        return told.status == code, f"status {code}, as the code says"
    allowed = {None: {200, _STATUS[code]}, True: {_STATUS[code]}, False: {200}}[strict]
    return told.status in allowed, f"status {' or '.join(map(str, sorted(allowed)))} for code {code}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


Stance = Literal["must", "may"]

# AUTH-7: the scope that each operation needs.
SCOPES: Final[Mapping[str, str]] = {
    "session.create": "write",
    "chat": "write",
    "token.claim": "write",
    "credits": "read",
    "state": "read",
    "render.status": "read",
    "render.download": "read",
    "upload": "upload",
    "render.submit": "render",
    "render.cancel": "render",
}
_OWNER: Final[Mapping[int, str]] = {
    1001: "AUTH-6",
    1002: "SES-2",
    2001: "CRE-4",
    4001: "UPL-3",
    4002: "UPL-4",
    402: "REN-3",
    403: "AUTH-7",
    429: "AUTH-3",
}
# The clause that says what each operation takes.
TAKES: Final[Mapping[str, str]] = {
    "token.issue": "AUTH-1",
    "session.create": "SES-1",
    "token.claim": "AUTH-8",
    "chat": "SSE-1",
    "credits": "CRE-1",
    "state": "STA-1",
    "upload": "UPL-1",
    "render.submit": "REN-1",
}
_CONFLICTS: Final = {"render.submit": "REN-4", "render.cancel": "REN-12", "render.download": "REN-9"}


@dataclass(frozen=True, slots=True)
class ExpectedError:
    """``must``: this refusal is owed; ``may``: it is possible, as far as anybody outside can know."""

    code: int
    clause: str
    stance: Stance
    why: str


def require(code: int, clause: str, why: str) -> ExpectedError:
    """Return a gate that is shut."""
    return ExpectedError(code, clause, "must", why)


def may(code: int, clause: str, why: str = "") -> ExpectedError:
    """Return a gate that may be shut."""
    return ExpectedError(code, clause, "may", why)


def owner_of(code: int, operation: str) -> str:
    """Return the clause that a refusal belongs to, for one that nothing calls for."""
    if code == 400:  # a body that is right, and was not taken
        return TAKES.get(operation, "ENV-4")
    if code == 404:
        return "REN-11" if operation.startswith("render.") else "ENV-4"
    return _CONFLICTS.get(operation, "ENV-4") if code == 409 else _OWNER.get(code, "ENV-4")


def broken_by(told: Exchange, owed: ExpectedError) -> str:
    """Return the clause that an answer breaks which is not the refusal that was owed."""
    code, let_in = told.code or 0, told.code not in _TURNED_AWAY
    if owed.clause in ("AUTH-6", "AUTH-8"):
        return owed.clause if let_in else "AUTH-6"
    if owed.clause == "AUTH-5":  # whoever is past the token was let in by one that is over
        return "AUTH-5" if let_in else "AUTH-6"
    if owed.clause == "ENV-4":
        missing = owed.why.startswith(_MISSING)
        return TAKES.get(told.operation, "ENV-4") if code == 0 and missing else _OWNER.get(code, "ENV-4")
    wrong = body_errors(told.operation, told.headers.get("content-type", ""), told.body)
    if code == 403 and owed.clause not in _PRIVATE:
        return "AUTH-7"
    not_taken = code == 400 and not wrong and told.operation in TAKES
    return owner_of(code, told.operation) if not_taken else owed.clause


_MISSING: Final = "a field is missing: "
_PRIVATE: Final = ("SES-2", "SES-3", "REN-10", "REN-11")
_TURNED_AWAY: Final = (401, 403, 405, 500)


def ill_formed(wrong: tuple[str, ...]) -> ExpectedError:
    """Return the gate of a body that is wrong (ENV-4)."""
    at_all = wrong[0] in ("", "content-type")
    why = "the body is no JSON object, or not called so" if at_all else f"{_MISSING}{wrong[0]}"
    return require(400, "ENV-4", why)


_ATTRIBUTION: Final = ("x-skill-source", "x-skill-version", "x-skill-platform")  # REN-3
_USER: Final = re.compile(r"/api/(?:tasks|state/nemo_agent|upload-video/nemo_agent)/([^/?]+)/")
_SID_IN_BODY: Final = {"chat": "session_id", "render.submit": "sessionId", "token.claim": "session_id"}
_SID_IN_PATH: Final = ("state", "upload")


def gates(books: ModelState, told: Exchange, at: Span) -> Iterator[ExpectedError]:
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
        yield require(403, "AUTH-7", f"the scope {SCOPES[told.operation]} is lacking")
    if wrong := body_errors(told.operation, told.headers.get("content-type", ""), told.body):
        yield ill_formed(wrong)
    elif may_be_rejected(told.body):
        yield may(400, "ENV-4")
    yield from _user(told, token)
    yield from _session(books, told, token)
    if own := _OWN.get(told.operation):
        yield from own(books, told, token, at)


# -- tokens ----------------------------------------------------------------------------------------


def _issue(books: ModelState, told: Exchange, at: Span) -> Iterator[ExpectedError]:
    client = told.headers.get("x-client-id", "").strip()
    if not client:
        yield require(400, "AUTH-2", "no client id")
    yield from _limited(books.clients.get(client, ()), 1, "AUTH-3", "one token a client in 7 days", at)
    yield from _limited(books.issued, PER_ADDRESS, "AUTH-4", "ten tokens an address in 7 days", at)
    if not books.alone:
        yield may(429, "AUTH-3")


def _limited(issued: Sequence[Span], most: int, clause: str, why: str, at: Span) -> Iterator[ExpectedError]:
    if sum(one.since_ms + WEEK_MS > at.until_ms for one in issued) >= most:
        yield require(429, clause, why)
    elif sum(one.until_ms + WEEK_MS > at.since_ms for one in issued) >= most:
        yield may(429, clause)


def _token(books: ModelState, told: Exchange, token: Token | None, at: Span) -> Iterator[ExpectedError]:
    if books.bearer(told) is None:
        yield require(1001, "AUTH-6", "no token")
    elif token is None:
        clause = "AUTH-8" if books.bearer(told) in books.claims else "AUTH-6"
        yield require(1001, clause, "a token that gives no access")
    elif token.dead(at):
        yield require(1001, "AUTH-5", "a token that is over")
    elif token.dead(at) is None:
        yield may(1001, "AUTH-5")


# -- users and sessions ----------------------------------------------------------------------------


def user_of(told: Exchange) -> Any:
    """Return the user that a request names, `me` where it names none."""
    if found := _USER.search(told.path):
        return found[1]
    return _body(told).get("user_id", "me") if told.operation == "chat" else "me"


def _user(told: Exchange, token: Token) -> Iterator[ExpectedError]:
    if user_of(told) not in ("me", token.account.user_id):
        yield require(1002, "SES-3", "somebody else's user id")


def session_of(told: Exchange) -> Any:
    """Return the session that a request names, None where it names none."""
    if told.operation in _SID_IN_PATH:
        return id_in(told.path)
    name = _SID_IN_BODY.get(told.operation)
    return None if name is None else _body(told).get(name)


def _session(books: ModelState, told: Exchange, token: Token) -> Iterator[ExpectedError]:
    wanted = session_of(told)
    if not isinstance(wanted, str) or books.project(wanted, token) is not None:
        return
    if books.alone or wanted in books.projects:
        why = "another user's session" if wanted in books.projects else "no session of this id"
        yield require(1002, "SES-2", why)
    else:
        yield may(1002, "SES-2")


def _body(told: Exchange) -> Mapping[str, Any]:
    return told.body if isinstance(told.body, Mapping) else {}


# -- what single operations demand -----------------------------------------------------------------


def _claim(books: ModelState, told: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    project = books.project(session_of(told), token)
    if project is not None and _body(told).get("task_id") != project.task_id:
        yield require(1002, "SES-2", "a task that is not the session's")


def _chat(books: ModelState, told: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:
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
        yield require(2001, "CRE-4", f"too few credits of {granted} for {message_of(told)!r}")
    elif short != {False}:
        yield may(2001, "CRE-4")


def message_of(told: Exchange) -> str:
    """Return what a chat message says, empty where it says nothing."""
    message = _body(told).get("new_message", _body(told).get("newMessage"))
    parts = message.get("parts") if isinstance(message, Mapping) else None
    texts = [p.get("text") for p in parts if isinstance(p, Mapping)] if isinstance(parts, list) else []
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def _upload(books: ModelState, told: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    if told.headers.get("content-type", "").startswith("multipart/"):
        yield from (may(code, clause) for code, clause in ((4001, "UPL-3"), (4002, "UPL-4"), (400, "ENV-4")))
    elif strange := next(unsupported(_body(told).get("urls")), None):
        yield require(4001, "UPL-3", f"no format that is taken: {strange}")


def _submit(books: ModelState, told: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    account, body = token.account, _body(told)
    if account.blocked:
        yield require(402, "REN-3", "an account that may not export")
    if not account.paid and not all(told.headers.get(name, "").strip() for name in _ATTRIBUTION):
        yield require(402, "REN-3", "an attribution header is missing on the free plan")
    if not ready(body.get("draft")):
        yield require(400, "REN-5", "a draft without a segment")
    if (token.value, body.get("id")) in books.jobs:
        yield require(409, "REN-4", "an export id that was used before")


def _job(books: ModelState, told: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:
    wanted = id_in(told.path)
    job = books.jobs.get((token.value, wanted))
    if job is None:
        other = any(render_id == wanted for _, render_id in books.jobs)
        yield require(404, "REN-10" if other else "REN-11", "a job that this token did not submit")
    elif told.operation == "render.cancel":
        yield from _conflict(job.unfinished(at), "REN-12", "a job that has ended")
    elif told.operation == "render.download":
        yield from _conflict(job.completed(at), "REN-9", "a job whose film is not there")


def _conflict(fine: bool | None, clause: str, why: str) -> Iterator[ExpectedError]:
    if fine is not True:
        yield require(409, clause, why) if fine is False else may(409, clause)


_Own = Callable[[ModelState, Exchange, Token, Span], Iterator[ExpectedError]]
_OWN: Final[Mapping[str, _Own]] = {
    "token.claim": _claim,
    "chat": _chat,
    "upload": _upload,
    "render.submit": _submit,
    "render.status": _job,
    "render.cancel": _job,
    "render.download": _job,
}

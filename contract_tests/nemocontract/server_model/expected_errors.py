"""Which errors a request must or may get, and what holds of every answer (ENV)."""

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


def check_answer(check: Checker, exchange: Exchange, strict: bool | None) -> None:
    """Check ENV-1 to ENV-4 of an answer; ``strict``: whether codes have statuses of their own, if known."""
    shown = exchange.answer if exchange.events is None else ""
    tidy = exchange.succeeded or not _INSIDES.search(_text(shown))
    clean = (exchange.status or 0) < 500 and tidy
    check("ENV-4", clean, "no 500, and nothing of the server's insides", f"{exchange.status} {shown}")
    if exchange.succeeded and exchange.operation in _ENVELOPED:
        check("ENV-1", is_success(shown), "code 0, message `success`, and data", shown)
    if exchange.status == 200 and not exchange.succeeded:
        check("ENV-1", exchange.code in _STATUS, "code 0 for a success, with status 200", shown)
    if not exchange.succeeded:
        check("ENV-2", is_failure(shown), "an envelope with a code, words for a person, data null", shown)
        check("ENV-3", *_status(exchange, strict), f"status {exchange.status} with code {exchange.code}")
        check("SSE-2", exchange.events is None, "an envelope, and no stream, where a message is rejected")


def _status(exchange: Exchange, strict: bool | None) -> tuple[bool, str]:
    code = exchange.code or 0
    if code not in _STATUS:
        return exchange.status == code, f"status {code}, as the code says"
    allowed = {None: {200, _STATUS[code]}, True: {_STATUS[code]}, False: {200}}[strict]
    return exchange.status in allowed, f"status {' or '.join(map(str, sorted(allowed)))} for code {code}"


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
_CLAUSE_OF_CODE: Final[Mapping[int, str]] = {
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
    """An error that a request must get, or may get as far as a client can know (``stance``)."""

    code: int
    clause: str
    stance: Stance
    why: str


def required_error(code: int, clause: str, why: str) -> ExpectedError:
    """Return an error that a request must get."""
    return ExpectedError(code, clause, "must", why)


def possible_error(code: int, clause: str, why: str = "") -> ExpectedError:
    """Return an error that a request may get."""
    return ExpectedError(code, clause, "may", why)


def clause_of_error(code: int, operation: str) -> str:
    """Return the clause that an unexpected error violates."""
    if code == 400:  # a body that is right, and was not taken
        return TAKES.get(operation, "ENV-4")
    if code == 404:
        return "REN-11" if operation.startswith("render.") else "ENV-4"
    return _CONFLICTS.get(operation, "ENV-4") if code == 409 else _CLAUSE_OF_CODE.get(code, "ENV-4")


def violated_clause_of(exchange: Exchange, required: ExpectedError) -> str:
    """Return the clause that an answer violates in place of the required error."""
    code, accepted = exchange.code or 0, exchange.code not in _REJECTED_BEFORE_TOKEN
    if required.clause in ("AUTH-6", "AUTH-8"):
        return required.clause if accepted else "AUTH-6"
    if required.clause == "AUTH-5":  # a client that is past the token was let in by one that is over
        return "AUTH-5" if accepted else "AUTH-6"
    if required.clause == "ENV-4":
        missing = required.why.startswith(_MISSING)
        return (
            TAKES.get(exchange.operation, "ENV-4")
            if code == 0 and missing
            else _CLAUSE_OF_CODE.get(code, "ENV-4")
        )
    wrong = body_errors(exchange.operation, exchange.headers.get("content-type", ""), exchange.body)
    if code == 403 and required.clause not in _PRIVATE:
        return "AUTH-7"
    not_taken = code == 400 and not wrong and exchange.operation in TAKES
    return clause_of_error(code, exchange.operation) if not_taken else required.clause


_MISSING: Final = "a field is missing: "
_PRIVATE: Final = ("SES-2", "SES-3", "REN-10", "REN-11")
_REJECTED_BEFORE_TOKEN: Final = (401, 403, 405, 500)


def ill_formed(wrong: tuple[str, ...]) -> ExpectedError:
    """Return the error of a wrong body (ENV-4)."""
    at_all = wrong[0] in ("", "content-type")
    why = "the body is no JSON object, or not called so" if at_all else f"{_MISSING}{wrong[0]}"
    return required_error(400, "ENV-4", why)


_ATTRIBUTION: Final = ("x-skill-source", "x-skill-version", "x-skill-platform")  # REN-3
_USER: Final = re.compile(r"/api/(?:tasks|state/nemo_agent|upload-video/nemo_agent)/([^/?]+)/")
_SID_IN_BODY: Final = {"chat": "session_id", "render.submit": "sessionId", "token.claim": "session_id"}
_SID_IN_PATH: Final = ("state", "upload")


def expected_errors(model: ModelState, exchange: Exchange, at: Span) -> Iterator[ExpectedError]:
    """Yield the errors that a request must or may get, in the order in which a server checks."""
    if exchange.operation == "token.issue":
        yield from _issue(model, exchange, at)
    if exchange.operation not in SCOPES:
        return
    token = model.token(exchange)
    yield from _token(model, exchange, token, at)
    if token is None:
        return
    if token.lacks(SCOPES[exchange.operation]):
        yield required_error(403, "AUTH-7", f"the scope {SCOPES[exchange.operation]} is missing")
    if wrong := body_errors(exchange.operation, exchange.headers.get("content-type", ""), exchange.body):
        yield ill_formed(wrong)
    elif may_be_rejected(exchange.body):
        yield possible_error(400, "ENV-4")
    yield from _user(exchange, token)
    yield from _session(model, exchange, token)
    if find := _BY_OPERATION.get(exchange.operation):
        yield from find(model, exchange, token, at)


# -- tokens ----------------------------------------------------------------------------------------


def _issue(model: ModelState, exchange: Exchange, at: Span) -> Iterator[ExpectedError]:
    client = exchange.headers.get("x-client-id", "").strip()
    if not client:
        yield required_error(400, "AUTH-2", "no client id")
    yield from _limited(model.clients.get(client, ()), 1, "AUTH-3", "one token a client in 7 days", at)
    yield from _limited(model.issued, PER_ADDRESS, "AUTH-4", "ten tokens an address in 7 days", at)
    if not model.alone:
        yield possible_error(429, "AUTH-3")


def _limited(issued: Sequence[Span], most: int, clause: str, why: str, at: Span) -> Iterator[ExpectedError]:
    if sum(one.since_ms + WEEK_MS > at.until_ms for one in issued) >= most:
        yield required_error(429, clause, why)
    elif sum(one.until_ms + WEEK_MS > at.since_ms for one in issued) >= most:
        yield possible_error(429, clause)


def _token(model: ModelState, exchange: Exchange, token: Token | None, at: Span) -> Iterator[ExpectedError]:
    if model.bearer(exchange) is None:
        yield required_error(1001, "AUTH-6", "no token")
    elif token is None:
        clause = "AUTH-8" if model.bearer(exchange) in model.claim_tokens else "AUTH-6"
        yield required_error(1001, clause, "a token that gives no access")
    elif token.expired(at):
        yield required_error(1001, "AUTH-5", "a token that is over")
    elif token.expired(at) is None:
        yield possible_error(1001, "AUTH-5")


# -- users and sessions ----------------------------------------------------------------------------


def user_of(exchange: Exchange) -> Any:
    """Return the user that a request names, `me` where it names none."""
    if found := _USER.search(exchange.path):
        return found[1]
    return _body(exchange).get("user_id", "me") if exchange.operation == "chat" else "me"


def _user(exchange: Exchange, token: Token) -> Iterator[ExpectedError]:
    if user_of(exchange) not in ("me", token.account.user_id):
        yield required_error(1002, "SES-3", "another user id")


def session_of(exchange: Exchange) -> Any:
    """Return the session that a request names, None where it names none."""
    if exchange.operation in _SID_IN_PATH:
        return id_in(exchange.path)
    name = _SID_IN_BODY.get(exchange.operation)
    return None if name is None else _body(exchange).get(name)


def _session(model: ModelState, exchange: Exchange, token: Token) -> Iterator[ExpectedError]:
    wanted = session_of(exchange)
    if not isinstance(wanted, str) or model.session(wanted, token) is not None:
        return
    if model.alone or wanted in model.sessions:
        why = "another user's session" if wanted in model.sessions else "no session of this id"
        yield required_error(1002, "SES-2", why)
    else:
        yield possible_error(1002, "SES-2")


def _body(exchange: Exchange) -> Mapping[str, Any]:
    return exchange.body if isinstance(exchange.body, Mapping) else {}


# -- what single operations demand -----------------------------------------------------------------


def _claim(model: ModelState, exchange: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    session = model.session(session_of(exchange), token)
    if session is not None and _body(exchange).get("task_id") != session.task_id:
        yield required_error(1002, "SES-2", "a task that is not the session's")


def _chat(model: ModelState, exchange: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:
    session = model.session(session_of(exchange), token)
    if session is None:
        return
    granted = token.account.granted
    message = KNOWN.get(message_of(exchange))
    prices = prices_of(message, session.sure(message))
    short = set()
    for balance in token.account.balances(at, session.session_id):
        for price in needed(prices, balance):
            short.add(None if granted is None else price > granted - balance.spent - balance.frozen)
    if short == {True}:
        yield required_error(2001, "CRE-4", f"too few credits of {granted} for {message_of(exchange)!r}")
    elif short != {False}:
        yield possible_error(2001, "CRE-4")


def message_of(exchange: Exchange) -> str:
    """Return what a chat message says, empty where it says nothing."""
    message = _body(exchange).get("new_message", _body(exchange).get("newMessage"))
    parts = message.get("parts") if isinstance(message, Mapping) else None
    texts = [p.get("text") for p in parts if isinstance(p, Mapping)] if isinstance(parts, list) else []
    return "\n".join(text for text in texts if isinstance(text, str) and text)


def _upload(model: ModelState, exchange: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    if exchange.headers.get("content-type", "").startswith("multipart/"):
        yield from (
            possible_error(code, clause)
            for code, clause in ((4001, "UPL-3"), (4002, "UPL-4"), (400, "ENV-4"))
        )
    elif unknown := next(unsupported(_body(exchange).get("urls")), None):
        yield required_error(4001, "UPL-3", f"no supported format: {unknown}")


def _submit(model: ModelState, exchange: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:  # noqa: ARG001
    account, body = token.account, _body(exchange)
    if account.blocked:
        yield required_error(402, "REN-3", "an account that may not export")
    if not account.paid and not all(exchange.headers.get(name, "").strip() for name in _ATTRIBUTION):
        yield required_error(402, "REN-3", "an attribution header is missing on the free plan")
    if not ready(body.get("draft")):
        yield required_error(400, "REN-5", "a draft without a segment")
    if (token.value, body.get("id")) in model.jobs:
        yield required_error(409, "REN-4", "an export id that was used before")


def _job(model: ModelState, exchange: Exchange, token: Token, at: Span) -> Iterator[ExpectedError]:
    wanted = id_in(exchange.path)
    job = model.jobs.get((token.value, wanted))
    if job is None:
        other = any(render_id == wanted for _, render_id in model.jobs)
        yield required_error(404, "REN-10" if other else "REN-11", "a job that this token did not submit")
    elif exchange.operation == "render.cancel":
        yield from _conflict(job.unfinished(at), "REN-12", "a job that has ended")
    elif exchange.operation == "render.download":
        yield from _conflict(job.completed(at), "REN-9", "a job whose video is not there")


def _conflict(fine: bool | None, clause: str, why: str) -> Iterator[ExpectedError]:
    if fine is not True:
        yield required_error(409, clause, why) if fine is False else possible_error(409, clause)


_FindErrors = Callable[[ModelState, Exchange, Token, Span], Iterator[ExpectedError]]
_BY_OPERATION: Final[Mapping[str, _FindErrors]] = {
    "token.claim": _claim,
    "chat": _chat,
    "upload": _upload,
    "render.submit": _submit,
    "render.status": _job,
    "render.cancel": _job,
    "render.download": _job,
}

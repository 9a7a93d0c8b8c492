"""Calls with their retry policy (section 1), tokens, sessions, credits and state (sections 2, 3, 5, 6)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from nemoclient import constants, errors, files
from nemoclient.context import Context
from nemoclient.draft import State, read_state
from nemoclient.effects import Flow, Notice, Request, Response, RunBlocking, Send, Sleep
from nemoclient.json_values import mapping, number, printable_text
from nemoclient.messages import localized
from nemoclient.results import Connection, Credits

Attempt: TypeAlias = Callable[[Request], Flow[Response]]
RetryHandler: TypeAlias = Callable[[Context, str], Flow[None]]

_GET_RETRIES_S = (1.0, 2.0)  # reading again is harmless; nothing else is ever repeated on its own
_MINIMUM_ERROR_STATUS = 400
_MINIMUM_SERVER_ERROR = 500


def code_of(answer: Response) -> int:
    """Return the code an answer carries, in its envelope or in its status (ENV-1, ENV-3); 0 is success."""
    code = mapping(answer.json).get("code")
    if (
        isinstance(code, int)
        and not isinstance(code, bool)
        and code not in (constants.SUCCESS, answer.status)
    ):
        return code
    ok = answer.status // 100 == 2
    return constants.SUCCESS if ok else constants.STATUS_CODES.get(answer.status, answer.status)


def data_of(answer: Response) -> Mapping[str, Any]:
    """Return the ``data`` of a success (ENV-1); raises ``ProtocolError`` where there is none."""
    data = mapping(answer.json).get("data")
    if not isinstance(data, dict):
        raise errors.ProtocolError(detail=f"no data in an answer with status {answer.status}")
    return data


def error_of(context: Context, code: int, answer: Response) -> errors.NemoError:
    """Return the exception for a refusal, by the error table."""
    detail = f"{code}: {printable_text(mapping(answer.json).get('message'))}"
    if code == constants.NO_CREDITS:
        url = context.registration_url if context.anonymous else None
        return errors.OutOfCredits(detail=detail, registration_url=url)
    if code == constants.RATE_LIMITED:
        after = answer.headers.get("retry-after", "")
        return errors.RateLimited(detail=detail, retry_after_s=float(after) if after.isdecimal() else None)
    if kind := errors.BY_CODE.get(code):
        return kind(detail=detail)
    if code >= _MINIMUM_SERVER_ERROR and code == answer.status:
        return errors.ServiceUnavailable(detail=detail)
    refused = code >= _MINIMUM_ERROR_STATUS
    return errors.RequestRejected(detail=detail) if refused else errors.ProtocolError(detail=detail)


def fetch(request: Request) -> Flow[Response]:
    """Send and get the whole answer; a GET is tried up to three times, anything else once."""
    pauses = _GET_RETRIES_S if request.method == "GET" else ()
    for pause in (*pauses, None):
        try:
            answer: Response = yield Send(request)
            if answer.status < _MINIMUM_SERVER_ERROR or pause is None:
                return answer
        except errors.TransportError as failure:
            if pause is None:
                raise errors.ServiceUnavailable(detail=str(failure)) from failure
        yield Sleep(pause)
    raise AssertionError("unreachable")  # pragma: no cover


def exchange(
    context: Context,
    make: Callable[[], Request],
    retry_handlers: Mapping[int, RetryHandler],
    attempt: Attempt = fetch,
) -> Flow[Response]:
    """Send what ``make`` makes until it is accepted; a code that comes twice is raised.

    So each retry handler is used once and nothing can loop (C-AUTH-2, C-AUTH-3).
    The request is made anew for every attempt, because a handler
    changes the token or the session that it bears.
    """
    used: set[int] = set()
    while True:
        token = context.token
        answer = yield from attempt(make())
        code = code_of(answer)
        if code == constants.SUCCESS:
            return answer
        if code == constants.UNKNOWN and constants.NO_SESSION in retry_handlers:
            code = constants.NO_SESSION  # ENV-3: a bare 404 on a session's own path
        if code in used or code not in retry_handlers:
            if code == constants.NO_SESSION:
                context.session_id = ""
            raise error_of(context, code, answer)
        used.add(code)
        yield from retry_handlers[code](context, token)


def _wait(context: Context, _: str) -> Flow[None]:
    """C-AUTH-3: wait 30 s, then once more."""
    yield Notice("info", localized("waiting", context.language, seconds=round(constants.RATE_LIMIT_PAUSE_S)))
    yield Sleep(constants.RATE_LIMIT_PAUSE_S)


def _renew_client_id(context: Context, _: str) -> Flow[None]:
    """Section 1, 400: generate an id and retry."""
    context.client_id = str(uuid.uuid4())
    yield RunBlocking(lambda: files.write_once(context.client_id_file, context.client_id, replace=True))


def authenticate(context: Context) -> Flow[None]:
    """Get an anonymous token (AUTH-1) with a client id that stays the same (C-AUTH-1)."""
    if not context.client_id:
        new = str(uuid.uuid4())
        known: str = yield RunBlocking(lambda: files.read(context.client_id_file))
        kept: str = known or (yield RunBlocking(lambda: files.write_once(context.client_id_file, new)))
        context.client_id = kept

    def make() -> Request:
        headers = {"X-Client-Id": context.client_id, **context.attribution.headers}
        return Request("POST", context.base_url + constants.TOKEN_PATH, headers)

    retry_handlers = {constants.RATE_LIMITED: _wait, constants.BAD_REQUEST: _renew_client_id}
    try:
        data = data_of((yield from exchange(context, make, retry_handlers)))
    except errors.RateLimited as limited:  # AUTH-3, AUTH-4: waiting does not help for days
        raise errors.RateLimited(
            limited.no_account, detail=limited.detail, retry_after_s=limited.retry_after_s
        ) from limited
    token = data.get("token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
        raise errors.ProtocolError(detail="no token in the answer")
    context.token, context.user_id = token, printable_text(data.get("user_id"))
    if (file := context.token_file) is not None:
        yield RunBlocking(lambda: files.write_once(file, token, replace=True))


def _renew_token(context: Context, used: str) -> Flow[None]:
    """C-AUTH-2: re-authenticate, unless another call of this client already has."""
    if context.token != used:
        return
    try:
        yield from authenticate(context)
    except (errors.RateLimited, errors.RequestRejected, errors.ProtocolError) as failure:
        raise errors.AuthenticationFailed(detail=failure.detail) from failure
    yield Notice("info", localized("renewed", context.language))


ACCOUNT_RETRIES: Mapping[int, RetryHandler] = {
    constants.BAD_TOKEN: _renew_token,
    constants.RATE_LIMITED: _wait,
}


def new_session(context: Context) -> Flow[None]:
    """Make a session (SES-1)."""
    language = {} if context.language is None else {"language": context.language}
    body = {"task_name": context.task_name, **language}
    answer = yield from exchange(
        context, lambda: context.request("POST", constants.SESSION_PATH, json=body), ACCOUNT_RETRIES
    )
    data = data_of(answer)
    if not printable_text(data.get("session_id")):
        raise errors.ProtocolError(detail="no session id in the answer")
    context.session_id, context.task_id = (
        printable_text(data["session_id"]),
        printable_text(data.get("task_id")),
    )
    context.user_id = printable_text(data.get("user_id")) or context.user_id


def _renew_session(context: Context, _: str) -> Flow[None]:
    """C-SES-1: on 1002 a new one. After re-authentication the old one belongs to somebody else."""
    context.session_id = ""  # it is lost, also where no new one can be had
    yield from new_session(context)
    yield Notice("info", localized("new_session", context.language))


SESSION_RETRIES: Mapping[int, RetryHandler] = {**ACCOUNT_RETRIES, constants.NO_SESSION: _renew_session}


def connect(context: Context) -> Flow[Connection]:
    """Get ready: a token where there is none, and a session (C-AUTH-1, C-SES-1, C-UX-1)."""
    if not context.session_id:
        yield Notice("info", localized("connecting", context.language))
        if not context.token and (file := context.token_file) is not None:
            context.token = yield RunBlocking(lambda: files.read(file))
        if not context.token:
            yield from authenticate(context)
        yield from new_session(context)
        yield Notice("info", localized("ready", context.language))
    return Connection(context.user_id, context.session_id, context.task_id, context.anonymous)


def read(context: Context, path: str, retry_handlers: Mapping[int, RetryHandler]) -> Flow[Response]:
    """GET something in a session, which is made first if there is none (C-SES-1)."""
    yield from connect(context)
    return (yield from exchange(context, lambda: context.request("GET", path), retry_handlers))


def count_or_zero(value: Any) -> int:
    """Return a count of the answer, 0 where it is none."""
    return round(number(value) or 0)


def balance(context: Context) -> Flow[Credits]:
    """Return what the account has (CRE-1)."""
    data = data_of((yield from read(context, constants.CREDITS_PATH, ACCOUNT_RETRIES)))
    return Credits(
        count_or_zero(data.get("available")),
        count_or_zero(data.get("frozen")),
        count_or_zero(data.get("total")),
    )


def state(context: Context, retry_handlers: Mapping[int, RetryHandler] = SESSION_RETRIES) -> Flow[State]:
    """Return the project as it stands (STA-1)."""
    return read_state(data_of((yield from read(context, constants.STATE_PATH, retry_handlers))))


def claim_link(context: Context) -> Flow[str]:
    """Return an address that opens this project in a browser; it holds a claim token only (AUTH-8)."""
    yield from connect(context)

    def make() -> Request:
        body = {"task_id": context.task_id, "session_id": context.session_id}
        return context.request("POST", constants.CLAIM_PATH, json=body)

    data = data_of((yield from exchange(context, make, SESSION_RETRIES)))
    claim = printable_text(data.get("claim_token"))
    if not claim or claim.startswith(constants.TOKEN_PREFIX):  # C-SEC-1: no token in an address, ever
        raise errors.ProtocolError(detail="no claim token in the answer")
    return context.web_url + constants.CLAIM_PAGE.format(claim=quote(claim, safe=""))

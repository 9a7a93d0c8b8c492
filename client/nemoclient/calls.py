"""One call and its remedies: what every flow that talks to the service goes through."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeAlias, TypeVar

from nemoclient import errors, facts, private
from nemoclient.context import Context
from nemoclient.draft import mapping, number, words
from nemoclient.results import Connection
from nemoclient.steps import Answer, Local, Notice, Pause, Request, Send, Step
from nemoclient.wording import say

T = TypeVar("T")
Flow: TypeAlias = Generator[Step, Any, T]
Attempt: TypeAlias = Callable[[Request], Flow[Answer]]
Remedy: TypeAlias = Callable[[Context, str], Flow[None]]

_GET_RETRIES_S = (1.0, 2.0)  # reading again is harmless; nothing else is ever repeated on its own
_MINIMUM_ERROR_STATUS = 400
_MINIMUM_SERVER_ERROR = 500


def code_of(answer: Answer) -> int:
    """Return the code an answer carries, in its envelope or in its status (ENV-1, ENV-3); 0 is success."""
    code = mapping(answer.json()).get("code")
    if isinstance(code, int) and not isinstance(code, bool) and code not in (facts.SUCCESS, answer.status):
        return code
    ok = answer.status // 100 == 2
    return facts.SUCCESS if ok else facts.STATUS_CODES.get(answer.status, answer.status)


def data_of(answer: Answer) -> Mapping[str, Any]:
    """Return the ``data`` of a success (ENV-1); raises ``ProtocolViolated`` where there is none."""
    data = mapping(answer.json()).get("data")
    if not isinstance(data, dict):
        raise errors.ProtocolViolated(detail=f"no data in an answer with status {answer.status}")
    return data


def error_of(context: Context, code: int, answer: Answer) -> errors.NemoError:
    """Return the exception for a refusal, by the error table."""
    detail = f"{code}: {words(mapping(answer.json()).get('message'))}"
    if code == facts.NO_CREDITS:
        url = context.registration_url if context.anonymous else None
        return errors.OutOfCredits(detail=detail, registration_url=url)
    if code == facts.RATE_LIMITED:
        after = answer.headers.get("retry-after", "")
        return errors.RateLimited(detail=detail, retry_after_s=float(after) if after.isdecimal() else None)
    if kind := errors.BY_CODE.get(code):
        return kind(detail=detail)
    if code >= _MINIMUM_SERVER_ERROR and code == answer.status:
        return errors.Unreachable(detail=detail)
    refused = code >= _MINIMUM_ERROR_STATUS
    return errors.Refused(detail=detail) if refused else errors.ProtocolViolated(detail=detail)


def fetch(request: Request) -> Flow[Answer]:
    """Send and get the whole answer; a GET is tried up to three times, anything else once."""
    pauses = _GET_RETRIES_S if request.method == "GET" else ()
    for pause in (*pauses, None):
        try:
            answer: Answer = yield Send(request)
            if answer.status < _MINIMUM_SERVER_ERROR or pause is None:
                return answer
        except errors.LinkFailed as failure:
            if pause is None:
                raise errors.Unreachable(detail=str(failure)) from failure
        yield Pause(pause)
    raise AssertionError("unreachable")  # pragma: no cover


def exchange(
    context: Context,
    make: Callable[[], Request],
    remedies: Mapping[int, Remedy],
    attempt: Attempt = fetch,
) -> Flow[Answer]:
    """Send what ``make`` makes until it is accepted; each remedy is used once, then its error is raised.

    So nothing can loop (C-AUTH-2, C-AUTH-3). The request is made anew for every attempt, because a remedy
    changes the token or the session that it bears.
    """
    used: set[int] = set()
    while True:
        token = context.token
        answer = yield from attempt(make())
        code = code_of(answer)
        if code == facts.SUCCESS:
            return answer
        if code == facts.UNKNOWN and facts.NO_SESSION in remedies:
            code = facts.NO_SESSION  # ENV-3: a bare 404 on a session's own path
        if code in used or code not in remedies:
            if code == facts.NO_SESSION:
                context.session_id = ""
            raise error_of(context, code, answer)
        used.add(code)
        yield from remedies[code](context, token)


def _wait(context: Context, _: str) -> Flow[None]:
    """C-AUTH-3: wait 30 s, then once more."""
    yield Notice("info", say("waiting", context.language, seconds=round(facts.RATE_LIMIT_PAUSE_S)))
    yield Pause(facts.RATE_LIMIT_PAUSE_S)


def _renew_client_id(context: Context, _: str) -> Flow[None]:
    """Section 1, 400: generate an id and retry."""
    context.client_id = str(uuid.uuid4())
    yield Local(lambda: private.keep(context.client_id_file, context.client_id, replace=True))


def authenticate(context: Context) -> Flow[None]:
    """Get an anonymous token (AUTH-1) with a client id that stays the same (C-AUTH-1)."""
    if not context.client_id:
        new = str(uuid.uuid4())
        known: str = yield Local(lambda: private.read(context.client_id_file))
        kept: str = known or (yield Local(lambda: private.keep(context.client_id_file, new)))
        context.client_id = kept

    def make() -> Request:
        headers = {"X-Client-Id": context.client_id, **context.attribution.headers}
        return Request("POST", context.base_url + facts.TOKEN_PATH, headers)

    remedies = {facts.RATE_LIMITED: _wait, facts.BAD_REQUEST: _renew_client_id}
    data = data_of((yield from exchange(context, make, remedies)))
    token = data.get("token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
        raise errors.ProtocolViolated(detail="no token in the answer")
    context.token, context.user_id = token, words(data.get("user_id"))
    if (file := context.token_file) is not None:
        yield Local(lambda: private.keep(file, token, replace=True))


def _renew_token(context: Context, used: str) -> Flow[None]:
    """C-AUTH-2: re-authenticate, unless another call of this client already has."""
    if context.token != used:
        return
    try:
        yield from authenticate(context)
    except (errors.RateLimited, errors.Refused, errors.ProtocolViolated) as failure:
        raise errors.AuthenticationFailed(detail=failure.detail) from failure
    yield Notice("info", say("renewed", context.language))


ACCOUNT_REMEDIES: Mapping[int, Remedy] = {facts.BAD_TOKEN: _renew_token, facts.RATE_LIMITED: _wait}


def new_session(context: Context) -> Flow[None]:
    """Make a session (SES-1)."""
    language = {} if context.language is None else {"language": context.language}
    body = {"task_name": context.task_name, **language}
    answer = yield from exchange(
        context, lambda: context.request("POST", facts.SESSION_PATH, json=body), ACCOUNT_REMEDIES
    )
    data = data_of(answer)
    if not words(data.get("session_id")):
        raise errors.ProtocolViolated(detail="no session id in the answer")
    context.session_id, context.task_id = words(data["session_id"]), words(data.get("task_id"))
    context.user_id = words(data.get("user_id")) or context.user_id


def _renew_session(context: Context, _: str) -> Flow[None]:
    """C-SES-1: on 1002 a new one. After re-authentication the old one belongs to somebody else."""
    context.session_id = ""  # it is lost, also where no new one can be had
    yield from new_session(context)
    yield Notice("info", say("new_session", context.language))


SESSION_REMEDIES: Mapping[int, Remedy] = {**ACCOUNT_REMEDIES, facts.NO_SESSION: _renew_session}


def connect(context: Context) -> Flow[Connection]:
    """Get ready: a token where there is none, and a session (C-AUTH-1, C-SES-1, C-UX-1)."""
    if not context.session_id:
        yield Notice("info", say("connecting", context.language))
        if not context.token and (file := context.token_file) is not None:
            context.token = yield Local(lambda: private.read(file))
        if not context.token:
            yield from authenticate(context)
        yield from new_session(context)
        yield Notice("info", say("ready", context.language))
    return Connection(context.user_id, context.session_id, context.task_id, context.anonymous)


def read(context: Context, path: str, remedies: Mapping[int, Remedy]) -> Flow[Answer]:
    """GET something in a session, which is made first if there is none (C-SES-1)."""
    yield from connect(context)
    return (yield from exchange(context, lambda: context.request("GET", path), remedies))


def whole(value: Any) -> int:
    """Return a count of the answer, 0 where it is none."""
    return round(number(value) or 0)

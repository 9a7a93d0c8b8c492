"""How a client gets and renews tokens and sessions, broken (C-AUTH-1 to C-AUTH-3, C-SES-1)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from nemoclient import api, constants, errors
from nemoclient.results import Credits

from ..patching import Apply, Mutant, around, entry, instead, more, together, without

_ACCOUNT = "nemoclient.api:ACCOUNT_RETRIES"
_SESSION = "nemoclient.api:SESSION_RETRIES"
_CONNECT = "nemoclient.api:connect"
_EXCHANGE = "nemoclient.api:exchange"
_AUTHENTICATE = "nemoclient.api:authenticate"
_PAUSE = "nemoclient.constants:RATE_LIMIT_PAUSE_S"


def _remedy(code: int, remedy: Any) -> Apply:
    """Return a change of what is done about a code; None takes the remedy away."""
    if remedy is None:
        return together(*(without(table, code) for table in (_ACCOUNT, _SESSION) if _has(table, code)))
    put = [entry if _has(table, code) else more for table in (_ACCOUNT, _SESSION)]
    return together(put[0](_ACCOUNT, code, remedy), put[1](_SESSION, code, remedy))


def _has(table: str, code: int) -> bool:
    return code in (api.ACCOUNT_RETRIES if table == _ACCOUNT else api.SESSION_RETRIES)


def _another(client_id: str) -> str:
    """Return a client id that follows from another one, so that a run can be repeated."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, client_id))


def _forgets_token(real: Any, context: Any) -> Any:
    if not context.session_id:
        context.token = ""
    return (yield from real(context))


def _asks_all_the_same(real: Any, context: Any) -> Any:
    if not context.session_id and (token := context.token):
        yield from api.authenticate(context)
        context.token = token
    return (yield from real(context))


def _asks_twice(real: Any, context: Any) -> Any:
    yield from real(context)
    context.client_id = _another(context.client_id)
    yield from real(context)


def _by_a_word(real: Any, context: Any) -> Any:
    context.client_id = context.client_id or "nemoclient"
    yield from real(context)


def _kept_nowhere(patch: pytest.MonkeyPatch) -> None:
    """Make a client id for each run, and keep none."""
    around("nemoclient.files:read", lambda real, path: "")(patch)
    around("nemoclient.files:write_once", lambda real, path, text, **kwargs: text)(patch)


def _kept_but_new(real: Any, path: Any, text: str, **kwargs: Any) -> Any:
    return real(path, text, replace=True)


def _always_new(patch: pytest.MonkeyPatch) -> None:
    """Make a client id for each run, and write it over the one that is kept."""
    around("nemoclient.files:read", lambda real, path: "")(patch)
    around("nemoclient.files:write_once", _kept_but_new)(patch)


def _renews_and_gives_up(context: Any, used: str) -> Any:
    yield from api._renew_token(context, used)
    raise errors.AuthenticationFailed


def _thrice(real: Any, context: Any, make: Any, remedies: Any, *args: Any) -> Any:
    if constants.BAD_TOKEN not in remedies:
        return (yield from real(context, make, remedies, *args))
    for _ in range(3):
        try:
            return (yield from real(context, make, remedies, *args))
        except errors.AuthenticationFailed:
            context.client_id = _another(context.client_id)
    raise errors.AuthenticationFailed


def _again_when_limited(real: Any, context: Any, make: Any, remedies: Any, *args: Any) -> Any:
    try:
        return (yield from real(context, make, remedies, *args))
    except errors.RateLimited:
        return (yield from real(context, make, remedies, *args))


def _gives_up(real: Any, context: Any, _: str) -> Any:
    yield from ()
    raise errors.RateLimited


def _before_any_session(real: Any, context: Any) -> Any:
    if not context.token:
        yield from api.authenticate(context)

    def make() -> Any:
        return context.request("GET", constants.CREDITS_PATH)

    data = api.data_of((yield from api.exchange(context, make, api.ACCOUNT_RETRIES)))
    return Credits(*(api.count_or_zero(data.get(name)) for name in ("available", "frozen", "total")))


def _old_session_kept(context: Any, _: str) -> Any:
    old = context.session_id
    yield from api.new_session(context)
    context.session_id = old


MUTANTS = (
    Mutant("ignores-the-token", "C-AUTH-1", "NEMO_TOKEN is ignored; a new token is asked for.",
           around(_CONNECT, _forgets_token)),
    Mutant("asks-all-the-same", "C-AUTH-1", "A token is asked for although NEMO_TOKEN is set.",
           around(_CONNECT, _asks_all_the_same)),
    Mutant("asks-twice", "C-AUTH-1", "Two tokens are asked for, by two client ids.",
           around(_AUTHENTICATE, _asks_twice)),
    Mutant("client-id-not-kept", "C-AUTH-1", "The client id is kept nowhere.", _kept_nowhere),
    Mutant("client-id-always-new", "C-AUTH-1", "A kept client id is overwritten by a new one.", _always_new),
    Mutant("client-id-no-uuid", "C-AUTH-1", "The client id is a word, not a UUID.",
           around(_AUTHENTICATE, _by_a_word)),
    Mutant("client-id-elsewhere", "C-AUTH-1", "The client id is kept in another file.",
           around("nemoclient.files:_write", lambda real, path, *args, **named:
                  real(path.with_name("id.txt"), *args, **named))),
    Mutant("loops-on-1001", "C-AUTH-2", "On 1001 three tokens are asked for before it gives up.",
           around(_EXCHANGE, _thrice)),
    Mutant("renews-but-repeats-not", "C-AUTH-2", "After a new token the request is not repeated.",
           _remedy(constants.BAD_TOKEN, _renews_and_gives_up)),
    Mutant("never-renews", "C-AUTH-2", "On 1001 it gives up.", _remedy(constants.BAD_TOKEN, None)),
    Mutant("renews-on-403", "C-AUTH-2", "A missing scope makes it ask for a new token.",
           _remedy(constants.FORBIDDEN, api._renew_token)),
    Mutant("429-at-once", "C-AUTH-3", "After 429 it tries again at once.", instead(_PAUSE, 0.0)),
    Mutant("429-after-10-s", "C-AUTH-3", "After 429 it tries again after ten seconds.",
           instead(_PAUSE, 10.0)),
    Mutant("429-twice", "C-AUTH-3", "After 429 it tries three times more.",
           around(_EXCHANGE, _again_when_limited)),
    Mutant("429-never", "C-AUTH-3", "After 429 it does not try again.",
           around("nemoclient.api:_wait", _gives_up)),
    Mutant("429-not-reported", "C-AUTH-3", "After the second 429 the user reads nothing.",
           instead("nemoclient.errors:RateLimited.says", "")),
    Mutant("credits-before-session", "C-SES-1", "The balance is asked for before there is a session.",
           around("nemoclient.api:balance", _before_any_session)),
    Mutant("no-new-session", "C-SES-1", "On 1002 it gives up.", _remedy(constants.NO_SESSION, None)),
    Mutant("old-session-kept", "C-SES-1", "On 1002 it makes a session and goes on with the old one.",
           entry(_SESSION, constants.NO_SESSION, _old_session_kept)),
)  # fmt: skip

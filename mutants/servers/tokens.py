"""Tokens, broken (AUTH-1 to AUTH-8)."""

from __future__ import annotations

from typing import Any

from nemofake.engine.errors import BackendError

from ..patching import Mutant, around, rules

_WEEK_MS = 7 * 24 * 60 * 60 * 1000
_AUTHENTICATE = "nemofake.engine.backend:Backend.authenticate"
_CLAIM = "nemofake.engine.backend:Backend.claim_token"


def _no_id_passes(real: Any, client_id: str | None, value: Any) -> str:
    return str(real(client_id, value)) if client_id is not None else "nobody"


def _blank_passes(real: Any, client_id: str | None, value: Any) -> str:
    return "blank" if client_id is not None and not client_id.strip() else str(real(client_id, value))


def _headers(real: Any, status: int, retry_after_s: int | None) -> Any:
    return real(status, None)


def _named_guest(real: Any, world: Any, client: Any, user_id: str, **kwargs: Any) -> Any:
    return real(world, client, user_id.replace("anon_", "guest-"), **kwargs)


def _bare_bearer(real: Any, request: Any) -> str | None:
    words = request.headers.get("authorization", "").split()
    return words[-1] if words else None


def _missing_is_400(real: Any, self: Any, now_ms: int, bearer: str | None, *args: Any) -> Any:
    if bearer is None:
        raise BackendError(400, "header Authorization is missing")
    return real(self, now_ms, bearer, *args)


def _unknown_is_403(real: Any, self: Any, now_ms: int, bearer: str | None, *args: Any) -> Any:
    if bearer and bearer not in self.world.tokens and "_test_" not in bearer:
        raise BackendError(403, "who is that?")
    return real(self, now_ms, bearer, *args)


def _scope_is_1001(real: Any, *args: Any) -> Any:
    try:
        return real(*args)
    except BackendError as error:
        raise BackendError(1001) if error.code == 403 else error from None


def _accounts_need_render(
    real: Any, self: Any, now_ms: int, bearer: str | None, scope: str, *args: Any
) -> Any:
    token = real(self, now_ms, bearer, scope, *args)
    if not token.may(scope):
        raise BackendError(403, f"scope {scope!r} is needed")
    return token


def _claim_opens(real: Any, self: Any, token: Any, *args: Any) -> Any:
    data = real(self, token, *args)
    self.world.tokens[data["claim_token"]] = token
    return data


def _claim_is_token(real: Any, self: Any, token: Any, *args: Any) -> Any:
    return {**real(self, token, *args), "claim_token": token.value}


def _claim_in_ms(real: Any, *args: Any) -> Any:
    data = real(*args)
    return {**data, "expires_in": data["expires_in"] * 1000}


MUTANTS = (
    Mutant("expires-without-zone", "AUTH-1", "`expires_at` does not say that it is UTC.",
           around("nemofake.http.routes.accounts:iso_utc", lambda real, ms: real(ms).removesuffix("Z"))),
    Mutant("guest-gets-50", "AUTH-1", "An anonymous account begins with 50 credits.",
           rules(anonymous_credits=50)),
    Mutant("guest-by-another-name", "AUTH-1", "The user id of a guest does not begin with `anon_`.",
           around("nemofake.engine.tokens:create_account", _named_guest)),
    Mutant("missing-client-id-passes", "AUTH-2", "A token is given without X-Client-Id.",
           around("nemofake.engine.tokens:checked_client_id", _no_id_passes)),
    Mutant("blank-client-id-passes", "AUTH-2", "A blank X-Client-Id is as good as any.",
           around("nemofake.engine.tokens:checked_client_id", _blank_passes)),
    Mutant("two-tokens-a-week", "AUTH-3", "A client id gets two tokens in seven days.",
           rules(tokens_per_client=2)),
    Mutant("window-a-millisecond-short", "AUTH-3", "A second token is given a millisecond before seven days.",
           rules(token_window_ms=_WEEK_MS - 1)),
    Mutant("no-retry-after", "AUTH-3", "A 429 has no Retry-After.",
           around("nemofake.wire.envelope:_headers", _headers)),
    Mutant("eleventh-token", "AUTH-4", "An address gets eleven tokens in seven days.",
           rules(tokens_per_ip=11)),
    Mutant("nine-tokens", "AUTH-4", "An address gets nine tokens in seven days.", rules(tokens_per_ip=9)),
    Mutant("token-lives-longer", "AUTH-5", "A token lives a millisecond longer than seven days.",
           rules(token_lifetime_ms=_WEEK_MS + 1)),
    Mutant("token-dies-early", "AUTH-5", "A token ends a millisecond before its seven days are over.",
           rules(token_lifetime_ms=_WEEK_MS - 1)),
    Mutant("revoked-still-opens", "AUTH-5", "A revoked token is good until its seven days are over.",
           around("nemofake.engine.accounts:Token.is_live",
                  lambda real, self, now_ms: self.state_at(now_ms) in ("live", "revoked"))),
    Mutant("none-after-the-week", "AUTH-5", "A client id whose token has expired waits for an eighth day.",
           rules(token_window_ms=8 * _WEEK_MS // 7)),
    Mutant("any-scheme", "AUTH-6", "A token is taken whatever stands before it, or nothing.",
           around("nemofake.http.context:bearer_token", _bare_bearer)),
    Mutant("no-token-is-400", "AUTH-6", "A request without token is a 400.",
           around(_AUTHENTICATE, _missing_is_400)),
    Mutant("unknown-token-is-403", "AUTH-6", "An unknown token is a 403.",
           around(_AUTHENTICATE, _unknown_is_403)),
    Mutant("scope-not-checked", "AUTH-7", "Scopes are not looked at.",
           around("nemofake.engine.accounts:Token.may", lambda real, self, scope: True)),
    Mutant("no-scope-is-1001", "AUTH-7", "A missing scope is answered as a bad token.",
           around(_AUTHENTICATE, _scope_is_1001)),
    Mutant("accounts-need-render", "AUTH-7", "A guest cannot export for want of the scope `render`.",
           around(_AUTHENTICATE, _accounts_need_render)),
    Mutant("claim-opens-api", "AUTH-8", "A claim token opens the API.", around(_CLAIM, _claim_opens)),
    Mutant("claim-is-the-token", "AUTH-8", "The claim token is the user's own token.",
           around(_CLAIM, _claim_is_token)),
    Mutant("claim-in-milliseconds", "AUTH-8", "`expires_in` of a claim token is in milliseconds.",
           around(_CLAIM, _claim_in_ms)),
)  # fmt: skip

"""Access checks over every endpoint that needs a token (AUTH-6, AUTH-7, AUTH-8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import expect_error, expect_success, is_prefixed, seen

CLIP: Final = "https://example.com/walk_12s.mp4"
DRAFT: Final = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 2000, "m": {}}], "m": {}}]}  # STA-2, STA-3
UNKNOWN_SESSION: Final = "1" * 18 + "7"  # a session's id by its shape (SES-1), of no session
UNKNOWN_USER: Final = "anon_00000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``path`` and ``body`` may hold {session}, {task} and {render}; ``body`` is None for what has none."""

    name: str
    method: str
    path: str
    body: Any = None

    def call(
        self,
        account: ApiAccount,
        session: str = UNKNOWN_SESSION,
        *,
        task: str = UNKNOWN_SESSION,
        render: str = "render_1",
        **options: Any,
    ) -> Exchange:
        """Send an account's request to it; ``options`` can replace ``json`` or ``headers``."""
        known = {"{session}": session, "{task}": task, "{render}": render}
        content = {} if self.body is None else {"json": json.loads(_filled(json.dumps(self.body), known))}
        return account.call(self.method, _filled(self.path, known), **{**content, **options})


def _filled(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


SESSION: Final = Endpoint(
    "session.create",
    "POST",
    "/api/tasks/me/with-session/nemo_agent",
    {"task_name": "project", "language": "en"},
)
STATE: Final = Endpoint("state", "GET", "/api/state/nemo_agent/me/{session}/latest")
CREDITS: Final = Endpoint("credits", "GET", "/api/credits/balance/simple")
CHAT: Final = Endpoint(
    "chat",
    "POST",
    "/run_sse",
    {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "{session}",
        "new_message": {"parts": [{"text": "hello"}]},
    },
)
UPLOAD: Final = Endpoint(
    "upload", "POST", "/api/upload-video/nemo_agent/me/{session}", {"urls": [CLIP], "source_type": "url"}
)
CLAIM: Final = Endpoint(
    "token.claim", "POST", "/api/auth/claim-token", {"task_id": "{task}", "session_id": "{session}"}
)
SUBMIT: Final = Endpoint(
    "render.submit",
    "POST",
    "/api/render/proxy/lambda",
    {"id": "{render}", "sessionId": "{session}", "draft": DRAFT},
)
JOB: Final = Endpoint("render.status", "GET", "/api/render/proxy/lambda/{render}")
CANCEL: Final = Endpoint("render.cancel", "POST", "/api/render/proxy/lambda/{render}/cancel")
DOWNLOAD: Final = Endpoint("render.download", "GET", "/api/render/proxy/{render}/download")

NEEDS_TOKEN: Final = (SESSION, STATE, CREDITS, CHAT, UPLOAD, CLAIM, SUBMIT, JOB, CANCEL, DOWNLOAD)
NEEDS_SESSION: Final = (STATE, CHAT, UPLOAD, CLAIM, SUBMIT)  # those that name a session


_WEEK_S: Final = 604_800
_UNKNOWN: Final = "nmv_usr_00000000000000000000000000000000"
# AUTH-7: what a scope is for, as far as its name says it beyond doubt.
_NEEDED: Final[dict[str, tuple[Endpoint, ...]]] = {
    "read": (CREDITS, STATE),
    "write": (SESSION, CHAT),
    "upload": (UPLOAD,),
    "render": (SUBMIT,),
}


def everywhere(
    ctx: CaseContext,
    account: ApiAccount,
    clause: str,
    expected: str,
    session: str = UNKNOWN_SESSION,
    **options: Any,
) -> None:
    """Check that every endpoint that needs a token answers 1001."""
    for endpoint in NEEDS_TOKEN:
        answer = endpoint.call(account, session, **options)
        expect_error(ctx, answer, clause, 1001, f"{endpoint.name} with {expected}")


def _malformed(token: str) -> Iterator[tuple[str, str]]:
    """Yield headers that are no bearer token, each with what is wrong in words."""
    yield "Bearer", "a scheme without a token"
    yield token, "a token without a scheme"
    yield f"Basic {token}", "another scheme"
    yield f"Bearer {token}x", "a character too many"
    yield f"Bearer {token[:-1]}", "a character too few"
    yield f"Bearer {token} {token}", "two tokens"


@case("AUTH-6", "ENV-2", "ENV-3", description="every endpoint that needs a token answers 1001 without one")
def _missing_token(ctx: CaseContext) -> None:
    everywhere(ctx, ApiAccount(ctx.recorder, ""), "AUTH-6", "no token")


@case("AUTH-6", description="every endpoint that needs a token answers 1001 for an unknown one")
def _unknown_token(ctx: CaseContext) -> None:
    everywhere(ctx, ApiAccount(ctx.recorder, _UNKNOWN), "AUTH-6", "an unknown token")


@case("AUTH-6", description="an Authorization header without a bearer token gets 1001")
def _malformed_header(ctx: CaseContext) -> None:
    for header, what in _malformed(_UNKNOWN):
        exchange = CREDITS.call(ApiAccount(ctx.recorder, ""), headers={"Authorization": header})
        expect_error(ctx, exchange, "AUTH-6", 1001, what)


@case(
    "AUTH-6", description="every endpoint answers 1001 for a valid token in a malformed header", control=True
)
def _valid_token_in_bad_header(ctx: CaseContext) -> None:
    session, token = ctx.account.new_session(), ctx.account.token
    without_token = ApiAccount(ctx.recorder, "")
    for header, what in _malformed(token):
        everywhere(ctx, without_token, "AUTH-6", what, session, headers={"Authorization": header})
    ctx.check("AUTH-6", ctx.account.credits().succeeded, "the same token, well put, is good")


@case("AUTH-6", "AUTH-5", description="every endpoint answers 1001 for an expired token", control=True)
def _expired_token(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    ctx.control("POST", f"tokens/{ctx.account.token}/expire")
    expect_error(ctx, ctx.account.credits(), "AUTH-5", 1001, "the token has expired")
    everywhere(ctx, ctx.account, "AUTH-6", "an expired token", session)


@case("AUTH-6", "AUTH-5", description="every endpoint answers 1001 for a revoked token", control=True)
def _revoked_token(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    ctx.control("POST", f"tokens/{ctx.account.token}/revoke")
    expect_error(ctx, ctx.account.credits(), "AUTH-5", 1001, "the token was revoked")
    everywhere(ctx, ctx.account, "AUTH-6", "a revoked token", session)


@case("AUTH-6", description="a valid token works in the request after a rejected one")
def _valid_token_after_error(ctx: CaseContext) -> None:
    expect_error(ctx, CREDITS.call(ApiAccount(ctx.recorder, _UNKNOWN)), "AUTH-6", 1001, "an unknown token")
    expect_success(ctx, ctx.account.credits(), "AUTH-6", "a good token works after a bad one")


@case("AUTH-6", description="a valid token outside the Authorization header gets 1001", control=True)
def _token_outside_header(ctx: CaseContext) -> None:
    without_token, token = ApiAccount(ctx.recorder, ""), ctx.account.token
    for name, value in (("Cookie", f"token={token}"), ("X-Token", token), ("X-Client-Id", token)):
        exchange = without_token.credits(headers={name: value})
        expect_error(ctx, exchange, "AUTH-6", 1001, f"no Authorization header, a token in {name}")
    exchange = without_token.call("GET", f"{CREDITS.path}?token={token}&access_token={token}")
    expect_error(ctx, exchange, "AUTH-6", 1001, "no Authorization header, a token in the query")


# -- scopes ------------------------------------------------------------------------------------------


@case(
    "AUTH-7",
    "ENV-3",
    description="an endpoint answers 403 when its scope is missing, and only then",
    control=True,
)
def _missing_scope(ctx: CaseContext) -> None:
    for scope in ("read", "upload", "render"):
        scopes = [other for other in _NEEDED if other != scope]
        account = ctx.registered(scopes=scopes)
        session = account.new_session()
        for needed, endpoints in _NEEDED.items():
            for endpoint in endpoints:
                exchange = endpoint.call(account, session, render=f"render_{scope}")
                if needed == scope:
                    expect_error(ctx, exchange, "AUTH-7", 403, f"{endpoint.name} without the scope {scope}")
                else:
                    ctx.check("AUTH-7", exchange.succeeded, f"{endpoint.name} with its scope", seen(exchange))


@case(
    "AUTH-7",
    description="without the write scope a new session gets 403 and a message gets no stream",
    control=True,
)
def _missing_write_scope(ctx: CaseContext) -> None:
    account = ctx.registered(scopes=["read", "upload", "render"])
    expect_error(ctx, SESSION.call(account), "AUTH-7", 403, "a new session without the scope write")
    exchange = CHAT.call(account)
    fits = exchange.code in (403, 1002) and exchange.events is None
    ctx.check("AUTH-7", fits, "no message without the scope write", seen(exchange))


@case(
    "AUTH-7",
    description="a scope gives access to its own endpoints; a token without scopes to none",
    control=True,
)
def _single_scope(ctx: CaseContext) -> None:
    for scope in _NEEDED:
        account = ctx.registered(scopes=[scope])
        for needed, endpoints in _NEEDED.items():
            exchange = endpoints[0].call(account)
            if needed == scope:
                fits = exchange.code not in (403, 1001)
                ctx.check("AUTH-7", fits, f"{scope} opens {endpoints[0].name}", seen(exchange))
            else:  # an unknown session may be looked for first
                fits = exchange.code == 403 or (exchange.code == 1002 and endpoints[0] in (UPLOAD, SUBMIT))
                ctx.check("AUTH-7", fits, f"{scope} alone does not open {endpoints[0].name}", seen(exchange))
    nothing = ctx.registered(scopes=[])
    expect_error(ctx, nothing.credits(), "AUTH-7", 403, "credits without any scope")


@case("AUTH-7", description="the scope * gives access to every endpoint", control=True)
def _wildcard_scope(ctx: CaseContext) -> None:
    account = ctx.registered(scopes=["*"])
    session = account.new_session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        exchange = endpoint.call(account, session)
        ctx.check("AUTH-7", exchange.succeeded, f"{endpoint.name} with the scope *", seen(exchange))


@case("AUTH-7", description="an anonymous account can read, write, upload and export", control=True)
def _anonymous_scopes(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        exchange = endpoint.call(ctx.account, session)
        ctx.check("AUTH-7", exchange.succeeded, f"{endpoint.name} as an anonymous account", seen(exchange))


@case("AUTH-7", description="an anonymous account can read, write and upload")
def _anonymous_access(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for exchange in (
        ctx.account.credits(),
        ctx.account.state(session),
        ctx.account.upload_urls(session, CLIP),
    ):
        ctx.check(
            "AUTH-7", exchange.code != 403, "what anonymous accounts have the scopes for", seen(exchange)
        )


# -- claim tokens ------------------------------------------------------------------------------------


def _claimed(ctx: CaseContext) -> tuple[str, str]:
    """Return a new session's id and a claim token for it."""
    payload = expect_success(ctx, ctx.account.create_session(), "SES-1", "a new session").data
    exchange = expect_success(
        ctx,
        ctx.account.claim_token(payload.get("session_id", ""), payload.get("task_id", "")),
        "AUTH-8",
        "a claim token for the own session",
    )
    ctx.require(
        "AUTH-8", is_prefixed(exchange.data.get("claim_token"), "clm_"), "claim_token: clm_…", exchange.data
    )
    ctx.check("AUTH-8", exchange.data.get("expires_in") == _WEEK_S, "expires_in: 604800", exchange.data)
    return str(payload.get("session_id", "")), str(exchange.data["claim_token"])


@case("AUTH-8", "ENV-1", description="a claim token has the documented form, and the API rejects it")
def _claim_token(ctx: CaseContext) -> None:
    _, token = _claimed(ctx)
    for endpoint in (CREDITS, SESSION):
        expect_error(ctx, endpoint.call(ApiAccount(ctx.recorder, token)), "AUTH-8", 1001, "a claim token")


@case(
    "AUTH-8",
    "AUTH-6",
    description="every endpoint answers 1001 for a claim token, also for its own session",
    control=True,
)
def _claim_token_at_every_endpoint(ctx: CaseContext) -> None:
    session, token = _claimed(ctx)
    everywhere(ctx, ApiAccount(ctx.recorder, token), "AUTH-8", "a claim token", session)
    expect_error(ctx, ctx.account.state(session, token=token), "AUTH-6", 1001, "a token of another kind")


@case("AUTH-8", description="a claim token does not contain the API token, which stays valid")
def _claim_token_is_separate(ctx: CaseContext) -> None:
    _, token = _claimed(ctx)
    secret = ctx.account.token.removeprefix("nmv_usr_")
    ctx.check("AUTH-8", secret not in token, "a claim token that does not give away the other")
    ctx.check("AUTH-8", ctx.account.credits().succeeded, "the account's token is as good as before")

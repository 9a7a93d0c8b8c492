"""Every endpoint that needs a token, with a body that is right: what sweeping cases go through (AUTH-6)."""

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
NOWHERE: Final = "1" * 18 + "7"  # a session's id by its shape (SES-1), of no session
NOBODY: Final = "anon_00000000000000000000000000000000"


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
        session: str = NOWHERE,
        *,
        task: str = NOWHERE,
        render: str = "render_1",
        **told: Any,
    ) -> Exchange:
        """Send a guest's request to it; ``told`` wins, and may give another ``json`` or ``headers``."""
        known = {"{session}": session, "{task}": task, "{render}": render}
        content = {} if self.body is None else {"json": json.loads(_filled(json.dumps(self.body), known))}
        return account.call(self.method, _filled(self.path, known), **{**content, **told})


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

GUARDED: Final = (SESSION, STATE, CREDITS, CHAT, UPLOAD, CLAIM, SUBMIT, JOB, CANCEL, DOWNLOAD)
OF_SESSIONS: Final = (STATE, CHAT, UPLOAD, CLAIM, SUBMIT)  # those that name a session


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
    ctx: CaseContext, account: ApiAccount, clause: str, expected: str, session: str = NOWHERE, **told: Any
) -> None:
    """Claim that every endpoint that needs a token answers 1001."""
    for endpoint in GUARDED:
        answer = endpoint.call(account, session, **told)
        expect_error(ctx, answer, clause, 1001, f"{endpoint.name} with {expected}")


def _malformed(token: str) -> Iterator[tuple[str, str]]:
    """Yield headers that are no bearer token, each with what is wrong in words."""
    yield "Bearer", "a scheme without a token"
    yield token, "a token without a scheme"
    yield f"Basic {token}", "another scheme"
    yield f"Bearer {token}x", "a character too many"
    yield f"Bearer {token[:-1]}", "a character too few"
    yield f"Bearer {token} {token}", "two tokens"


@case("AUTH-6", "ENV-2", "ENV-3", looks_for="1001 without a token, at every endpoint that needs one")
def _no_token(ctx: CaseContext) -> None:
    everywhere(ctx, ApiAccount(ctx.probe, ""), "AUTH-6", "no token")


@case("AUTH-6", looks_for="1001 for a token that nobody has, at every endpoint that needs one")
def _unknown_token(ctx: CaseContext) -> None:
    everywhere(ctx, ApiAccount(ctx.probe, _UNKNOWN), "AUTH-6", "an unknown token")


@case("AUTH-6", looks_for="1001 for an Authorization header that is no bearer token")
def _malformed_header(ctx: CaseContext) -> None:
    for header, what in _malformed(_UNKNOWN):
        told = CREDITS.call(ApiAccount(ctx.probe, ""), headers={"Authorization": header})
        expect_error(ctx, told, "AUTH-6", 1001, what)


@case("AUTH-6", looks_for="1001 for a good token in a bad header, at every endpoint", control=True)
def _good_token_malformed(ctx: CaseContext) -> None:
    session, token = ctx.account.session(), ctx.account.token
    nobody = ApiAccount(ctx.probe, "")
    for header, what in _malformed(token):
        everywhere(ctx, nobody, "AUTH-6", what, session, headers={"Authorization": header})
    ctx.claim("AUTH-6", ctx.account.credits().succeeded, "the same token, well put, is good")


@case("AUTH-6", "AUTH-5", looks_for="1001 for an expired token, at every endpoint", control=True)
def _expired_token(ctx: CaseContext) -> None:
    session = ctx.account.session()
    ctx.control("POST", f"tokens/{ctx.account.token}/expire")
    expect_error(ctx, ctx.account.credits(), "AUTH-5", 1001, "the token has expired")
    everywhere(ctx, ctx.account, "AUTH-6", "an expired token", session)


@case("AUTH-6", "AUTH-5", looks_for="1001 for a revoked token, at every endpoint", control=True)
def _revoked_token(ctx: CaseContext) -> None:
    session = ctx.account.session()
    ctx.control("POST", f"tokens/{ctx.account.token}/revoke")
    expect_error(ctx, ctx.account.credits(), "AUTH-5", 1001, "the token was revoked")
    everywhere(ctx, ctx.account, "AUTH-6", "a revoked token", session)


@case("AUTH-6", looks_for="a token is good again in the next request: refusals leave nothing behind")
def _after_a_refusal(ctx: CaseContext) -> None:
    expect_error(ctx, CREDITS.call(ApiAccount(ctx.probe, _UNKNOWN)), "AUTH-6", 1001, "an unknown token")
    expect_success(ctx, ctx.account.credits(), "AUTH-6", "a good token works after a bad one")


@case("AUTH-6", looks_for="1001 for a good token anywhere but in its header", control=True)
def _token_elsewhere(ctx: CaseContext) -> None:
    nobody, token = ApiAccount(ctx.probe, ""), ctx.account.token
    for name, value in (("Cookie", f"token={token}"), ("X-Token", token), ("X-Client-Id", token)):
        told = nobody.credits(headers={name: value})
        expect_error(ctx, told, "AUTH-6", 1001, f"no Authorization header, a token in {name}")
    told = nobody.call("GET", f"{CREDITS.path}?token={token}&access_token={token}")
    expect_error(ctx, told, "AUTH-6", 1001, "no Authorization header, a token in the query")


# -- scopes ------------------------------------------------------------------------------------------


@case("AUTH-7", "ENV-3", looks_for="403 where the scope is missing, and only there", control=True)
def _a_scope_missing(ctx: CaseContext) -> None:
    for scope in ("read", "upload", "render"):
        held = [other for other in _NEEDED if other != scope]
        account = ctx.registered(scopes=held)
        session = account.session()
        for needed, endpoints in _NEEDED.items():
            for endpoint in endpoints:
                told = endpoint.call(account, session, render=f"render_{scope}")
                if needed == scope:
                    expect_error(ctx, told, "AUTH-7", 403, f"{endpoint.name} without the scope {scope}")
                else:
                    ctx.claim("AUTH-7", told.succeeded, f"{endpoint.name} with its scope", seen(told))


@case("AUTH-7", looks_for="403 for a new session, and no stream for a message, without write", control=True)
def _no_write(ctx: CaseContext) -> None:
    account = ctx.registered(scopes=["read", "upload", "render"])
    expect_error(ctx, SESSION.call(account), "AUTH-7", 403, "a new session without the scope write")
    told = CHAT.call(account)
    fits = told.code in (403, 1002) and told.events is None
    ctx.claim("AUTH-7", fits, "no message without the scope write", seen(told))


@case("AUTH-7", looks_for="a scope alone opens what it is for, none opens nothing", control=True)
def _one_scope(ctx: CaseContext) -> None:
    for scope in _NEEDED:
        account = ctx.registered(scopes=[scope])
        for needed, endpoints in _NEEDED.items():
            told = endpoints[0].call(account)
            if needed == scope:
                fits = told.code not in (403, 1001)
                ctx.claim("AUTH-7", fits, f"{scope} opens {endpoints[0].name}", seen(told))
            else:  # a session of nobody's may be looked for first
                fits = told.code == 403 or (told.code == 1002 and endpoints[0] in (UPLOAD, SUBMIT))
                ctx.claim("AUTH-7", fits, f"{scope} alone does not open {endpoints[0].name}", seen(told))
    nothing = ctx.registered(scopes=[])
    expect_error(ctx, nothing.credits(), "AUTH-7", 403, "credits without any scope")


@case("AUTH-7", looks_for="the scope * opens everything", control=True)
def _every_scope(ctx: CaseContext) -> None:
    account = ctx.registered(scopes=["*"])
    session = account.session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        told = endpoint.call(account, session)
        ctx.claim("AUTH-7", told.succeeded, f"{endpoint.name} with the scope *", seen(told))


@case("AUTH-7", looks_for="a guest reads, writes and uploads, and may export all the same", control=True)
def _guests(ctx: CaseContext) -> None:
    session = ctx.account.session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        told = endpoint.call(ctx.account, session)
        ctx.claim("AUTH-7", told.succeeded, f"{endpoint.name} as a guest", seen(told))


@case("AUTH-7", looks_for="a guest is not kept from reading, writing and uploading")
def _a_guest_may(ctx: CaseContext) -> None:
    session = ctx.account.session()
    for told in (
        ctx.account.credits(),
        ctx.account.state(session),
        ctx.account.upload_urls(session, CLIP),
    ):
        ctx.claim("AUTH-7", told.code != 403, "what guests have the scopes for", seen(told))


# -- claim tokens ------------------------------------------------------------------------------------


def _claimed(ctx: CaseContext) -> tuple[str, str]:
    """Return a new session's id and a claim token for it."""
    made = expect_success(ctx, ctx.account.create_session(), "SES-1", "a new session").data
    told = expect_success(
        ctx,
        ctx.account.claim(made.get("session_id", ""), made.get("task_id", "")),
        "AUTH-8",
        "a claim token for one's own session",
    )
    ctx.must("AUTH-8", is_prefixed(told.data.get("claim_token"), "clm_"), "claim_token: clm_…", told.data)
    ctx.claim("AUTH-8", told.data.get("expires_in") == _WEEK_S, "expires_in: 604800", told.data)
    return str(made.get("session_id", "")), str(told.data["claim_token"])


@case("AUTH-8", "ENV-1", looks_for="a claim token of its form, which the API does not take")
def _claim(ctx: CaseContext) -> None:
    _, token = _claimed(ctx)
    for endpoint in (CREDITS, SESSION):
        expect_error(ctx, endpoint.call(ApiAccount(ctx.probe, token)), "AUTH-8", 1001, "a claim token")


@case(
    "AUTH-8",
    "AUTH-6",
    looks_for="1001 for a claim token at every endpoint, for its session too",
    control=True,
)
def _claim_everywhere(ctx: CaseContext) -> None:
    session, token = _claimed(ctx)
    everywhere(ctx, ApiAccount(ctx.probe, token), "AUTH-8", "a claim token", session)
    expect_error(ctx, ctx.account.state(session, token=token), "AUTH-6", 1001, "a token of another kind")


@case("AUTH-8", looks_for="no claim token holds the token of the API, nor leaves it less good")
def _claim_is_another(ctx: CaseContext) -> None:
    _, token = _claimed(ctx)
    secret = ctx.account.token.removeprefix("nmv_usr_")
    ctx.claim("AUTH-8", secret not in token, "a claim token that does not give away the other")
    ctx.claim("AUTH-8", ctx.account.credits().succeeded, "the account's token is as good as before")

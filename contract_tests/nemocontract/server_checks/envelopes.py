"""Envelopes: of every success, of every error, under the status that belongs to it (ENV-1 to ENV-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import CLAIM, CREDITS, SESSION, STATE, SUBMIT, UNKNOWN_SESSION, UPLOAD
from nemocontract.server_checks.expectations import (
    STRICT,
    expect_error,
    expect_success,
    is_failure,
    is_json,
    is_success,
    is_text,
    no_internals_leaked,
    seen,
)


def made_session(ctx: CaseContext) -> str:
    """Return a new session of the account's; a case goes no further without one."""
    exchange = expect_success(ctx, ctx.account.create_session(), "ENV-1", "a new session")
    ctx.require("SES-1", is_text(exchange.data.get("session_id")), "a session_id", seen(exchange))
    return str(exchange.data["session_id"])


@case("ENV-1", description="a success has the envelope: code 0, `success`, data, content type JSON")
def _success(ctx: CaseContext) -> None:
    session = made_session(ctx)
    for endpoint in (CREDITS, STATE):
        exchange = expect_success(
            ctx, endpoint.call(ctx.account, session), "ENV-1", f"{endpoint.name} succeeds"
        )
        ctx.check("ENV-1", isinstance(exchange.answer.get("data"), dict), "data is an object", seen(exchange))
        ctx.check("ENV-1", exchange.status == 200, "a success under HTTP status 200", seen(exchange))


@case("ENV-1", description="every success has the envelope, also uploads and claim tokens", control=True)
def _every_success(ctx: CaseContext) -> None:
    exchange = ctx.account.create_session()
    session, task = str(exchange.data.get("session_id", "")), str(exchange.data.get("task_id", ""))
    items = [exchange, *(e.call(ctx.account, session, task=task) for e in (CREDITS, STATE, UPLOAD, CLAIM))]
    for one in items:
        ctx.check("ENV-1", is_success(one.answer), f"{one.operation} succeeds in its envelope", seen(one))
        ctx.check("ENV-1", is_json(one), "JSON that is called so", one.answer_headers)


@case("ENV-2", "ENV-3", description="errors of all kinds have one envelope, with statuses of one profile")
def _errors(ctx: CaseContext) -> None:
    account = ctx.account
    expect_error(ctx, account.credits(token="nmv_usr_nobody"), "ENV-2", 1001, "a bad token")  # noqa: S106
    expect_error(ctx, account.state(UNKNOWN_SESSION), "ENV-2", 1002, "an unknown session")
    expect_error(ctx, account.job("render_nobody_1"), "ENV-2", 404, "an unknown export")
    expect_error(ctx, ctx.recorder.send("POST", "/api/auth/anonymous-token"), "ENV-2", 400, "no client id")
    session = made_session(ctx)
    expect_error(ctx, account.upload(session, ("notes.txt", b"text")), "ENV-2", 4001, "an unsupported file")


def _every_refusal(ctx: CaseContext) -> Iterator[Exchange]:
    """Provoke each code of the table once, checking that it comes (ENV-2)."""
    poor = ctx.registered(credits=0)
    session = poor.new_session()
    unknown_token = ApiAccount(ctx.recorder, "nmv_usr_nobody")
    provocations: tuple[tuple[int, Callable[[], Exchange]], ...] = (
        (1001, unknown_token.credits),
        (1002, lambda: poor.state(UNKNOWN_SESSION)),
        (2001, lambda: poor.chat(session, "generate a 5 second clip of a quiet lake")),
        (4001, lambda: poor.upload(session, ("notes.txt", b"text"))),
        (4002, lambda: poor.upload(session, ("clip.mp4", bytes(65)))),
        (400, lambda: SESSION.call(poor, json=[])),
        (402, lambda: SUBMIT.call(poor, session, attributed=False)),
        (403, lambda: ctx.registered(scopes=[]).credits()),
        (404, lambda: poor.job("render_nobody_1")),
        (409, lambda: (SUBMIT.call(poor, session), SUBMIT.call(poor, session))[1]),
        (429, lambda: [request_token(ctx.recorder, "env-3") for _ in range(2)][1]),
    )
    for code, provoke in provocations:
        exchange = provoke()
        expect_error(ctx, exchange, "ENV-2", code, "a code of the table")
        yield exchange


@case(
    "ENV-2", "ENV-3", description="every code has its default status: four-digit codes come with HTTP 200",
    control=True, profile="envelope", parameters={"max_upload_bytes": 64},
)  # fmt: skip
def _default_statuses(ctx: CaseContext) -> None:
    for exchange in _every_refusal(ctx):
        due = 200 if exchange.code in STRICT else exchange.code
        ctx.check(
            "ENV-3", exchange.status == due, f"status {due} for {exchange.code} by default", seen(exchange)
        )


@case(
    "ENV-2", "ENV-3", description="in profile http-status every code has its own status",
    control=True, profile="http-status", parameters={"max_upload_bytes": 64},
)  # fmt: skip
def _http_statuses(ctx: CaseContext) -> None:
    for exchange in _every_refusal(ctx):
        due = STRICT.get(exchange.code or 0, exchange.code)
        ctx.check(
            "ENV-3",
            exchange.status == due,
            f"status {due} for {exchange.code} in http-status",
            seen(exchange),
        )


@case("ENV-2", "ENV-4", description="an unknown path or method gets an envelope")
def _unknown_path(ctx: CaseContext) -> None:
    for method, path in (
        ("GET", "/api/nothing"),
        ("GET", "/run_sse"),
        ("DELETE", "/api/credits/balance/simple"),
        ("PUT", "/api/auth/anonymous-token"),
    ):
        exchange = ctx.account.call(method, path)
        ctx.check("ENV-2", not exchange.succeeded, "no success where there is nothing", seen(exchange))
        fits = is_failure(exchange.answer) or not is_json(
            exchange
        )  # a gateway in front may have pages of its own
        ctx.check("ENV-2", fits, "JSON that refuses is an envelope", seen(exchange))
        no_internals_leaked(ctx, exchange)

"""Envelopes: of every success, of every refusal, under the status that belongs to it (ENV-1 to ENV-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nemocontract.http.api_client import ApiAccount, ask_token
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import CLAIM, CREDITS, NOWHERE, SESSION, STATE, SUBMIT, UPLOAD
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
    """Return a new session of the guest's; a case goes no further without one."""
    told = expect_success(ctx, ctx.account.create_session(), "ENV-1", "a new session")
    ctx.must("SES-1", is_text(told.data.get("session_id")), "a session_id", seen(told))
    return str(told.data["session_id"])


@case("ENV-1", looks_for="the envelope of a success: code 0, `success`, data, called JSON")
def _successes(ctx: CaseContext) -> None:
    session = made_session(ctx)
    for endpoint in (CREDITS, STATE):
        told = expect_success(ctx, endpoint.call(ctx.account, session), "ENV-1", f"{endpoint.name} succeeds")
        ctx.claim("ENV-1", isinstance(told.answer.get("data"), dict), "data is an object", seen(told))
        ctx.claim("ENV-1", told.status == 200, "a success under HTTP status 200", seen(told))


@case("ENV-1", looks_for="the envelope of every success, uploads and claim tokens too", control=True)
def _every_success(ctx: CaseContext) -> None:
    made = ctx.account.create_session()
    session, task = str(made.data.get("session_id", "")), str(made.data.get("task_id", ""))
    told = [made, *(e.call(ctx.account, session, task=task) for e in (CREDITS, STATE, UPLOAD, CLAIM))]
    for one in told:
        ctx.claim("ENV-1", is_success(one.answer), f"{one.operation} succeeds in its envelope", seen(one))
        ctx.claim("ENV-1", is_json(one), "JSON that is called so", one.answer_headers)


@case("ENV-2", "ENV-3", looks_for="refusals of all kinds in one envelope, statuses in one profile")
def _refusals(ctx: CaseContext) -> None:
    account = ctx.account
    expect_error(ctx, account.credits(token="nmv_usr_nobody"), "ENV-2", 1001, "a bad token")  # noqa: S106
    expect_error(ctx, account.state(NOWHERE), "ENV-2", 1002, "an unknown session")
    expect_error(ctx, account.job("render_nobody_1"), "ENV-2", 404, "an unknown export")
    expect_error(ctx, ctx.probe.send("POST", "/api/auth/anonymous-token"), "ENV-2", 400, "no client id")
    session = made_session(ctx)
    expect_error(ctx, account.upload(session, ("notes.txt", b"text")), "ENV-2", 4001, "an unsupported file")


def _every_refusal(ctx: CaseContext) -> Iterator[Exchange]:
    """Provoke each code of the table once, claiming that it comes (ENV-2)."""
    poor = ctx.registered(credits=0)
    session = poor.session()
    nobody = ApiAccount(ctx.probe, "nmv_usr_nobody")
    provocations: tuple[tuple[int, Callable[[], Exchange]], ...] = (
        (1001, nobody.credits),
        (1002, lambda: poor.state(NOWHERE)),
        (2001, lambda: poor.chat(session, "generate a 5 second clip of a quiet lake")),
        (4001, lambda: poor.upload(session, ("notes.txt", b"text"))),
        (4002, lambda: poor.upload(session, ("clip.mp4", bytes(65)))),
        (400, lambda: SESSION.call(poor, json=[])),
        (402, lambda: SUBMIT.call(poor, session, attributed=False)),
        (403, lambda: ctx.registered(scopes=[]).credits()),
        (404, lambda: poor.job("render_nobody_1")),
        (409, lambda: (SUBMIT.call(poor, session), SUBMIT.call(poor, session))[1]),
        (429, lambda: [ask_token(ctx.probe, "env-3") for _ in range(2)][1]),
    )
    for code, provoke in provocations:
        told = provoke()
        expect_error(ctx, told, "ENV-2", code, "a code of the table")
        yield told


@case(
    "ENV-2", "ENV-3", looks_for="every code of the table, the four-digit ones under HTTP 200",
    control=True, profile="envelope", parameters={"max_upload_bytes": 64},
)  # fmt: skip
def _by_default(ctx: CaseContext) -> None:
    for told in _every_refusal(ctx):
        due = 200 if told.code in STRICT else told.code
        ctx.claim("ENV-3", told.status == due, f"status {due} for {told.code} by default", seen(told))


@case(
    "ENV-2", "ENV-3", looks_for="every code of the table, each under its own status, in profile http-status",
    control=True, profile="http-status", parameters={"max_upload_bytes": 64},
)  # fmt: skip
def _strictly(ctx: CaseContext) -> None:
    for told in _every_refusal(ctx):
        due = STRICT.get(told.code or 0, told.code)
        ctx.claim("ENV-3", told.status == due, f"status {due} for {told.code} in http-status", seen(told))


@case("ENV-2", "ENV-4", looks_for="an envelope for a path or a method that there is not")
def _nowhere(ctx: CaseContext) -> None:
    for method, path in (
        ("GET", "/api/nothing"),
        ("GET", "/run_sse"),
        ("DELETE", "/api/credits/balance/simple"),
        ("PUT", "/api/auth/anonymous-token"),
    ):
        told = ctx.account.call(method, path)
        ctx.claim("ENV-2", not told.succeeded, "no success where there is nothing", seen(told))
        fits = is_failure(told.answer) or not is_json(told)  # a gateway in front may have pages of its own
        ctx.claim("ENV-2", fits, "JSON that refuses is an envelope", seen(told))
        no_internals_leaked(ctx, told)

"""Tokens, credits and sessions (AUTH-1, AUTH-8, CRE-1, SES-1, STA-1)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...wire.encoding import iso_utc
from .. import context, responses
from ..openapi import models
from ..openapi.operations import data, operation, parameter
from ..request_models import ClaimBody, SessionBody, read_json

USER = parameter("user", "path", "`me`, or the token's own user id", "me")
SESSION = parameter("session_id", "path", "Id of a session", models.SESSION_ID)
_CLIENT = parameter(
    "X-Client-Id",
    "header",
    "UUID of the installed client",
    "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1",
    minLength=1,
    pattern=r"\S",
)

router = APIRouter()


@router.post(
    "/api/tasks/{user}/with-session/nemo_agent",
    name="session.create",
    tags=["sessions"],
    **operation(
        "createSession",
        "Create a session",
        data("A session", models.NewSession),
        *(400, 403, 1001, 1002),
        body=SessionBody,
        parameters=[USER],
    ),
)
async def create_session(request: Request) -> Response:
    """Create a session: a project with an empty timeline."""
    ctx = context.context_of(request)
    token = ctx.token(request, "write")
    body = await read_json(request, SessionBody)
    user = request.path_params["user"]
    return responses.data(ctx.backend.create_session(token, user, body.task_name, body.language))


@router.get(
    "/api/state/nemo_agent/{user}/{session_id}/latest",
    name="state",
    tags=["sessions"],
    **operation(
        "readState",
        "Read a session's state",
        data("Draft, files, analyses, generated media", models.SessionState),
        *(403, 1001, 1002),
        parameters=[USER, SESSION],
    ),
)
async def read_state(request: Request) -> Response:
    """Read a session's state: draft, files, analyses, generated media."""
    ctx = context.context_of(request)
    token = ctx.token(request, "read")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    if ctx.backend.find_session(token, user, session_id).running and ctx.world.clock.next_due_ms is None:
        ctx.world.clock.advance_on_poll(ctx.world.settings.auto_poll_ms)
        token = ctx.token(request, "read")
    return responses.data(ctx.backend.state(token, user, session_id, ctx.origin))


@router.get(
    "/api/credits/balance/simple",
    name="credits",
    tags=["credits"],
    **operation("readCredits", "Read the balance", data("The balance", models.Balance), 403, 1001),
)
async def read_credits(request: Request) -> Response:
    """Read the account's credits: available, frozen by running operations, and their total."""
    ctx = context.context_of(request)
    return responses.data(ctx.backend.balance(ctx.token(request, "read")))


@router.post(
    "/api/auth/anonymous-token",
    name="token.issue",
    tags=["tokens"],
    **operation(
        "issueToken",
        "Get an anonymous token",
        data("A token for 7 days, with 100 credits", models.Token),
        *(400, 429),
        parameters=[_CLIENT],
        security=[],
    ),
)
async def issue_token(request: Request) -> Response:
    """Issue an anonymous token to a client id: 100 credits, 7 days, once per 7 days."""
    ctx = context.context_of(request)
    client_id = request.headers.get("x-client-id")
    token = ctx.backend.issue_token(ctx.world.now_ms, client_id, ctx.ip)
    return responses.data(
        {
            "token": token.value,
            "user_id": token.account.user_id,
            "credits": token.account.ledger.available,
            "expires_at": iso_utc(token.expires_at_ms),
        }
    )


@router.post(
    "/api/auth/claim-token",
    name="token.claim",
    tags=["tokens"],
    **operation(
        "claimToken",
        "Get a claim token for the web",
        data("A claim token for the web", models.ClaimToken),
        *(400, 403, 1001, 1002),
        body=ClaimBody,
    ),
)
async def claim_token(request: Request) -> Response:
    """Create a claim token that opens a session's project on the web; it is not valid for this API."""
    ctx = context.context_of(request)
    token = ctx.token(request, "write")
    body = await read_json(request, ClaimBody)
    return responses.data(ctx.backend.claim_token(token, body.session_id, body.task_id))

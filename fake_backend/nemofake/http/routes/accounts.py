"""Tokens: anonymous ones to begin with, claim tokens to take a project to the web (AUTH-1, AUTH-8)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...wire.encoding import iso_utc
from .. import context, responses
from ..openapi import data_plane as docs
from ..request_models import ClaimBody, SessionBody, read_json

tokens_router = APIRouter(tags=["tokens"])


@tokens_router.post("/api/auth/anonymous-token", name="token.issue", **docs.ISSUE_TOKEN)
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


@tokens_router.post("/api/auth/claim-token", name="token.claim", **docs.CLAIM_TOKEN)
async def claim_token(request: Request) -> Response:
    """Make a claim token, with which a user opens a session's project on the web; it opens no API."""
    ctx = context.context_of(request)
    token = ctx.token(request, "write")
    body = await read_json(request, ClaimBody)
    return responses.data(ctx.backend.claim_token(token, body.session_id, body.task_id))


credits_router = APIRouter(tags=["credits"])


@credits_router.get("/api/credits/balance/simple", name="credits", **docs.READ_CREDITS)
async def read_credits(request: Request) -> Response:
    """Read the account's credits: available, frozen by running operations, and their total."""
    ctx = context.context_of(request)
    return responses.data(ctx.backend.balance(ctx.token(request, "read")))


sessions_router = APIRouter(tags=["sessions"])


@sessions_router.post(
    "/api/tasks/{user}/with-session/nemo_agent", name="session.create", **docs.CREATE_SESSION
)
async def create_session(request: Request) -> Response:
    """Make a session: a project with an empty timeline."""
    ctx = context.context_of(request)
    token = ctx.token(request, "write")
    body = await read_json(request, SessionBody)
    user = request.path_params["user"]
    return responses.data(ctx.backend.create_session(token, user, body.task_name, body.language))


@sessions_router.get("/api/state/nemo_agent/{user}/{session_id}/latest", name="state", **docs.READ_STATE)
async def read_state(request: Request) -> Response:
    """Read a session's state: draft, files, analyses, generated media."""
    ctx = context.context_of(request)
    token = ctx.token(request, "read")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    if ctx.backend.find_session(token, user, session_id).running and not ctx.world.clock.followed:
        ctx.world.clock.advance_on_poll(ctx.world.settings.auto_poll_ms)
        token = ctx.token(request, "read")
    return responses.data(ctx.backend.state(token, user, session_id, ctx.origin))

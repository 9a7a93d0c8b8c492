"""Tokens: anonymous ones to begin with, claim tokens to take a project to the web (AUTH-1, AUTH-8)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...wire.iso import iso_utc
from .. import answers, exchange
from ..bodies import ClaimBody, read_json
from ..docs import data_plane as docs

router = APIRouter(tags=["tokens"])


@router.post("/api/auth/anonymous-token", name="token.issue", **docs.ISSUE_TOKEN)
async def issue_token(request: Request) -> Response:
    """Issue an anonymous token to a client id: 100 credits, 7 days, once per 7 days."""
    here = exchange.of(request)
    client_id = request.headers.get("x-client-id")
    token = here.backend.issue_token(here.room.now_ms, client_id, here.ip)
    return answers.data(
        {
            "token": token.value,
            "user_id": token.account.user_id,
            "credits": token.account.ledger.available,
            "expires_at": iso_utc(token.expires_at_ms),
        }
    )


@router.post("/api/auth/claim-token", name="token.claim", **docs.CLAIM_TOKEN)
async def claim_token(request: Request) -> Response:
    """Make a claim token, with which a user opens a session's project on the web; it opens no API."""
    here = exchange.of(request)
    token = here.token(request, "write")
    body = await read_json(request, ClaimBody)
    return answers.data(here.backend.claim_token(token, body.session_id, body.task_id))

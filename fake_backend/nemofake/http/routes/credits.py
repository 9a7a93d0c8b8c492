"""Credits: the balance (CRE-1)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from .. import answers, exchange
from ..docs import data_plane as docs

router = APIRouter(tags=["credits"])


@router.get("/api/credits/balance/simple", name="credits", **docs.READ_CREDITS)
async def read_credits(request: Request) -> Response:
    """Read the account's credits: available, frozen by running operations, and their total."""
    here = exchange.of(request)
    return answers.data(here.backend.balance(here.token(request, "read")))

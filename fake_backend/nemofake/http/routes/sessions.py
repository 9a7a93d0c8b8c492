"""Sessions and what is in them: create one, read its state (SES-1, STA-1)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from .. import answers, exchange
from ..bodies import SessionBody, read_json
from ..docs import data_plane as docs

router = APIRouter(tags=["sessions"])


@router.post("/api/tasks/{user}/with-session/nemo_agent", name="session.create", **docs.CREATE_SESSION)
async def create_session(request: Request) -> Response:
    """Make a session: a project with an empty timeline."""
    here = exchange.of(request)
    token = here.token(request, "write")
    body = await read_json(request, SessionBody)
    user = request.path_params["user"]
    return answers.data(here.backend.create_session(token, user, body.task_name, body.language))


@router.get("/api/state/nemo_agent/{user}/{session_id}/latest", name="state", **docs.READ_STATE)
async def read_state(request: Request) -> Response:
    """Read a session's state: draft, files, analyses, generated media."""
    here = exchange.of(request)
    token = here.token(request, "read")
    user, session_id = request.path_params["user"], request.path_params["session_id"]
    if here.backend.find_session(token, user, session_id).running and not here.room.pacer.followed:
        here.room.pacer.poll_counts(here.room.settings.auto_poll_ms)
        token = here.token(request, "read")
    return answers.data(here.backend.state(token, user, session_id, here.origin))

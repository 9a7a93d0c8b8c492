"""The routes of the control API that show a world: requests, sessions, credits, render jobs, live events."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from ...engine.errors import BackendError
from .. import context, responses
from ..inspection import Inspection
from ..openapi import inspection_models as models
from ..openapi.models import SESSION_ID, USER_ID
from ..openapi.operations import Success, data, file, operation, parameter
from ..request_models import AsOf, RequestQuery
from .rows import SECURITY, Row, add_rows, require_admin_token, service_of

_SESSION = parameter("session_id", "path", "Id of a session", SESSION_ID)
_USER = parameter("user_id", "path", "Id of an account", USER_ID)
_VIDEO = parameter("name", "path", "`video` of a render job", "0f5a1c9e77d24b10.mp4")

ROWS = (
    Row(
        "GET", "/requests", Inspection.list_requests, "List requests, filtered and by page",
        data("The page", models.RequestPage), [400], query=RequestQuery,
    ),
    Row(
        "GET", "/sessions", Inspection.list_sessions, "List sessions",
        data("The sessions", models.SessionSummary, many=True), [400], query=AsOf,
    ),
    Row(
        "GET", "/sessions/{session_id}", Inspection.read_session, "Read a session with its edits",
        data("The session", models.SessionDetail), [400, 404], parameters=[_SESSION], query=AsOf,
    ),
    Row(
        "GET", "/accounts/{user_id}/credits", Inspection.list_credits, "List changes of credits",
        data("The changes", models.CreditStep, many=True), [400, 404], parameters=[_USER], query=AsOf,
    ),
    Row(
        "GET", "/renders", Inspection.list_renders, "List render jobs",
        data("The jobs", models.RenderInfo, many=True), [400], query=AsOf,
    ),
    Row(
        "GET", "/fault-types", Inspection.list_fault_types, "List the faults that can be added",
        data("The faults", models.FaultType, many=True),
    ),
    Row(
        "GET", "/findings", Inspection.list_findings, "Judge the client of this world",
        data("What was found", models.Findings),
    ),
)  # fmt: skip

router = APIRouter(prefix="/__fake__", tags=["control"], dependencies=[Depends(require_admin_token)])
add_rows(router, ROWS, Inspection)


@router.get(
    "/events",
    **operation(
        "watchWorld",
        "Watch a world live",
        Success(
            "Events `data: …`: clock, and numbers of what there is; one that differs means more to read",
            {"text/event-stream": {"schema": {"type": "string"}}},
        ),
        403,
        security=SECURITY,
    ),
)
async def events(request: Request) -> Response:
    """Send an event whenever something in the world has changed, at most ten a second."""
    return StreamingResponse(service_of(request, Inspection).live(), media_type="text/event-stream")


@router.get(
    "/videos/{name}",
    **operation(
        "readJobVideo",
        "Get the video of a render job",
        file("The video of a completed job; the journal does not note this request", "video/mp4"),
        *(403, 404),
        parameters=[_VIDEO],
        security=SECURITY,
    ),
)
async def video(request: Request) -> Response:
    """Serve the video of a completed render job."""
    name = request.path_params["name"]
    opened, job = await service_of(request, Inspection).open_video(name)
    return responses.file_response(opened, name, job.ended_at_ms or 0)


@router.get(
    "/archive",
    **operation(
        "exportWorld",
        "Export a stored world",
        Success(
            "The world for `nemofake replay`; it has tokens and all that users sent",
            {"application/zip": {"schema": {}}},
        ),
        *(403, 404),
        security=SECURITY,
    ),
)
async def archive(request: Request) -> Response:
    """Export the world of a server with --db as one file, as `nemofake world export` does."""
    world = context.context_of(request).world
    if world.storage is None:
        raise BackendError(404, "the world is not stored: start the server with --db FILE to export worlds")
    from ...storage.archive import write_archive  # a server without database need not load it

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.zip"
        write_archive(path, world.storage, world.name)
        body = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="{world.name}.zip"'}
    return Response(body, media_type="application/zip", headers=headers)

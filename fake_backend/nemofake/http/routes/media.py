"""The bytes behind media paths: uploaded files, generated clips, finished films; no token needed (REN-9)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...engine.errors import BackendError
from .. import context, responses, video_files
from ..openapi import data_plane as docs

router = APIRouter(tags=["media"])


@router.head("/cdn/media/{path:path}", name="cdn.media", include_in_schema=False)
@router.get("/cdn/media/{path:path}", name="cdn.media", **docs.MEDIA)
async def media(request: Request) -> Response:
    """Serve an uploaded file."""
    ctx = context.context_of(request)
    path = f"/cdn/media/{request.path_params['path']}"
    if path not in ctx.world.files:
        raise BackendError(404, "no such file; files taken from URLs are simulated and have no bytes")
    return responses.file_response(ctx.world.files[path].open("rb"), path)


@router.head("/cdn/generated/{path:path}", name="cdn.generated", include_in_schema=False)
@router.get("/cdn/generated/{path:path}", name="cdn.generated", **docs.GENERATED)
async def generated(request: Request) -> Response:
    """Serve a generated clip, drawn as a film of one segment."""
    ctx = context.context_of(request)
    path = f"/cdn/generated/{request.path_params['path']}"
    clip = ctx.backend.generated(ctx.world.now_ms, path)
    return responses.file_response(await video_files.open_generated_clip(ctx.world, clip), path)


@router.head("/cdn/renders/{path:path}", name="cdn.render", include_in_schema=False)
@router.get("/cdn/renders/{path:path}", name="cdn.render", **docs.FILM)
async def render(request: Request) -> Response:
    """Serve the film of a finished export."""
    ctx = context.context_of(request)
    path = f"/cdn/renders/{request.path_params['path']}"
    job = ctx.backend.render_at(ctx.world.now_ms, path)
    return responses.file_response(await video_files.open_render(ctx.world, job), path, job.ended_at_ms or 0)

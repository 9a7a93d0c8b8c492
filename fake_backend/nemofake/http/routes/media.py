"""The bytes behind media paths: uploaded files, generated clips, exported videos; no token needed (REN-9)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from ...engine.errors import BackendError
from .. import context, responses
from ..openapi.operations import file, operation, parameter

router = APIRouter(tags=["media"])

_PATH = parameter("path", "path", "The rest of a URL in a response", "0f5a1c9e77d24b10/clip.mp4")


def _document(name: str, summary: str, description: str, media_type: str) -> dict[str, Any]:
    return operation(name, summary, file(description, media_type), 404, 507, parameters=[_PATH], security=[])


@router.head("/cdn/media/{path:path}", name="cdn.media", include_in_schema=False)
@router.get(
    "/cdn/media/{path:path}",
    name="cdn.media",
    **_document("readMedia", "Get an uploaded file", "The file as uploaded", "*/*"),
)
async def media(request: Request) -> Response:
    """Serve an uploaded file."""
    ctx = context.context_of(request)
    path = f"/cdn/media/{request.path_params['path']}"
    if path not in ctx.world.files:
        raise BackendError(404, "no such file; files taken from URLs are simulated and have no bytes")
    return responses.file_response(ctx.world.open_file(path), path)


@router.head("/cdn/generated/{path:path}", name="cdn.generated", include_in_schema=False)
@router.get(
    "/cdn/generated/{path:path}",
    name="cdn.generated",
    **_document("readGenerated", "Get a generated clip", "The clip, as a video of one segment", "video/mp4"),
)
async def generated(request: Request) -> Response:
    """Serve a generated clip, drawn as a video of one segment."""
    ctx = context.context_of(request)
    path = f"/cdn/generated/{request.path_params['path']}"
    clip = ctx.backend.generated(ctx.world.now_ms, path)
    return responses.file_response(await ctx.world.media.open_clip(clip), path)


@router.head("/cdn/renders/{path:path}", name="cdn.render", include_in_schema=False)
@router.get(
    "/cdn/renders/{path:path}",
    name="cdn.render",
    **_document("readVideo", "Get an exported video", "The video of a completed export", "video/mp4"),
)
async def render(request: Request) -> Response:
    """Serve the video of a completed export."""
    ctx = context.context_of(request)
    path = f"/cdn/renders/{request.path_params['path']}"
    job = ctx.backend.render_at(ctx.world.now_ms, path)
    return responses.file_response(await ctx.world.media.open_render(job), path, job.ended_at_ms or 0)

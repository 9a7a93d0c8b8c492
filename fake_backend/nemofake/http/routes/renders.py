"""Exports: submit a draft, follow the job, cancel it, download the film (REN-1 to REN-12)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...engine.errors import BackendError
from .. import context, responses, video_files
from .. import responses as ranged
from ..openapi import data_plane as docs
from ..request_models import RenderBody, read_json

router = APIRouter(tags=["export"])

_ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")


@router.post("/api/render/proxy/lambda", name="render.submit", **docs.SUBMIT_RENDER)
async def submit(request: Request) -> Response:
    """Export a draft as an H.264 MP4; the job is done 30 to 90 s later."""
    ctx = context.context_of(request)
    token = ctx.token(request, "render")
    body = await read_json(request, RenderBody)
    attributed = all(request.headers.get(name, "").strip() for name in _ATTRIBUTION)
    job = ctx.backend.submit_render(token, body.id, body.sessionId, body.draft, attributed=attributed)
    return await responses.render(request, job)


@router.get("/api/render/proxy/lambda/{render_id}", name="render.status", **docs.READ_RENDER)
async def status(request: Request) -> Response:
    """Read how far an export is."""
    ctx, render_id = context.context_of(request), request.path_params["render_id"]
    token = ctx.token(request, "read")
    if ctx.backend.unfinished_render(token, render_id):
        ctx.world.clock.advance_on_poll(ctx.world.settings.auto_poll_ms)
        token = ctx.token(request, "read")
    return await responses.render(request, ctx.backend.render_status(token, render_id))


@router.post("/api/render/proxy/draft", name="render.submit", **docs.SUBMIT_DRAFT)
async def submit_draft(request: Request) -> Response:
    """Export a draft by the older route, which profile `render-nested` still has."""
    require_profile(request)
    return await submit(request)


@router.get("/api/render/proxy/{render_id}", name="render.status", **docs.READ_DRAFT)
async def draft_status(request: Request) -> Response:
    """Read how far an export is by the older route, which profile `render-nested` still has."""
    require_profile(request)
    return await status(request)


def require_profile(request: Request) -> None:
    """Raise 404 unless the world's profile has the older routes (PROTOCOL section 9)."""
    if context.context_of(request).world.profile.render != "render-nested":
        raise BackendError(404, "this route belongs to profile 'render-nested'")


@router.post("/api/render/proxy/lambda/{render_id}/cancel", name="render.cancel", **docs.CANCEL_RENDER)
async def cancel(request: Request) -> Response:
    """Stop an export that is not finished."""
    ctx = context.context_of(request)
    token = ctx.token(request, "render")
    return await responses.render(request, ctx.backend.cancel_render(token, request.path_params["render_id"]))


@router.head("/api/render/proxy/{render_id}/download", name="render.download", include_in_schema=False)
@router.get("/api/render/proxy/{render_id}/download", name="render.download", **docs.DOWNLOAD)
async def download(request: Request) -> Response:
    """Download a finished film with the token; ranges are answered."""
    ctx = context.context_of(request)
    token = ctx.token(request, "read")
    job = ctx.backend.finished_render(token, request.path_params["render_id"])
    return ranged.file_response(await video_files.open_render(ctx.world, job), job.path, job.ended_at_ms or 0)

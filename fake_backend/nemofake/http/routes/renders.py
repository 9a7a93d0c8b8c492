"""Exports: submit a draft, poll the job, cancel it, download the video (REN-1 to REN-12)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from .. import context, responses
from ..methods import refusal
from ..openapi import models
from ..openapi.operations import example, file, operation, parameter, plain
from ..request_models import RenderBody, read_json

router = APIRouter(tags=["export"])

_ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
_RENDER = parameter("render_id", "path", "The id the export was submitted with", "render_1767225600")
_SKILL = [
    parameter(f"X-Skill-{name}", "header", f"{about}; required on the free plan", value, required=False)
    for name, about, value in (
        ("Source", "Name of the skill", "professional-video-local-ai"),
        ("Version", "Version of the skill", "1.0.0"),
        ("Platform", "Where the skill is installed", "cursor"),
    )
]
_JOBS = (models.Job, models.NestedJob)
_COMPLETED = example(
    models.Job, status="completed", progress=100, completedAt="2026-01-01T00:01:58.000Z",
    output=example(models.Output),
)  # fmt: skip
_CANCELLED = example(models.Job, status="cancelled", progress=40)
_NESTED = example(models.NestedJob)
_ERRORS = (400, 402, 403, 409, 1001, 1002)


def _submission(name: str, summary: str, success: Any, *codes: int) -> dict[str, Any]:
    return operation(name, summary, success, *codes, body=RenderBody, parameters=_SKILL)


@router.post(
    "/api/render/proxy/lambda",
    name="render.submit",
    **_submission(
        "submitRender",
        "Export a draft",
        plain("The job, pending", _JOBS, example(models.Job)),
        *_ERRORS,
    ),
)
async def submit(request: Request) -> Response:
    """Export a draft as an H.264 MP4; the job is completed 30 to 90 s later."""
    ctx = context.context_of(request)
    token = ctx.token(request, "render")
    body = await read_json(request, RenderBody)
    attributed = all(request.headers.get(name, "").strip() for name in _ATTRIBUTION)
    job = ctx.backend.submit_render(token, body.id, body.sessionId, body.draft, attributed=attributed)
    return await responses.render(request, job)


@router.get(
    "/api/render/proxy/lambda/{render_id}",
    name="render.status",
    **operation(
        "readRender",
        "Read the status of an export",
        plain("The job as it is now", _JOBS, _COMPLETED),
        *(403, 404, 507, 1001),
        parameters=[_RENDER],
    ),
)
async def status(request: Request) -> Response:
    """Read the status of an export."""
    ctx, render_id = context.context_of(request), request.path_params["render_id"]
    token = ctx.token(request, "read")
    if ctx.backend.unfinished_render(token, render_id):
        ctx.world.clock.advance_on_poll(ctx.world.settings.auto_poll_ms)
        token = ctx.token(request, "read")
    return await responses.render(request, ctx.backend.render_status(token, render_id))


@router.post(
    "/api/render/proxy/draft",
    name="render.submit",
    **_submission(
        "submitDraft",
        "Export a draft, profile `render-nested` only",
        plain("The job, pending", _JOBS[1:], _NESTED),
        *(*_ERRORS, 404),
    ),
)
async def submit_draft(request: Request) -> Response:
    """Export a draft by the older route, which only profile `render-nested` has."""
    require_profile(request)
    return await submit(request)


@router.get(
    "/api/render/proxy/{render_id}",
    name="render.status",
    **operation(
        "readDraft",
        "Read the status of an export, profile `render-nested` only",
        plain("The job as it is now", _JOBS[1:], _NESTED),
        *(403, 404, 507, 1001),
        parameters=[_RENDER],
    ),
)
async def draft_status(request: Request) -> Response:
    """Read the status of an export by the older route, which only profile `render-nested` has."""
    require_profile(request)
    return await status(request)


def require_profile(request: Request) -> None:
    """Raise 404 unless the world's profile has the older routes (PROTOCOL section 9).

    Their paths stay those of today's routes, which have other methods.
    """
    if context.context_of(request).world.profile.render != "render-nested":
        raise refusal(request, "this route belongs to profile 'render-nested'")


@router.post(
    "/api/render/proxy/lambda/{render_id}/cancel",
    name="render.cancel",
    **operation(
        "cancelRender",
        "Cancel an export",
        plain("The job, cancelled", _JOBS, _CANCELLED),
        *(403, 404, 409, 1001),
        parameters=[_RENDER],
    ),
)
async def cancel(request: Request) -> Response:
    """Cancel an export that is not finished."""
    ctx = context.context_of(request)
    token = ctx.token(request, "render")
    return await responses.render(request, ctx.backend.cancel_render(token, request.path_params["render_id"]))


@router.head("/api/render/proxy/{render_id}/download", name="render.download", include_in_schema=False)
@router.get(
    "/api/render/proxy/{render_id}/download",
    name="render.download",
    **operation(
        "download",
        "Download a video",
        file("The video", "video/mp4"),
        *(403, 404, 409, 507, 1001),
        parameters=[_RENDER],
    ),
)
async def download(request: Request) -> Response:
    """Download the video of a completed export with the token; ranges and ETags are supported."""
    ctx = context.context_of(request)
    token = ctx.token(request, "read")
    job = ctx.backend.finished_render(token, request.path_params["render_id"])
    video = await ctx.world.media.open_render(job)
    return responses.file_response(video, job.path, job.ended_at_ms or 0)

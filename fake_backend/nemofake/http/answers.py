"""Answers ready to send: success envelopes, refusals, render views."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ..engine.errors import BackendError
from ..engine.renders import RenderJob
from ..wire.envelope import failure, success
from ..wire.profile import DEFAULT, Profile
from ..wire.render import RenderView, render_view
from . import exchange, films


def data(value: Any) -> Response:
    """Answer with a success envelope (ENV-1)."""
    return json_bytes(success(value))


def json_bytes(body: bytes, status: int = 200) -> Response:
    """Answer with JSON that is already encoded."""
    return Response(body, status, media_type="application/json")


def refusal(error: BackendError, profile: Profile = DEFAULT) -> Response:
    """Answer with the envelope of a refusal (ENV-2, ENV-3)."""
    status, headers, body = failure(error, profile)
    response = Response(body, status)
    response.raw_headers.extend(headers)
    return response


async def render(request: Request, job: RenderJob) -> Response:
    """Answer with a job as the world's profile shows it (REN-7); the film is made by then."""
    here = exchange.of(request)
    report = None
    if job.state == "completed":
        report = await films.report_of(here.room, job)
    view = RenderView(
        id=job.render_id,
        status=job.state,  # type: ignore[arg-type]  # the states of tables.RENDER are the wire's
        progress=job.progress(here.room.now_ms),
        created_at_ms=job.created_at_ms,
        completed_at_ms=job.ended_at_ms if job.state == "completed" else None,
        url=here.origin + job.path,
        duration_ms=report.duration_ms if report else None,
        size=report.size if report else None,
        error="The render failed. Please try again." if job.state == "failed" else None,
    )
    return json_bytes(render_view(view, here.room.profile))

"""The bytes behind media paths: uploaded files, generated clips, finished films; no token needed (REN-9)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...engine.errors import BackendError
from .. import exchange, films

router = APIRouter(include_in_schema=False)


@router.head("/cdn/media/{path:path}", name="cdn.media", include_in_schema=False)
@router.get("/cdn/media/{path:path}", name="cdn.media")
async def media(request: Request) -> Response:
    """Serve an uploaded file."""
    here = exchange.of(request)
    path = f"/cdn/media/{request.path_params['path']}"
    if path not in here.room.files:
        raise BackendError(404, "no such file; files taken from URLs are simulated and have no bytes")
    return films.file_answer(here.room.files[path], path)


@router.head("/cdn/generated/{path:path}", name="cdn.generated", include_in_schema=False)
@router.get("/cdn/generated/{path:path}", name="cdn.generated")
async def generated(request: Request) -> Response:
    """Serve a generated clip, drawn as a film of one segment."""
    here = exchange.of(request)
    path = f"/cdn/generated/{request.path_params['path']}"
    clip = here.backend.generated(here.room.now_ms, path)
    return films.file_answer((await films.clip_film(here.room, clip)).path, path)


@router.head("/cdn/renders/{path:path}", name="cdn.render", include_in_schema=False)
@router.get("/cdn/renders/{path:path}", name="cdn.render")
async def render(request: Request) -> Response:
    """Serve the film of a finished export."""
    here = exchange.of(request)
    path = f"/cdn/renders/{request.path_params['path']}"
    job = here.backend.render_at(here.room.now_ms, path)
    return films.file_answer((await films.film_of(here.room, job)).path, path, job.ended_at_ms or 0)

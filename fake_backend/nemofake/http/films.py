"""The films behind exports and generated clips: made once per draft, answered with ranges."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from ..engine.library import Generated
from ..engine.renders import RenderJob
from ..settings import DEFAULT_START_MS
from ..wire.iso import http_date
from .room import Room

if TYPE_CHECKING:
    from ..media import StoredFilm


async def film_of(room: Room, job: RenderJob) -> StoredFilm:
    """Return a job's film within the box (REN-8); the first call makes it."""
    from ..media import Film  # video libraries are loaded by the first film, not by the first request

    rules = room.settings.rules
    film = Film.from_draft(
        job.draft, canvas=job.canvas, max_width=rules.render_max_width, max_height=rules.render_max_height
    )
    return await asyncio.to_thread(room.films.get, film)


async def clip_film(room: Room, clip: Generated) -> StoredFilm:
    """Return a generated clip's film: a timeline of nothing but itself, at its own size."""
    from ..media import Film

    segment = {"s": 0, "d": clip.duration_ms, "m": {"name": clip.name}}
    draft = {"d": clip.duration_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [segment]}]}
    size = (clip.width, clip.height)
    film = Film.from_draft(draft, canvas=size, max_width=clip.width, max_height=clip.height)
    return await asyncio.to_thread(room.films.get, film)


def file_answer(path: Path, name: str, changed_ms: int = DEFAULT_START_MS) -> Response:
    """Answer with a file, ranges included; the validators tell engine time and name, not the disk's."""
    etag = sha256(name.encode()).hexdigest()[:32]
    headers = {"etag": f'"{etag}"', "last-modified": http_date(changed_ms).decode()}
    return FileResponse(path, headers=headers)

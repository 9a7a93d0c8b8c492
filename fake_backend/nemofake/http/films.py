"""The films behind exports and generated clips: made once per draft, open when they are answered with."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from ..engine.library import Generated
from ..engine.renders import RenderJob
from .room import Room

if TYPE_CHECKING:
    from ..media import Film, FilmReport

_TRIES = 8


async def report_of(room: Room, job: RenderJob) -> FilmReport:
    """Return the figures of a job's film (REN-7); the first call makes it."""
    film = _job_film(job)
    return (await asyncio.to_thread(room.films.get, film)).report


async def open_job(room: Room, job: RenderJob) -> BinaryIO:
    """Return a job's film (REN-9), to be closed by the caller."""
    return await asyncio.to_thread(_opened, room, _job_film(job))


async def open_clip(room: Room, clip: Generated) -> BinaryIO:
    """Return a generated clip's film, to be closed by the caller."""
    return await asyncio.to_thread(_opened, room, _clip_film(clip))


def _job_film(job: RenderJob) -> Film:
    from ..media import Film  # video libraries are loaded by the first film, not by the first request

    width, height = job.box  # REN-8
    return Film.from_draft(job.draft, canvas=job.canvas, max_width=width, max_height=height)


def _clip_film(clip: Generated) -> Film:
    """Return a timeline of nothing but the clip, at its own size."""
    from ..media import Film

    segment = {"s": 0, "d": clip.duration_ms, "m": {"name": clip.name}}
    draft = {"d": clip.duration_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [segment]}]}
    size = (clip.width, clip.height)
    return Film.from_draft(draft, canvas=size, max_width=clip.width, max_height=clip.height)


def _opened(room: Room, film: Film) -> BinaryIO:
    """Open a film at once: an open file stays whole when it has to make room for others, a path does not."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):  # it had to go between being made and being opened
            return room.films.get(film).path.open("rb")
    return room.films.get(film).path.open("rb")

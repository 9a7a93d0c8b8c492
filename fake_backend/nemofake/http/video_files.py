"""The films behind exports and generated clips: made once per draft, open when they are answered with."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from ..engine.renders import RenderJob
from ..engine.sessions import Generated
from .worlds import World

if TYPE_CHECKING:
    from ..media import Film, FilmReport

_TRIES = 8


async def video_info(world: World, job: RenderJob) -> FilmReport:
    """Return the figures of a job's film (REN-7); the first call makes it."""
    video = _job_film(job)
    return (await asyncio.to_thread(world.videos.get, video)).report


async def open_render(world: World, job: RenderJob) -> BinaryIO:
    """Return a job's film (REN-9), to be closed by the caller."""
    return await asyncio.to_thread(_opened, world, _job_film(job))


async def open_generated_clip(world: World, clip: Generated) -> BinaryIO:
    """Return a generated clip's film, to be closed by the caller."""
    return await asyncio.to_thread(_opened, world, _clip_film(clip))


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


def _opened(world: World, video: Film) -> BinaryIO:
    """Open a film at once: an open file stays whole when it has to make room for others, a path does not."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):  # it had to go between being made and being opened
            return world.videos.get(video).path.open("rb")
    return world.videos.get(video).path.open("rb")

"""The videos behind exports and generated clips: rendered once per draft, opened when they are sent."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from ..engine.renders import RenderJob
from ..engine.sessions import Generated
from .worlds import World

if TYPE_CHECKING:
    from ..media import Film, FilmReport

_ATTEMPTS = 8


async def video_info(world: World, job: RenderJob) -> FilmReport:
    """Return the measures of a job's video (REN-7); the first call renders it."""
    video = _job_video(job)
    return (await asyncio.to_thread(world.videos.get, video)).report


async def open_render(world: World, job: RenderJob) -> BinaryIO:
    """Return a job's video (REN-9), to be closed by the caller."""
    return await asyncio.to_thread(_open, world, _job_video(job))


async def open_generated_clip(world: World, clip: Generated) -> BinaryIO:
    """Return a generated clip's video, to be closed by the caller."""
    return await asyncio.to_thread(_open, world, _clip_video(clip))


def _job_video(job: RenderJob) -> Film:
    from ..media import Film  # video libraries are loaded by the first video, not by the first request

    width, height = job.box  # REN-8
    return Film.from_draft(job.draft, canvas=job.canvas, max_width=width, max_height=height)


def _clip_video(clip: Generated) -> Film:
    """Return a timeline of only the clip, at its own size."""
    from ..media import Film

    segment = {"s": 0, "d": clip.duration_ms, "m": {"name": clip.name}}
    draft = {"d": clip.duration_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [segment]}]}
    size = (clip.width, clip.height)
    return Film.from_draft(draft, canvas=size, max_width=clip.width, max_height=clip.height)


def _open(world: World, video: Film) -> BinaryIO:
    """Open a video immediately: the store may delete its path for others, an open file stays complete."""
    for _ in range(_ATTEMPTS):
        with suppress(FileNotFoundError):  # deleted after it was rendered, before it was opened
            return world.videos.get(video).path.open("rb")
    return world.videos.get(video).path.open("rb")

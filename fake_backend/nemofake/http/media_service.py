"""Everything the server does with media files, in worker processes or not, with media libraries or not."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

from starlette.requests import Request

from .. import media
from ..engine.errors import BackendError
from ..engine.library import Generated, MediaInfo, named_media
from ..engine.parameters import Parameters
from ..engine.randomness import SeededRandom
from ..engine.renders import RenderJob
from ..media import (
    CallerGone,
    SilenceSettings,
    StoredVideo,
    Video,
    VideoReport,
    VideoStore,
    WorkerError,
    Workers,
)
from ..settings import Settings

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
logger = logging.getLogger("nemofake")
NOT_INSTALLED = (
    "media libraries are not installed: uploads are described by their names, exports are a placeholder; "
    "pip install 'nemofake[media]' changes that"
)
_ATTEMPTS = 8
_MAX_FAILED, _MAX_READ = 1_000, 16  # remembered


class MediaService:
    """Probes uploads and renders videos for all worlds; ``folder`` gets the videos.

    Its threads and processes are its own, so that no file can keep anything else waiting.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.installed = media.is_installed()
        self._workers = Workers(settings.media_workers)
        self._videos = VideoStore(folder, self._render, settings.max_videos)
        self._read: dict[int, tuple[RenderJob, Video]] = {}
        self._failed: dict[str, str] = {}
        self._reported = False

    async def probe(
        self, request: Request, path: Path, filename: str, parameters: Parameters, randomness: SeededRandom
    ) -> MediaInfo:
        """Return what a file contains (UPL-2), or 4001; ends when the client of ``request`` is gone.

        Without media libraries the name describes the file, as for a URL (UPL-6).
        """
        if not self.installed:
            self._report()
            return await self._workers.in_thread(_named, path, filename, randomness)
        silence = SilenceSettings(-parameters.silence_depth_db, parameters.silence_min_ms)
        try:
            work = self._workers.call(media.probe, path, filename, silence)
            return await (while_connected(request, work) if self._workers.isolated else work)
        except media.MediaError as error:
            raise BackendError(4001, error.reason) from None
        except WorkerError as error:
            raise BackendError(4001, f"{filename[:80]!r} cannot be read: {error}") from None

    async def report(self, job: RenderJob) -> VideoReport:
        """Return the measures of a job's video (REN-7); the first call renders it. Raise WorkerError."""
        return (await self._stored(self._video_of(job))).report

    async def open_render(self, job: RenderJob) -> BinaryIO:
        """Return a job's video (REN-9), to be closed by the caller; raise 404 if it cannot be rendered."""
        return await self._open(self._video_of(job))

    async def open_clip(self, clip: Generated) -> BinaryIO:
        """Return a generated clip's video, to be closed by the caller; raise 404 likewise."""
        return await self._open(clip_video(clip))

    def close(self) -> None:
        """End all work in progress."""
        self._workers.close()

    async def _stored(self, video: Video) -> StoredVideo:
        cached = self._videos.cached(video)
        return cached if cached is not None else await self._workers.in_thread(self._videos.get, video)

    async def _open(self, video: Video) -> BinaryIO:
        """Open a video immediately: the store may delete its path for others, an open file stays complete."""
        try:
            for _ in range(_ATTEMPTS):
                with suppress(FileNotFoundError):  # deleted after it was rendered, before it was opened
                    return (await self._stored(video)).path.open("rb")
            return (await self._stored(video)).path.open("rb")
        except WorkerError as error:
            raise BackendError(404, f"the video cannot be rendered: {error}") from None

    def _video_of(self, job: RenderJob) -> Video:
        """Return what a job shows, made once: a job is read many times."""
        known = self._read.get(id(job))  # of this very object: it is kept beside its video
        if known is None:
            known = job, job_video(job)
            _remember(self._read, id(job), known, _MAX_READ)
        return known[1]

    def _render(self, video: Video, path: Path) -> VideoReport:
        if not self.installed:
            self._report()
            return media.write_placeholder(video, path)
        if reason := self._failed.get(video.key):
            raise WorkerError(reason)
        try:
            return self._workers.run(media.render_video, video, path)
        except WorkerError as error:
            if not isinstance(error, CallerGone):  # another try would end in the same way
                _remember(self._failed, video.key, str(error), _MAX_FAILED)
            raise

    def _report(self) -> None:
        if not self._reported:
            self._reported = True
            logger.warning(NOT_INSTALLED)


def _remember(known: dict[K, V], key: K, value: V, limit: int) -> None:
    known[key] = value
    while len(known) > limit:
        known.pop(next(iter(known)))


def job_video(job: RenderJob) -> Video:
    """Return what a job's draft shows, scaled into its box (REN-8)."""
    width, height = job.box
    return Video.from_draft(job.draft, canvas=job.canvas, max_width=width, max_height=height)


def clip_video(clip: Generated) -> Video:
    """Return a timeline of only the clip, at its own size."""
    segment = {"s": 0, "d": clip.duration_ms, "m": {"name": clip.name}}
    draft = {"d": clip.duration_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [segment]}]}
    size = (clip.width, clip.height)
    return Video.from_draft(draft, canvas=size, max_width=clip.width, max_height=clip.height)


def _named(path: Path, filename: str, randomness: SeededRandom) -> MediaInfo:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    described = named_media(filename, randomness.stream("file", filename, digest))
    return replace(described, hash=digest, size=path.stat().st_size)


async def while_connected(request: Request, work: Awaitable[T]) -> T:
    """Await ``work``; cancel it and raise 400 if the client goes away first."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise BackendError(400, "the client hung up before its files were read")
        return task.result()
    finally:
        gone.cancel()
        task.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

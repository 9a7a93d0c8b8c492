"""The films behind exports and generated clips: made once per draft, answered with ranges."""

from __future__ import annotations

import asyncio
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, MalformedRangeHeader, Response

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

    width, height = job.box
    film = Film.from_draft(job.draft, canvas=job.canvas, max_width=width, max_height=height)
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
    """Answer with a file, ranges included; the validators tell engine time and content, not the disk's."""
    status = path.stat()
    etag = sha256(f"{name} {path.name} {status.st_size}".encode()).hexdigest()[:32]
    headers = {"etag": f'"{etag}"', "last-modified": http_date(changed_ms).decode()}
    kind = _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
    return _Ranged(path, headers=headers, media_type=kind, stat_result=status)


# Python's own table differs from machine to machine.
_MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".avi": "video/x-msvideo",
    ".webm": "video/webm",
    ".mkv": "video/x-matroska",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
}


class _Ranged(FileResponse):
    """A file of which one range can be asked for (REN-9).

    Several ranges at once, or a malformed one, get the whole file, as HTTP allows: Starlette would put
    a random boundary between several, and refuse a malformed one in plain text.
    """

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            ranges = super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []
        return ranges if len(ranges) == 1 else []

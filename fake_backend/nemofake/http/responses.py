"""Answers ready to send: success envelopes, refusals, render views."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from starlette.requests import Request
from starlette.responses import FileResponse, MalformedRangeHeader, Response
from starlette.types import Receive, Scope, Send

from ..engine.errors import BackendError
from ..engine.renders import RenderJob
from ..settings import DEFAULT_START_MS
from ..wire.encoding import http_date
from ..wire.envelope import failure, success
from ..wire.profile import DEFAULT, Profile, RenderView, render_view
from . import context, video_files


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
    ctx = context.context_of(request)
    report = None
    if job.state == "completed":
        report = await video_files.video_info(ctx.world, job)
    view = RenderView(
        id=job.render_id,
        status=job.state,  # type: ignore[arg-type]  # the states of tables.RENDER are the wire's
        progress=job.progress(ctx.world.now_ms),
        created_at_ms=job.created_at_ms,
        completed_at_ms=job.ended_at_ms if job.state == "completed" else None,
        url=ctx.origin + job.path,
        duration_ms=report.duration_ms if report else None,
        size=report.size if report else None,
        error="The render failed. Please try again." if job.state == "failed" else None,
    )
    return json_bytes(render_view(view, ctx.world.profile))


# Python's own table differs from machine to machine.
MEDIA_TYPES = {
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


def file_response(file: BinaryIO, name: str, changed_ms: int = DEFAULT_START_MS) -> Response:
    """Answer with an open file, and close it; ``changed_ms`` is when it came to be, in engine time."""
    return _Ranged(file, name, changed_ms)


class _Ranged(FileResponse):
    """An open file of which one range can be asked for (REN-9).

    Several ranges at once, or a malformed one, get the whole file, as HTTP allows: Starlette would put
    a random boundary between several, and refuse a malformed one in plain text.
    """

    def __init__(self, file: BinaryIO, name: str, changed_ms: int) -> None:
        path, status = Path(file.name), os.fstat(file.fileno())
        etag = sha256(f"{name} {path.name} {status.st_size}".encode()).hexdigest()[:32]
        headers = {"etag": f'"{etag}"', "last-modified": http_date(changed_ms).decode()}
        kind = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
        super().__init__(path, headers=headers, media_type=kind, stat_result=status)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or its range, and close it."""
        with self._file:
            await super().__call__(scope, receive, send)

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            ranges = super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []
        return ranges if len(ranges) == 1 else []

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        yield _InPlace(self._file)


class _InPlace:
    """An open file with the two methods that Starlette awaits.

    Its own takes every chunk through a thread, which costs more than reading it from this machine's disk.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def seek(self, offset: int) -> int:
        """Go to a place in the file."""
        return self._file.seek(offset)

    async def read(self, size: int) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

"""Responses: success and error envelopes, render jobs, files by range (ENV-1 to ENV-3, REN-7, REN-9)."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, MalformedRangeHeader, Response
from starlette.types import Receive, Scope, Send

from ..engine.errors import STORAGE, BackendError
from ..engine.renders import RenderJob
from ..media import WorkerError
from ..settings import DEFAULT_START_MS
from ..wire.encoding import http_date, json_text, utf8
from ..wire.envelope import failure, success
from ..wire.profile import DEFAULT, Profile, RenderView, render_view
from . import context

# Python's own table differs between machines.
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


def data(value: Any) -> Response:
    """Return a success envelope (ENV-1)."""
    return json_bytes(success(value))


def json_bytes(body: bytes, status: int = 200) -> Response:
    """Return a response of encoded JSON."""
    return Response(body, status, media_type="application/json")


def error(error: BackendError, profile: Profile = DEFAULT) -> Response:
    """Return an error envelope (ENV-2, ENV-3)."""
    status, headers, body = failure(error, profile)
    response = Response(body, status)
    response.raw_headers.extend(headers)
    return response


def storage_error(detail: str) -> Response:
    """Return the envelope for a file that could not be stored."""
    body = f'{{"code":{STORAGE.code},"message":{json_text(f"{STORAGE.message}: {detail}")},"data":null}}'
    return json_bytes(utf8(body), STORAGE.http_status)


async def render(request: Request, job: RenderJob) -> Response:
    """Return a job as the world's profile shows it (REN-7); renders the video of a completed one.

    A video that cannot be rendered within the limits of a worker makes a failed job.
    """
    ctx = context.context_of(request)
    report, state, reason = None, job.state, "Please try again."
    if state == "completed":
        try:
            report = await ctx.world.media.report(job)
        except WorkerError as failed:
            state, reason = "failed", f"Its video cannot be rendered: {failed}."
    view = RenderView(
        id=job.render_id,
        status=state,  # type: ignore[arg-type]  # the engine's states are the wire's
        progress=min(99, job.progress(ctx.world.now_ms))
        if state == "failed"
        else job.progress(ctx.world.now_ms),
        created_at_ms=job.created_at_ms,
        completed_at_ms=job.ended_at_ms if report else None,
        url=ctx.origin + job.path,
        duration_ms=report.duration_ms if report else None,
        size=report.size if report else None,
        error=f"The render failed. {reason}" if state == "failed" else None,
    )
    return json_bytes(render_view(view, ctx.world.profile))


def file_response(file: BinaryIO, name: str, changed_ms: int = DEFAULT_START_MS) -> Response:
    """Return an open file, and close it; ``changed_ms`` is its time of creation in engine time."""
    return _RangeResponse(file, name, changed_ms)


class _RangeResponse(FileResponse):
    """An open file that serves one range (REN-9).

    Several ranges in one request, or a malformed one, get the whole file, as HTTP allows: Starlette would
    put a random boundary between several, and answer a malformed one in plain text.
    """

    def __init__(self, file: BinaryIO, name: str, changed_ms: int) -> None:
        path, status = Path(file.name), os.fstat(file.fileno())
        etag = sha256(f"{name} {path.name} {status.st_size}".encode()).hexdigest()[:32]
        self._validators = {"etag": f'"{etag}"', "last-modified": http_date(changed_ms).decode()}
        media_type = MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
        super().__init__(path, headers=self._validators, media_type=media_type, stat_result=status)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, or its range, and close it."""
        with self._file:
            if self._is_unchanged(Headers(scope=scope)):
                await Response(status_code=304, headers=self._validators)(scope, receive, send)
            else:
                await super().__call__(scope, receive, send)

    def _is_unchanged(self, request: Headers) -> bool:
        """Return whether the client has this file already: by ETag, else by date (RFC 9110, 13.2.2)."""
        if (tags := request.get("if-none-match")) is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return bool(known & {"*", self._validators["etag"]})
        return request.get("if-modified-since") == self._validators["last-modified"]

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            ranges = super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []
        return ranges if len(ranges) == 1 else []

    @asynccontextmanager
    async def _open_file(self) -> AsyncIterator[Any]:
        yield _AsyncFile(self._file)


class _AsyncFile:
    """An open file with the two methods that Starlette awaits.

    Starlette's own passes every chunk through a thread, which costs more than reading from a local disk.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    async def seek(self, offset: int) -> int:
        """Move to a position in the file."""
        return self._file.seek(offset)

    async def read(self, size: int) -> bytes:
        """Return the next bytes."""
        return self._file.read(size)

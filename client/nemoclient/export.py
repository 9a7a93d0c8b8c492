"""Export (section 8): submit, poll, download; resumed after a cut, checked, then named (C-REN-2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin

from nemoclient import constants, errors
from nemoclient.api import ACCOUNT_RETRIES, SESSION_RETRIES, RetryHandler, exchange, read, state
from nemoclient.context import Context
from nemoclient.draft import Draft
from nemoclient.effects import (
    QUIET,
    Close,
    Flow,
    GetTime,
    Notice,
    Open,
    Read,
    Request,
    Response,
    RunBlocking,
    Sleep,
)
from nemoclient.files import PartialFile, translate_os_errors
from nemoclient.json_values import mapping, number, printable_text
from nemoclient.messages import localized
from nemoclient.results import ExportResult

_ATTEMPTS = 6
_PAUSE_S = 2.0
_PATIENCE_S = 60.0
_OK, _PARTIAL = 200, 206
_GONE = (401, 403, 404, 410)
_PAGE_TYPES = ("text/", "application/json", "application/xhtml")
_PAGE_BEGINS = (b"<", b"{")  # HTML or an envelope, whatever type it claims; no video begins so
_RANGE = r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)"


@dataclass(slots=True)
class _Download:
    """What is known of the file: ``total`` bytes or None, ``limit`` bytes, and the mark of this version."""

    context: Context
    url: str
    landing: PartialFile
    limit: int
    total: int | None = None
    version: str = ""

    def request(self) -> Request:
        """Ask for what is missing; the bearer goes to the service itself, to nobody else (REN-9)."""
        headers = self.context.headers() if self.context.ours(self.url) else {}
        headers["Accept-Encoding"] = "identity"  # lengths and ranges count plain bytes
        if self.landing.size:
            headers["Range"] = f"bytes={self.landing.size}-"
            if self.version:
                headers["If-Range"] = self.version
        return Request("GET", self.url, headers, follow_redirects=True)

    @property
    def done(self) -> bool:
        """Whether every byte is here."""
        return self.landing.size == self.total


class _Unusable(Exception):  # noqa: N818
    """The address does not give the file, now or later."""


def download(context: Context, url: str, landing: PartialFile, size: int | None) -> Flow[None]:
    """Bring the file in whole; ``size`` in bytes is what the service says it is, None if it does not say.

    Raises ``DownloadFailed`` after six attempts, and at once for a file that is larger than ``size`` or than
    the client's ``max_download_bytes``; ``OSError`` for a full disk.
    """
    cap = context.max_download_bytes
    transfer = _Download(context, url, landing, cap if size is None else min(size, cap))
    for attempt in range(_ATTEMPTS):
        if attempt:
            yield Sleep(_PAUSE_S * attempt)
        try:
            if (yield from _attempt(transfer)) and landing.size and size in (None, landing.size):
                return
        except errors.TransportError:
            pass  # what arrived is kept; the next attempt asks for the rest
        except _Unusable as gone:
            yield Close()
            raise errors.DownloadFailed(detail=str(gone)) from gone
        yield Close()
    raise errors.DownloadFailed(detail=f"{landing.size} of {transfer.total or size} bytes arrived")


def _attempt(transfer: _Download) -> Flow[bool]:
    """Bring in one answer's bytes; return whether the file is whole now."""
    yield Open(transfer.request())
    head = yield from _piece()
    if not isinstance(head, Response) or not (yield from _begin(transfer, head)):
        return False
    while isinstance(chunk := (yield from _piece()), bytes):
        if not transfer.landing.size and chunk.lstrip().startswith(_PAGE_BEGINS):
            return False
        if transfer.landing.size + len(chunk) > transfer.limit:
            raise _Unusable(f"more than {transfer.limit} bytes")
        yield RunBlocking(partial(transfer.landing.write, chunk))
        if transfer.total:
            share = min(1.0, transfer.landing.size / transfer.total)
            yield Notice("progress", localized("downloading", transfer.context.language), share)
    return transfer.done if transfer.total is not None else True


def _piece() -> Flow[object]:
    """Return the next piece; a minute of silence is a broken connection."""
    since_s = yield GetTime()
    while (piece := (yield Read(_PATIENCE_S))) is QUIET:
        if (yield GetTime()) - since_s >= _PATIENCE_S:
            raise errors.TransportError("stalled", sent=True)
    return piece


def _begin(transfer: _Download, head: Response) -> Flow[bool]:
    """Take note of the head; return whether a usable body follows it."""
    if head.status in _GONE:
        raise _Unusable(f"status {head.status}")
    if head.headers.get("content-type", "").lower().startswith(_PAGE_TYPES):
        return False  # an error page or an error envelope with a status of success
    place = re.match(_RANGE, head.headers.get("content-range", ""))
    if head.status == _PARTIAL and place and int(place[1]) == transfer.landing.size:
        total = int(place[2]) if place[2] != "*" else transfer.total
        if transfer.total in (None, total):
            transfer.total = total
            return True
    yield RunBlocking(transfer.landing.restart)  # 416, a foreign range, or the whole file anew
    if head.status != _OK or head.headers.get("content-encoding", "identity") != "identity":
        return False
    length, tag = head.headers.get("content-length", "")[:18], head.headers.get("etag", "")
    transfer.total = int(length) if length.isdecimal() else None
    if (transfer.total or 0) > transfer.limit:
        raise _Unusable(f"{transfer.total} bytes, more than {transfer.limit}")
    strong = tag.startswith('"')  # RFC 9110: If-Range takes no weak tag
    transfer.version = tag if strong else head.headers.get("last-modified", "")
    return True


_FINAL = ("completed", "failed", "cancelled")


class Job(NamedTuple):
    """A render job as its answer describes it, whichever shape that has (REN-7)."""

    status: str
    share: float
    url: str
    size_bytes: int | None
    duration_s: float | None


def read_job(answer: Response) -> Job:
    """Read a flat answer or a nested one (REN-7, section 9)."""
    body = mapping(answer.json)
    nested = body.get("data")
    raw: Mapping[str, Any] = nested if isinstance(nested, dict) else body
    output = mapping(raw.get("output"))
    progress = number(raw.get("progress")) or 0.0
    percent = isinstance(raw.get("progress"), int) or progress > 1  # REN-6 gives no unit: both are read
    failed = body.get("success") is False
    size = number(output.get("size", raw.get("size")))
    return Job(
        status="failed" if failed else printable_text(raw.get("status")).lower(),
        share=max(0.0, min(1.0, progress / 100 if percent else progress)),
        url=printable_text(output.get("url") or raw.get("outputUrl")),
        size_bytes=None if size is None else round(size),
        duration_s=number(output.get("duration", raw.get("duration"))),
    )


def export(context: Context, path: Path, *, quality: str = "high") -> Flow[ExportResult]:
    """Render the project and save it at ``path``.

    Raises ``NothingToExport`` (STA-3), ``ExportBlocked``, ``RenderFailed``, ``RenderTimeout``,
    ``DownloadFailed``, ``LocalFileError``; a file that stood there before is replaced only by a whole one.
    """
    project = yield from state(context)
    if not project.draft.ready:
        raise errors.NothingToExport
    landing: PartialFile = yield RunBlocking(lambda: PartialFile(path))
    with landing, translate_os_errors(path):
        yield Notice("progress", localized("exporting", context.language), 0.0)
        render_id, job = yield from _render(context, project.draft, quality)
        yield Notice("progress", localized("downloading", context.language), 0.0)
        yield from _fetch(context, render_id, job, landing)
        saved: Path = yield RunBlocking(landing.settle)
        yield Notice("info", localized("saved", context.language, path=saved))
        return ExportResult(saved, render_id, landing.size, job.duration_s)


def _render(context: Context, draft: Draft, quality: str) -> Flow[tuple[str, Job]]:
    """Render until it works: a failed job gets one new id and one retry (C-REN-1)."""
    render_id = yield from _submit(context, draft, quality)
    job = yield from _follow(context, render_id)
    if job is None:
        yield Notice("info", localized("export_again", context.language))
        render_id = yield from _submit(context, draft, quality)
        job = yield from _follow(context, render_id)
    if job is None:
        raise errors.RenderFailed(detail=render_id)
    return render_id, job


def _new_id(context: Context) -> Flow[str]:
    now_ms = round((yield GetTime()) * 1000)
    context.last_render_ms = max(now_ms, context.last_render_ms + 1)
    return f"render_{context.last_render_ms}"


def _submit(context: Context, draft: Draft, quality: str) -> Flow[str]:
    """Submit under a new id, and under another one if that was used before (REN-4)."""
    ids = [(yield from _new_id(context))]

    def another(_: Context, __: str) -> Flow[None]:
        ids.append((yield from _new_id(context)))

    def make() -> Any:
        body = {
            "id": ids[-1],
            "sessionId": context.session_id,  # REN-1: camelCase here only
            "draft": draft.raw,
            "output": {"format": "mp4", "quality": quality},
        }
        return context.request("POST", constants.RENDER_PATH, json=body)

    retry_handlers: dict[int, RetryHandler] = {**SESSION_RETRIES, constants.CONFLICT: another}
    yield from exchange(context, make, retry_handlers)
    return ids[-1]


def _follow(context: Context, render_id: str) -> Flow[Job | None]:
    """Poll every 30 s, ten times at most; None for a failed job, and for one that is orphaned (REN-10)."""
    path, share = f"{constants.RENDER_PATH}/{quote(render_id, safe='')}", 0.0
    trouble: errors.NemoError = errors.RenderTimeout(detail=render_id)
    for _ in range(constants.RENDER_POLLS):
        yield Sleep(constants.RENDER_POLL_S)
        try:
            job = read_job((yield from read(context, path, ACCOUNT_RETRIES)))
        except errors.RequestRejected:
            return None
        except errors.ServiceUnavailable as failure:
            trouble = failure  # the job goes on without us
            continue
        if job.status in _FINAL:
            return job if job.status == "completed" else None
        share, trouble = max(share, job.share), errors.RenderTimeout(detail=render_id)
        yield Notice("progress", localized("exporting", context.language), share)
    raise trouble


def _fetch(context: Context, render_id: str, job: Job, landing: PartialFile) -> Flow[None]:
    """Download from the address given, and if that fails from the service itself (REN-9)."""
    own = context.base_url + constants.DOWNLOAD_PATH.format(render=quote(render_id, safe=""))
    try:
        given = urljoin(f"{context.base_url}/", job.url) if job.url else own
    except ValueError:
        given = own
    try:
        yield from download(context, given, landing, job.size_bytes)
    except errors.DownloadFailed:
        if given == own:
            raise
        landing.restart()
        yield from download(context, own, landing, job.size_bytes)

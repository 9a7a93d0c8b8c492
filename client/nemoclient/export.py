"""The project as a video on this machine: checked, rendered, polled, downloaded (C-REN-1, C-REN-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

from nemoclient import errors, facts
from nemoclient.account import state
from nemoclient.calls import ACCOUNT_REMEDIES, SESSION_REMEDIES, Flow, Remedy, exchange, read
from nemoclient.context import Context
from nemoclient.download import download
from nemoclient.draft import Draft, mapping, number, words
from nemoclient.files import Landing, naming_file_errors
from nemoclient.results import Exported
from nemoclient.steps import Answer, Local, Notice, Now, Pause
from nemoclient.wording import say

_FINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class Job:
    """A render job as its answer describes it, whichever shape that has (REN-7)."""

    status: str
    share: float
    url: str
    size_bytes: int | None
    duration_s: float | None


def read_job(answer: Answer) -> Job:
    """Read a flat answer or a nested one (REN-7, section 9)."""
    body = mapping(answer.json())
    nested = body.get("data")
    raw: Mapping[str, Any] = nested if isinstance(nested, dict) else body
    output = mapping(raw.get("output"))
    progress = number(raw.get("progress")) or 0.0
    percent = isinstance(raw.get("progress"), int) or progress > 1  # REN-6 gives no unit: both are read
    failed = body.get("success") is False
    size = number(output.get("size", raw.get("size")))
    return Job(
        status="failed" if failed else words(raw.get("status")).lower(),
        share=max(0.0, min(1.0, progress / 100 if percent else progress)),
        url=words(output.get("url") or raw.get("outputUrl")),
        size_bytes=None if size is None else round(size),
        duration_s=number(output.get("duration", raw.get("duration"))),
    )


def export(context: Context, path: Path, *, quality: str = "high") -> Flow[Exported]:
    """Render the project and save it at ``path``.

    Raises ``NothingToExport`` (STA-3), ``ExportBlocked``, ``RenderFailed``, ``RenderUnfinished``,
    ``DownloadFailed``, ``LocalFileError``; a file that stood there before is replaced only by a whole one.
    """
    project = yield from state(context)
    if not project.draft.ready:
        raise errors.NothingToExport
    landing: Landing = yield Local(lambda: Landing(path))
    with landing, naming_file_errors(path):
        yield Notice("progress", say("exporting", context.language), 0.0)
        render_id, job = yield from _render(context, project.draft, quality)
        yield Notice("progress", say("downloading", context.language), 0.0)
        yield from _fetch(context, render_id, job, landing)
        saved: Path = yield Local(landing.settle)
        yield Notice("info", say("saved", context.language, path=saved))
        return Exported(saved, render_id, landing.size, job.duration_s)


def _render(context: Context, draft: Draft, quality: str) -> Flow[tuple[str, Job]]:
    """Render until it works: a failed job gets one new id and one retry (C-REN-1)."""
    render_id = yield from _submit(context, draft, quality)
    job = yield from _follow(context, render_id)
    if job is None:
        yield Notice("info", say("export_again", context.language))
        render_id = yield from _submit(context, draft, quality)
        job = yield from _follow(context, render_id)
    if job is None:
        raise errors.RenderFailed(detail=render_id)
    return render_id, job


def _new_id(context: Context) -> Flow[str]:
    now_ms = round((yield Now()) * 1000)
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
        return context.request("POST", facts.RENDER_PATH, json=body)

    remedies: dict[int, Remedy] = {**SESSION_REMEDIES, facts.CONFLICT: another}
    yield from exchange(context, make, remedies)
    return ids[-1]


def _follow(context: Context, render_id: str) -> Flow[Job | None]:
    """Poll every 30 s, ten times at most; None for a failed job, and for one that is orphaned (REN-10)."""
    path, share = f"{facts.RENDER_PATH}/{quote(render_id, safe='')}", 0.0
    trouble: errors.NemoError = errors.RenderUnfinished(detail=render_id)
    for _ in range(facts.RENDER_POLLS):
        yield Pause(facts.RENDER_POLL_S)
        try:
            job = read_job((yield from read(context, path, ACCOUNT_REMEDIES)))
        except errors.Refused:
            return None
        except errors.Unreachable as failure:
            trouble = failure  # the job goes on without us
            continue
        if job.status in _FINAL:
            return job if job.status == "completed" else None
        share, trouble = max(share, job.share), errors.RenderUnfinished(detail=render_id)
        yield Notice("progress", say("exporting", context.language), share)
    raise trouble


def _fetch(context: Context, render_id: str, job: Job, landing: Landing) -> Flow[None]:
    """Download from the address given, and if that fails from the service itself (REN-9)."""
    own = context.base_url + facts.DOWNLOAD_PATH.format(render=quote(render_id, safe=""))
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

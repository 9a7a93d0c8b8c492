"""Files and videos, broken inside (UPL-2, REN-5, REN-7, REN-8)."""

from __future__ import annotations

import io
import tempfile
from dataclasses import replace
from typing import Any

import pytest

from nemofake.engine.errors import BackendError

from ..patching import Apply, Mutant, around

_INFO = "nemofake.engine.backend:video_info"
_READY = "nemofake.engine.renders:check_ready"
_FIGURES = "nemofake.http.media_service:MediaService.report"
_OPENED = "nemofake.http.media_service:MediaService.open_render"


def _answered(change: Any) -> Apply:
    return around(_INFO, lambda real, *args: (info := real(*args)) | change(info))


def _some_track(real: Any, draft: Any, value: Any) -> None:
    try:
        real(draft, value)
    except BackendError:
        if not draft.get("t"):
            raise


def _some_length(real: Any, draft: Any) -> int:
    try:
        return int(real(draft))
    except BackendError:
        return 1000


def _segments_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    """Take a draft that has tracks for ready."""
    around(_READY, _some_track)(patch)
    around("nemofake.engine.renders:draft_length_ms", _some_length)(patch)


async def _size_of_another(real: Any, *args: Any) -> Any:
    report = await real(*args)
    return replace(report, size=report.size + 1)


async def _cut(real: Any, *args: Any) -> Any:
    with await real(*args) as video:
        whole = video.read()
    short = tempfile.NamedTemporaryFile(suffix=".mp4")  # noqa: SIM115  who answers with it closes it
    short.write(whole[: len(whole) // 2])
    short.flush()
    short.seek(0, io.SEEK_SET)
    return short


MUTANTS = (
    Mutant("duration-in-whole-seconds", "UPL-2", "A file's duration is rounded to seconds.",
           _answered(lambda info: {"duration": float(round(info["duration"]))})),
    Mutant("sound-is-a-video", "UPL-2", "A sound is told as a video.",
           _answered(lambda info: {"file_type": info["file_type"].replace("audio", "video")})),
    Mutant("cdn-url-leads-nowhere", "UPL-2", "The address of an uploaded file gives nothing.",
           _answered(lambda info: {"cdn_url": info["cdn_url"] + ".bak"})),
    Mutant("segments-not-looked-at", "REN-5", "A draft whose tracks are empty is exported.",
           _segments_not_looked_at),
    Mutant("output-size-off-by-one", "REN-7", "A video's size is told a byte too large.",
           around(_FIGURES, _size_of_another)),
    Mutant("video-cut-short", "REN-8", "The second half of a video's bytes is missing.",
           around(_OPENED, _cut)),
)  # fmt: skip

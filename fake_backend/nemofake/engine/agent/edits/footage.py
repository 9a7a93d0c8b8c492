"""Uploaded footage goes onto the timeline: all of it before the first edit, what is new when asked."""

from __future__ import annotations

from collections.abc import Iterable

from ...library import Library, UploadedMedia
from ...timeline import EMPTY, Role, Segment, Timeline, append, with_canvas
from ..model import Outcome
from .context import EditContext

STILL_MS = 3_000


def initial_timeline(library: Library) -> Timeline:
    """Return a timeline of all uploaded footage in order: videos and stills as clips, songs below."""
    return _with(EMPTY, library.footage)


def append_new(ctx: EditContext) -> Outcome:
    """Put the files on the timeline that are not on it yet, or the one that is named."""
    asked, files = ctx.asked, ctx.library.footage
    used = {s.media_id for track in ctx.before.tracks for s in track.segments}
    if asked.clip:
        files = tuple(f for f in files if f.filename == asked.clip)
    elif asked.number and -len(files) <= asked.number <= len(files):
        files = (files[asked.number - (asked.number > 0)],)
    if asked.target:
        files = tuple(f for f in files if f.file_type == asked.target)
        if not files:
            return ctx.refused("append.no_image", "media")
    new = [f for f in files if f.media_id not in used]
    if not new:
        return ctx.refused("append.nothing" if files else "append.no_files", "media")
    timeline = _with(ctx.before, new)
    names = ", ".join(f.filename for f in new[:3]) + ("…" if len(new) > 3 else "")
    args = {"media_ids": [f.media_id for f in new]}
    return ctx.done(timeline, "append.done", "media", args, files=len(new), quote_names=names)


def footage_segment(file: UploadedMedia) -> Segment:
    """Return a whole file as a segment; its start is given when it is placed."""
    if file.file_type == "image" or not file.duration_ms:
        return Segment(0, STILL_MS, file.filename, file.media_id, out_ms=STILL_MS)
    volume = 1.0 if file.has_audio or file.file_type == "audio" else None
    return Segment(
        0,
        file.duration_ms,
        file.filename,
        file.media_id,
        out_ms=file.duration_ms,
        source_ms=file.duration_ms,
        volume=volume,
    )


def _with(timeline: Timeline, files: Iterable[UploadedMedia]) -> Timeline:
    for file in files:
        seen = file.file_type != "audio"
        if seen and file.width > 0 and file.height > 0 and not timeline.of(Role.VIDEO):
            timeline = with_canvas(timeline, (file.width, file.height))
        timeline = append(timeline, Role.VIDEO if seen else Role.AUDIO, footage_segment(file))
    return timeline

"""Uploaded footage goes onto the timeline: all of it before the first edit, what is new when asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ...library import Generated, Library, UploadedMedia
from ...timeline import (
    DEFAULT_CANVAS,
    EMPTY,
    Role,
    Segment,
    Timeline,
    append,
    changed,
    repack_clips,
    with_canvas,
)
from ..intents.generation import DEFAULT_MS, MAX_PROMPT_CHARS
from ..model import GENERATOR, Outcome, ReplyFragment
from .context import EditContext

STILL_MS = 3_000


def initial_timeline(library: Library) -> Timeline:
    """Return a timeline of all uploaded footage in order: videos and stills as clips, songs below."""
    return _with(EMPTY, library.footage)


def append_new(job: EditContext) -> Outcome:
    """Put the files on the timeline that are not on it yet."""
    used = {s.media_id for track in job.before.tracks for s in track.segments}
    new = [f for f in job.library.footage if f.media_id not in used]
    if not new:
        return job.refused("append.nothing" if job.library.footage else "append.no_files", "media")
    timeline = _with(job.before, new)
    names = ", ".join(f.filename for f in new[:3]) + ("…" if len(new) > 3 else "")
    args = {"media_ids": [f.media_id for f in new]}
    return job.done(timeline, "append.done", "media", args, files=len(new), quote_names=names)


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


def generate(job: EditContext) -> Outcome:
    """Make a clip and put it after the others; the first one gives the picture its shape."""
    asked, timeline = job.asked, job.before
    canvas = asked.canvas or (timeline.canvas if timeline.tracks else DEFAULT_CANVAS)
    clip = _clip(job, asked.text, asked.style, asked.duration_ms or DEFAULT_MS, canvas)
    if not timeline.of(Role.VIDEO):
        timeline = with_canvas(timeline, canvas)
    return _made(job, append(timeline, Role.VIDEO, _segment(clip)), clip, "generate.done")


def regenerate(job: EditContext) -> Outcome:
    """Make the last clip, or the one named, anew: same subject, same place, with the change asked for."""
    old = _old(job)
    if old is None:
        return replace(job.refused("regenerate.nothing", "generate"), tool=GENERATOR)
    asked = job.asked
    prompt = f"{old.prompt}, {asked.text}" if asked.text else old.prompt
    canvas = asked.canvas or (old.width, old.height)
    clip = _clip(job, old.name, prompt[-MAX_PROMPT_CHARS:], asked.duration_ms or old.duration_ms, canvas)
    if clip.duration_ms == old.duration_ms:
        timeline = changed(
            job.before,
            {Role.VIDEO},
            lambda s: replace(s, media_id=clip.media_id) if s.media_id == old.media_id else s,
        )
    else:
        timeline = repack_clips(job.before, _replaced(job, old, clip))
    if asked.canvas and len({s.media_id for s in timeline.segments(Role.VIDEO)}) == 1:
        timeline = with_canvas(timeline, canvas)
    return _made(job, timeline, clip, "regenerate.changed" if asked.text else "regenerate.done")


def _clip(job: EditContext, name: str, prompt: str, duration_ms: int, canvas: tuple[int, int]) -> Generated:
    media_id = f"gen_{job.rng.hex(16)}"
    url = f"/cdn/generated/{media_id}.mp4"
    return Generated(media_id, name, "video", duration_ms, canvas[0], canvas[1], prompt, url)


def _segment(clip: Generated) -> Segment:
    length = clip.duration_ms
    return Segment(0, length, clip.name, clip.media_id, out_ms=length, source_ms=length, volume=1.0)


def _made(job: EditContext, timeline: Any, clip: Generated, topic: str) -> Outcome:
    done = job.done(timeline, topic, "generate", clip_ms=clip.duration_ms, quote_text=clip.name)
    figures = {"width": clip.width, "height": clip.height}
    facts = {**done.phrase.facts, "canvas": f"{clip.width}×{clip.height}", "quote_change": job.asked.text}
    return replace(
        done,
        tool=GENERATOR,
        args={"prompt": clip.prompt, "duration_ms": clip.duration_ms, **figures},
        result={
            "status": "success",
            "media_id": clip.media_id,
            "url": clip.url,
            **figures,
            "clip_ms": clip.duration_ms,
            "duration_ms": timeline.duration_ms,
        },
        generated=clip,
        phrase=ReplyFragment(topic, facts, "generate"),
    )


def _old(job: EditContext) -> Generated | None:
    """Return the clip to make anew: the one named, or the last one made that is on the timeline."""
    made = {clip.media_id: clip for clip in job.library.generated}
    if job.asked.number:
        named = job.clip(job.asked.number)
        return made.get(named.media_id) if named else None
    used = {segment.media_id for segment in job.before.segments(Role.VIDEO)}
    return next((clip for clip in reversed(job.library.generated) if clip.media_id in used), None)


def _replaced(job: EditContext, old: Generated, clip: Generated) -> list[Segment]:
    """Return the clips with the new one where the old one first stood."""
    result: list[Segment] = []
    for segment in job.before.segments(Role.VIDEO):
        if segment.media_id != old.media_id:
            result.append(segment)
        elif all(s.media_id != clip.media_id for s in result):
            result.append(replace(_segment(clip), look=segment.look, effects=segment.effects))
    return result

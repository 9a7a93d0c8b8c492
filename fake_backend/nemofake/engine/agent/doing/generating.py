"""Clips made by the agent: new ones, and old ones made anew (SSE-8, SSE-13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...library import Generated
from ...timeline import DEFAULT_CANVAS, Role, Segment, append, changed, relaid, with_canvas
from ..asking.generation import DEFAULT_MS, MAX_PROMPT_CHARS
from ..outcome import GENERATOR, Outcome
from ..phrases import Phrase
from .job import Job


def generate(job: Job) -> Outcome:
    """Make a clip and put it after the others; the first one gives the picture its shape."""
    asked, timeline = job.asked, job.before
    canvas = asked.canvas or (timeline.canvas if timeline.tracks else DEFAULT_CANVAS)
    clip = _clip(job, asked.text, asked.style, asked.duration_ms or DEFAULT_MS, canvas)
    if not timeline.of(Role.VIDEO):
        timeline = with_canvas(timeline, canvas)
    return _made(job, append(timeline, Role.VIDEO, _segment(clip)), clip, "generate.done")


def regenerate(job: Job) -> Outcome:
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
        timeline = relaid(job.before, _replaced(job, old, clip))
    if asked.canvas and len({s.media_id for s in timeline.segments(Role.VIDEO)}) == 1:
        timeline = with_canvas(timeline, canvas)
    return _made(job, timeline, clip, "regenerate.changed" if asked.text else "regenerate.done")


def _clip(job: Job, name: str, prompt: str, duration_ms: int, canvas: tuple[int, int]) -> Generated:
    media_id = f"gen_{job.draw.hex(16)}"
    url = f"/cdn/generated/{media_id}.mp4"
    return Generated(media_id, name, "video", duration_ms, canvas[0], canvas[1], prompt, url)


def _segment(clip: Generated) -> Segment:
    length = clip.duration_ms
    return Segment(0, length, clip.name, clip.media_id, out_ms=length, source_ms=length, volume=1.0)


def _made(job: Job, timeline: Any, clip: Generated, topic: str) -> Outcome:
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
        phrase=Phrase(topic, facts, "generate"),
    )


def _old(job: Job) -> Generated | None:
    """Return the clip to make anew: the one named, or the last one made that is on the timeline."""
    made = {clip.media_id: clip for clip in job.library.generated}
    if job.asked.number:
        named = job.clip(job.asked.number)
        return made.get(named.media_id) if named else None
    used = {segment.media_id for segment in job.before.segments(Role.VIDEO)}
    return next((clip for clip in reversed(job.library.generated) if clip.media_id in used), None)


def _replaced(job: Job, old: Generated, clip: Generated) -> list[Segment]:
    """Return the clips with the new one where the old one first stood."""
    result: list[Segment] = []
    for segment in job.before.segments(Role.VIDEO):
        if segment.media_id != old.media_id:
            result.append(segment)
        elif all(s.media_id != clip.media_id for s in result):
            result.append(replace(_segment(clip), look=segment.look, effects=segment.effects))
    return result

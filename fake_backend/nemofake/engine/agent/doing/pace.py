"""Speed: faster, slower, back to normal, for all of the timeline or a part of it."""

from __future__ import annotations

from ...timeline import Range, Timeline, retimed
from ..outcome import Outcome
from .job import CLIP_ROLES, Job

SLOWEST, FASTEST = 0.1, 16.0


def change_speed(job: Job) -> Outcome:
    """Play clips faster or slower; what is asked for is relative to how they play now."""
    clips = job.timeline.segments(*CLIP_ROLES)
    if not clips:
        return job.refused("speed.no_clip")
    where = _where(job)
    if where is None:
        return job.refused("clip.missing", clips=len(job.clips()))
    start, end = where
    if start >= end:
        return job.refused("cut.outside", asked_ms=start)
    factor = job.asked.amount
    if factor is None and job.asked.duration_ms:
        factor = round((end - start) / job.asked.duration_ms, 4)
    if factor == 1:
        return _normal(job)
    inside = [clip.speed for clip in clips if clip.start_ms < end and start < clip.end_ms]
    if not factor or not all(SLOWEST <= speed * factor <= FASTEST for speed in inside):
        return job.refused("speed.extreme")
    timeline = retimed(job.timeline, factor, start, end)
    args = {"factor": factor, "start_ms": start, "end_ms": end}
    return job.done(timeline, "speed.faster" if factor > 1 else "speed.slower", "speed", args, factor=factor)


def _where(job: Job) -> Range | None:
    if job.asked.number:
        clip = job.clip(job.asked.number)
        return (clip.start_ms, clip.end_ms) if clip else None
    return job.span() or (0, job.length_ms)


def _normal(job: Job) -> Outcome:
    """Bring every clip back to the speed it was recorded at."""
    timeline: Timeline = job.timeline
    for clip in reversed(job.clips()):
        if clip.speed != 1:
            timeline = retimed(timeline, 1 / clip.speed, clip.start_ms, clip.end_ms)
    if timeline is job.timeline:
        return job.refused("speed.same")
    return job.done(timeline, "speed.normal", "speed", {"factor": 1})

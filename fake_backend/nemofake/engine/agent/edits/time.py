"""Speed: faster, slower, back to normal, for all of the timeline or a part of it."""

from __future__ import annotations

from ...timeline import (
    Range,
    Role,
    Segment,
    Timeline,
    changed,
    keep_only,
    repack_clips,
    ripple_delete,
    silent_ranges,
    total,
    with_speed,
)
from ..model import Outcome
from .context import CLIP_ROLES, EditContext

SLOWEST, FASTEST = 0.1, 16.0


def change_speed(job: EditContext) -> Outcome:
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
    timeline = with_speed(job.timeline, factor, start, end)
    args = {"factor": factor, "start_ms": start, "end_ms": end}
    return job.done(timeline, "speed.faster" if factor > 1 else "speed.slower", "speed", args, factor=factor)


def _where(job: EditContext) -> Range | None:
    if job.asked.number:
        clip = job.clip(job.asked.number)
        return (clip.start_ms, clip.end_ms) if clip else None
    return job.span() or (0, job.length_ms)


def _normal(job: EditContext) -> Outcome:
    """Bring every clip back to the speed it was recorded at."""
    timeline: Timeline = job.timeline
    for clip in reversed(job.clips()):
        if clip.speed != 1:
            timeline = with_speed(timeline, 1 / clip.speed, clip.start_ms, clip.end_ms)
    if timeline is job.timeline:
        return job.refused("speed.same")
    return job.done(timeline, "speed.normal", "speed", {"factor": 1})


_END = 1 << 50


def cut_silences(job: EditContext) -> Outcome:
    """Cut exactly what is silent in the footage, wherever it stands on the timeline by now."""
    silences = job.silences()
    if not any(s.media_id in silences for s in job.timeline.segments(*CLIP_ROLES)):
        return job.refused("silences.no_sound")
    at_least_ms = job.asked.duration_ms or 0
    found = silent_ranges(job.timeline, silences, at_least_ms=at_least_ms)
    if not found:
        return job.refused("silences.none")
    if total(found) >= job.length_ms:
        return job.refused("silences.all")
    return job.done(
        ripple_delete(job.timeline, found),
        "silences.done",
        "silences",
        {"min_ms": at_least_ms},
        pauses=len(found),
        removed_ms=total(found),
    )


def cut(job: EditContext) -> Outcome:
    """Cut a range out of all tracks."""
    found = _range(job)
    if isinstance(found, Outcome):
        return found
    start, end = found
    if end - start >= job.length_ms:
        return job.refused("cut.all")
    return job.done(
        ripple_delete(job.timeline, [found]),
        "cut.done",
        "cut",
        {"start_ms": start, "end_ms": end},
        start_ms=start,
        end_ms=end,
        removed_ms=end - start,
    )


def keep(job: EditContext) -> Outcome:
    """Cut everything but a range."""
    found = _range(job)
    if isinstance(found, Outcome):
        return found
    start, end = found
    if end - start >= job.length_ms:
        return job.refused("keep.all")
    timeline = keep_only(job.timeline, start, end)
    args = {"start_ms": start, "end_ms": end}
    return job.done(timeline, "keep.done", "cut", args, start_ms=start, end_ms=end)


def set_duration(job: EditContext) -> Outcome:
    """Make the timeline, or one clip of it, as long as asked."""
    wanted = job.asked.duration_ms
    if not wanted:
        return job.refused("duration.ask")
    clip = job.clip(job.asked.number) if job.asked.number else None
    if job.asked.number and clip is None:
        return job.refused("clip.missing", clips=len(job.clips()))
    start, end = (clip.start_ms, clip.end_ms) if clip else (0, job.length_ms)
    if end - start == wanted:
        return job.refused("duration.same")
    args = {"duration_ms": wanted}
    if end - start > wanted:
        timeline = ripple_delete(job.timeline, [(start + wanted, end)])
        return job.done(timeline, "duration.shorter", "cut", args, removed_ms=end - start - wanted)
    return _longer(job, wanted, args)


def _longer(job: EditContext, wanted: int, args: dict[str, int]) -> Outcome:
    """Let the last clip last longer, where it is a still or was cut short before."""
    clips = job.timeline.segments(Role.VIDEO)
    clip = job.clip(job.asked.number or -1)
    if not clips or clip is None or clip not in clips:
        return job.refused("duration.too_long", wanted_ms=wanted)
    missing = wanted - (clip.duration_ms if job.asked.number else job.length_ms)
    longer = clip.stretched(clip.end_ms + missing)
    if longer.duration_ms < clip.duration_ms + missing or clips[-1].end_ms < job.length_ms:
        return job.refused("duration.too_long", wanted_ms=wanted)
    timeline = repack_clips(job.timeline, [longer if c is clip else c for c in clips])
    return job.done(timeline, "duration.longer", "cut", args, added_ms=missing)


def split(job: EditContext) -> Outcome:
    """Split the clip that stands at a time."""
    at_ms = job.asked.start_ms
    if at_ms is None:
        return job.refused("split.ask")
    if not any(clip.start_ms < at_ms < clip.end_ms for clip in job.clips()):
        return job.refused("split.nowhere", at_ms=at_ms)
    timeline = changed(job.timeline, CLIP_ROLES, _same, (at_ms, _END))
    return job.done(timeline, "split.done", "cut", {"at_ms": at_ms}, at_ms=at_ms)


def _same(segment: Segment) -> Segment:
    return segment


def _range(job: EditContext) -> Range | Outcome:
    """Return the range asked for, within the timeline or the clip it is said of, or why there is none."""
    number = job.asked.number
    clip = job.clip(number) if number else None
    if number and clip is None:
        return job.refused("clip.missing", clips=len(job.clips()))
    low, high = (clip.start_ms, clip.end_ms) if clip else (0, job.length_ms)
    start, end = job.asked.start_ms, job.asked.end_ms
    if start is None or end is None:
        return job.refused("cut.ask")
    first = max(low, high + start) if start < 0 else low + start
    if first >= high:
        return job.refused("cut.outside", asked_ms=start)
    last = min(low + end, high)
    return (first, last) if first < last else job.refused("cut.ask")

"""Edits of time: silences, cuts, what is kept, how long it all is, splits, speed."""

from __future__ import annotations

from collections.abc import Sequence

from ...timeline import (
    Ranges,
    Role,
    Segment,
    Timeline,
    change_speed,
    repack_clips,
    ripple_delete,
    silent_ranges,
    split_at,
    subtract,
    total,
    union,
)
from ..model import Outcome
from .context import CLIP_ROLES, EditContext, range_args, range_facts

SLOWEST, FASTEST = 0.1, 16.0


def cut_silences(ctx: EditContext) -> Outcome:
    """Cut exactly what is silent in the footage, but for as much of each pause as is to stay."""
    silences = ctx.silences()
    if not any(s.media_id in silences for s in ctx.timeline.segments(*CLIP_ROLES)):
        return ctx.refused("silences.no_sound")
    at_least_ms, keep_ms = ctx.asked.duration_ms or 0, ctx.asked.keep_ms or 0
    found = silent_ranges(ctx.timeline, silences, at_least_ms=max(at_least_ms, keep_ms + 1))
    where = ctx.where()
    if isinstance(where, Outcome):
        return where
    if where:
        found = union(span for within in where for span in union(found, within=within))
    found = tuple(
        (start + keep_ms // 2, end - (keep_ms - keep_ms // 2))
        for start, end in found
        if end - start > keep_ms
    )
    if not found:
        return ctx.refused("silences.none")
    if total(found) >= ctx.length_ms:
        return ctx.refused("silences.all")
    args = {"min_ms": at_least_ms, **({"keep_ms": keep_ms} if keep_ms else {}), **range_args(where)}
    topic = "silences.shortened" if keep_ms else "silences.done"
    kept = {"kept_ms": keep_ms} if keep_ms else {}
    timeline = ripple_delete(ctx.timeline, found)
    return ctx.done(timeline, topic, "silences", args, pauses=len(found), removed_ms=total(found), **kept)


def cut(ctx: EditContext) -> Outcome:
    """Cut time ranges out of all tracks."""
    asked = ctx.asked
    if not asked.ranges and not asked.part and (asked.start_ms is None or asked.end_ms == 0):
        return ctx.no_such_clip() if ctx.names_clip and not ctx.chosen() else ctx.refused("cut.ask")
    where = ctx.where()
    if not isinstance(where, tuple):
        return where or ctx.refused("cut.ask")
    return _without(ctx, where, "cut.done", where)


def keep(ctx: EditContext) -> Outcome:
    """Cut everything but some time ranges."""
    where = ctx.where()
    if not isinstance(where, tuple):
        return where or ctx.refused("cut.ask")
    chosen = ctx.chosen() if ctx.names_clip else ()
    bases = union((s.start_ms, s.end_ms) for s in chosen) or ((0, ctx.length_ms),)
    gone = subtract(bases, where)
    return _without(ctx, gone, "keep.done", where) if gone else ctx.refused("keep.all")


def _without(ctx: EditContext, gone: Ranges, topic: str, named: Ranges) -> Outcome:
    if total(gone) >= ctx.length_ms:
        return ctx.refused("cut.all")
    removed = {"removed_ms": total(gone)} if topic == "cut.done" else {}
    timeline = ripple_delete(ctx.timeline, gone)
    return ctx.done(timeline, topic, "cut", range_args(named), **range_facts(named), **removed)


def set_duration(ctx: EditContext) -> Outcome:
    """Make the timeline, or one clip of it, as long as asked."""
    asked = ctx.asked
    chosen = ctx.chosen() if ctx.names_clip else ()
    if ctx.names_clip and not chosen:
        return ctx.no_such_clip()
    if len(chosen) > 1:
        return _each_duration(ctx, chosen)
    start, end = (chosen[0].start_ms, chosen[0].end_ms) if chosen else (0, ctx.length_ms)
    length = end - start
    wanted = asked.duration_ms
    if asked.factor:
        wanted = round(length * asked.factor)
    if asked.delta_ms is not None:
        wanted = length + asked.delta_ms
    if not wanted:
        return ctx.refused("duration.ask")
    if wanted == length:
        return ctx.refused("duration.same")
    args = {"duration_ms": wanted}
    if wanted < length:
        timeline = ripple_delete(ctx.timeline, [(start + wanted, end)])
        return ctx.done(timeline, "duration.shorter", "cut", args, removed_ms=length - wanted)
    return _longer(ctx, chosen[:1], wanted, args)


def _each_duration(ctx: EditContext, chosen: Sequence[Segment]) -> Outcome:
    """Make several clips so long each; none of them longer than it is."""
    wanted = ctx.asked.duration_ms
    if wanted is None or any(clip.duration_ms < wanted for clip in chosen):
        return ctx.refused("duration.too_long" if wanted else "duration.ask", wanted_ms=wanted or 0)
    gone = union((clip.start_ms + wanted, clip.end_ms) for clip in chosen)
    if not gone:
        return ctx.refused("duration.same")
    timeline = ripple_delete(ctx.timeline, gone)
    return ctx.done(
        timeline, "duration.each", "cut", {"duration_ms": wanted}, clips=len(chosen), each_ms=wanted
    )


def _longer(ctx: EditContext, chosen: Sequence[Segment], wanted: int, args: dict[str, int]) -> Outcome:
    """Let the last clip last longer, if it is a still or was cut short before."""
    clips = ctx.timeline.segments(Role.VIDEO)
    clip = chosen[0] if chosen else ctx.clip(-1)
    if not clips or clip is None or clip not in clips:
        return ctx.refused("duration.too_long", wanted_ms=wanted)
    missing = wanted - (clip.duration_ms if chosen else ctx.length_ms)
    longer = clip.stretched(clip.end_ms + missing)
    if longer.duration_ms < clip.duration_ms + missing or clips[-1].end_ms < ctx.length_ms:
        return ctx.refused("duration.too_long", wanted_ms=wanted)
    timeline = repack_clips(ctx.timeline, [longer if c is clip else c for c in clips])
    return ctx.done(timeline, "duration.longer", "cut", args, added_ms=missing)


def split(ctx: EditContext) -> Outcome:
    """Split the clip that is on at a time."""
    at_ms = ctx.asked.start_ms
    if at_ms is None:
        return ctx.refused("split.ask")
    if not any(clip.start_ms < at_ms < clip.end_ms for clip in ctx.clips()):
        return ctx.refused("split.nowhere", at_ms=at_ms)
    timeline = split_at(ctx.timeline, CLIP_ROLES, at_ms)
    return ctx.done(timeline, "split.done", "cut", {"at_ms": at_ms}, at_ms=at_ms)


def set_speed(ctx: EditContext) -> Outcome:
    """Play clips faster or slower; what is asked for is relative to how they play now."""
    clips = ctx.timeline.segments(*CLIP_ROLES)
    if not clips:
        return ctx.refused("speed.no_clip")
    where = ctx.where()
    if isinstance(where, Outcome):
        return where
    spans = where or ((0, ctx.length_ms),)
    factor = ctx.asked.amount
    if factor is None and ctx.asked.duration_ms:
        factor = round(total(spans) / ctx.asked.duration_ms, 4)
    if factor == 1:
        return _normal(ctx, spans, where)
    inside = [clip.speed for clip in clips if any(clip.start_ms < b and a < clip.end_ms for a, b in spans)]
    if not factor or not all(SLOWEST <= speed * factor <= FASTEST for speed in inside):
        return ctx.refused("speed.extreme")
    timeline = ctx.timeline
    for start, end in reversed(spans):
        timeline = change_speed(timeline, factor, start, end)
    args = {"factor": factor, **range_args(spans)}
    topic = "speed.faster" if factor > 1 else "speed.slower"
    return ctx.done(timeline, topic, "speed", args, factor=factor, ranges=where or ())


def _normal(ctx: EditContext, spans: Ranges, where: Ranges | None) -> Outcome:
    """Bring clips back to the speed they were recorded at."""
    timeline: Timeline = ctx.timeline
    for clip in reversed(ctx.clips()):
        for start, end in reversed(spans):
            low, high = max(start, clip.start_ms), min(end, clip.end_ms)
            if clip.speed != 1 and low < high:
                timeline = change_speed(timeline, 1 / clip.speed, low, high)
    if timeline is ctx.timeline:
        return ctx.refused("speed.same")
    return ctx.done(timeline, "speed.normal", "speed", {"factor": 1, **range_args(where)}, ranges=where or ())

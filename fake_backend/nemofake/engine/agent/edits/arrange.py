"""What goes, and what stands where: tracks and clips removed, moved, swapped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...timeline import (
    EMPTY,
    TEXT_ROLES,
    Role,
    Segment,
    Timeline,
    Track,
    changed,
    repack_clips,
    ripple_delete,
    track_moved,
    tracks_ordered,
    without,
    without_track,
)
from ..model import Outcome
from .context import EditContext, overlaps, range_args

_ROLES: dict[str, tuple[Role, ...]] = {
    "music": (Role.BGM,),
    "title": (Role.TITLE,),
    "lower third": (Role.LOWER_THIRD,),
    "subtitles": (Role.SUBTITLES,),
    "video": (Role.VIDEO,),
    "sound": (Role.AUDIO, Role.VIDEO),
    "": (Role.TITLE, Role.LOWER_THIRD, Role.SUBTITLES),
}
_ALTERNATIVES = {"title": (Role.LOWER_THIRD,), "lower third": (Role.TITLE,)}
_PLAIN: dict[str, dict[str, Any]] = {
    "effects": {"effects": ()},
    "transitions": {"transition": ""},
    "look": {"look": ""},
}


def remove(ctx: EditContext) -> Outcome:
    """Remove a track, a clip, some texts, or what was done to the picture."""
    target = ctx.asked.target
    if target == "everything":
        return ctx.done(EMPTY, "remove.everything", "timeline", {"target": target})
    if target == "track":
        return _without_track(ctx)
    if target == "clip":
        return _without_clip(ctx)
    return _plain(ctx, target) if target in _PLAIN else _without_role(ctx, target)


def move_track(ctx: EditContext) -> Outcome:
    """Move, swap or put in order tracks; a summary lists them from the top."""
    tracks = ctx.timeline.tracks
    if not ctx.asked.position and ctx.asked.place is None:
        return _moved(ctx, tracks_ordered(ctx.timeline, _usual_place), "tracks.ordered", "")
    at = _index(ctx, ctx.asked.target, ctx.asked.number)
    if at is None:
        return ctx.refused("track.missing", tracks=len(tracks))
    other = _index(ctx, ctx.asked.style, ctx.asked.place)
    if ctx.asked.position == "swap":
        return _swapped(ctx, at, other)
    if ctx.asked.position in ("above", "below") and other is None:
        return ctx.refused("track.missing", tracks=len(tracks))
    to = _destination(ctx, at, other)
    return _moved(ctx, track_moved(ctx.timeline, at, to), "tracks.moved", tracks[at].name)


def move_clip(ctx: EditContext) -> Outcome:
    """Move or swap clips; nothing between them is lost."""
    clips = list(ctx.timeline.segments(Role.VIDEO))
    if len(clips) < 2:
        return ctx.refused("clips.too_few", clips=len(clips))
    if ctx.asked.position == "reverse":
        return _moved_clips(ctx, clips[::-1])
    first, second = _places(ctx, clips)
    if first is None and ctx.asked.position == "swap" and len(clips) == 2:
        first, second = 1, 2
    if first is None or second is None:
        return ctx.refused("clips.ask", clips=len(clips))
    at, to = (n - 1 if n > 0 else len(clips) + n for n in (first, second))
    if not (0 <= at < len(clips) and 0 <= to < len(clips)):
        return ctx.refused("clip.missing", clips=len(clips))
    if ctx.asked.position == "swap":
        clips[at], clips[to] = clips[to], clips[at]
    else:
        clips.insert(to, clips.pop(at))
    return _moved_clips(ctx, clips)


def _places(ctx: EditContext, clips: list[Segment]) -> tuple[int | None, int | None]:
    """Return which clip is meant and where it goes, counted from 1, -1 the last; None if it does not say."""
    at = {clip.name: n for n, clip in enumerate(clips, 1)}
    first = at.get(ctx.asked.clip, len(clips) + 1) if ctx.asked.clip else ctx.asked.number
    second = at.get(ctx.asked.old, len(clips) + 1) if ctx.asked.old else ctx.asked.place
    return first, second


def _moved_clips(ctx: EditContext, clips: list[Segment]) -> Outcome:
    if clips == list(ctx.timeline.segments(Role.VIDEO)):
        return ctx.refused("clips.there", clips=len(clips))
    names = [clip.name for clip in clips]
    return ctx.done(
        repack_clips(ctx.timeline, clips), "clips.moved", "drag", {"order": names}, clips=len(clips)
    )


def _without_track(ctx: EditContext) -> Outcome:
    tracks = ctx.timeline.tracks
    at = _index(ctx, "track", ctx.asked.number)
    if ctx.asked.number is None:
        return ctx.refused("track.ask", tracks=len(tracks))
    if at is None:
        return ctx.refused("track.missing", tracks=len(tracks))
    return ctx.done(
        without_track(ctx.timeline, at),
        "remove.track",
        "timeline",
        {"track": at + 1},
        track=tracks[at].name,
    )


def _without_clip(ctx: EditContext) -> Outcome:
    clips = ctx.clips()
    if not ctx.names_clip and len(clips) > 1:
        return ctx.refused("clip.ask", clips=len(clips))
    chosen = ctx.chosen() if ctx.names_clip else clips
    if not chosen:
        return ctx.no_such_clip()
    spans = [(clip.start_ms, clip.end_ms) for clip in chosen]
    timeline = _left_without(ctx, chosen) or ripple_delete(ctx.timeline, spans)
    args = {"clip": chosen[0].name if ctx.asked.outside else ctx.asked.number or chosen[0].name}
    removed_ms = sum(clip.duration_ms for clip in chosen)
    names = ", ".join(clip.name for clip in chosen)
    return ctx.done(timeline, "remove.clip", "cut", args, clip=names, removed_ms=removed_ms)


def _left_without(ctx: EditContext, chosen: tuple[Segment, ...]) -> Timeline | None:
    """Return the timeline without sound clips under a video; its own time stays."""
    tracks = {track.role for track in ctx.timeline.tracks if any(s in chosen for s in track.segments)}
    if tracks != {Role.AUDIO} or not ctx.timeline.of(Role.VIDEO):
        return None
    return without(ctx.timeline, {Role.AUDIO}, lambda segment: segment not in chosen)


def _without_role(ctx: EditContext, target: str) -> Outcome:
    """Remove what stands on the tracks of a target: all, or the text or time that was named."""
    roles = _ROLES.get(target, ())
    if not ctx.timeline.of(*roles):
        roles = _ALTERNATIVES.get(target, ())
    if not ctx.timeline.of(*roles):
        return ctx.refused(f"remove.none.{target or 'text'}", target=target)
    text, where = ctx.asked.text.casefold(), ctx.where()
    if isinstance(where, Outcome):
        return where

    def stays(segment: Segment) -> bool:
        if text and segment.text.casefold() != text:
            return True
        return where is not None and not overlaps(segment, where)

    timeline = without(ctx.timeline, roles, stays)
    if timeline == ctx.timeline:
        return ctx.refused("text.unknown", "text", quote_text=ctx.asked.text)
    topic = f"remove.{target}" if target else "remove.text"
    return ctx.done(
        timeline,
        topic,
        "timeline",
        {"target": target or "text", **range_args(where)},
        quote_text=ctx.asked.text,
        ranges=where or (),
    )


def _plain(ctx: EditContext, target: str) -> Outcome:
    blank, where = _PLAIN[target], ctx.where()
    if isinstance(where, Outcome):
        return where
    timeline = changed(ctx.timeline, frozenset(Role), lambda s: replace(s, **blank), where)
    if timeline == ctx.timeline:
        return ctx.refused(f"remove.none.{target}", "effects")
    return ctx.done(
        timeline, f"remove.{target}", "effects", {"target": target, **range_args(where)}, ranges=where or ()
    )


def _index(ctx: EditContext, target: str, number: int | None) -> int | None:
    """Return which track is meant, from 0."""
    tracks = ctx.timeline.tracks
    if target in ("track", "") and number is not None:
        at = number - 1 if number > 0 else len(tracks) + number
        return at if 0 <= at < len(tracks) else None
    roles = _ROLES.get(target, ()) if target else ()
    found = [n for n, track in enumerate(tracks) if track.role in roles]
    if not found:
        found = [n for n, track in enumerate(tracks) if track.role in _ALTERNATIVES.get(target, ())]
    return found[0] if found else None


def _destination(ctx: EditContext, at: int, other: int | None) -> int:
    last = len(ctx.timeline.tracks) - 1
    where, place = ctx.asked.position, ctx.asked.place
    if other is not None and where in ("above", "below"):
        gap = other - 1 if at < other else other
        return gap if where == "above" else gap + 1
    if where in ("top", "bottom"):
        return 0 if where == "top" else last
    if where in ("up", "down"):
        return at - 1 if where == "up" else at + 1
    return last if place is None or place < 0 else min(place - 1, last)


def _swapped(ctx: EditContext, at: int, other: int | None) -> Outcome:
    if other is None or other == at:
        return ctx.refused("track.ask", tracks=len(ctx.timeline.tracks))
    tracks = list(ctx.timeline.tracks)
    tracks[at], tracks[other] = tracks[other], tracks[at]
    return _moved(ctx, ctx.timeline.with_tracks(tracks), "tracks.swapped", tracks[other].name)


def _moved(ctx: EditContext, timeline: Timeline, topic: str, name: str) -> Outcome:
    if timeline == ctx.timeline:
        return ctx.refused("tracks.there", "drag", tracks=len(timeline.tracks))
    order = [track.name for track in timeline.tracks]
    place = order.index(name) + 1 if name else 1
    return ctx.done(
        timeline, topic, "drag", {"order": order}, track=name, place=place, quote_order=", ".join(order)
    )


def _usual_place(track: Track) -> int:
    return list(Role).index(track.role) + (0 if track.role in TEXT_ROLES else -10)

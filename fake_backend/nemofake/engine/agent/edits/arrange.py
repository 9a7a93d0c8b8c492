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
from .context import EditContext

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


def remove(job: EditContext) -> Outcome:
    """Remove a track, a clip, some texts, or what was done to the picture."""
    target = job.asked.target
    if target == "everything":
        return job.done(EMPTY, "remove.everything", "timeline", {"target": target})
    if target == "track":
        return _without_track(job)
    if target == "clip":
        return _without_clip(job)
    return _plain(job, target) if target in _PLAIN else _without_role(job, target)


def move_track(job: EditContext) -> Outcome:
    """Move, swap or put in order tracks; a summary lists them from the top."""
    tracks = job.timeline.tracks
    if not job.asked.position and job.asked.place is None:
        return _moved(job, tracks_ordered(job.timeline, _usual_place), "tracks.ordered", "")
    at = _index(job, job.asked.target, job.asked.number)
    if at is None:
        return job.refused("track.missing", tracks=len(tracks))
    other = _index(job, job.asked.style, job.asked.place)
    if job.asked.position == "swap":
        return _swapped(job, at, other)
    if job.asked.position in ("above", "below") and other is None:
        return job.refused("track.missing", tracks=len(tracks))
    to = _destination(job, at, other)
    return _moved(job, track_moved(job.timeline, at, to), "tracks.moved", tracks[at].name)


def move_clip(job: EditContext) -> Outcome:
    """Move or swap clips; nothing between them is lost."""
    clips = list(job.timeline.segments(Role.VIDEO))
    if len(clips) < 2:
        return job.refused("clips.too_few", clips=len(clips))
    if job.asked.position == "reverse":
        return _moved_clips(job, clips[::-1])
    first, second = job.asked.number, job.asked.place
    if first is None and job.asked.position == "swap" and len(clips) == 2:
        first, second = 1, 2
    if first is None or second is None:
        return job.refused("clips.ask", clips=len(clips))
    at, to = (n - 1 if n > 0 else len(clips) + n for n in (first, second))
    if not (0 <= at < len(clips) and 0 <= to < len(clips)):
        return job.refused("clip.missing", clips=len(clips))
    if job.asked.position == "swap":
        clips[at], clips[to] = clips[to], clips[at]
    else:
        clips.insert(to, clips.pop(at))
    return _moved_clips(job, clips)


def _moved_clips(job: EditContext, clips: list[Segment]) -> Outcome:
    if clips == list(job.timeline.segments(Role.VIDEO)):
        return job.refused("clips.there", clips=len(clips))
    names = [clip.name for clip in clips]
    return job.done(
        repack_clips(job.timeline, clips), "clips.moved", "drag", {"order": names}, clips=len(clips)
    )


def _without_track(job: EditContext) -> Outcome:
    tracks = job.timeline.tracks
    at = _index(job, "track", job.asked.number)
    if job.asked.number is None:
        return job.refused("track.ask", tracks=len(tracks))
    if at is None:
        return job.refused("track.missing", tracks=len(tracks))
    return job.done(
        without_track(job.timeline, at),
        "remove.track",
        "timeline",
        {"track": at + 1},
        track=tracks[at].name,
    )


def _without_clip(job: EditContext) -> Outcome:
    clips = job.clips()
    number = job.asked.number or (1 if len(clips) == 1 else None)
    if number is None:
        return job.refused("clip.ask", clips=len(clips))
    clip = job.clip(number)
    if clip is None:
        return job.refused("clip.missing", clips=len(clips))
    timeline = ripple_delete(job.timeline, [(clip.start_ms, clip.end_ms)])
    args = {"clip": number}
    return job.done(timeline, "remove.clip", "cut", args, clip=clip.name, removed_ms=clip.duration_ms)


def _without_role(job: EditContext, target: str) -> Outcome:
    """Remove what stands on the tracks of a target: all, or the text or time that was named."""
    roles = _ROLES.get(target, ())
    if not job.timeline.of(*roles):
        roles = _ALTERNATIVES.get(target, ())
    if not job.timeline.of(*roles):
        return job.refused(f"remove.none.{target or 'text'}", target=target)
    text, where = job.asked.text.casefold(), job.span()

    def stays(segment: Segment) -> bool:
        if text and segment.text.casefold() != text:
            return True
        return where is not None and not (segment.start_ms < where[1] and where[0] < segment.end_ms)

    timeline = without(job.timeline, roles, stays)
    if timeline == job.timeline:
        return job.refused("text.unknown", "text", quote_text=job.asked.text)
    topic = f"remove.{target}" if target else "remove.text"
    return job.done(timeline, topic, "timeline", {"target": target or "text"}, quote_text=job.asked.text)


def _plain(job: EditContext, target: str) -> Outcome:
    blank = _PLAIN[target]
    timeline = changed(job.timeline, frozenset(Role), lambda s: replace(s, **blank))
    if timeline == job.timeline:
        return job.refused(f"remove.none.{target}", "effects")
    return job.done(timeline, f"remove.{target}", "effects", {"target": target})


def _index(job: EditContext, target: str, number: int | None) -> int | None:
    """Return which track is meant, from 0."""
    tracks = job.timeline.tracks
    if target in ("track", "") and number is not None:
        at = number - 1 if number > 0 else len(tracks) + number
        return at if 0 <= at < len(tracks) else None
    roles = _ROLES.get(target, ()) if target else ()
    found = [n for n, track in enumerate(tracks) if track.role in roles]
    if not found:
        found = [n for n, track in enumerate(tracks) if track.role in _ALTERNATIVES.get(target, ())]
    return found[0] if found else None


def _destination(job: EditContext, at: int, other: int | None) -> int:
    last = len(job.timeline.tracks) - 1
    where, place = job.asked.position, job.asked.place
    if other is not None and where in ("above", "below"):
        gap = other - 1 if at < other else other
        return gap if where == "above" else gap + 1
    if where in ("top", "bottom"):
        return 0 if where == "top" else last
    if where in ("up", "down"):
        return at - 1 if where == "up" else at + 1
    return last if place is None or place < 0 else min(place - 1, last)


def _swapped(job: EditContext, at: int, other: int | None) -> Outcome:
    if other is None or other == at:
        return job.refused("track.ask", tracks=len(job.timeline.tracks))
    tracks = list(job.timeline.tracks)
    tracks[at], tracks[other] = tracks[other], tracks[at]
    return _moved(job, job.timeline.holding(tracks), "tracks.swapped", tracks[other].name)


def _moved(job: EditContext, timeline: Timeline, topic: str, name: str) -> Outcome:
    if timeline == job.timeline:
        return job.refused("tracks.there", "drag", tracks=len(timeline.tracks))
    order = [track.name for track in timeline.tracks]
    place = order.index(name) + 1 if name else 1
    return job.done(
        timeline, topic, "drag", {"order": order}, track=name, place=place, quote_order=", ".join(order)
    )


def _usual_place(track: Track) -> int:
    return list(Role).index(track.role) + (0 if track.role in TEXT_ROLES else -10)

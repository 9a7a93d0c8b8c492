"""Edits that move nothing in time: a change of segments, of the order of tracks, of what there is."""

from __future__ import annotations

from collections.abc import Callable, Collection

from .model import TEXT_ROLES, Role, Segment, Timeline, Track
from .ranges import Range
from .warp import split

Change = Callable[[Segment], Segment]
Keep = Callable[[Segment], bool]


def changed(
    timeline: Timeline, roles: Collection[Role], change: Change, within: Range | None = None
) -> Timeline:
    """Apply ``change`` to all segments of some roles; within a time range, media are split at its ends."""
    return timeline.holding(_changed(t, change, within) if t.role in roles else t for t in timeline.tracks)


def without_track(timeline: Timeline, at: int) -> Timeline:
    """Return it without its track number ``at``, from 0; nothing else moves."""
    return timeline.holding(track for nth, track in enumerate(timeline.tracks) if nth != at)


def without(timeline: Timeline, roles: Collection[Role], keep: Keep = lambda _: False) -> Timeline:
    """Return it without the segments of some roles, but for those that ``keep`` names; nothing moves."""
    return timeline.holding(
        t.holding(filter(keep, t.segments)) if t.role in roles else t for t in timeline.tracks
    )


def track_moved(timeline: Timeline, at: int, to: int) -> Timeline:
    """Put track ``at`` at place ``to``; both from 0, ``to`` may be out of range."""
    tracks = list(timeline.tracks)
    track = tracks.pop(at)
    tracks.insert(min(max(to, 0), len(tracks)), track)
    return timeline.holding(tracks)


def tracks_ordered(timeline: Timeline, key: Callable[[Track], int]) -> Timeline:
    """Sort the tracks; equal ones keep their order."""
    return timeline.holding(sorted(timeline.tracks, key=key))


def with_canvas(timeline: Timeline, canvas: tuple[int, int]) -> Timeline:
    """Return it for a picture of this size in pixels."""
    return Timeline(timeline.tracks, canvas)


def _changed(track: Track, change: Change, within: Range | None) -> Track:
    if within is None:
        return track.holding(map(change, track.segments))
    start, end = within
    pieces = track.segments if track.role in TEXT_ROLES else split(track.segments, [start, end])
    return track.holding(change(s) if s.start_ms < end and start < s.end_ms else s for s in pieces)

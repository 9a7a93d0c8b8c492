"""What is put on the timeline: clips one after another, music under all, text where there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .model import MUSIC_ROLES, TEXT_ROLES, Role, Segment, Timeline, Track
from .warp import refitted


def append(timeline: Timeline, role: Role, segment: Segment) -> Timeline:
    """Put a segment at the end of the track of ``role``; music that lasted to the end lasts on."""
    track = next(iter(timeline.of(role)), Track(role, ()))
    start_ms = track.end_ms
    placed = segment if segment.start_ms == start_ms else replace(segment, start_ms=start_ms)
    return _refit(timeline, _with(timeline, track.holding((*track.segments, placed))))


def set_music(timeline: Timeline, segment: Segment) -> Timeline:
    """Put music under the timeline in place of what music there is."""
    others = timeline.holding(t for t in timeline.tracks if t.role not in MUSIC_ROLES or t.number == 1)
    return _with(others, Track(Role.BGM, (segment,)))


def put_text(timeline: Timeline, role: Role, segment: Segment) -> Timeline:
    """Put a text where it was asked for: on the first track of ``role`` with room, else on a new one."""
    tracks = timeline.of(role)
    for track in tracks:
        if track.room(segment.start_ms, segment.end_ms) and _same_place(track, segment):
            return _with(timeline, track.holding(sorted((*track.segments, segment), key=_start)))
    number = max((track.number for track in tracks), default=0) + 1
    return _with(timeline, Track(role, (segment,), number))


def set_texts(timeline: Timeline, role: Role, segments: Sequence[Segment]) -> Timeline:
    """Put texts on the track of ``role`` in place of what stands there."""
    return _with(timeline, Track(role, tuple(sorted(segments, key=_start))))


def relaid(timeline: Timeline, clips: Sequence[Segment]) -> Timeline:
    """Lay the video track anew, clip after clip; what stuck out of a shorter timeline is cut."""
    at, laid = 0, []
    for clip in clips:
        laid.append(replace(clip, start_ms=at))
        at += clip.duration_ms
    old_ms = timeline.duration_ms
    others = max((t.end_ms for t in timeline.tracks if t.role is Role.AUDIO), default=0)
    lasting = old_ms if timeline.of(Role.VIDEO)[0].end_ms < old_ms else max(at, others)
    tracks = [_relaid_track(track, laid, old_ms, max(lasting, at)) for track in timeline.tracks]
    return timeline.holding(tracks)


def _relaid_track(track: Track, clips: Sequence[Segment], old_ms: int, new_ms: int) -> Track:
    if track.role is Role.VIDEO:
        return track.holding(clips)
    if track.role in MUSIC_ROLES:
        return refitted(track, old_ms, new_ms)
    if track.role in TEXT_ROLES:
        inside = [s for s in track.segments if s.start_ms < new_ms]
        return track.holding(s.part(s.start_ms, min(s.end_ms, new_ms)) for s in inside)
    return track


def _start(segment: Segment) -> int:
    return segment.start_ms


def _same_place(track: Track, segment: Segment) -> bool:
    return track.segments[0].position == segment.position or track.role is Role.SUBTITLES


def _with(timeline: Timeline, track: Track) -> Timeline:
    """Return the timeline with a track in the place of the one of its name, or after all others."""
    tracks = list(timeline.tracks)
    for at, old in enumerate(tracks):
        if (old.role, old.number) == (track.role, track.number):
            tracks[at] = track
            return timeline.holding(tracks)
    return timeline.holding((*tracks, track))


def _refit(before: Timeline, after: Timeline) -> Timeline:
    old_ms, new_ms = before.duration_ms, after.duration_ms
    if old_ms == new_ms:
        return after
    return after.holding(refitted(t, old_ms, new_ms) if t.role in MUSIC_ROLES else t for t in after.tracks)

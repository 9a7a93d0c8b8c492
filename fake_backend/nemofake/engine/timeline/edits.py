"""Edits of a timeline: each returns a new one, sorted, disjoint and whole.

Every cut and every change of speed is one remapping of time that all tracks follow: a cut maps what it
takes out to one instant, a change of speed stretches. Media are split where the map bends, so that each
piece keeps the exact part of its source; text is not split, its ends move. Music stays where it is and is
fitted to the new length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from .model import MUSIC_ROLES, TEXT_ROLES, Role, Segment, Timeline, Track
from .ranges import Range, Ranges, union

TimeMap = Callable[[int], int]
PieceChange = Callable[[Segment, int], Segment]
Change = Callable[[Segment], Segment]
Keep = Callable[[Segment], bool]


def ripple_delete(timeline: Timeline, ranges: Sequence[Range]) -> Timeline:
    """Take out the given times on all tracks; what comes after moves earlier by exactly their length."""
    cuts = union(ranges, within=(0, timeline.duration_ms))
    if not cuts:
        return timeline
    return retimed_by(timeline, [edge for cut in cuts for edge in cut], _closing(cuts))


def keep_only(timeline: Timeline, start_ms: int, end_ms: int) -> Timeline:
    """Take out everything before ``start_ms`` and after ``end_ms``."""
    return ripple_delete(timeline, [(0, start_ms), (end_ms, timeline.duration_ms)])


def change_speed(timeline: Timeline, factor: float, start_ms: int, end_ms: int) -> Timeline:
    """Play what is between two times ``factor`` times as fast; what comes after moves."""

    def f(at_ms: int) -> int:
        inside = min(max(at_ms - start_ms, 0), end_ms - start_ms)
        return at_ms - inside + round(inside / factor)

    def faster(piece: Segment, from_ms: int) -> Segment:
        inside = start_ms <= from_ms < end_ms
        return replace(piece, speed=round(piece.speed * factor, 4)) if inside else piece

    return retimed_by(timeline, [start_ms, end_ms], f, faster)


def retimed_by(
    timeline: Timeline, bends: Sequence[int], f: TimeMap, change: PieceChange | None = None
) -> Timeline:
    """Return the timeline with every time ``t`` moved to ``f(t)``.

    ``f`` never falls; ``bends`` are, in order, the times where it is not a mere shift. ``change`` is given
    each piece of media and the time it began at before.
    """
    old_ms = timeline.duration_ms
    new_ms = f(old_ms)
    tracks: list[Track] = []
    for track in timeline.tracks:
        if track.role in MUSIC_ROLES:
            tracks.append(fit_length(track, old_ms, new_ms))
        elif track.role in TEXT_ROLES:
            tracks.append(track.with_segments(_moved(track.segments, f)))
        else:
            tracks.append(track.with_segments(_bent(track.segments, bends, f, change)))
    return timeline.with_tracks(tracks)


def split(segments: Sequence[Segment], at_ms: Sequence[int]) -> Iterator[Segment]:
    """Yield the pieces of segments cut at the given times, which are in order."""
    for segment in segments:
        for start, end in _pieces(segment, at_ms):
            yield segment.part(start, end)


def fit_length(track: Track, old_ms: int, new_ms: int) -> Track:
    """Return a music track fitted to a timeline whose length changed.

    What stuck out is cut; what lasted to the old end lasts to the new one, as far as its source does.
    """
    kept = [
        s if s.end_ms <= new_ms else s.part(s.start_ms, new_ms) for s in track.segments if s.start_ms < new_ms
    ]
    if kept and new_ms > old_ms and kept[-1].end_ms == old_ms:
        kept[-1] = kept[-1].stretched(new_ms)
    return track.with_segments(kept)


def _pieces(segment: Segment, at_ms: Sequence[int]) -> Iterator[Range]:
    """Yield (start, end) of the pieces of a segment cut at the given times."""
    first, last = bisect_right(at_ms, segment.start_ms), bisect_left(at_ms, segment.end_ms)
    if first == last:
        yield segment.start_ms, segment.end_ms
    else:
        yield from pairwise((segment.start_ms, *dict.fromkeys(at_ms[first:last]), segment.end_ms))


def _bent(
    segments: Sequence[Segment], bends: Sequence[int], f: TimeMap, change: PieceChange | None
) -> Iterator[Segment]:
    """Yield media after a change of time: pieces that keep their part of the source."""
    for segment in segments:
        for from_ms, to_ms in _pieces(segment, bends):
            start, end = f(from_ms), f(to_ms)
            if start < end:
                piece = segment.moved(from_ms, to_ms, start, end)
                yield change(piece, from_ms) if change else piece


def _moved(segments: Sequence[Segment], f: TimeMap) -> Iterator[Segment]:
    """Yield texts after a change of time: their ends move."""
    for segment in segments:
        start, end = f(segment.start_ms), f(segment.end_ms)
        if start == segment.start_ms and end == segment.end_ms:
            yield segment
        elif start < end:
            yield replace(segment, start_ms=start, duration_ms=end - start)


def _closing(cuts: Ranges) -> TimeMap:
    """Return the map under which each of ``cuts`` shrinks to one instant."""
    starts = [start for start, _ in cuts]
    gone = [0]
    for start, end in cuts:
        gone.append(gone[-1] + end - start)

    def f(at_ms: int) -> int:
        cut = bisect_right(starts, at_ms) - 1
        if cut < 0:
            return at_ms
        return at_ms - gone[cut + 1] if at_ms >= cuts[cut][1] else starts[cut] - gone[cut]

    return f


# -- nothing moves in time ---------------------------------------------------------------------


def changed(
    timeline: Timeline, roles: Collection[Role], change: Change, within: Ranges | None = None
) -> Timeline:
    """Apply ``change`` to all segments of some roles; within time ranges, media are split at their ends."""
    return timeline.with_tracks(
        _changed(track, change, within) if track.role in roles else track for track in timeline.tracks
    )


def without_track(timeline: Timeline, at: int) -> Timeline:
    """Return it without its track number ``at``, from 0; nothing else moves."""
    return timeline.with_tracks(track for nth, track in enumerate(timeline.tracks) if nth != at)


def without(timeline: Timeline, roles: Collection[Role], keep: Keep = lambda _: False) -> Timeline:
    """Return it without the segments of some roles, but for those that ``keep`` names; nothing moves."""
    return timeline.with_tracks(
        t.with_segments(filter(keep, t.segments)) if t.role in roles else t for t in timeline.tracks
    )


def track_moved(timeline: Timeline, at: int, to: int) -> Timeline:
    """Put track ``at`` at place ``to``; both from 0, ``to`` may be out of range."""
    tracks = list(timeline.tracks)
    track = tracks.pop(at)
    tracks.insert(min(max(to, 0), len(tracks)), track)
    return timeline.with_tracks(tracks)


def tracks_ordered(timeline: Timeline, key: Callable[[Track], int]) -> Timeline:
    """Sort the tracks; equal ones keep their order."""
    return timeline.with_tracks(sorted(timeline.tracks, key=key))


def split_at(timeline: Timeline, roles: Collection[Role], at_ms: int) -> Timeline:
    """Divide what is on the tracks of ``roles`` at a time."""
    return timeline.with_tracks(
        t.with_segments(split(t.segments, [at_ms])) if t.role in roles else t for t in timeline.tracks
    )


def with_canvas(timeline: Timeline, canvas: tuple[int, int]) -> Timeline:
    """Return it for a picture of this size in pixels."""
    return Timeline(timeline.tracks, canvas)


def _changed(track: Track, change: Change, within: Ranges | None) -> Track:
    if within is None:
        return track.with_segments(map(change, track.segments))
    edges = [edge for span in within for edge in span]
    pieces = track.segments if track.role in TEXT_ROLES else tuple(split(track.segments, edges))
    done = [
        change(s) if any(s.start_ms < end and start < s.end_ms for start, end in within) else s
        for s in pieces
    ]
    return track if done == [*pieces] else track.with_segments(done)  # nothing is split for nothing


# -- something is put on -----------------------------------------------------------------------


def append(timeline: Timeline, role: Role, segment: Segment) -> Timeline:
    """Put a segment at the end of the track of ``role``; music that lasted to the end lasts on."""
    track = next(iter(timeline.of(role)), Track(role, ()))
    start_ms = track.end_ms
    placed = segment if segment.start_ms == start_ms else replace(segment, start_ms=start_ms)
    return _refit(timeline, _with(timeline, track.with_segments((*track.segments, placed))))


def set_music(timeline: Timeline, segment: Segment) -> Timeline:
    """Put music under the timeline in place of what music there is."""
    others = timeline.with_tracks(t for t in timeline.tracks if t.role not in MUSIC_ROLES or t.number == 1)
    return _with(others, Track(Role.BGM, (segment,)))


def put_text(timeline: Timeline, role: Role, segment: Segment) -> Timeline:
    """Put a text where it was asked for: on the first track of ``role`` with room, else on a new one."""
    tracks = timeline.of(role)
    for track in tracks:
        if track.has_gap(segment.start_ms, segment.end_ms) and _same_place(track, segment):
            return _with(timeline, track.with_segments(sorted((*track.segments, segment), key=_start)))
    number = max((track.number for track in tracks), default=0) + 1
    return _with(timeline, Track(role, (segment,), number))


def set_texts(timeline: Timeline, role: Role, segments: Sequence[Segment]) -> Timeline:
    """Put texts on the track of ``role`` in place of what stands there."""
    return _with(timeline, Track(role, tuple(sorted(segments, key=_start))))


def repack_clips(timeline: Timeline, clips: Sequence[Segment]) -> Timeline:
    """Lay the video track anew, clip after clip; what stuck out of a shorter timeline is cut."""
    at, laid = 0, []
    for clip in clips:
        laid.append(replace(clip, start_ms=at))
        at += clip.duration_ms
    old_ms = timeline.duration_ms
    others = max((t.end_ms for t in timeline.tracks if t.role is Role.AUDIO), default=0)
    lasting = old_ms if timeline.of(Role.VIDEO)[0].end_ms < old_ms else max(at, others)
    tracks = [_repacked_track(track, laid, old_ms, max(lasting, at)) for track in timeline.tracks]
    return timeline.with_tracks(tracks)


def _repacked_track(track: Track, clips: Sequence[Segment], old_ms: int, new_ms: int) -> Track:
    if track.role is Role.VIDEO:
        return track.with_segments(clips)
    if track.role in MUSIC_ROLES:
        return fit_length(track, old_ms, new_ms)
    if track.role in TEXT_ROLES:
        inside = [s for s in track.segments if s.start_ms < new_ms]
        return track.with_segments(s.part(s.start_ms, min(s.end_ms, new_ms)) for s in inside)
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
            return timeline.with_tracks(tracks)
    return timeline.with_tracks((*tracks, track))


def _refit(before: Timeline, after: Timeline) -> Timeline:
    old_ms, new_ms = before.duration_ms, after.duration_ms
    if old_ms == new_ms:
        return after
    return after.with_tracks(
        fit_length(t, old_ms, new_ms) if t.role in MUSIC_ROLES else t for t in after.tracks
    )

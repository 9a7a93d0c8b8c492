"""The one edit behind every cut and every change of speed: time is remapped, all tracks follow.

A cut maps what it takes out to one instant; a change of speed stretches. Media are split where the map
bends, so that each piece keeps the exact part of its source; text is not split, its ends move. Music
stays where it is and is fitted to the new length.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from .model import MUSIC_ROLES, TEXT_ROLES, Segment, Timeline, Track
from .ranges import Range, Ranges, union

TimeMap = Callable[[int], int]
Change = Callable[[Segment, int], Segment]


def ripple_delete(timeline: Timeline, ranges: Sequence[Range]) -> Timeline:
    """Take out the given times on all tracks; what comes after moves earlier by exactly their length."""
    cuts = union(ranges, within=(0, timeline.duration_ms))
    if not cuts:
        return timeline
    return warped(timeline, [edge for cut in cuts for edge in cut], _closing(cuts))


def keep_only(timeline: Timeline, start_ms: int, end_ms: int) -> Timeline:
    """Take out everything before ``start_ms`` and after ``end_ms``."""
    return ripple_delete(timeline, [(0, start_ms), (end_ms, timeline.duration_ms)])


def retimed(timeline: Timeline, factor: float, start_ms: int, end_ms: int) -> Timeline:
    """Play what is between two times ``factor`` times as fast; what comes after moves."""

    def f(at_ms: int) -> int:
        inside = min(max(at_ms - start_ms, 0), end_ms - start_ms)
        return at_ms - inside + round(inside / factor)

    def faster(piece: Segment, from_ms: int) -> Segment:
        inside = start_ms <= from_ms < end_ms
        return replace(piece, speed=round(piece.speed * factor, 4)) if inside else piece

    return warped(timeline, [start_ms, end_ms], f, faster)


def warped(timeline: Timeline, bends: Sequence[int], f: TimeMap, change: Change | None = None) -> Timeline:
    """Return the timeline with every time ``t`` moved to ``f(t)``.

    ``f`` never falls; ``bends`` are, in order, the times where it is not a mere shift. ``change`` is given
    each piece of media and the time it began at before.
    """
    old_ms = timeline.duration_ms
    new_ms = f(old_ms)
    tracks: list[Track] = []
    for track in timeline.tracks:
        if track.role in MUSIC_ROLES:
            tracks.append(refitted(track, old_ms, new_ms))
        elif track.role in TEXT_ROLES:
            tracks.append(track.holding(_moved(track.segments, f)))
        else:
            tracks.append(track.holding(_bent(track.segments, bends, f, change)))
    return timeline.holding(tracks)


def split(segments: Sequence[Segment], at_ms: Sequence[int]) -> Iterator[Segment]:
    """Yield the pieces of segments cut at the given times, which are in order."""
    for segment in segments:
        for start, end in _pieces(segment, at_ms):
            yield segment.part(start, end)


def refitted(track: Track, old_ms: int, new_ms: int) -> Track:
    """Return a music track fitted to a timeline whose length changed.

    What stuck out is cut; what lasted to the old end lasts to the new one, as far as its source does.
    """
    kept = [
        s if s.end_ms <= new_ms else s.part(s.start_ms, new_ms) for s in track.segments if s.start_ms < new_ms
    ]
    if kept and new_ms > old_ms and kept[-1].end_ms == old_ms:
        kept[-1] = kept[-1].stretched(new_ms)
    return track.holding(kept)


def _pieces(segment: Segment, at_ms: Sequence[int]) -> Iterator[Range]:
    """Yield (start, end) of the pieces of a segment cut at the given times."""
    first, last = bisect_right(at_ms, segment.start_ms), bisect_left(at_ms, segment.end_ms)
    if first == last:
        yield segment.start_ms, segment.end_ms
    else:
        yield from pairwise((segment.start_ms, *dict.fromkeys(at_ms[first:last]), segment.end_ms))


def _bent(
    segments: Sequence[Segment], bends: Sequence[int], f: TimeMap, change: Change | None
) -> Iterator[Segment]:
    """Yield media after a change of time: pieces that keep their part of the source."""
    for segment in segments:
        for from_ms, to_ms in _pieces(segment, bends):
            start, end = f(from_ms), f(to_ms)
            if start < end:
                piece = segment.placed(from_ms, to_ms, start, end)
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

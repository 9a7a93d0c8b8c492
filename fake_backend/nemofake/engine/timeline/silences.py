"""Where the timeline is silent: silences of the sources, seen through every cut and change of speed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import chain

from .model import Role, Segment, Timeline
from .ranges import Range, Ranges, subtract, union

SPOKEN = (Role.VIDEO, Role.AUDIO)


def silent_ranges(timeline: Timeline, silences: Mapping[str, Ranges], *, at_least_ms: int = 0) -> Ranges:
    """Return when the timeline is silent, music left aside, in timeline ms.

    ``silences`` maps the media that have sound to their silences in source ms; media that are not in it
    are neither silent nor heard. A time is silent where one source is and no other is heard.
    """
    heard: list[Range] = []
    silent: list[Range] = []
    for track in timeline.of(*SPOKEN):
        for segment in track.segments:
            if segment.media_id in silences:
                quiet = union(_seen(segment, silences[segment.media_id]))
                silent.extend(quiet)
                heard.extend(subtract(((segment.start_ms, segment.end_ms),), quiet))
    found = subtract(union(silent), union(heard))
    return tuple((start, end) for start, end in found if end - start >= at_least_ms)


def spoken_ranges(timeline: Timeline, silences: Mapping[str, Ranges]) -> Ranges:
    """Return when something is heard, music left aside; media without known sound count as heard."""
    spoken = timeline.segments(*SPOKEN)
    covered = union((s.start_ms, s.end_ms) for s in spoken)
    quiet = union(chain.from_iterable(_seen(s, silences.get(s.media_id, ())) for s in spoken))
    return subtract(covered, quiet)


def _seen(segment: Segment, silences: Ranges) -> Iterator[Range]:
    """Yield the part of each silence that a segment shows, rounded outward so that none of it is left."""
    span, length = segment.out_ms - segment.in_ms, segment.duration_ms
    if span <= 0:
        return
    for start, end in silences[max(0, bisect_right(silences, (segment.in_ms, 0)) - 1) :]:
        if start >= segment.out_ms:
            return
        first, last = max(start, segment.in_ms) - segment.in_ms, min(end, segment.out_ms) - segment.in_ms
        if first < last:
            yield segment.start_ms + first * length // span, segment.start_ms - (-last * length // span)

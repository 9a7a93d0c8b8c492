"""Silences are found in source time and cut on the timeline, whatever was done to it before."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.timeline import (
    EMPTY,
    Ranges,
    Role,
    Segment,
    Timeline,
    append,
    change_speed,
    ripple_delete,
    silent_ranges,
    spoken_ranges,
    subtract,
    total,
    union,
)

SOURCE_MS = 20_000


def clip(media_id: str, length: int = SOURCE_MS) -> Segment:
    return Segment(0, length, media_id, media_id, out_ms=length, source_ms=length, volume=1.0)


def film(*media: str, role: Role = Role.VIDEO) -> Timeline:
    timeline = EMPTY
    for media_id in media:
        timeline = append(timeline, role, clip(media_id))
    return timeline


SILENCES = st.lists(st.tuples(st.integers(0, SOURCE_MS), st.integers(0, SOURCE_MS)), max_size=6).map(union)
RANGES = st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 50_000)), max_size=3)
FACTORS = st.sampled_from((0.3, 0.5, 1.0, 1.25, 2.0, 3.0))


def test_what_is_cut_is_exactly_what_is_silent() -> None:
    found = silent_ranges(film("a", "b"), {"a": ((1_000, 2_500),), "b": ((0, 500), (19_000, 20_000))})
    assert found == ((1_000, 2_500), (20_000, 20_500), (39_000, 40_000))


def test_silences_of_a_clip_that_was_cut_and_slowed_are_where_they_are_seen() -> None:
    timeline = ripple_delete(film("a"), [(0, 1_500)])
    timeline = change_speed(timeline, 0.5, 0, timeline.duration_ms)
    assert silent_ranges(timeline, {"a": ((1_000, 2_500), (10_000, 11_000))}) == (
        (0, 2_000),
        (17_000, 19_000),
    )


def test_a_clip_shown_twice_is_silent_twice() -> None:
    assert silent_ranges(film("a", "a"), {"a": ((5_000, 6_000),)}) == ((5_000, 6_000), (25_000, 26_000))


def test_media_without_known_sound_are_not_silent() -> None:
    assert silent_ranges(film("still", "a"), {"a": ((0, 1_000),)}) == ((20_000, 21_000),)


def test_a_time_is_silent_only_where_nothing_else_is_heard() -> None:
    timeline = append(film("a"), Role.AUDIO, clip("voice"))
    silences: dict[str, Ranges] = {"a": ((0, 8_000),), "voice": ((5_000, 12_000),)}
    assert silent_ranges(timeline, silences) == ((5_000, 8_000),)


def test_short_pauses_may_stay() -> None:
    silences: dict[str, Ranges] = {"a": ((1_000, 1_400), (5_000, 7_000))}
    assert silent_ranges(film("a"), silences, at_least_ms=1_000) == ((5_000, 7_000),)


def test_speech_is_what_is_covered_and_not_silent() -> None:
    assert spoken_ranges(film("a"), {"a": ((0, 1_000), (4_000, 5_000))}) == ((1_000, 4_000), (5_000, 20_000))


@settings(max_examples=70, deadline=None)
@given(SILENCES, SILENCES, RANGES, FACTORS, RANGES)
def test_cutting_silences_twice_finds_nothing_the_second_time(
    first: Ranges, second: Ranges, cuts: list[tuple[int, int]], factor: float, part: list[tuple[int, int]]
) -> None:
    silences = {"a": first, "b": second}
    timeline = ripple_delete(film("a", "b", "a"), cuts)
    for start, end in part:
        timeline = change_speed(timeline, factor, min(start, end), max(start, end))
    found = silent_ranges(timeline, silences)
    after = ripple_delete(timeline, found)
    assert silent_ranges(after, silences) == ()
    assert after.duration_ms == timeline.duration_ms - total(found)
    assert all(
        union(silences[s.media_id], within=(s.in_ms, s.out_ms)) == () for s in after.segments(Role.VIDEO)
    )


@settings(max_examples=50, deadline=None)
@given(SILENCES, RANGES)
def test_at_natural_pace_not_a_millisecond_of_sound_is_lost(
    silent: Ranges, cuts: list[tuple[int, int]]
) -> None:
    timeline = ripple_delete(film("a"), cuts)
    kept = union((s.in_ms, s.out_ms) for s in timeline.segments(Role.VIDEO))
    after = ripple_delete(timeline, silent_ranges(timeline, {"a": silent}))
    left = union((s.in_ms, s.out_ms) for s in after.segments(Role.VIDEO))
    assert left == subtract(kept, silent)


@settings(max_examples=50, deadline=None)
@given(SILENCES, SILENCES, RANGES)
def test_of_two_sources_at_once_none_that_is_heard_is_cut(
    picture: Ranges, voice: Ranges, cuts: list[tuple[int, int]]
) -> None:
    timeline = ripple_delete(append(film("a"), Role.AUDIO, clip("voice")), cuts)
    silences = {"a": picture, "voice": voice}
    found = silent_ranges(timeline, silences)
    assert silent_ranges(ripple_delete(timeline, found), silences) == ()
    for start, end in found:
        for segment in timeline.segments(Role.VIDEO, Role.AUDIO):
            low, high = max(start, segment.start_ms), min(end, segment.end_ms)
            if low < high:
                here = ((segment.source_at(low), segment.source_at(high)),)
                assert subtract(here, silences[segment.media_id]) == ()

"""The timeline's edit algebra: laws that hold after any edits in any order (STA-2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.timeline import (
    EMPTY,
    Role,
    Segment,
    Timeline,
    append,
    change_speed,
    changed,
    keep_only,
    put_text,
    repack_clips,
    ripple_delete,
    set_music,
    subtract,
    total,
    track_moved,
    union,
    without,
    without_track,
)

from .timeline_helpers import clip, film, music, text

Edit = Callable[[Timeline], Timeline]
END = 1 << 50


LENGTHS = st.integers(1, 30_000)
TIMES = st.integers(0, 60_000)
RANGES = st.lists(st.tuples(TIMES, TIMES).map(lambda pair: (min(pair), max(pair))), min_size=1, max_size=4)
FACTORS = st.sampled_from((0.25, 0.5, 0.75, 1.1, 1.5, 2.0, 3.0, 7.3))


def reordered(timeline: Timeline) -> Timeline:
    clips = timeline.segments(Role.VIDEO)
    return repack_clips(timeline, clips[::-1]) if clips else timeline


EDITS: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        lambda n, i: lambda t: append(t, Role.VIDEO, clip(n, media_id=f"m{i}")), LENGTHS, st.integers(0, 3)
    ),
    st.builds(lambda n: lambda t: append(t, Role.AUDIO, clip(n, "song", "s")), LENGTHS),
    st.builds(lambda: lambda t: set_music(t, music(t.duration_ms)) if t.duration_ms else t),
    st.builds(lambda a, n: lambda t: put_text(t, Role.TITLE, text(a, n)), TIMES, LENGTHS),
    st.builds(lambda r: lambda t: ripple_delete(t, r), RANGES),
    st.builds(lambda r: lambda t: keep_only(t, *r[0]), RANGES),
    st.builds(lambda f, r: lambda t: change_speed(t, f, *r[0]), FACTORS, RANGES),
    st.builds(lambda r: lambda t: changed(t, set(Role), lambda s: replace(s, muted=True), (r[0],)), RANGES),
    st.builds(lambda: reordered),
    st.builds(lambda n, m: lambda t: track_moved(t, n % len(t.tracks), m) if t.tracks else t, TIMES, TIMES),
    st.builds(lambda n: lambda t: without_track(t, n), st.integers(0, 5)),
    st.builds(lambda r: lambda t: without(t, {r}), st.sampled_from(list(Role))),
)
HISCENARIOS = st.lists(EDITS, max_size=10)


def replay(history: list[Edit], timeline: Timeline = EMPTY) -> Timeline:
    for edit in history:
        timeline = edit(timeline)
    return timeline


def check(timeline: Timeline) -> None:
    assert timeline.duration_ms == max((s.end_ms for t in timeline.tracks for s in t.segments), default=0)
    for track in timeline.tracks:
        assert track.segments, "no track is empty"
        assert all(a.end_ms <= b.start_ms for a, b in zip(track.segments, track.segments[1:], strict=False))
        for segment in track.segments:
            assert segment.start_ms >= 0
            assert segment.duration_ms > 0
            assert all(
                type(n) is int for n in (segment.start_ms, segment.duration_ms, segment.in_ms, segment.out_ms)
            )
            assert 0 <= segment.in_ms <= segment.out_ms
            assert not segment.source_ms or segment.out_ms <= segment.source_ms
    names = [track.name for track in timeline.tracks]
    assert len(names) == len(set(names))


@pytest.mark.clause("STA-2")
@settings(max_examples=80, deadline=None)
@given(HISCENARIOS)
def test_no_history_of_edits_breaks_the_invariants(history: list[Edit]) -> None:
    timeline = EMPTY
    for edit in history:
        timeline = edit(timeline)
        check(timeline)


@settings(max_examples=60, deadline=None)
@given(HISCENARIOS, RANGES)
def test_ripple_delete_removes_exactly_its_length(history: list[Edit], ranges: list[tuple[int, int]]) -> None:
    before = append(replay(history), Role.VIDEO, clip(400_000))  # so that clips reach the end of everything
    gone = total(union(ranges, within=(0, before.duration_ms)))
    assert ripple_delete(before, ranges).duration_ms == before.duration_ms - gone


@settings(max_examples=40, deadline=None)
@given(HISCENARIOS, RANGES)
def test_ripple_delete_never_adds_length(history: list[Edit], ranges: list[tuple[int, int]]) -> None:
    before = replay(history)
    gone = total(union(ranges, within=(0, before.duration_ms)))
    assert ripple_delete(before, ranges).duration_ms <= before.duration_ms - gone


@settings(max_examples=60, deadline=None)
@given(HISCENARIOS, RANGES)
def test_cutting_at_once_is_cutting_from_the_back_one_by_one(
    history: list[Edit], ranges: list[tuple[int, int]]
) -> None:
    before = replay(history)
    at_once = ripple_delete(before, ranges)
    one_by_one = before
    for cut in reversed(union(ranges, within=(0, before.duration_ms))):
        one_by_one = ripple_delete(one_by_one, [cut])
    assert [(t.name, [(s.start_ms, s.end_ms) for s in t.segments]) for t in at_once.tracks] == [
        (t.name, [(s.start_ms, s.end_ms) for s in t.segments]) for t in one_by_one.tracks
    ]


@settings(max_examples=60, deadline=None)
@given(st.lists(LENGTHS, min_size=1, max_size=4), RANGES, st.data())
def test_what_is_left_after_a_cut_shows_what_it_showed_before(
    lengths: list[int], ranges: list[tuple[int, int]], data: st.DataObject
) -> None:
    before = film(*lengths)
    cuts = union(ranges, within=(0, before.duration_ms))
    left = subtract(((0, before.duration_ms),), cuts)
    if not left:
        return
    start, end = data.draw(st.sampled_from(left))
    at = data.draw(st.integers(start, end - 1))
    moved = at - sum(min(b, at) - a for a, b in cuts if a < at)
    assert shown(ripple_delete(before, ranges), moved) == shown(before, at)


def shown(timeline: Timeline, at_ms: int) -> tuple[str, int]:
    found = next(s for s in timeline.segments(Role.VIDEO) if s.start_ms <= at_ms < s.end_ms)
    return found.media_id, found.source_at(at_ms)


@given(LENGTHS, FACTORS)
@settings(max_examples=60, deadline=None)
def test_a_change_of_speed_scales_the_length_and_keeps_the_source(length: int, factor: float) -> None:
    before = film(length)
    after = change_speed(before, factor, 0, length)
    if not round(length / factor):
        return
    (segment,) = after.segments(Role.VIDEO)
    assert segment.duration_ms == after.duration_ms == round(length / factor)
    assert (segment.in_ms, segment.out_ms, segment.speed) == (0, length, factor)


def test_a_change_of_speed_in_the_middle_moves_what_follows() -> None:
    after = change_speed(film(10_000), 2.0, 2_000, 6_000)
    assert [(s.start_ms, s.end_ms, s.in_ms, s.out_ms, s.speed) for s in after.segments(Role.VIDEO)] == [
        (0, 2_000, 0, 2_000, 1.0),
        (2_000, 4_000, 2_000, 6_000, 2.0),
        (4_000, 8_000, 6_000, 10_000, 1.0),
    ]


FITTING: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda n: lambda t: append(t, Role.VIDEO, clip(n)), LENGTHS),
    st.builds(lambda r: lambda t: ripple_delete(t, r), RANGES),
    st.builds(lambda f, r: lambda t: change_speed(t, f, *r[0]), FACTORS, RANGES),
    st.builds(lambda: reordered),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(LENGTHS, min_size=1, max_size=4), st.lists(FITTING, max_size=6))
def test_music_that_lasts_to_the_end_lasts_to_the_end_of_every_edit(
    lengths: list[int], history: list[Edit]
) -> None:
    timeline = film(*lengths)
    for edit in history:
        timeline = edit(timeline)
        if not timeline.tracks:
            return
        assert [(s.start_ms, s.end_ms) for s in timeline.segments(Role.BGM)] == [(0, timeline.duration_ms)]


def test_music_is_fitted_and_not_shifted() -> None:
    after = ripple_delete(film(10_000), [(0, 4_000)])
    (bgm,) = after.segments(Role.BGM)
    assert (bgm.start_ms, bgm.duration_ms, bgm.in_ms) == (0, 6_000, 0)


def test_music_grows_with_an_appended_clip() -> None:
    after = append(film(10_000), Role.VIDEO, clip(5_000))
    assert [s.end_ms for s in after.segments(Role.BGM)] == [15_000]


def test_music_that_ended_before_does_not_grow() -> None:
    timeline = set_music(film(10_000, with_music=False), replace(music(4_000), start_ms=2_000))
    assert [s.end_ms for s in append(timeline, Role.VIDEO, clip(5_000)).segments(Role.BGM)] == [6_000]


def test_an_uploaded_song_ends_where_its_source_ends() -> None:
    song = Segment(0, 10_000, "a.mp3", "s", out_ms=10_000, source_ms=12_000, volume=0.35)
    after = append(set_music(film(10_000, with_music=False), song), Role.VIDEO, clip(9_000))
    assert [s.end_ms for s in after.segments(Role.BGM)] == [12_000]


@settings(max_examples=60, deadline=None)
@given(st.lists(LENGTHS, min_size=1, max_size=5), st.randoms())
def test_reordering_clips_loses_nothing(lengths: list[int], chance: object) -> None:
    before = film(*lengths)
    clips = list(before.segments(Role.VIDEO))
    chance.shuffle(clips)  # type: ignore[attr-defined]
    after = repack_clips(before, clips)
    assert after.duration_ms == before.duration_ms
    assert [s.media_id for s in after.segments(Role.VIDEO)] == [c.media_id for c in clips]
    check(after)

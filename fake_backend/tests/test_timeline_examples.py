"""The timeline's edits by example: text, pieces and tracks after cuts (STA-2)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from nemofake.engine.timeline import (
    Role,
    Segment,
    change_speed,
    changed,
    put_text,
    ripple_delete,
    set_music,
    split_at,
)

from .timeline_helpers import film, music, text


def test_text_inside_a_cut_vanishes_and_text_across_it_is_shortened() -> None:
    timeline = film(20_000)
    for start, length, words in ((0, 3_000, "before"), (4_000, 1_000, "inside"), (5_500, 4_000, "across")):
        timeline = put_text(timeline, Role.TITLE, text(start, length, words))
    after = ripple_delete(timeline, [(4_000, 7_000)])
    assert [(s.text, s.start_ms, s.end_ms) for s in after.segments(Role.TITLE)] == [
        ("before", 0, 3_000),
        ("across", 4_000, 6_500),
    ]


def test_a_text_around_a_cut_stays_one_text() -> None:
    timeline = put_text(film(20_000), Role.TITLE, text(2_000, 10_000))
    after = ripple_delete(timeline, [(4_000, 7_000)])
    assert [(s.start_ms, s.end_ms) for s in after.segments(Role.TITLE)] == [(2_000, 9_000)]


def test_a_clip_around_a_cut_becomes_two() -> None:
    after = ripple_delete(film(10_000), [(4_000, 7_000)])
    assert [(s.start_ms, s.end_ms, s.in_ms, s.out_ms) for s in after.segments(Role.VIDEO)] == [
        (0, 4_000, 0, 4_000),
        (4_000, 7_000, 7_000, 10_000),
    ]


def test_texts_that_overlap_stand_on_tracks_of_their_own() -> None:
    timeline = put_text(put_text(film(10_000), Role.TITLE, text(0, 3_000)), Role.TITLE, text(1_000, 3_000))
    assert [track.name for track in timeline.of(Role.TITLE)] == ["Title", "Title 2"]
    timeline = put_text(timeline, Role.TITLE, text(5_000, 1_000))
    assert [len(track.segments) for track in timeline.of(Role.TITLE)] == [2, 1]


def test_new_music_takes_the_place_of_the_old() -> None:
    timeline = put_text(film(10_000), Role.TITLE, text(0, 3_000))
    after = set_music(timeline, replace(music(10_000), name="Jazz"))
    assert [t.name for t in after.tracks] == ["Video", "BGM", "Title"]
    assert [s.name for s in after.segments(Role.BGM)] == ["Jazz"]


def test_a_change_within_a_range_splits_media_at_its_ends() -> None:
    after = changed(film(10_000), {Role.VIDEO}, lambda s: replace(s, look="warm"), ((2_000, 5_000),))
    assert [(s.end_ms, s.look) for s in after.segments(Role.VIDEO)] == [
        (2_000, ""),
        (5_000, "warm"),
        (10_000, ""),
    ]


def test_a_piece_keeps_everything_but_its_time_and_its_part_of_the_source() -> None:
    values: dict[str, Any] = {
        field.name: field.name if field.type == "str" else 7 for field in fields(Segment)
    }
    whole = Segment(**values | {"start_ms": 0, "duration_ms": 1_000, "in_ms": 0, "out_ms": 1_000})
    piece = whole.part(200, 1_000)
    timed: dict[str, Any] = {"start_ms": 200, "duration_ms": 800, "in_ms": 200, "out_ms": 1_000}
    assert piece == replace(whole, **timed)
    assert whole.part(0, 500).transition == ""


def test_splitting_keeps_the_source_in_step() -> None:
    fast = change_speed(film(9_999), 3.0, 0, 9_999)
    after = split_at(fast, {Role.VIDEO}, 1_111)
    first, second = after.segments(Role.VIDEO)
    assert (first.in_ms, first.out_ms, second.out_ms) == (0, second.in_ms, 9_999)
    assert first.out_ms == 3_333

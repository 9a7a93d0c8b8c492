"""Cuts, lengths and speed, done on the timeline; what cannot be done changes nothing and says why."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.timeline import Role

from .agent_helpers import Chat, chat, image, song, video


def film() -> Chat:
    """Twenty seconds of footage with music and a title from 5 to 8 s."""
    return chat(video()).say('add lo-fi music, and add the title "Hi" from 5 to 8 seconds')


@pytest.mark.parametrize(
    ("message", "video_spans", "title"),
    [
        ("trim the first 4 seconds", [(0, 16_000)], [("Hi", 1_000, 4_000)]),
        ("trim the last 3s", [(0, 17_000)], [("Hi", 5_000, 8_000)]),
        ("trim 5 seconds off the end", [(0, 15_000)], [("Hi", 5_000, 8_000)]),
        ("cut from 0:05 to 0:10", [(0, 5_000), (5_000, 15_000)], []),
        ("remove seconds 6 to 7", [(0, 6_000), (6_000, 19_000)], [("Hi", 5_000, 7_000)]),
        ("keep only 0-15s", [(0, 15_000)], [("Hi", 5_000, 8_000)]),
        ("keep only 6-10s", [(0, 4_000)], [("Hi", 0, 2_000)]),
        ("make it 12 seconds long", [(0, 12_000)], [("Hi", 5_000, 8_000)]),
        ("shorten it by 8 seconds", [(0, 12_000)], [("Hi", 5_000, 8_000)]),
        ("cut the first 3 and the last 2 seconds", [(0, 15_000)], [("Hi", 2_000, 5_000)]),
        ("remove 2-3s and 10-12s", [(0, 2_000), (2_000, 9_000), (9_000, 17_000)], [("Hi", 4_000, 7_000)]),
        ("cut 2-3s and 10-12s", [(0, 2_000), (2_000, 9_000), (9_000, 17_000)], [("Hi", 4_000, 7_000)]),
        ("2x", [(0, 10_000)], [("Hi", 2_500, 4_000)]),
        ("half speed", [(0, 40_000)], [("Hi", 10_000, 16_000)]),
        ("speed it up to 10 seconds", [(0, 10_000)], [("Hi", 2_500, 4_000)]),
        ("play the first 4 seconds at 2x", [(0, 2_000), (2_000, 18_000)], [("Hi", 3_000, 6_000)]),
        ("split the clip at 5s", [(0, 5_000), (5_000, 20_000)], [("Hi", 5_000, 8_000)]),
        ("剪掉前4秒", [(0, 16_000)], [("Hi", 1_000, 4_000)]),
        ("缩短到12秒", [(0, 12_000)], [("Hi", 5_000, 8_000)]),
    ],
)  # fmt: skip
def test_a_cut_does_what_it_says_on_every_track(
    message: str, video_spans: list[tuple[int, int]], title: list[tuple[str, int, int]]
) -> None:
    talk = film().say(message)
    assert talk.spans(Role.VIDEO) == video_spans
    assert talk.texts() == title
    assert talk.spans(Role.BGM) == [(0, talk.timeline.duration_ms)]
    assert all(outcome.changed and outcome.result["status"] == "success" for outcome in talk.outcomes)
    assert talk.last.result["duration_ms"] == talk.timeline.duration_ms


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("trim the first 30 seconds", "cut.all"),
        ("trim the last 20 seconds", "cut.all"),
        ("cut from 0:30 to 0:40", "cut.outside"),
        ("delete clip 7", "clip.missing"),
        ("cut the first 2 seconds of clip 3", "clip.missing"),
        ("trim 5 seconds", "cut.ask"),
        ("remove the intro", "cut.ask"),
        ("trim the first 0 seconds", "cut.ask"),
        ("keep only 0-25s", "keep.all"),
        ("make it 20 seconds long", "duration.same"),
        ("make it 30 seconds long", "duration.too_long"),
        ("extend the video", "duration.ask"),
        ("split the video", "split.ask"),
        ("split it at 40s", "split.nowhere"),
        ("make it 100x", "speed.extreme"),
        ("0x speed", "speed.extreme"),
        ("normal speed", "speed.same"),
        ("cut pauses longer than 5 seconds", "silences.none"),
    ],
)
def test_what_cannot_be_cut_changes_nothing_and_says_why(message: str, why: str) -> None:
    talk = film()
    before = talk.timeline
    talk.say(message)
    assert (talk.timeline, talk.last.changed, talk.last.fragment.topic) == (before, False, why)
    assert talk.last.result == {"status": "unchanged", "reason": why}
    assert talk.said


def test_silences_are_cut_exactly_and_only_once() -> None:
    talk = chat(video()).say("cut silences")
    assert [(s.in_ms, s.out_ms) for s in talk.segments(Role.VIDEO)] == [
        (0, 2_000),
        (4_000, 9_000),
        (10_500, 20_000),
    ]
    assert talk.said.count("2 pauses") == 1
    assert "3.5 seconds" in talk.said
    talk.say("cut silences again")
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "silences.none")


def test_short_pauses_stay_where_only_long_ones_are_asked_for() -> None:
    talk = chat(video()).say("cut pauses longer than 1.6 seconds")
    assert talk.timeline.duration_ms == 18_000


@pytest.mark.parametrize(
    ("footage", "why"),
    [
        (video(has_audio=False, silences=()), "silences.no_sound"),
        (video(silences=((0, 20_000),)), "silences.all"),
        (video(silences=()), "silences.none"),
        (image(), "silences.no_sound"),
    ],
)
def test_footage_without_pauses_is_left_alone(footage: object, why: str) -> None:
    talk = chat(footage).say("remove the silent parts")  # type: ignore[arg-type]
    assert (talk.last.changed, talk.last.fragment.topic, talk.timeline.tracks) == (False, why, ())


def test_a_song_alone_can_be_cut_too() -> None:
    talk = chat(song()).say("cut the silence")
    assert talk.spans(Role.AUDIO) == [(0, 7_500)]


def test_a_still_can_stand_longer_and_footage_that_was_cut_comes_back() -> None:
    talk = chat(image()).say("make it 12 seconds long")
    assert talk.spans(Role.VIDEO) == [(0, 12_000)]
    talk = chat(video()).say("trim the last 10 seconds").say("extend it to 15 seconds")
    assert [(s.in_ms, s.out_ms) for s in talk.segments(Role.VIDEO)] == [(0, 15_000)]


def test_a_clip_is_counted_from_one_and_cut_by_its_own_time() -> None:
    talk = chat(video("a", "a.mp4", 5_000), video("b", "b.mp4", 5_000)).say(
        "cut the first 2 seconds of clip 2"
    )
    assert [(s.media_id, s.in_ms, s.out_ms) for s in talk.segments(Role.VIDEO)] == [
        ("a", 0, 5_000),
        ("b", 2_000, 5_000),
    ]
    talk.say("trim clip 1 to 3 seconds")
    assert talk.timeline.duration_ms == 6_000
    talk.say("speed up clip 1 3x")
    assert talk.spans(Role.VIDEO) == [(0, 1_000), (1_000, 4_000)]


def test_a_cut_of_a_clip_never_reaches_into_the_one_before() -> None:
    talk = chat(video("a", "a.mp4", 5_000), video("b", "b.mp4", 5_000)).say(
        "trim the last 8 seconds of clip 2"
    )
    assert [(s.media_id, s.in_ms, s.out_ms) for s in talk.segments(Role.VIDEO)] == [("a", 0, 5_000)]


def test_speed_is_relative_and_normal_speed_undoes_it() -> None:
    talk = chat(video()).say("2x").say("2x")
    assert [s.speed for s in talk.segments(Role.VIDEO)] == [4.0]
    assert talk.timeline.duration_ms == 5_000
    talk.say("back to normal speed")
    assert (talk.timeline.duration_ms, talk.segments(Role.VIDEO)[0].speed) == (20_000, 1.0)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 200),
    st.sampled_from(("trim the first {} seconds", "trim the last {} seconds", "剪掉前{}秒")),
)
def test_trimming_takes_exactly_what_was_asked_or_nothing(tenths: int, message: str) -> None:
    talk = chat(video()).say("color grade it").say(message.format(tenths / 10))
    wanted = 20_000 - tenths * 100
    assert talk.timeline.duration_ms == (wanted or 20_000)
    assert talk.last.changed is bool(wanted)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 19), st.integers(1, 19))
def test_cutting_and_keeping_a_range_are_two_halves_of_the_whole(start: int, end: int) -> None:
    cut = chat(video()).say("color grade it").say(f"cut from {start} to {end} seconds")
    keep = chat(video()).say("color grade it").say(f"keep only {start} to {end} seconds")
    if start < end:
        assert cut.timeline.duration_ms + keep.timeline.duration_ms == 20_000

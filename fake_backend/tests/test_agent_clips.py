"""Clips made, made anew and laid: generations, regenerations and uploaded footage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.timeline import Role

from .agent_helpers import Chat, chat, image, song, video


def clips(talk: Chat) -> list[tuple[str, int, int]]:
    return [(s.name, s.start_ms, s.end_ms) for s in talk.segments(Role.VIDEO)]


@pytest.mark.parametrize(
    ("message", "name", "length", "canvas"),
    [
        ("generate a 5 second clip of a cat", "cat", 5_000, (1080, 1920)),
        ("create a 15s square video of a dog surfing", "dog surfing", 15_000, (1080, 1080)),
        ("make a landscape video of rain for half a minute", "rain", 30_000, (1920, 1080)),
        ("generate a city in 4:3", "city", 10_000, (1440, 1080)),
        ("generate a 10 minute video of a cat", "cat", 60_000, (1080, 1920)),
        ("generate a 100ms clip of a cat", "cat", 1_000, (1080, 1920)),
        ("生成一个8秒的横屏咖啡馆片段", "咖啡馆", 8_000, (1920, 1080)),
    ],
)
def test_a_generated_clip_has_the_asked_seconds_and_ratio(
    message: str, name: str, length: int, canvas: tuple[int, int]
) -> None:
    talk = chat().say(message)
    assert clips(talk) == [(name, 0, length)]
    assert talk.timeline.canvas == canvas
    (made,) = talk.made
    assert (made.name, made.duration_ms, (made.width, made.height)) == (name, length, canvas)
    assert made.media_id == talk.segments(Role.VIDEO)[0].media_id
    assert made.url.startswith("/")
    assert name in talk.said


@pytest.mark.clause("SSE-13")
def test_the_generator_is_called_with_the_prompt() -> None:
    talk = chat().say("generate a 5 second vertical clip of a red fox in the snow")
    first = talk.outcomes[0]
    assert first.tool == "generate_video_with_seedance"
    assert first.args["duration_ms"] == 5_000
    assert "red fox in the snow" in first.args["prompt"]
    assert first.result["media_id"] == talk.made[0].media_id
    assert first.result["status"] == "success"


def test_the_first_clip_gives_the_shape_and_later_ones_keep_it() -> None:
    talk = chat().say("generate a square city").say("generate a vertical forest")
    assert talk.timeline.canvas == (1080, 1080)
    assert [(m.width, m.height) for m in talk.made] == [(1080, 1080), (1080, 1920)]


@pytest.mark.clause("SSE-8")
def test_a_second_generation_keeps_the_music_and_titles_its_own_clip() -> None:
    talk = chat().say("generate a 5 second city with jazz at 20%").say("generate a 4 second forest")
    assert clips(talk) == [("city", 0, 5_000), ("forest", 5_000, 9_000)]
    assert [(s.name, s.end_ms, s.volume) for s in talk.segments(Role.BGM)] == [("Jazz", 9_000, 0.2)]
    assert talk.texts() == [("City", 0, 3_000), ("Forest", 5_000, 8_000)]


@pytest.mark.clause("SSE-8")
def test_what_is_not_wanted_is_not_added() -> None:
    talk = chat().say("generate a 5 second city without music, titles or effects")
    assert [t.name for t in talk.timeline.tracks] == ["Video"]
    assert talk.segments(Role.VIDEO)[0].effects == ()


def test_several_clips_come_one_after_the_other() -> None:
    talk = chat().say("three 5-second clips of a cat")
    assert clips(talk) == [("cat", 0, 5_000), ("cat", 5_000, 10_000), ("cat", 10_000, 15_000)]
    assert len({m.media_id for m in talk.made}) == 3
    assert talk.spans(Role.BGM) == [(0, 15_000)]


def test_what_else_the_message_asks_for_comes_after_the_clip() -> None:
    talk = chat().say("generate a 10 second city and then trim the first 4 seconds and add subtitles")
    assert clips(talk) == [("city", 0, 6_000)]
    assert talk.timeline.of(Role.SUBTITLES)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.sampled_from(("9:16", "16:9", "1:1", "4:3", "3:4", "4:5", "21:9")))
def test_any_length_and_ratio_is_met(seconds: int, ratio: str) -> None:
    talk = chat().say(f"generate a {seconds} second {ratio} clip of a lighthouse")
    assert clips(talk) == [("lighthouse", 0, seconds * 1_000)]
    across, down = (int(side) for side in ratio.split(":"))
    width, height = talk.timeline.canvas
    assert min(width, height) == 1080
    assert abs(width * down - height * across) <= 2 * max(across, down)
    assert width % 2 == height % 2 == 0


def test_a_clip_made_anew_takes_the_place_of_the_old_one() -> None:
    talk = (
        chat().say("generate a 6 second city").say("trim the first 2 seconds").say("try again with more neon")
    )
    assert clips(talk) == [("city", 0, 4_000)]
    assert talk.segments(Role.VIDEO)[0].media_id == talk.made[-1].media_id
    assert len(talk.made) == 2
    assert talk.made[-1].prompt.endswith(", more neon")
    assert talk.last.tool == "generate_video_with_seedance"
    assert "more neon" in talk.said


def test_a_clip_made_anew_can_have_another_length_or_shape() -> None:
    talk = chat().say("generate a 6 second city").say("generate a 4 second sea")
    talk.say("regenerate clip 1 as a 3 second clip")
    assert clips(talk) == [("city", 0, 3_000), ("sea", 3_000, 7_000)]
    assert talk.spans(Role.BGM) == [(0, 7_000)]
    talk = chat().say("generate a city").say("regenerate it in 16:9")
    assert (talk.timeline.canvas, talk.made[-1].width) == ((1920, 1080), 1920)


@pytest.mark.parametrize("uploads", [(), (video(),)])
def test_without_a_made_clip_there_is_nothing_to_make_anew(uploads: tuple[object, ...]) -> None:
    talk = chat(*uploads).say("regenerate")  # type: ignore[arg-type]
    assert (talk.last.changed, talk.last.generated, talk.last.fragment.topic) == (
        False,
        None,
        "regenerate.nothing",
    )


def test_the_first_edit_lays_all_footage_in_order() -> None:
    talk = chat(video("a", "a.mp4", 4_000), image(), song(), video("b", "b.mp4", 5_000)).say("color grade it")
    assert clips(talk) == [("a.mp4", 0, 4_000), ("photo.png", 4_000, 7_000), ("b.mp4", 7_000, 12_000)]
    assert [(s.name, s.start_ms, s.end_ms) for s in talk.segments(Role.AUDIO)] == [("song.mp3", 0, 8_000)]


def test_footage_without_known_length_stands_as_long_as_a_still() -> None:
    assert clips(chat(video(length=0, silences=())).say("grade it")) == [("my_talk.mp4", 0, 3_000)]


def test_an_edit_without_anything_to_edit_asks_for_it() -> None:
    for message in ("cut silences", "add music", "make it vertical", "remove the music", "剪掉前10秒"):
        talk = chat().say(message)
        assert (talk.last.changed, talk.last.fragment.topic, talk.timeline.tracks) == (False, "nothing", ())


def test_new_footage_waits_until_it_is_asked_for() -> None:
    talk = chat(video("a", "a.mp4", 4_000)).say("add jazz")
    talk.uploads += [video("b", "b.mp4", 5_000), image()]
    assert talk.say("color grade it").timeline.duration_ms == 4_000
    talk.say("add the new clips to the end")
    assert clips(talk) == [("a.mp4", 0, 4_000), ("b.mp4", 4_000, 9_000), ("photo.png", 9_000, 12_000)]
    assert talk.spans(Role.BGM) == [(0, 12_000)]
    assert "2 files" in talk.said
    talk.say("append the video")
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "append.nothing")


def test_without_uploads_there_is_nothing_to_append() -> None:
    assert chat().say("add the new clip").last.fragment.topic == "append.no_files"


def test_footage_can_follow_a_made_clip() -> None:
    talk = chat().say("generate a 5 second city")
    talk.uploads.append(video("b", "b.mp4", 5_000))
    assert clips(talk.say("append my video")) == [("city", 0, 5_000), ("b.mp4", 5_000, 10_000)]


def test_the_same_seed_makes_the_same_clip() -> None:
    first, second = (chat().say("generate a city").made for _ in range(2))
    assert first == second

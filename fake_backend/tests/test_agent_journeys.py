"""Whole conversations with the agent, in English and Chinese, down to the summary line (STA-4)."""

from __future__ import annotations

import pytest

from nemofake.engine.timeline import Role

from .agent_helpers import chat, video


@pytest.mark.clause("STA-4", "SSE-8")
def test_the_flagship_generation_gives_the_documented_summary() -> None:
    talk = chat()
    talk.say('Generate a 10 second city timelapse with lo-fi music at 35% and the title "Urban Dreams"')
    assert talk.summary == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "Urban Dreams" (0-3s)'
    )


@pytest.mark.clause("STA-4", "SSE-8")
def test_the_flagship_without_wishes_gets_the_same_by_default() -> None:
    talk = chat().say("generate a 10 second city timelapse")
    assert talk.summary == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "City Timelapse" (0-3s)'
    )


@pytest.mark.clause("SSE-8")
def test_each_stage_of_a_generation_can_be_seen_as_it_lands() -> None:
    talk = chat().say("generate a 10 second city timelapse")
    seen = [[track.name for track in outcome.timeline.tracks] for outcome in talk.outcomes]
    assert seen == [["Video"], ["Video", "BGM"], ["Video", "BGM", "Title"], ["Video", "BGM", "Title"]]
    assert [outcome.tool for outcome in talk.outcomes] == ["generate_video_with_seedance"] + 3 * [
        "edit_multitrack"
    ]


@pytest.mark.clause("STA-4", "SSE-13")
def test_the_demo_message_edits_uploaded_footage() -> None:
    talk = chat(video()).say("cut silences, color grade the footage, and add lower-third titles")
    assert talk.summary == (
        "Timeline (2 tracks): 1. Video: my_talk.mp4 (0-2s) 1. Video: my_talk.mp4 (2-7s) "
        '1. Video: my_talk.mp4 (7-16.5s) 2. Lower third: "My Talk" (0-3s)'
    )
    assert {s.look for s in talk.segments(Role.VIDEO)} == {"balanced"}
    assert [o.tool for o in talk.outcomes] == ["edit_multitrack"] * 3
    assert [o.args["action"] for o in talk.outcomes] == ["cut_silences", "color_grade", "add_lower_third"]
    assert talk.outcomes[0].result == {
        "status": "success",
        "pauses": 2,
        "removed_ms": 3_500,
        "duration_ms": 16_500,
    }


def test_a_long_conversation_keeps_everything_in_step() -> None:
    talk = chat(video())
    talk.say("add lo-fi music at 30%").say('add a title "Hi" at 5s').say("trim the first 4 seconds")
    assert talk.summary == (
        'Timeline (3 tracks): 1. Video: my_talk.mp4 (0-16s) 2. BGM: Lo-fi (0-16s, 30%) 3. Title: "Hi" (1-4s)'
    )
    talk.say("2x")
    assert talk.summary == (
        'Timeline (3 tracks): 1. Video: my_talk.mp4 (0-8s) 2. BGM: Lo-fi (0-8s, 30%) 3. Title: "Hi" (0.5-2s)'
    )
    talk.say("cut the silences")  # 2-4 s are gone already, 9-10.5 s of the source stand at 2.5-3.25 s
    assert talk.spans(Role.VIDEO) == [(0, 2_500), (2_500, 7_250)]
    talk.say("remove the music").say("delete the title")
    assert [track.name for track in talk.timeline.tracks] == ["Video"]


def test_a_chinese_conversation_does_the_same() -> None:
    talk = chat(video(), language="zh")
    talk.say("先剪掉静音，再调成电影感色调，最后加上标题“我的演讲”，在第5秒，持续4秒")
    assert talk.texts() == [("我的演讲", 5_000, 9_000)]
    assert {s.look for s in talk.segments(Role.VIDEO)} == {"cinematic"}
    assert talk.timeline.duration_ms == 16_500
    assert "2 处停顿" in talk.said
    talk.say("生成一个8秒的雨夜街道片段，配爵士乐，音量20%，标题“雨夜”")
    assert talk.timeline.duration_ms == 24_500
    assert [(s.name, s.end_ms, s.volume) for s in talk.segments(Role.BGM)] == [("爵士", 24_500, 0.2)]
    assert talk.texts() == [("我的演讲", 5_000, 9_000), ("雨夜", 16_500, 19_500)]


def test_what_was_lost_can_be_laid_again() -> None:
    talk = chat(video()).say("color grade it").say("remove everything")
    assert talk.timeline.tracks == ()
    assert talk.say("add a title").spans(Role.VIDEO) == [(0, 20_000)]

"""Questions get true answers, and talk changes nothing."""

from __future__ import annotations

import pytest

from nemofake.engine.timeline import EMPTY

from .agent_helpers import Chat, chat, video


def film() -> Chat:
    return chat(video()).say('color grade it, add jazz at 40%, add the title "Hi" at 5s and cut the silences')


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("How long is my video?", ("16.5 seconds", "3 clips")),
        ("视频有多长？", ("16.5 秒", "3 个片段")),
        ("how many tracks are there?", ("3 tracks", "Video", "my_talk.mp4", "Jazz", "Hi")),
        ("what's on the timeline?", ("3 tracks", "16.5 seconds")),
        ("what music is playing?", ("Jazz", "40%")),
        ("what does the title say?", ("“Hi”",)),
        ("how many pauses are there?", ("no pauses",)),
        ("are there any subtitles?", ("no subtitles",)),
        ("what aspect ratio is it?", ("1920×1080",)),
        ("what speed does it play at?", ("1x",)),
        ("how much does it cost?", ("credits",)),
        ("what formats do you support?", ("mp4", "webm", "aac", "500 MB")),
        ("what can you do?", ("silences", "titles")),
        ("你能做什么？", ("静音", "标题")),
        ("how do I export?", ("MP4",)),
    ],
)
def test_questions_are_answered_with_what_is_true(message: str, parts: tuple[str, ...]) -> None:
    talk = film()
    talk.language = "en" if message.isascii() else "zh"
    before = talk.timeline
    talk.say(message)
    assert all(part in talk.said for part in parts), talk.said
    assert (talk.last.tool, talk.last.changed, talk.timeline) == ("", False, before)


def test_silences_that_are_still_there_are_counted() -> None:
    talk = chat(video()).say("color grade it").say("how many pauses are there?")
    assert "2 pauses" in talk.said
    assert "3.5 seconds" in talk.said


@pytest.mark.parametrize("message", ["How long is my video?", "what music is playing?", "is there a title?"])
def test_nothing_is_said_of_a_film_that_is_not_there(message: str) -> None:
    talk = chat(video()).say(message)
    assert "1 file" in talk.said
    assert talk.timeline == EMPTY, "a question lays no footage"


@pytest.mark.clause("SSE-9")
@pytest.mark.parametrize(
    ("message", "language", "words"), [("export", "en", "Export"), ("导出", "zh", "导出")]
)
def test_export_is_answered_with_gui_talk_and_does_nothing(message: str, language: str, words: str) -> None:
    talk = film()
    talk.language = language
    before = talk.timeline
    talk.say(message)
    assert words in talk.said
    assert (talk.last.tool, talk.last.changed, talk.timeline) == ("", False, before)


@pytest.mark.clause("SES-1")
@pytest.mark.parametrize(
    ("message", "code", "said"),
    [
        ("switch to Chinese", "zh", "中文"),
        ("请用中文", "zh", "中文"),
        ("reply in English", "en", "English"),
        ("用英语回复", "en", "English"),
        ("speak French", "fr", "French"),
    ],
)
def test_the_language_changes_at_once(message: str, code: str, said: str) -> None:
    talk = chat(video(), language="zh" if code == "en" else "en").say(message)
    assert talk.last.language == code
    assert said in talk.said


@pytest.mark.parametrize("message", ["qwertz uiop", "make me a sandwich", "…", "", "    ", "随便"])
def test_what_is_not_understood_gets_a_clarifying_text(message: str) -> None:
    talk = film()
    before = talk.timeline
    talk.say(message)
    assert (talk.last.tool, talk.last.changed, talk.timeline) == ("", False, before)
    assert talk.last.fragment.topic in ("ask.unclear", "ask.words")
    assert talk.said


@pytest.mark.parametrize(
    "message", ["don't add music", "不要加字幕", "please do not cut anything", "leave the title alone"]
)
def test_what_is_declined_is_left_alone(message: str) -> None:
    talk = film()
    before = talk.timeline
    talk.say(message)
    assert (talk.last.changed, talk.timeline) == (False, before)


@pytest.mark.parametrize("message", ["hello", "hi there!", "你好", "thanks a lot", "谢谢"])
def test_greetings_and_thanks_get_words_only(message: str) -> None:
    talk = chat().say(message)
    assert talk.last.fragment.topic in ("greeting", "thanks")
    assert talk.last.tool == ""

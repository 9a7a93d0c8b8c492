"""Whatever is said: the agent never raises, stays linear, and leaves a sound timeline and a reply."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nemofake.engine.agent import Kind, ReplyFragment, apply_edit, expand, parse_message, reply
from nemofake.engine.library import Generated, Library, UploadedMedia
from nemofake.engine.randomness import SeededRandom
from nemofake.engine.timeline import EMPTY, Timeline, to_draft

LIMIT = 20_000
VOCABULARY = """
add remove cut trim keep make generate create mute unmute change move swap split speed up slow down
faster music title titles lower third subtitles captions silence pauses color grade effect transition
fade blur track clip video the a my it first last second clip 2 3 to from between and then but with
without don't not at 5s 10 seconds 0:05 1:20 35% 2x 9:16 top bottom center start end "Hello" 'World'
“你好” regenerate try again export what how is hello thanks switch to Chinese reply English , . ; ? ! \n
everything uploaded new append jazz lo-fi volume louder quieter reverse 剪掉 删除 加 添加 音乐 字幕 标题
静音 停顿 调色 转场 淡入 特效 前 后 最后 第 5秒 十秒 一分半 到 至 从 在 把 不要 别 然后 并 生成 视频
片段 一个 三个 重新生成 导出 多长 吗 什么 换成 改成 移到 最上面 轨道 慢动作 2倍速 音量 百分之三十 竖屏
横屏 「夏天」 《海》
"""
WORDS = VOCABULARY.split()
SENTENCES = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
ANY_TEXT = st.text(st.characters(codec=None), max_size=120)
MESSAGES = st.one_of(SENTENCES, ANY_TEXT, st.tuples(SENTENCES, ANY_TEXT).map("".join))


def footage() -> tuple[UploadedMedia, ...]:
    silences = ((1_000, 2_000), (5_000, 5_500))
    return (
        UploadedMedia("v", "my_talk.mp4", "video", 12_345, 1920, 1080, 30.0, "h", 9, True, silences, "/v"),
        UploadedMedia("p", "photo.png", "image", 0, 800, 600, 0.0, "h", 9, False, (), "/p"),
        UploadedMedia("s", "song.mp3", "audio", 20_000, 0, 0, 0.0, "h", 9, True, ((0, 900),), "/s"),
    )


def play(messages: list[str], uploads: tuple[UploadedMedia, ...]) -> Iterator[tuple[Timeline, str]]:
    """Say messages to the agent one after the other, as a session does."""
    timeline, made, language = EMPTY, list[Generated](), "en"
    for turn, message in enumerate(messages):
        fragments: list[ReplyFragment] = []
        for instruction in parse_message(message):
            for nth, step in enumerate(expand(instruction)):
                draw = SeededRandom(7).stream(turn, nth, len(fragments))
                outcome = apply_edit(step, timeline, Library(uploads, tuple(made)), draw)
                assert outcome.changed == (outcome.timeline != timeline)
                json.dumps([dict(outcome.args), dict(outcome.result)])
                timeline, language = outcome.timeline, outcome.language or language
                made += [outcome.generated] if outcome.generated else []
                fragments.append(outcome.fragment)
        yield timeline, "".join(reply(fragments, language, SeededRandom(7).stream("reply", turn)))


def check(timeline: Timeline) -> None:
    for track in timeline.tracks:
        assert track.segments
        assert all(a.end_ms <= b.start_ms for a, b in pairwise(track.segments))
        for segment in track.segments:
            assert segment.start_ms >= 0
            assert segment.duration_ms > 0
            assert 0 <= segment.in_ms <= segment.out_ms
            assert segment.volume is None or 0 <= segment.volume <= 1
    draft = to_draft(timeline)
    assert json.loads(json.dumps(draft)) == draft


@settings(max_examples=120, deadline=None)
@given(MESSAGES)
@example("")
@example("\x00\ud800\udfff\ufeff")
@example("“”''\"\"「」『』《》")
@example("第" * 50)
@example("9" * 50 + "s")
@example("×² 0×² ٣s")
def test_any_message_is_understood_as_something(message: str) -> None:
    found = parse_message(message)
    assert found
    assert found == parse_message(message)
    assert all(i.kind in Kind for i in found)


@settings(max_examples=80, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=5), st.sampled_from(((), footage()[:1], footage())))
def test_any_conversation_leaves_a_sound_timeline_and_a_reply(
    messages: list[str], uploads: tuple[UploadedMedia, ...]
) -> None:
    for timeline, said in play(messages, uploads):
        check(timeline)
        assert said.strip()
        assert not re.search(r"(?<!\w)\{[a-z_]+\}", said), "a fact is missing"


@settings(max_examples=40, deadline=None)
@given(st.lists(SENTENCES, min_size=1, max_size=4))
def test_the_same_conversation_gives_the_same_words_and_the_same_film(messages: list[str]) -> None:
    assert list(play(messages, footage())) == list(play(messages, footage()))


@settings(max_examples=60, deadline=None)
@given(ANY_TEXT.filter(lambda t: not set(t) & set("“”") and t.strip()))
def test_quoted_text_asks_for_nothing(words: str) -> None:
    (title,) = parse_message(f"add a title “{words}” at 5s")
    assert (title.kind, title.start_ms) == (Kind.TITLE, 5_000)
    assert title.text == " ".join(words.replace("\x02", " ").split())[:300]


@pytest.mark.parametrize("quotes", ["“”", '""', "''", "「」", "『』", "《》", "«»", "‘’", "【】"])
def test_every_pair_of_quotation_marks_quotes(quotes: str) -> None:
    (title,) = parse_message(f"add a title {quotes[0]}Cut the silence and export{quotes[1]}")
    assert (title.kind, title.text) == (Kind.TITLE, "Cut the silence and export")


@pytest.mark.parametrize(
    "message", ['add a title "Hello', "add a title “Hello", "don't stop, it's fine 'n all", "「加标题"]
)
def test_what_is_never_closed_is_no_quotation(message: str) -> None:
    assert all(i.text in ("", "Hello") for i in parse_message(message) if i.kind is not Kind.ASK)


BOMBS = {
    "words": "add ",
    "letters": "a",
    "digits": "1",
    "clocks": "1:",
    "quotes": '"',
    "openings": "“",
    "nested": "「」",
    "apostrophes": "' ",
    "articles": "the ",
    "ranges": "from 1 to ",
    "lists": "mute, ",
    "generations": "generate a 5s video of a cat with music and ",
    "titles": "add a title saying ",
    "Chinese": "加字幕",
    "numerals": "一",
    "ordinals": "第",
    "figures": "twenty five minutes and ",
    "subjects": "generate 5s a ",
    "again": "try again 5s a, ",
    "quoted": 'add a title "a" ',
    "blanks": " ",
    "zeros": "\x00",
    "surrogates": "\ud800",
    "dotted": "İ",
}


@pytest.mark.parametrize("name", BOMBS)
def test_twice_the_length_costs_at_most_about_twice_the_work(name: str) -> None:
    bomb = BOMBS[name]
    half, whole = (work((bomb * LIMIT)[:size]) for size in (1_000, 2_000))
    assert whole < 3 * half + 500


def test_a_nest_of_quotations_is_linear_too() -> None:
    half, whole = (work("「" * size + "」" * size) for size in (1_000, 2_000))
    assert whole < 3 * half


def work(message: str) -> int:
    """Count the calls that it takes to understand a message."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    parse_message(message)  # once before, so that what is remembered between messages does not count
    profile = sys.getprofile()
    sys.setprofile(count)
    try:
        parse_message(message)
    finally:
        sys.setprofile(profile)
    return calls


@pytest.mark.parametrize("name", ["lists", "generations", "nested", "titles", "subjects"])
def test_the_longest_message_is_answered(name: str) -> None:
    found = parse_message((BOMBS[name] * LIMIT)[:LIMIT])
    assert 1 <= len(found) <= 40

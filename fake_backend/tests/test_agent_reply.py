"""What the agent says: true figures in the session's language, and talk of a GUI kept apart (SSE-9)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nemofake.engine.agent as agent
from nemofake.engine.agent import FAILED, ReplyFragment, reply
from nemofake.engine.agent.replies.formatting import language_pack
from nemofake.engine.randomness import SeededRandom

from .agent_helpers import chat, video

GUI = {
    "en": re.compile(r"\b(click|double-click|drag|open the|preview|export)\b", re.IGNORECASE),
    "zh": re.compile("点击|双击|打开|拖拽|预览|导出"),
}
LANGUAGES = st.sampled_from(("en", "zh"))
TOPIC = re.compile(r'(?:refused|done)\(\s*(?:\w+(?:\.\w+)*,\s*)?f?"([a-z_.]+)"')


def sayings(language: str) -> dict[str, tuple[str, ...]]:
    return dict(language_pack(language).sayings)


def test_both_languages_speak_of_the_same_things() -> None:
    english, chinese = language_pack("en"), language_pack("zh")
    assert set(english.sayings) == set(chinese.sayings)
    assert set(english.panels) == set(chinese.panels)
    assert set(english.counts) == set(chinese.counts)


def facts_of(sentence: str) -> set[str]:
    """Return the facts a sentence uses: "is_clips" says "are 2 clips"."""
    return {name.removeprefix("is_") for name in re.findall(r"\{(\w+)\}", sentence)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_topic_has_words_and_both_languages_use_the_same_facts(language: str) -> None:
    fields = {topic: {f for s in said for f in facts_of(s)} for topic, said in sayings("en").items()}
    for topic, said in sayings(language).items():
        assert said, topic
        for sentence in said:
            known = fields[topic] | {"length_ms", "position", "removed_ms", "tongue"}
            assert facts_of(sentence) <= known, topic


def test_every_topic_in_the_code_has_words() -> None:
    source = "".join(path.read_text("utf-8") for path in (Path(agent.__file__).parent / "edits").glob("*.py"))
    topics = set(TOPIC.findall(source)) - {""}
    assert len(topics) > 60
    assert {t for t in topics if not any(known.startswith(t) for known in sayings("en"))} == set()


@pytest.mark.clause("SSE-9")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_said_of_the_film_and_of_the_gui_never_mix(language: str) -> None:
    words = language_pack(language)
    for topic, said in words.sayings.items():
        assert not any(GUI[language].search(sentence) for sentence in said), topic
    for panel, talk in words.panels.items():
        assert all(GUI[language].search(sentence) for sentence in talk), panel
        assert not any("{" in sentence for sentence in talk), "a fact must not be lost with the GUI talk"


MESSAGES = {
    "en": """cut silences|add jazz|add the title "Hi"|2x|hello|export|how long is it?|blah|generate a cat
        |remove the subtitles|make it vertical|reorder the tracks|thanks""",
    "zh": """剪掉静音|加音乐|加标题“你好”|两倍速|你好|导出|视频多长？|嗯哼|生成一只猫|删除字幕|改成竖屏
        |调整轨道顺序|谢谢""",
}


@pytest.mark.clause("SSE-9")
@pytest.mark.parametrize(
    ("language", "message"), [(lang, m.strip()) for lang in MESSAGES for m in MESSAGES[lang].split("|")]
)
def test_every_reply_talks_as_if_there_were_a_gui(language: str, message: str) -> None:
    for seed in range(4):
        talk = chat(video(), language=language)
        talk.seed = seed
        assert GUI[language].search(talk.say(message).said), talk.said


@pytest.mark.clause("SSE-9")
def test_replies_speak_of_export_panels_dragging_and_preview() -> None:
    heard = dict.fromkeys(GUI, "")
    for language in GUI:
        for seed in range(30):
            talk = chat(video(), language=language)
            talk.seed = seed
            heard[language] += talk.say("cut silences, add jazz and a title").said
    for word in ("click Export", "Open the", "panel", "Drag", "review"):
        assert word in heard["en"]
    for word in ("点击", "导出", "打开", "面板", "拖拽", "预览"):
        assert word in heard["zh"]


def test_there_are_several_ways_to_say_the_same_thing() -> None:
    phrase = ReplyFragment(
        "silences.done", {"pauses": 2, "removed_ms": 3_500, "length_ms": 16_500}, "silences"
    )
    assert len({reply([phrase], "en", SeededRandom(1).stream(n)) for n in range(40)}) >= 5


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), LANGUAGES, st.integers(1, 40), st.integers(1, 10**7))
def test_figures_are_said_truly_however_they_are_said(
    seed: int, language: str, pauses: int, removed_ms: int
) -> None:
    phrase = ReplyFragment(
        "silences.done", {"pauses": pauses, "removed_ms": removed_ms, "length_ms": 61_250}, "silences"
    )
    said = "".join(reply([phrase], language, SeededRandom(seed).stream()))
    unit = {"en": " second", "zh": " 秒"}[language]
    assert f"{removed_ms / 1000:.3f}".rstrip("0").rstrip(".") + unit in said
    assert f"61.25{unit}" in said
    assert re.search(rf"(?<!\d){pauses} (pause|处停顿)", said)


@pytest.mark.parametrize(
    ("pauses", "removed_ms", "wanted"),
    [(1, 1_000, ("1 pause", "1 second")), (2, 2_500, ("2 pauses", "2.5 seconds"))],
)
def test_english_counts_one_and_many(pauses: int, removed_ms: int, wanted: tuple[str, str]) -> None:
    phrase = ReplyFragment("silences.done", {"pauses": pauses, "removed_ms": removed_ms, "length_ms": 5_000})
    said = "".join(reply([phrase], "en", SeededRandom(1).stream()))
    assert all(re.search(rf"{re.escape(part)}\b", said) for part in wanted)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), LANGUAGES, st.integers(0, 99))
def test_a_users_words_are_quoted_as_they_are(words: str, language: str, seed: int) -> None:
    facts = {"quote_text": words, "start_ms": 0, "end_ms": 3_000, "position": "center", "length_ms": 9_000}
    said = "".join(reply([ReplyFragment("title.done", facts, "text")], language, SeededRandom(seed).stream()))
    assert f"“{words}”" in said


def test_the_pieces_join_to_sentences_with_spaces_between_them() -> None:
    talk = chat(video()).say("cut silences, color grade the footage, and add lower-third titles")
    assert not re.search(r"[.!?:][A-Za-z“]", talk.said)
    assert "  " not in talk.said
    assert talk.said == talk.said.strip()


def test_several_changes_are_reported_in_order_after_an_opening() -> None:
    talk = chat(video()).say("cut silences, color grade the footage, and add lower-third titles")
    pauses, look, title = (talk.said.index(word) for word in ("2 pauses", "balanced", "My Talk"))
    assert 0 < pauses < look < title
    assert talk.said.startswith(("All done", "Done", "Everything"))


@pytest.mark.parametrize("language", ["fr", "de-DE", "", "xx"])
def test_a_language_that_is_not_spoken_gets_english(language: str) -> None:
    phrase, draw = ReplyFragment("thanks", {}, "export"), SeededRandom(1)
    assert reply([phrase], language, draw.stream()) == reply([phrase], "en", draw.stream())


@pytest.mark.parametrize("language", ["zh", "zh-CN", "ZH"])
def test_chinese_in_any_spelling_is_chinese(language: str) -> None:
    assert GUI["zh"].search(
        "".join(reply([ReplyFragment("thanks", {}, "export")], language, SeededRandom(1).stream()))
    )


def test_a_phrase_without_a_topic_says_nothing() -> None:
    alone = reply([ReplyFragment("thanks", {}, "export")], "en", SeededRandom(1).stream())
    assert (
        reply([ReplyFragment(""), ReplyFragment("thanks", {}, "export")], "en", SeededRandom(1).stream())
        == alone
    )


def test_nothing_to_say_still_gives_a_reply() -> None:
    assert reply([], "en", SeededRandom(1).stream())
    assert reply([FAILED], "zh", SeededRandom(1).stream())

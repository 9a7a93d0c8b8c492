"""Laws of the agent, whatever is typed: it never does what was not asked (SSE-5, CRE-2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nemofake.engine.agent import History, Kind, parse_message
from nemofake.engine.agent.model import MAX_HISTORY
from nemofake.engine.timeline import EMPTY, Role, Segment, Timeline

from .agent_helpers import Chat, chat, song, video

SECONDS = st.integers(0, 29)
SILENT = ((10_000, 12_000), (20_000, 21_000))


def talk() -> Chat:
    """Thirty seconds of footage with music and a title."""
    film = chat(video("v1", "talk.mp4", 30_000, silences=SILENT))
    return film.say('add jazz at 40%, add the title "Hi" from 5 to 8 seconds')


# What leaves time as it is, to a range of it.
RANGED = (
    "mute {a} to {b} seconds",
    "mute the music from {a}s to {b}s",
    "set the volume to 30% between {a} and {b} seconds",
    "lower the original sound by half from {a} to {b} seconds",
    "make it warm from {a} to {b} seconds",
    "add a blur effect from {a} to {b} seconds",
    "把{a}秒到{b}秒静音",
    "在{a}到{b}秒之间把音量降到50%",
    "{a}到{b}秒调成黑白",
)
SHORTER = ("make it {n} seconds shorter", "shorten it by {n} s", "缩短{n}秒", "cut {n} seconds off the end")
REMOVALS = ("remove {}", "delete {}", "get rid of {}", "drop {}", "no {} please", "take {} out", "without {}")
THINGS = ("the music", "the title", "the subtitles", "the effects", "the transitions", "the lower third")
REQUESTS = (
    "cut the first 5 seconds",
    "remove the music",
    "mute the original sound from 2 to 4 seconds",
    'add a title "Hello" at 3s',
    "speed it up 2x",
    "add subtitles in French",
    "make it black and white",
    "keep the first 10 and the last 5 seconds",
    "剪掉前5秒",
    "删除音乐",
    "加字幕",
)
UNKNOWN = ("flurb", "gromp", "remvoe", "zxcv", "wobbly", "锟斤拷", "purple")
FRAMES = ("{}", "please {}", "{} please", "{}!", "could you {}?", "  {}  ", "hey, {}", "{}, thanks", "ok {}.")


def samples(timeline: Timeline) -> dict[str, list[Segment | None]]:
    """Return what is on each track at every half second, without where a piece begins and ends."""
    return {
        track.name: [
            next((_bare(s) for s in track.segments if s.start_ms <= at < s.end_ms), None)
            for at in range(250, timeline.duration_ms, 500)
        ]
        for track in timeline.tracks
    }


def _bare(segment: Segment) -> Segment:
    return replace(segment, start_ms=0, duration_ms=0, in_ms=0, out_ms=0)


@pytest.mark.clause("SSE-5")
@settings(max_examples=80, deadline=None)
@given(SECONDS, SECONDS, st.sampled_from(RANGED))
def test_an_instruction_about_a_range_changes_nothing_outside_it(a: int, b: int, message: str) -> None:
    film = talk()
    before = film.timeline
    film.say(message.format(a=a, b=b))
    if film.timeline == before:
        return
    assert a < b
    old, new = samples(before), samples(film.timeline)
    for name, track in old.items():
        outside = [n for n in range(len(track)) if not a * 1_000 <= 250 + 500 * n < b * 1_000]
        assert [new[name][n] for n in outside] == [track[n] for n in outside]
    assert film.timeline.duration_ms == before.duration_ms


@pytest.mark.parametrize("message", RANGED)
def test_an_instruction_about_a_range_is_reported_with_its_range(message: str) -> None:
    film = talk().say(message.format(a=5, b=10))
    assert film.last.changed
    assert (film.last.args["start_ms"], film.last.args["end_ms"]) == (5_000, 10_000)
    assert "5–10" in film.said


def test_volume_in_a_range_is_reported_as_it_is() -> None:
    film = talk().say("lower the volume to 50% between 5 and 10 seconds")
    assert film.last.args == {
        "action": "set_volume", "target": "all", "volume": 0.5, "start_ms": 5_000, "end_ms": 10_000
    }  # fmt: skip
    assert film.last.result["volume_share"] == 0.5
    assert "50%" in film.said
    assert "100%" not in film.said


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.sampled_from(SHORTER))
def test_shorter_never_lengthens_and_takes_what_was_asked(tenths: int, message: str) -> None:
    film = talk().say(message.format(n=tenths / 10))
    wanted = 30_000 - tenths * 100
    assert film.timeline.duration_ms == (wanted if wanted > 0 else 30_000)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 100), st.sampled_from(("make it {n} seconds longer", "extend it by {n} s", "延长{n}秒"))
)
def test_longer_never_shortens(seconds: int, message: str) -> None:
    film = talk().say("trim the last 10 seconds").say(message.format(n=seconds))
    assert film.timeline.duration_ms == (20_000 + seconds * 1_000 if seconds <= 10 else 20_000)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(REMOVALS), st.sampled_from(THINGS))
def test_removal_never_adds(removal: str, thing: str) -> None:
    film = talk()
    before = film.timeline
    film.say(removal.format(thing))
    assert {track.name for track in film.timeline.tracks} <= {track.name for track in before.tracks}
    assert len(film.segments(*Role)) <= len(before.segments(*Role))
    assert film.timeline.duration_ms <= before.duration_ms


@pytest.mark.clause("CRE-2")
@settings(max_examples=120, deadline=None)
@given(st.sampled_from(REQUESTS), st.sampled_from(UNKNOWN), st.integers(0, 20))
@example("remove the music", "flurb", 1)
def test_a_clause_with_an_unknown_word_changes_nothing_and_costs_nothing(
    request: str, unknown: str, place: int
) -> None:
    quoted = request.partition('"')[0]
    words = quoted.split(" ") if " " in quoted.strip() else [quoted]
    at = place % (len(words) + 1)
    message = " ".join([*words[:at], unknown, *words[at:]]) + request[len(quoted) :]
    film = talk()
    before = film.timeline
    film.say(message)
    assert (film.timeline, film.last.tool, film.last.changed) == (before, "", False)
    assert film.last.fragment.topic.startswith("ask.")
    assert [i.category for i in parse_message(message)] == ["talk"]


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(REQUESTS), st.sampled_from(FRAMES), st.booleans())
def test_polite_capitalised_and_punctuated_variants_do_the_same(
    request: str, frame: str, capitals: bool
) -> None:
    head, quote, tail = request.partition('"')
    said = (head.upper() + quote + tail) if capitals else request
    assert talk().say(frame.format(said)).timeline == talk().say(request).timeline


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mute the sound from 5 to 10 seconds", "from 5 to 10 seconds, mute the sound"),
        ("cut the first 5 seconds", "the first 5 seconds, cut them"),
        ("lower the volume to 50% between 5 and 10 s", "between 5 and 10 s lower the volume to 50%"),
        ("add jazz at 20% from 5 to 10 seconds", "from 5 to 10 seconds add jazz at 20%"),
        ("把前5秒静音", "静音前5秒"),
        ("remove the title and the music", "remove the music and the title"),
    ],
)
def test_another_order_of_words_does_the_same(one: str, other: str) -> None:
    assert talk().say(one).timeline == talk().say(other).timeline


# -- undo and redo -----------------------------------------------------------------------------


def test_undo_takes_back_what_one_message_did_and_redo_does_it_again() -> None:
    film = talk()
    first = film.timeline
    second = film.say("cut the first 5 seconds, make it warm and remove the title").timeline
    assert film.say("undo").timeline == first
    assert "25" not in film.said
    assert film.say("redo").timeline == second
    assert film.say("undo").say("undo").timeline == EMPTY
    film.say("撤销")
    assert (film.last.changed, film.last.fragment.topic) == (False, "undo.nothing")


def test_redo_is_forgotten_after_another_edit() -> None:
    film = talk().say("make it warm").say("undo").say("mute it").say("redo")
    assert (film.last.changed, film.last.fragment.topic) == (False, "redo.nothing")


def test_redo_never_generates() -> None:
    film = chat().say("generate a 5 second city")
    assert len(film.say("redo").made) == 1


def test_a_history_is_bounded() -> None:
    history = History()
    for _ in range(MAX_HISTORY + 5):
        history = history.after(EMPTY)
    assert len(history.undo) == MAX_HISTORY


# -- words -------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-9")
def test_replies_count_one_and_many_with_the_right_verb() -> None:
    film = chat(video()).say("mute it").say("how many tracks are there?")
    assert "There is 1 track:" in film.said
    film = chat(video("a", "a.mp4", 5_000), video("b", "b.mp4", 5_000))
    assert "1 cut" in film.say("add a dissolve between clips").said
    assert "1 cut now have" not in film.said
    assert "there are 2 clips" in film.say("delete clip 9").said + film.say("remove the clip").said.lower()


@pytest.mark.clause("SSE-9")
def test_a_question_names_what_was_not_understood_and_what_can_be_done() -> None:
    film = talk().say("mute it, then flurb the gromp")
    assert "“flurb the gromp”" in film.said
    assert "titles" in film.said
    assert "标题" in talk_in_chinese("把它锟斤拷")


def talk_in_chinese(message: str) -> str:
    film = talk()
    film.language = "zh"
    return film.say(message).said


@pytest.mark.parametrize("message", ["export in 4k", "导出4K", "export 4K MP4"])
def test_who_asks_for_another_size_reads_what_sizes_there_are(message: str) -> None:
    film = talk().say(message)
    assert not film.last.changed
    for part in ("1080×1920", "1920×1080"):
        assert part in film.said


@pytest.mark.parametrize(("message", "name"), [("edit my raw footage", "talk.mp4"), ("export", "talk.mp4")])
def test_an_upload_is_named_and_never_asked_for_again(message: str, name: str) -> None:
    film = chat(video("v1", "talk.mp4")).say(message)
    assert name in film.said
    assert "pload" not in film.said.replace("uploaded", "")


def test_a_song_that_is_named_becomes_the_music() -> None:
    film = chat(video(), song(), song("s2", "other song.mp3")).say("use song.mp3 as background music")
    assert [s.name for s in film.segments(Role.BGM)] == ["song.mp3"]


def test_footage_is_never_replaced_by_a_generated_clip_unless_it_is_asked_for() -> None:
    for message in ("make a trailer", "create a short video", "a 30 second highlight reel", "做一个混剪"):
        assert all(i.kind is Kind.ASK for i in parse_message(message, talk().library)), message
    film = talk().say("generate a 5 second clip of a cat")
    assert len(film.made) == 1

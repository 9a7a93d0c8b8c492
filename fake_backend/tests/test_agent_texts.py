"""Titles, lower thirds and subtitles, done on the timeline."""

from __future__ import annotations

import pytest

from nemofake.engine.timeline import Role

from .agent_helpers import Chat, chat, song, video


def film() -> Chat:
    return chat(video()).say("color grade it")


@pytest.mark.parametrize(
    ("message", "wanted", "position"),
    [
        ('add the title "Hi" at 5s', ("Hi", 5_000, 8_000), "center"),
        ('add a title "Hi" from 3 to 7 seconds', ("Hi", 3_000, 7_000), "center"),
        ('show "Hi" for the first 2 seconds at the top', ("Hi", 0, 2_000), "top"),
        ('show "Hi" in the last 4 seconds', ("Hi", 16_000, 20_000), "center"),
        ('add the text "Hi" at the end', ("Hi", 17_000, 20_000), "center"),
        ('add a title "Hi" at 0:10 for 1.5 seconds bottom left', ("Hi", 10_000, 11_500), "bottom left"),
        ('add a title "Hi" at 19s', ("Hi", 19_000, 20_000), "center"),
        ('add a title "Hi" from 15 to 90 seconds', ("Hi", 15_000, 20_000), "center"),
        ('add a title "Hi" after 5 seconds', ("Hi", 5_000, 8_000), "center"),
        ('add a title "Cut the silence and export"', ("Cut the silence and export", 0, 3_000), "center"),
        ("add a title saying Hello there at 2s", ("Hello there", 2_000, 5_000), "center"),
        ("在第5秒加标题「你好」，持续2秒，放在底部", ("你好", 5_000, 7_000), "bottom"),
    ],
)
def test_a_title_carries_the_quoted_text_at_the_asked_time(
    message: str, wanted: tuple[str, int, int], position: str
) -> None:
    talk = film().say(message)
    assert talk.texts() == [wanted]
    assert talk.segments(Role.TITLE)[0].position == position
    assert wanted[0] in talk.said
    assert talk.last.args["text"] == wanted[0]
    assert (talk.last.args["start_ms"], talk.last.args["end_ms"]) == wanted[1:]


def test_several_titles_come_each_at_its_time() -> None:
    talk = film().say('add titles "A" at 0s, "B" at 5s and "C" at 5s for 1 second')
    assert talk.texts() == [("A", 0, 3_000), ("B", 5_000, 8_000), ("C", 5_000, 6_000)]
    assert [t.name for t in talk.timeline.of(Role.TITLE)] == ["Title", "Title 2"]


@pytest.mark.parametrize("message", ['add a title "Hi" at 30s', 'add a caption "Hi" at 0:40'])
def test_a_text_after_the_end_is_refused(message: str) -> None:
    talk = film().say(message)
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "text.outside")


def test_a_lower_third_without_words_takes_the_clips_name_and_says_so() -> None:
    talk = chat(video(name="jane_doe-interview.mp4")).say("add lower-third titles")
    assert talk.texts(Role.LOWER_THIRD) == [("Jane Doe Interview", 0, 3_000)]
    assert "Jane Doe Interview" in talk.said
    assert "no words" in talk.said


def test_each_different_clip_gets_its_lower_third_where_it_first_appears() -> None:
    talk = chat(video("a", "ann.mp4", 5_000), video("b", "bob.mp4", 2_000), video("c", "cy.mp4", 9_000))
    talk.say("cut silences and add lower thirds")
    assert talk.texts(Role.LOWER_THIRD) == [("Ann", 0, 3_000), ("Bob", 3_000, 5_000), ("Cy", 5_000, 8_000)]
    assert "3 texts" in talk.said


def test_a_title_without_words_takes_the_name_of_the_clip_it_stands_over() -> None:
    talk = chat(video("a", "ann.mp4", 5_000), video("b", "bob.mp4", 5_000)).say("add a title at 6s")
    assert talk.texts() == [("Bob", 6_000, 9_000)]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ('change the title to "New"', [("New", 1_000, 4_000), ("B", 6_000, 9_000)]),
        ('rename "B" to "New"', [("A", 1_000, 4_000), ("New", 6_000, 9_000)]),
        ("change the title to Brand new", [("Brand new", 1_000, 4_000), ("B", 6_000, 9_000)]),
        ("把标题“B”改成“新”", [("A", 1_000, 4_000), ("新", 6_000, 9_000)]),
        ("make the title 5 seconds long", [("A", 1_000, 6_000), ("B", 6_000, 9_000)]),
        ("move the title to 12s", [("B", 6_000, 9_000), ("A", 12_000, 15_000)]),
        ("remove the title", []),
        ('remove the title "A"', [("B", 6_000, 9_000)]),
        ("remove the title at 7s", [("A", 1_000, 4_000)]),
    ],
)
def test_a_title_can_be_reworded_moved_and_removed(message: str, wanted: list[tuple[str, int, int]]) -> None:
    talk = film().say('add titles "A" at 1s and "B" at 6s').say(message)
    assert talk.texts() == wanted


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("change the title", "retitle.ask"),
        ('change the title to "A"', "retitle.same"),
        ('rename "X" to "Y"', "text.unknown"),
        ('remove the title "X"', "text.unknown"),
        ("move the title to 7s", "text.occupied"),
        ("move the title to 90s", "text.outside"),
        ("move the title to the center", "text.there"),
        ("remove the subtitles", "remove.none.subtitles"),
        ("move the subtitles to the center", "text.none"),
    ],
)
def test_what_cannot_be_done_with_a_text_is_said(message: str, why: str) -> None:
    talk = film().say('add titles "A" at 1s and "B" at 6s').say(message)
    assert (talk.last.changed, talk.last.fragment.topic) == (False, why)


def test_a_text_moves_on_the_picture() -> None:
    talk = film().say('add the title "A"').say("move the title to the top left corner")
    assert [s.position for s in talk.segments(Role.TITLE)] == ["top left"]
    talk.say("把标题放到底部")
    assert [s.position for s in talk.segments(Role.TITLE)] == ["bottom"]


def test_a_title_that_is_to_be_changed_and_does_not_exist_is_added() -> None:
    assert film().say('set the title to "New"').texts() == [("New", 0, 3_000)]


def test_subtitles_stand_where_something_is_heard() -> None:
    talk = film().say("add subtitles")
    spans = talk.spans(Role.SUBTITLES)
    assert (spans[0][0], spans[-1][1]) == (0, 20_000)
    heard = [(0, 2_000), (4_000, 9_000), (10_500, 20_000)]
    assert sum(b - a for a, b in spans) == sum(b - a for a, b in heard)
    assert all(any(a >= low and b <= high for low, high in heard) for a, b in spans)
    assert f"{len(spans)} subtitles" in talk.said


@pytest.mark.parametrize(
    ("message", "language"), [("add subtitles in French", "fr"), ("加字幕", "zh"), ("加英文字幕", "en")]
)
def test_subtitles_know_their_language(message: str, language: str) -> None:
    talk = film().say(message)
    assert {s.language for s in talk.segments(Role.SUBTITLES)} == {language}


def test_subtitles_for_a_part_stay_in_it() -> None:
    talk = film().say("add captions between 0:05 and 0:12")
    assert (talk.spans(Role.SUBTITLES)[0][0], talk.spans(Role.SUBTITLES)[-1][1]) == (5_000, 12_000)


def test_subtitles_are_made_anew_and_not_twice() -> None:
    talk = film().say("add subtitles").say("translate the subtitles into Spanish")
    assert len(talk.timeline.of(Role.SUBTITLES)) == 1
    assert {s.language for s in talk.segments(Role.SUBTITLES)} == {"es"}


def test_a_quoted_subtitle_stands_alone() -> None:
    talk = film().say('add the subtitle "Hi" at 5s')
    assert talk.texts(Role.SUBTITLES) == [("Hi", 5_000, 8_000)]


def test_a_silent_film_has_nothing_to_subtitle() -> None:
    talk = chat(video(silences=((0, 20_000),))).say("add subtitles")
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "subtitles.no_speech")


def test_a_song_can_have_titles_and_subtitles() -> None:
    talk = chat(song(name="my_song.mp3")).say("add a title and subtitles")
    assert [t.name for t in talk.timeline.tracks] == ["Audio", "Title", "Subtitles"]
    assert talk.texts() == [("My Song", 0, 3_000)]

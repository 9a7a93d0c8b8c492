"""Looks, effects, transitions, the picture's shape, and the order of tracks and clips."""

from __future__ import annotations

import pytest

from nemofake.engine.timeline import Role, Segment

from .agent_helpers import Chat, chat, song, video


def film() -> Chat:
    talk = chat(video("a", "a.mp4", 4_000), video("b", "b.mp4", 5_000), video("c", "c.mp4", 6_000))
    return talk.say('add jazz and the title "Hi"')


def tracks(talk: Chat) -> list[str]:
    return [track.name for track in talk.timeline.tracks]


def clips(talk: Chat) -> str:
    return "".join(s.media_id for s in talk.segments(Role.VIDEO))


@pytest.mark.parametrize(
    ("message", "field", "wanted"),
    [
        ("color grade the footage", "look", ["balanced"] * 3),
        ("make it black and white", "look", ["black and white"] * 3),
        ("调成复古色调", "look", ["vintage"] * 3),
        ("give clip 2 a warm look", "look", ["", "warm", ""]),
        ("make it warm from 4 to 9 seconds", "look", ["", "warm", ""]),
        ("make it warm from 5 to 6 seconds", "look", ["", "", "warm", "", ""]),
        ("add a glitch effect", "effects", [("glitch",)] * 3),
        ("fade in and fade out", "effects", [("fade",)] * 3),
        ("add a fade out at the end", "effects", [(), (), ("fade out",)]),
        ("add a fade in at the start and blur clip 2", "effects", [("fade in",), ("blur",), ()]),
        ("add a zoom at 4s for 5 seconds", "effects", [(), ("zoom",), ()]),
        ("add dissolve transitions between the clips", "transition", ["dissolve", "dissolve", ""]),
        ("添加叠化转场", "transition", ["dissolve", "dissolve", ""]),
    ],
)
def test_the_picture_changes_where_it_should(message: str, field: str, wanted: list[object]) -> None:
    talk = film().say(message)
    assert [getattr(s, field) for s in talk.segments(Role.VIDEO)] == wanted
    assert talk.timeline.duration_ms == 15_000


def test_effects_add_up_and_come_off() -> None:
    talk = film().say("add blur").say("add a glitch effect")
    assert {s.effects for s in talk.segments(Role.VIDEO)} == {("blur", "glitch")}
    talk.say("add blur")
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "effect.same")
    talk.say("remove the effects").say("remove the effects")
    assert {s.effects for s in talk.segments(Role.VIDEO)} == {()}
    assert talk.last.fragment.topic == "remove.none.effects"


def test_an_effect_can_be_put_on_the_music() -> None:
    talk = film().say("fade out the music")
    assert [s.effects for s in talk.segments(Role.BGM)] == [("fade out",)]


def test_a_single_clip_gets_its_transition_at_the_end() -> None:
    talk = chat(video()).say("add a wipe transition")
    assert [s.transition for s in talk.segments(Role.VIDEO)] == ["wipe"]
    assert talk.last.fragment.topic == "transition.single"


@pytest.mark.parametrize(
    ("message", "canvas"),
    [
        ("make it vertical", (1080, 1920)),
        ("改成1:1", (1080, 1080)),
        ("resize to 4:5", (1080, 1350)),
        ("crop it to 1280x720", (1280, 720)),
    ],
)
def test_the_picture_takes_another_shape(message: str, canvas: tuple[int, int]) -> None:
    assert film().say(message).timeline.canvas == canvas


def test_the_first_footage_gives_the_picture_its_shape() -> None:
    talk = chat(video(width=720, height=1280), video("w", width=1920)).say("color grade it")
    assert talk.timeline.canvas == (720, 1280)
    assert (talk.say("make it 720x1280").last.fragment.topic, talk.last.changed) == ("canvas.same", False)


def test_a_song_has_no_picture_to_work_on() -> None:
    for message in ("color grade it", "add a blur effect", "add transitions"):
        talk = chat(song()).say(message)
        assert (talk.last.changed, talk.last.fragment.topic) == (False, "picture.none")


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("move the title track to the top", ["Title", "Video", "BGM"]),
        ("把标题轨道移到最上面", ["Title", "Video", "BGM"]),
        ("move the video to the bottom", ["BGM", "Title", "Video"]),
        ("swap the title and the music", ["Video", "Title", "BGM"]),
        ("swap tracks 1 and 3", ["Title", "BGM", "Video"]),
        ("move track 3 to position 1", ["Title", "Video", "BGM"]),
        ("put the title above the music", ["Video", "Title", "BGM"]),
        ("move the video below the music", ["BGM", "Video", "Title"]),
        ("move the title up", ["Video", "Title", "BGM"]),
        ("remove track 2", ["Video", "Title"]),
        ("remove the music and the title", ["Video"]),
        ("delete the video track", ["BGM", "Title"]),
        ("delete everything", []),
    ],
)
def test_tracks_go_where_they_are_told(message: str, wanted: list[str]) -> None:
    assert tracks(film().say(message)) == wanted


def test_tracks_can_be_put_in_order_again() -> None:
    talk = film().say("move the title track to the top").say("reorder the tracks")
    assert tracks(talk) == ["Video", "BGM", "Title"]
    assert talk.say("reorder the tracks").last.fragment.topic == "tracks.there"


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("swap clip 1 and clip 3", "cba"),
        ("交换片段1和片段2", "bac"),
        ("move clip 3 to the beginning", "cab"),
        ("move the first clip to the end", "bca"),
        ("move clip 1 to position 2", "bac"),
        ("reverse the order of the clips", "cba"),
        ("delete clip 2", "ac"),
        ("remove the last clip", "ab"),
        ("删除第一个片段", "bc"),
    ],
)
def test_clips_go_where_they_are_told(message: str, wanted: str) -> None:
    talk = film().say(message)
    assert clips(talk) == wanted
    assert talk.spans(Role.BGM) == [(0, talk.timeline.duration_ms)]
    assert sum(s.duration_ms for s in talk.segments(Role.VIDEO)) == talk.timeline.duration_ms


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("remove the subtitles", "remove.none.subtitles"),
        ("remove the lower third", ""),
        ("remove track 9", "track.missing"),
        ("remove the track", "track.ask"),
        ("remove the clip", "clip.ask"),
        ("remove clip 9", "clip.missing"),
        ("move the subtitle track to the top", "track.missing"),
        ("move the subtitles to the top", "text.none"),
        ("move clip 9 to the end", "clip.missing"),
        ("swap the clips", "clips.ask"),
        ("move clip 3 to the end", "clips.there"),
        ("remove the transitions", "remove.none.transitions"),
        ("undo the color grade", "remove.none.look"),
    ],
)
def test_what_is_not_there_cannot_be_moved_or_removed(message: str, why: str) -> None:
    talk = film().say(message)
    if why:
        assert (talk.last.changed, talk.last.fragment.topic) == (False, why)
    else:
        assert tracks(talk) == ["Video", "BGM"]  # a title stands in for a lower third


def test_one_clip_has_no_order() -> None:
    assert chat(video()).say("reverse the clip order").last.fragment.topic == "clips.too_few"


def test_a_removed_clip_takes_its_time_with_it() -> None:
    talk = film().say("delete clip 1")
    assert talk.texts() == [] or talk.texts()[0][2] <= 3_000
    assert [(s.start_ms, s.end_ms) for s in talk.segments(Role.VIDEO)] == [(0, 5_000), (5_000, 11_000)]
    assert all(isinstance(s, Segment) for s in talk.segments(Role.VIDEO))

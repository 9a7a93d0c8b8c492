"""Music, volume and mute, done on the timeline."""

from __future__ import annotations

import pytest

from nemofake.engine.timeline import Role, to_draft

from .agent_helpers import Chat, chat, image, song, video


def film() -> Chat:
    return chat(video()).say("add jazz at 40%")


def volumes(talk: Chat) -> dict[str, list[float]]:
    """Return the volumes that a client reads, track by track."""
    return {
        track["m"]["name"]: [s["m"]["volume"] for s in track["sg"] if "volume" in s["m"]]
        for track in to_draft(talk.timeline)["t"]
    }


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("lower the music to 20%", {"Video": [1.0], "BGM": [0.2]}),
        ("把音乐调到20%", {"Video": [1.0], "BGM": [0.2]}),
        ("turn the music up", {"Video": [1.0], "BGM": [0.6]}),
        ("make the music quieter", {"Video": [1.0], "BGM": [0.2]}),
        ("turn down the music by 10%", {"Video": [1.0], "BGM": [0.3]}),
        ("the music is too loud", {"Video": [1.0], "BGM": [0.2]}),
        ("set the original sound to 50%", {"Video": [0.5], "BGM": [0.4]}),
        ("set the volume to 30%", {"Video": [0.3], "BGM": [0.3]}),
        ("mute the original sound", {"Video": [0.0], "BGM": [0.4]}),
        ("mute the music", {"Video": [1.0], "BGM": [0.0]}),
        ("静音", {"Video": [0.0], "BGM": [0.0]}),
        ("mute track 2", {"Video": [1.0], "BGM": [0.0]}),
        ("mute clip 1", {"Video": [0.0], "BGM": [0.4]}),
        ("mute the video from 5 to 8 seconds", {"Video": [1.0, 0.0, 1.0], "BGM": [0.4]}),
        ("remove the audio", {"Video": [0.0], "BGM": [0.4]}),
        ("remove the music", {"Video": [1.0]}),
        ("replace the music with lo-fi at 10%", {"Video": [1.0], "BGM": [0.1]}),
    ],
)
def test_sound_is_as_loud_as_asked(message: str, wanted: dict[str, list[float]]) -> None:
    talk = film().say(message)
    assert volumes(talk) == wanted
    assert talk.last.changed


def test_a_muted_track_comes_back_as_loud_as_it_was() -> None:
    talk = film().say("mute the music").say("unmute the music")
    assert volumes(talk)["BGM"] == [0.4]


def test_a_muted_track_is_heard_again_when_it_gets_a_volume() -> None:
    assert volumes(film().say("mute the music").say("set the music to 30%"))["BGM"] == [0.3]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("unmute the music", "sound.same"),
        ("set the music to 40%", "sound.same"),
        ("change the volume", "volume.ask"),
        ("mute clip 4", "clip.missing"),
        ("mute track 9", "track.missing"),
        ("mute 50s to 60s", "cut.outside"),
        ("add music from 50s to 60s", "cut.outside"),
        ("use my song as the background music", "music.no_song"),
    ],
)
def test_what_cannot_be_done_with_sound_is_said(message: str, why: str) -> None:
    talk = film().say(message)
    assert (talk.last.changed, talk.last.fragment.topic) == (False, why)


@pytest.mark.parametrize(
    "message", ["lower the music to 20%", "mute the music", "remove the music", "删除音乐"]
)
def test_without_music_nothing_is_done_to_it(message: str) -> None:
    talk = chat(video()).say("color grade it").say(message)
    assert not talk.last.changed
    assert "music" in talk.said or "音乐" in talk.said


def test_footage_without_sound_has_none_to_change() -> None:
    talk = chat(video(has_audio=False, silences=())).say("mute the original sound")
    assert (talk.last.changed, talk.last.fragment.topic) == (False, "sound.none")


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("add lo-fi music", "Lo-fi"),
        ("add lofi music", "Lo-fi"),
        ("add music", "Lo-fi"),
        ("add upbeat electronic background music", "Upbeat electronic"),
        ("add the song 'Clair de lune'", "Clair de lune"),
        ("配上轻快的背景音乐", "轻快"),
    ],
)
def test_music_is_named_by_its_style(message: str, name: str) -> None:
    talk = chat(video()).say(message)
    assert [(s.name, s.volume, s.start_ms, s.end_ms) for s in talk.segments(Role.BGM)] == [
        (name, 0.35, 0, 20_000)
    ]
    assert name in talk.said


def test_music_can_stand_under_a_part_only() -> None:
    talk = chat(video()).say("add jazz from 5 to 10 seconds")
    assert talk.spans(Role.BGM) == [(5_000, 10_000)]


def test_new_music_replaces_the_old_one() -> None:
    talk = film().say("change the music to lo-fi")
    assert [s.name for s in talk.segments(Role.BGM)] == ["Lo-fi"]
    assert len(talk.timeline.of(Role.BGM)) == 1


def test_an_uploaded_song_becomes_the_music_as_long_as_it_lasts() -> None:
    talk = chat(video(), song(length=8_000)).say("use my song as the background music")
    assert [(s.media_id, s.name, s.end_ms) for s in talk.segments(Role.BGM)] == [("s1", "song.mp3", 8_000)]
    assert talk.segments(Role.AUDIO) == ()


def test_a_picture_has_no_volume() -> None:
    talk = chat(image()).say("add jazz").say("set the volume to 10%")
    assert volumes(talk) == {"Video": [], "BGM": [0.1]}

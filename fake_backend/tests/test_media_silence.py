"""Silences are found where they are, in every kind of sound."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemofake.media import MediaInfo, SilenceSettings, make_sample, probe

Spans = tuple[tuple[int, int], ...]


def _tone(duration_ms: int, silences: Spans, rate: int = 16_000, loudness: float = 0.3) -> np.ndarray:
    sound = loudness * np.sin(2 * np.pi * 300 * np.arange(duration_ms * rate // 1000) / rate)
    for start_ms, end_ms in silences:
        sound[start_ms * rate // 1000 : end_ms * rate // 1000] = 0
    return sound


def _wav(path: Path, sound: np.ndarray, rate: int = 16_000, channels: int = 1, width: int = 2) -> Path:
    scaled = np.repeat(sound, channels)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        if width == 1:
            file.writeframes((scaled * 127 + 128).astype(np.uint8).tobytes())
        else:
            file.writeframes((scaled * 32767).astype("<i2").tobytes())
    return path


def _near(found: Spans, expected: Spans, slack_ms: int) -> bool:
    pairs = zip(found, expected, strict=False)
    close = (abs(a - c) <= slack_ms and abs(b - d) <= slack_ms for (a, b), (c, d) in pairs)
    return len(found) == len(expected) and all(close)


@pytest.mark.clause("UPL-2")
def test_the_samples_silences_are_found_within_a_hundredth_of_a_second(tmp_path: Path) -> None:
    told = make_sample(tmp_path / "sample.mp4", 10.0)
    found = probe(tmp_path / "sample.mp4", "sample.mp4")
    assert told.silences == ((2000, 3500), (6000, 7200))
    assert _near(found.silences, told.silences, 10)
    assert replace(found, silences=told.silences) == told


def test_the_sample_is_the_same_every_time(tmp_path: Path) -> None:
    hashes = {make_sample(tmp_path / f"{n}.mp4", 2.0).hash for n in range(2)}
    assert len(hashes) == 1


@pytest.mark.parametrize("duration_s", [0.01, 0.04, 1.0, 3.21])
def test_a_sample_of_any_length_is_what_it_says(tmp_path: Path, duration_s: float) -> None:
    told = make_sample(tmp_path / "s.mp4", duration_s)
    found = probe(tmp_path / "s.mp4", "s.mp4")
    assert told.duration_ms == found.duration_ms == max(round(duration_s * 25), 1) * 40
    assert _near(found.silences, told.silences, 10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(40, 120), min_size=1, max_size=7), silent_first=st.booleans())
def test_any_pattern_of_sound_and_silence_is_found(
    tmp_path: Path, cuts: list[int], silent_first: bool
) -> None:
    edges = np.cumsum([0, *cuts]) * 10
    spans = tuple((int(a), int(b)) for a, b in pairwise(edges))
    silences = spans[0 if silent_first else 1 :: 2]
    _wav(tmp_path / "a.wav", _tone(int(edges[-1]), silences))
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, silences, 10)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("width", [1, 2])
def test_every_rate_and_depth_is_heard(tmp_path: Path, rate: int, width: int) -> None:
    silences = ((400, 900),)
    _wav(tmp_path / "a.wav", _tone(1500, silences, rate), rate, channels=2, width=width)
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, silences, 12)


@pytest.mark.parametrize(("layout", "channels"), [("5.1", 6), ("7.1", 8)])
def test_one_speaking_channel_of_many_is_heard(tmp_path: Path, layout: str, channels: int) -> None:
    """Dialogue is in one channel, low; eight planes crash PyAV when read directly."""
    sound = np.zeros((2 * 48_000, channels), np.int16)
    sound[:, 2] = _tone(2000, ((500, 1100),), 48_000, loudness=0.013) * 32767
    with av.open(str(tmp_path / "a.m4a"), "w", format="ipod") as out:
        stream = out.add_stream("aac", rate=48_000)
        stream.layout = layout
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate, frame.pts = 48_000, 0
        weave = av.AudioResampler("fltp", layout, 48_000, frame_size=1024)
        for piece in [*weave.resample(frame), *weave.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    assert _near(probe(tmp_path / "a.m4a", "a.m4a").silences, ((500, 1100),), 15)


@pytest.mark.parametrize(("name", "codec"), [("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.mp4", "aac")])
def test_an_encoders_delay_shifts_nothing(tmp_path: Path, name: str, codec: str) -> None:
    with av.open(str(tmp_path / name), "w", format="mp4" if codec == "aac" else "mp3") as out:
        stream = out.add_stream(codec, rate=44_100)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono"
        sound = (_tone(2000, ((500, 1100),), 44_100) * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        frame.sample_rate, frame.pts = 44_100, 0
        cut = av.AudioResampler(stream.format, "mono", 44_100, stream.codec_context.frame_size)
        for piece in [*cut.resample(frame), *cut.resample(None)]:
            out.mux(stream.encode(piece))
        out.mux(stream.encode(None))
    facts = probe(tmp_path / name, name)
    assert facts.duration_ms == 2000
    assert _near(facts.silences, ((500, 1100),), 12)


def _film(path: Path, sound: np.ndarray | None, *, at_ms: int = 0, film_ms: int = 3000) -> MediaInfo:
    """Write a Matroska film whose sound starts at ``at_ms``, and probe it."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "bf": "0", "threads": "1"})
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=16_000) if sound is not None else None
        if audio:
            audio.layout = "mono"
        for number in range(film_ms // 100):
            frame = av.VideoFrame(64, 64, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            out.mux(video.encode(frame))
        out.mux(video.encode(None))
        if audio and sound is not None and len(sound):
            samples = (sound * 32767).astype(np.int16)[None]
            piece = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            piece.sample_rate, piece.time_base = 16_000, Fraction(1, 16_000)
            piece.pts = at_ms * 16
            out.mux(audio.encode(piece))
            out.mux(audio.encode(None))
    return probe(path, path.name)


def test_sound_that_starts_late_or_ends_early_leaves_silence(tmp_path: Path) -> None:
    facts = _film(tmp_path / "a.mkv", _tone(1000, ()), at_ms=800)
    assert facts.duration_ms == 3000
    assert _near(facts.silences, ((0, 800), (1800, 3000)), 12)


def test_a_film_without_sound_has_no_silences(tmp_path: Path) -> None:
    facts = _film(tmp_path / "a.mkv", None)
    assert (facts.has_audio, facts.silences) == (False, ())


def test_a_silent_soundtrack_is_one_silence(tmp_path: Path) -> None:
    facts = _film(tmp_path / "a.mkv", np.zeros(3 * 16_000))
    assert (facts.has_audio, facts.silences) == (True, ((0, 3000),))


def test_a_pause_shorter_than_the_rule_is_no_silence(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", _tone(3000, ((500, 780), (1500, 1830))))
    found = probe(tmp_path / "a.wav", "a.wav").silences
    assert _near(found, ((1500, 1830),), 10)
    wider = probe(tmp_path / "a.wav", "a.wav", SilenceSettings(shortest_ms=200)).silences
    assert _near(wider, ((500, 780), (1500, 1830)), 10)


def test_the_threshold_divides_murmur_from_silence(tmp_path: Path) -> None:
    sound = _tone(2000, ((500, 1500),)) + _tone(2000, (), loudness=0.004)  # a murmur at -51 dBFS
    _wav(tmp_path / "a.wav", sound)
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, ((500, 1500),), 10)
    assert probe(tmp_path / "a.wav", "a.wav", SilenceSettings(threshold_dbfs=-60)).silences == ()


def test_a_recorders_constant_offset_is_no_sound(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", np.full(2 * 16_000, 0.2))
    assert probe(tmp_path / "a.wav", "a.wav").silences == ((0, 2000),)


def test_what_is_not_listened_to_is_never_called_silent(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", _tone(6000, ((500, 1000), (4000, 5000))))
    facts = probe(tmp_path / "a.wav", "a.wav", SilenceSettings(limit_ms=2000))
    assert facts.duration_ms == 6000
    assert _near(facts.silences, ((500, 1000),), 10)

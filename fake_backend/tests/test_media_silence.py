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
def test_silences_of_the_sample_are_exact_to_ten_ms(tmp_path: Path) -> None:
    facts = make_sample(tmp_path / "sample.mp4", 10.0)
    found = probe(tmp_path / "sample.mp4", "sample.mp4")
    assert facts.silences == ((2000, 3500), (6000, 7200))
    assert _near(found.silences, facts.silences, 10)
    assert replace(found, silences=facts.silences) == facts


def test_sample_is_deterministic(tmp_path: Path) -> None:
    hashes = {make_sample(tmp_path / f"{n}.mp4", 2.0).hash for n in range(2)}
    assert len(hashes) == 1


@pytest.mark.parametrize("duration_s", [0.01, 0.04, 1.0, 3.21])
def test_sample_of_any_length_has_the_measures_it_states(tmp_path: Path, duration_s: float) -> None:
    facts = make_sample(tmp_path / "s.mp4", duration_s)
    found = probe(tmp_path / "s.mp4", "s.mp4")
    assert facts.duration_ms == found.duration_ms == max(round(duration_s * 25), 1) * 40
    assert _near(found.silences, facts.silences, 10)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.lists(st.integers(40, 120), min_size=1, max_size=7), silent_first=st.booleans())
def test_silences_of_any_pattern_are_found(tmp_path: Path, cuts: list[int], silent_first: bool) -> None:
    edges = np.cumsum([0, *cuts]) * 10
    spans = tuple((int(a), int(b)) for a, b in pairwise(edges))
    silences = spans[0 if silent_first else 1 :: 2]
    _wav(tmp_path / "a.wav", _tone(int(edges[-1]), silences))
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, silences, 10)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("width", [1, 2])
def test_silences_are_found_at_every_rate_and_depth(tmp_path: Path, rate: int, width: int) -> None:
    silences = ((400, 900),)
    _wav(tmp_path / "a.wav", _tone(1500, silences, rate), rate, channels=2, width=width)
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, silences, 12)


@pytest.mark.parametrize(("layout", "channels"), [("5.1", 6), ("7.1", 8)])
def test_silences_need_every_channel_silent(tmp_path: Path, layout: str, channels: int) -> None:
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
def test_silences_are_not_shifted_by_encoder_delay(tmp_path: Path, name: str, codec: str) -> None:
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
    info = probe(tmp_path / name, name)
    assert info.duration_ms == 2000
    assert _near(info.silences, ((500, 1100),), 12)


def _video(path: Path, sound: np.ndarray | None, *, at_ms: int = 0, video_ms: int = 3000) -> MediaInfo:
    """Write a Matroska video whose sound starts at ``at_ms``, and probe it."""
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=10, options={"preset": "ultrafast", "bf": "0", "threads": "1"})
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        audio = out.add_stream("pcm_s16le", rate=16_000) if sound is not None else None
        if audio:
            audio.layout = "mono"
        for number in range(video_ms // 100):
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


def test_silences_include_time_before_and_after_sound(tmp_path: Path) -> None:
    info = _video(tmp_path / "a.mkv", _tone(1000, ()), at_ms=800)
    assert info.duration_ms == 3000
    assert _near(info.silences, ((0, 800), (1800, 3000)), 12)


def test_silences_of_video_without_sound_are_empty(tmp_path: Path) -> None:
    info = _video(tmp_path / "a.mkv", None)
    assert (info.has_audio, info.silences) == (False, ())


def test_silences_of_silent_soundtrack_are_one(tmp_path: Path) -> None:
    info = _video(tmp_path / "a.mkv", np.zeros(3 * 16_000))
    assert (info.has_audio, info.silences) == (True, ((0, 3000),))


def test_silences_shorter_than_the_minimum_are_left_out(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", _tone(3000, ((500, 780), (1500, 1830))))
    found = probe(tmp_path / "a.wav", "a.wav").silences
    assert _near(found, ((1500, 1830),), 10)
    wider = probe(tmp_path / "a.wav", "a.wav", SilenceSettings(shortest_ms=200)).silences
    assert _near(wider, ((500, 780), (1500, 1830)), 10)


def test_silences_depend_on_the_threshold(tmp_path: Path) -> None:
    sound = _tone(2000, ((500, 1500),)) + _tone(2000, (), loudness=0.004)  # a murmur at -51 dBFS
    _wav(tmp_path / "a.wav", sound)
    assert _near(probe(tmp_path / "a.wav", "a.wav").silences, ((500, 1500),), 10)
    assert probe(tmp_path / "a.wav", "a.wav", SilenceSettings(threshold_dbfs=-60)).silences == ()


def test_silences_ignore_a_constant_offset(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", np.full(2 * 16_000, 0.2))
    assert probe(tmp_path / "a.wav", "a.wav").silences == ((0, 2000),)


def test_silences_never_cover_what_was_not_decoded(tmp_path: Path) -> None:
    _wav(tmp_path / "a.wav", _tone(6000, ((500, 1000), (4000, 5000))))
    info = probe(tmp_path / "a.wav", "a.wav", SilenceSettings(limit_ms=2000))
    assert info.duration_ms == 6000
    assert _near(info.silences, ((500, 1000),), 10)

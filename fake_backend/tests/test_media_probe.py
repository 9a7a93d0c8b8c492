"""Probing files of every accepted format: measures, kinds, and content that does not fit its name."""

from __future__ import annotations

import hashlib
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.container import OutputContainer
from av.stream import Disposition
from PIL import Image

from nemofake.engine.library import FORMATS as ACCEPTED
from nemofake.media import MediaInfo, UnreadableMedia, UnsupportedFormat, probe
from nemofake.media.formats import format_of

SIZE = (96, 64)
MS_CODECS = ("libx264", "libvpx")  # take frames at any ms


@dataclass(frozen=True)
class Recipe:
    """What to write: ``times`` are the frames' ms; ``sound_ms`` of a tone at ``rate``."""

    name: str
    video: str | None = None
    sound: str | None = None
    times: tuple[int, ...] = tuple(range(0, 1000, 40))
    frame_ms: int = 40
    sound_ms: int = 1000
    tone_ms: int = 10_000  # silence afterwards
    rate: int = 44_100
    layout: str = "stereo"
    muxer: str | None = None
    options: dict[str, str] = field(default_factory=dict)
    rotation: int | None = None
    pixel_shape: Fraction | None = None
    cover: bool = False


def _write(recipe: Recipe, folder: Path) -> Path:
    path = folder / recipe.name
    with av.open(str(path), "w", format=recipe.muxer, options=recipe.options) as out:
        video = _add_video(out, recipe.video, recipe) if recipe.video else None
        sound = _add_sound(out, recipe.sound, recipe) if recipe.sound else None
        if recipe.cover:
            _add_cover(out)
        if video:
            for frame in _pictures(recipe, video.pix_fmt):
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
        if sound:
            for piece in _tone(recipe, sound):
                out.mux(sound.encode(piece))
            out.mux(sound.encode(None))
    return path


def _add_video(out: OutputContainer, codec: str, recipe: Recipe) -> av.VideoStream:
    options = {"preset": "ultrafast", "bf": "0", "g": "10", "threads": "1"} if codec == "libx264" else {}
    video = out.add_stream(codec, rate=1000 // recipe.frame_ms, options=options)
    assert isinstance(video, av.VideoStream)
    video.width, video.height = SIZE
    video.pix_fmt = "rgb8" if codec == "gif" else "yuv420p"
    if codec in MS_CODECS:
        video.codec_context.time_base = Fraction(1, 1000)
    if recipe.rotation is not None:
        video.set_display_rotation(recipe.rotation)
    if recipe.pixel_shape is not None:
        video.codec_context.sample_aspect_ratio = recipe.pixel_shape
    return video


def _add_sound(out: OutputContainer, codec: str, recipe: Recipe) -> av.AudioStream:
    sound = out.add_stream(codec, rate=recipe.rate)
    assert isinstance(sound, av.AudioStream)
    sound.codec_context.layout = recipe.layout
    return sound


def _add_cover(out: OutputContainer) -> None:
    cover = out.add_stream("mjpeg", rate=1)
    cover.width, cover.height, cover.pix_fmt = 32, 32, "yuvj420p"
    cover.disposition = Disposition.attached_pic
    frame = av.VideoFrame(32, 32, "yuvj420p")
    frame.pts = 0
    out.mux(cover.encode(frame) + cover.encode(None))


def _pictures(recipe: Recipe, pixels: str | None) -> Iterator[av.VideoFrame]:
    for number, ms in enumerate(recipe.times):
        image = np.full((SIZE[1], SIZE[0], 3), 40, np.uint8)
        image[:, number * 3 % SIZE[0]] = 255
        frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format=pixels)
        frame.pts, frame.time_base = ms, Fraction(1, 1000)
        if recipe.video not in MS_CODECS:
            frame.pts, frame.time_base = number, Fraction(recipe.frame_ms, 1000)
        yield frame


def _tone(recipe: Recipe, sound: av.AudioStream) -> Iterator[av.AudioFrame]:
    count = recipe.sound_ms * recipe.rate // 1000
    tone = (9000 * np.sin(np.arange(count) * 0.06)).astype(np.int16)
    tone[recipe.tone_ms * recipe.rate // 1000 :] = 0
    woven = np.repeat(tone, sound.layout.nb_channels)[None]
    frame = av.AudioFrame.from_ndarray(woven, format="s16", layout=recipe.layout)
    frame.sample_rate, frame.pts = recipe.rate, 0
    resampler = av.AudioResampler(
        sound.format, sound.layout, recipe.rate, sound.codec_context.frame_size or 1024
    )
    yield from resampler.resample(frame)
    yield from resampler.resample(None)


def _image(name: str, folder: Path, **options: Any) -> Path:
    path = folder / name
    Image.new("RGB", SIZE, (200, 30, 30)).save(path, **options)
    return path


def _animated_webp(folder: Path) -> Path:
    frames = [Image.new("RGB", SIZE, (shade, 0, 0)) for shade in (0, 90, 180)]
    path = folder / "a.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)
    return path


H264, AAC = "libx264", "aac"
LIVE = {"live": "1"}  # as a browser records: no length, no index
FORMATS: dict[str, Callable[[Path], Path]] = {
    "mp4": lambda d: _write(Recipe("a.mp4", H264, AAC), d),
    "mov": lambda d: _write(Recipe("a.mov", H264, "pcm_s16le"), d),
    "avi": lambda d: _write(Recipe("a.avi", "mpeg4", "mp3"), d),
    "webm": lambda d: _write(Recipe("a.webm", "libvpx", "libopus", rate=48_000), d),
    "mkv": lambda d: _write(Recipe("a.mkv", H264, "flac"), d),
    "jpg": lambda d: _image("a.jpg", d),
    "png": lambda d: _image("a.png", d),
    "gif": lambda d: _write(Recipe("a.gif", "gif", frame_ms=100, times=tuple(range(6))), d),
    "webp": _animated_webp,
    "mp3": lambda d: _write(Recipe("a.mp3", sound="mp3"), d),
    "wav": lambda d: _write(Recipe("a.wav", sound="pcm_s16le"), d),
    "m4a": lambda d: _write(Recipe("a.m4a", sound=AAC, muxer="ipod"), d),
    "aac": lambda d: _write(Recipe("a.aac", sound=AAC, muxer="adts"), d),
}
KINDS = dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video")
KINDS |= dict.fromkeys(("jpg", "png", "gif", "webp"), "image")
KINDS |= dict.fromkeys(("mp3", "wav", "m4a", "aac"), "audio")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    return {extension: make(folder) for extension, make in FORMATS.items()}


def _probed(tmp_path: Path, recipe: Recipe) -> MediaInfo:
    return probe(_write(recipe, tmp_path), recipe.name)


@pytest.mark.clause("UPL-3")
def test_formats_are_the_thirteen_of_the_protocol() -> None:
    assert set(ACCEPTED) == set(FORMATS)
    assert ACCEPTED == KINDS
    assert format_of("Holiday.Movie.MP4") is format_of("clip.mov")
    for name in ("clip.jpeg", "clip.txt", "clip", "mp4", "clip.mp4.exe", "", ".", "clip."):
        with pytest.raises(UnsupportedFormat):
            format_of(name)


@pytest.mark.clause("UPL-2", "UPL-3")
@pytest.mark.parametrize("extension", sorted(FORMATS))
def test_probe_each_format_gives_true_measures(files: dict[str, Path], extension: str) -> None:
    path = files[extension]
    info = probe(path, f"My clip.{extension.upper()}")
    assert info.file_type == KINDS[extension]
    assert info.filename == f"My clip.{extension.upper()}"
    assert info.size == path.stat().st_size
    assert info.hash == hashlib.sha256(path.read_bytes()).hexdigest()
    expected_ms = {"jpg": 0, "png": 0, "gif": 600, "webp": 600}.get(extension, 1000)
    # AVI counts whole frames, ADTS keeps the encoder's padding, Opus its pre-roll.
    slack_ms = {"avi": 50, "aac": 50, "webm": 10}.get(extension, 1)
    assert info.duration_ms == pytest.approx(expected_ms, abs=slack_ms)
    assert (info.width, info.height) == ((0, 0) if KINDS[extension] == "audio" else SIZE)
    assert info.fps == {"video": 25.0, "gif": 10.0, "webp": 5.0}.get(
        extension if KINDS[extension] == "image" else KINDS[extension], 0.0
    )
    assert info.has_audio is (KINDS[extension] != "image")
    assert info.silences == ()


@pytest.mark.clause("UPL-3")
def test_probe_other_extension_is_unsupported(files: dict[str, Path]) -> None:
    for name in ("clip.exe", "clip", "clip.jpeg", "clip.mp4.txt"):
        with pytest.raises(UnsupportedFormat, match="mp4, mov, avi"):
            probe(files["mp4"], name)


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("claimed", sorted(FORMATS))
def test_probe_content_of_another_format_is_refused(files: dict[str, Path], claimed: str) -> None:
    families = ({"mp4", "mov", "m4a"}, {"webm", "mkv"})
    same = next((family for family in families if claimed in family), {claimed})
    for extension, path in files.items():
        if extension not in same:
            with pytest.raises(UnreadableMedia, match="wrong"):
                probe(path, f"wrong.{claimed}")


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("claimed", sorted(FORMATS))
def test_probe_content_that_is_no_media_is_refused(tmp_path: Path, claimed: str) -> None:
    heads = (b"", b"\0" * 5000, b"Hello, I am text.\n" * 400, b"\xff" * 5000, b"<html>" * 100)
    for number, content in enumerate(heads):
        path = tmp_path / str(number)
        path.write_bytes(content)
        with pytest.raises(UnreadableMedia):
            probe(path, f"fake.{claimed}")


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("claimed", sorted(FORMATS))
def test_probe_valid_head_before_noise_is_refused(
    files: dict[str, Path], tmp_path: Path, claimed: str
) -> None:
    path = tmp_path / "head"
    noise = np.random.default_rng(7).bytes(4000)
    path.write_bytes(files[claimed].read_bytes()[:12] + noise)
    with pytest.raises(UnreadableMedia):
        probe(path, f"fake.{claimed}")


def test_probe_missing_file_raises_file_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "none.mp4", "none.mp4")


def test_probe_with_known_hash_uses_it(files: dict[str, Path]) -> None:
    assert probe(files["wav"], "a.wav", sha256="cafe").hash == "cafe"


def test_probe_stream_without_length_is_measured(tmp_path: Path) -> None:
    info = _probed(tmp_path, Recipe("a.webm", "libvpx", "libopus", rate=48_000, options=LIVE))
    assert info.duration_ms == pytest.approx(1000, abs=15)
    assert (info.width, info.height, info.fps) == (*SIZE, 25.0)
    alone = _probed(tmp_path, Recipe("b.webm", "libvpx", options=LIVE))
    assert (alone.duration_ms, alone.has_audio) == (1000, False)


def test_probe_fragmented_mp4_has_whole_length(tmp_path: Path) -> None:
    flags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    times = tuple(range(0, 3000, 40))
    info = _probed(tmp_path, Recipe("a.mp4", H264, AAC, times=times, sound_ms=3000, options=flags))
    assert info.duration_ms == pytest.approx(3000, abs=40)


def test_probe_bare_mp3_and_aac_are_measured(tmp_path: Path) -> None:
    bare = {"write_xing": "0", "id3v2_version": "0"}
    mp3 = _probed(tmp_path, Recipe("a.mp3", sound="mp3", sound_ms=3000, options=bare))
    assert mp3.duration_ms == pytest.approx(3000, abs=60)  # one packet of delay and padding each
    aac = _probed(tmp_path, Recipe("a.aac", sound=AAC, sound_ms=3000, tone_ms=500, muxer="adts"))
    assert aac.duration_ms == pytest.approx(3000, abs=60)


def test_probe_variable_frame_rate_is_averaged(tmp_path: Path) -> None:
    times = (0, 40, 80, 120, 500, 1000, 1500, 1960)
    for recipe in (Recipe("a.mp4", H264, times=times), Recipe("a.webm", "libvpx", None, times, options=LIVE)):
        info = _probed(tmp_path, recipe)
        assert info.duration_ms == pytest.approx(2000, abs=45)
        assert info.fps == pytest.approx(4.0, abs=0.1)


@pytest.mark.parametrize(("turn", "size"), [(0, SIZE), (90, SIZE[::-1]), (180, SIZE), (-90, SIZE[::-1])])
def test_probe_rotated_video_has_display_size(tmp_path: Path, turn: int, size: tuple[int, int]) -> None:
    info = _probed(tmp_path, Recipe("a.mov", H264, rotation=turn))
    assert (info.width, info.height) == size


def test_probe_non_square_pixels_give_display_size(tmp_path: Path) -> None:
    info = _probed(tmp_path, Recipe("a.mp4", H264, pixel_shape=Fraction(4, 3)))
    assert (info.width, info.height) == (128, 64)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_probe_rotated_photo_has_display_size(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    expected = SIZE[::-1] if orientation >= 5 else SIZE
    for name in ("a.jpg", "a.webp"):
        info = probe(_image(name, tmp_path, exif=exif), name)
        assert (info.width, info.height) == expected


def test_probe_images_of_each_coding_have_their_size(tmp_path: Path) -> None:
    plain = (
        ("a.jpg", {"progressive": True}),
        ("a.webp", {"lossless": True}),
        ("b.webp", {"lossless": False}),
    )
    for name, options in plain:
        info = probe(_image(name, tmp_path, **options), name)
        assert (info.width, info.height, info.duration_ms) == (*SIZE, 0)
    still = _write(Recipe("a.gif", "gif", times=(0,)), tmp_path)
    assert probe(still, "a.gif").duration_ms == 0


@pytest.mark.parametrize(("name", "muxer"), [("a.mp3", "mp3"), ("a.m4a", "mp4"), ("a.mp4", "mp4")])
def test_probe_song_with_cover_is_audio(tmp_path: Path, name: str, muxer: str) -> None:
    sound = "mp3" if name == "a.mp3" else AAC
    info = _probed(tmp_path, Recipe(name, sound=sound, muxer=muxer, cover=True))
    assert (info.file_type, info.width, info.height, info.fps) == ("audio", 0, 0, 0.0)
    assert info.duration_ms == pytest.approx(1000, abs=30)


def test_probe_mp4_without_video_is_audio(tmp_path: Path) -> None:
    assert _probed(tmp_path, Recipe("a.mp4", sound=AAC)).file_type == "audio"
    assert _probed(tmp_path, Recipe("b.mp4", H264, AAC)).file_type == "video"


def test_probe_file_without_frames_is_refused(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
    with pytest.raises(UnreadableMedia):
        probe(tmp_path / "a.wav", "a.wav")


def _animation(path: Path, durations_ms: list[int]) -> Path:
    frames = [Image.new("RGB", SIZE, (40 * n, 0, 0)) for n in range(len(durations_ms))]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=durations_ms)
    return path


@pytest.mark.clause("UPL-2")
@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
@pytest.mark.parametrize(
    ("durations_ms", "length_ms", "fps"),
    [([100] * 5, 500, 10.0), ([40] * 3, 120, 25.0), ([500, 100, 300], 900, 3.333), ([0, 0], 200, 10.0)],
)
def test_probe_animation_has_length_and_rate(
    tmp_path: Path, name: str, durations_ms: list[int], length_ms: int, fps: float
) -> None:
    info = probe(_animation(tmp_path / name, durations_ms), name)
    assert (info.file_type, info.duration_ms, info.fps) == ("image", length_ms, fps)


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("name", ["a.mp3", "a.aac"])
@pytest.mark.parametrize("padding", [1, 5_000])
def test_probe_audio_behind_padding_is_accepted(tmp_path: Path, name: str, padding: int) -> None:
    recipe = Recipe(name, sound="mp3" if name == "a.mp3" else AAC, muxer="adts" if name == "a.aac" else None)
    plain = _write(recipe, tmp_path)
    padded = tmp_path / f"padded-{name}"
    padded.write_bytes(bytes(padding) + plain.read_bytes())
    expected, info = probe(plain, name), probe(padded, name)
    assert (info.file_type, info.duration_ms) == ("audio", expected.duration_ms)
    assert info.silences == expected.silences
    assert info.size == expected.size + padding


def test_probe_padding_alone_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(bytes(100_000))
    with pytest.raises(UnreadableMedia, match="something else"):
        probe(tmp_path / "a.mp3", "a.mp3")


@pytest.mark.clause("ENV-4", "UPL-3")
@pytest.mark.parametrize("rate", [1, 50, 2_000_000_000])
def test_probe_wav_with_absurd_sample_rate_is_refused(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(bytes(3_000_000))
    with pytest.raises(UnreadableMedia, match="no video or sound"):
        probe(path, "a.wav")


def test_probe_endless_packets_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemofake.media.av_probe._MAX_PACKETS", 20)
    path = _write(Recipe("a.mp3", sound="mp3"), tmp_path)
    with pytest.raises(UnreadableMedia, match="too long"):
        probe(path, "a.mp3")


@pytest.mark.clause("UPL-2")
def test_probe_matroska_that_starts_late_has_the_length_of_its_content(tmp_path: Path) -> None:
    plain = _write(Recipe("plain.mkv", H264, AAC), tmp_path)
    with av.open(str(plain)) as source, av.open(str(tmp_path / "late.mkv"), "w") as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None and packet.time_base is not None:
                shift = round(100 / packet.time_base)
                packet.dts, packet.pts = packet.dts + shift, packet.pts + shift
                packet.stream = copies[packet.stream.index]
                out.mux(packet)
    assert probe(tmp_path / "late.mkv", "late.mkv").duration_ms == pytest.approx(1_000, abs=60)

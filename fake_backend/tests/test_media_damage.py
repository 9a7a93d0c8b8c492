"""Files cut off or damaged anywhere are read or refused: never a crash, a hang or a stray exception."""

from __future__ import annotations

import random
import struct
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from nemofake.media import MediaError, MediaInfo, make_sample, probe


def _wav(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        file.writeframes(bytes(8000))


def _animation(path: Path) -> None:
    frames = [Image.new("RGB", (40, 30), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)


def _photo(path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 30), (90, 0, 0)).save(path, exif=exif)


SOURCES: dict[str, Callable[[Path], object]] = {
    "mp4": lambda path: make_sample(path, 0.6),
    "wav": _wav,
    "jpg": _photo,
    "png": _photo,
    "gif": _animation,
    "webp": _animation,
}


@pytest.fixture(scope="module", params=sorted(SOURCES))
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    path = tmp_path_factory.mktemp("sources") / f"a.{request.param}"
    SOURCES[request.param](path)
    return path.name, path.read_bytes()


def _read(path: Path, content: bytes, name: str) -> MediaInfo | None:
    path.write_bytes(content)
    try:
        info = probe(path, name)
    except MediaError:
        return None
    assert info.duration_ms >= 0
    assert info.fps >= 0
    assert all(0 <= a < b <= info.duration_ms for a, b in info.silences)
    return info


@pytest.mark.clause("ENV-4", "UPL-3")
def test_probe_truncated_file_never_crashes(source: tuple[str, bytes], tmp_path: Path) -> None:
    name, content = source
    for twentieth in range(20):
        _read(tmp_path / "cut", content[: len(content) * twentieth // 20], name)


def _damaged(content: bytes, dice: random.Random) -> Iterator[bytes]:
    for _ in range(40):
        broken = bytearray(content)
        reach = dice.choice((len(broken), min(len(broken), 1500)))
        for _ in range(dice.randrange(1, 20)):
            broken[dice.randrange(reach)] = dice.choice((0, 0x7F, 0xFF, dice.randrange(256)))
        yield bytes(broken)


@pytest.mark.clause("ENV-4", "UPL-3")
def test_probe_damaged_file_never_crashes(source: tuple[str, bytes], tmp_path: Path) -> None:
    name, content = source
    for broken in _damaged(content, random.Random(name)):
        _read(tmp_path / "broken", broken, name)


def test_probe_video_truncated_after_its_index_keeps_its_measures(tmp_path: Path) -> None:
    whole = make_sample(tmp_path / "a.mp4", 4.0)
    content = (tmp_path / "a.mp4").read_bytes()
    cut = _read(tmp_path / "cut", content[: len(content) * 2 // 3], "a.mp4")
    assert cut is not None
    assert (cut.duration_ms, cut.width, cut.height) == (whole.duration_ms, whole.width, whole.height)
    assert cut.silences[-1][1] == 4000  # the missing sound is silent


def test_probe_impossible_length_is_measured_instead(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=8000)
        stream.codec_context.layout = "mono"
        frame = av.AudioFrame.from_ndarray(np.ones((1, 8000), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 8000, 0
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    content = (tmp_path / "a.mkv").read_bytes()
    place = content.index(b"\x44\x89\x88") + 3  # Matroska's length, a double
    broken = content[:place] + struct.pack(">d", 1e15) + content[place + 8 :]
    info = _read(tmp_path / "b.mkv", broken, "b.mkv")
    assert info is not None
    assert info.duration_ms == 1000


def test_probe_png_with_wrong_checksum_is_refused(tmp_path: Path) -> None:
    _photo(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[19] ^= 1  # a column more or less
    assert _read(tmp_path / "b.png", bytes(content), "b.png") is None

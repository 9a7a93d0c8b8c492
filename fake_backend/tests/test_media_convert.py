"""Footage in a wrapping that uploads refuse reaches them all the same, with its length and its silence."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from nemofake.media import UnreadableMedia, converted, make_sample, probe


def _video(path: Path, codec: str) -> Path:
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for shade in range(25):
            picture = np.full((48, 64, 3), shade * 10, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture).reformat(format="yuv420p")))
        out.mux(stream.encode(None))
    return path


@pytest.mark.clause("UPL-3")
def test_convert_accepted_format_is_unchanged(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"whatever is in it")
    assert converted(clip, tmp_path / "nowhere") == clip


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize(("name", "codec"), [("a.flv", "flv1"), ("b.ts", "mpeg2video"), ("c.nut", "ffv1")])
def test_convert_other_container_keeps_length(tmp_path: Path, name: str, codec: str) -> None:
    copy = converted(_video(tmp_path / name, codec), tmp_path)
    info = probe(copy, copy.name)
    assert (info.file_type, info.width, info.height) == ("video", 64, 48)
    assert abs(info.duration_ms - 1000) <= 80


@pytest.mark.clause("UPL-2")
def test_convert_keeps_silences(tmp_path: Path) -> None:
    known = make_sample(tmp_path / "sample.mp4")
    (tmp_path / "sample.m2ts").write_bytes((tmp_path / "sample.mp4").read_bytes())
    copy = converted(tmp_path / "sample.m2ts", tmp_path)
    heard = probe(copy, copy.name).silences
    assert len(heard) == len(known.silences)
    # An MP4 hides the lead-in of its sound, some 30 ms; other wrappings play it.
    for (start, end), (known_start, known_end) in zip(heard, known.silences, strict=True):
        assert abs(start - known_start) <= 50
        assert abs(end - known_end) <= 50


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("name", ["photo.jpeg", "photo.tiff", "photo.bmp"])
def test_convert_still_becomes_accepted_format(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / name)
    copy = converted(tmp_path / name, tmp_path)
    info = probe(copy, copy.name)
    assert (info.file_type, info.width, info.height) == ("image", 40, 30)


@pytest.mark.clause("UPL-3")
def test_convert_unreadable_file_raises_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no footage at all")
    with pytest.raises(UnreadableMedia, match=r"notes\.txt"):
        converted(tmp_path / "notes.txt", tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt"]

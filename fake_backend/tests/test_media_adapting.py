"""Footage in a wrapping that uploads refuse reaches them all the same, with its length and its silence."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from nemofake.media import UnreadableMedia, converted, make_sample, probe


def _film(path: Path, codec: str) -> Path:
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
def test_what_uploads_take_stays_as_it_is(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"whatever is in it")
    assert converted(clip, tmp_path / "nowhere") == clip


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize(("name", "codec"), [("a.flv", "flv1"), ("b.ts", "mpeg2video"), ("c.nut", "ffv1")])
def test_other_wrappings_keep_their_length(tmp_path: Path, name: str, codec: str) -> None:
    copy = converted(_film(tmp_path / name, codec), tmp_path)
    facts = probe(copy, copy.name)
    assert (facts.file_type, facts.width, facts.height) == ("video", 64, 48)
    assert abs(facts.duration_ms - 1000) <= 80


@pytest.mark.clause("UPL-2")
def test_sound_keeps_its_silence(tmp_path: Path) -> None:
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
def test_stills_become_a_format_that_uploads_take(tmp_path: Path, name: str) -> None:
    Image.new("RGB", (40, 30), "red").save(tmp_path / name)
    copy = converted(tmp_path / name, tmp_path)
    facts = probe(copy, copy.name)
    assert (facts.file_type, facts.width, facts.height) == ("image", 40, 30)


@pytest.mark.clause("UPL-3")
def test_what_nobody_can_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no footage at all")
    with pytest.raises(UnreadableMedia, match=r"notes\.txt"):
        converted(tmp_path / "notes.txt", tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notes.txt"]

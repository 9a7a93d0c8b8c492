"""A small MP4 for installations without media libraries: one dark frame, as long as the draft (REN-8).

The two files beside this module hold one H.264 frame each, of 1080x1920 and 1920x1080. Only the durations
in their headers are changed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from .video.model import VideoReport

if TYPE_CHECKING:
    from pathlib import Path

    from .video.model import Video

_SIZES = {"portrait": (1080, 1920), "landscape": (1920, 1080)}
_CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"stbl"}
# Where version 0 of each box states a duration, from the start of its content.
_DURATION_AT = {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16, b"elst": 8, b"stts": 12}
_IN_MEDIA_TIME = {b"mdhd", b"stts"}  # the others count in the movie's time scale
_TIMESCALE_AT = 12  # in mvhd and mdhd


def write_placeholder(video: Video, path: Path) -> VideoReport:
    """Write an MP4 of the video's duration and orientation to ``path``; raise OSError."""
    shape = "landscape" if video.width > video.height else "portrait"
    data = with_duration(files(__package__).joinpath(f"{shape}.mp4").read_bytes(), video.duration_ms)
    path.write_bytes(data)
    width, height = _SIZES[shape]
    return VideoReport("h264", "mp4", width, height, video.duration_ms, 1, len(data), has_audio=False)


def with_duration(mp4: bytes, duration_ms: int) -> bytes:
    """Return an MP4 of one track and one frame with all its durations set."""
    data = bytearray(mp4)
    boxes = dict(_boxes(mp4, 0, len(mp4)))
    for kind, offset in _DURATION_AT.items():
        header = b"mdhd" if kind in _IN_MEDIA_TIME else b"mvhd"
        (timescale,) = struct.unpack_from(">I", data, boxes[header] + _TIMESCALE_AT)
        struct.pack_into(">I", data, boxes[kind] + offset, round(duration_ms * timescale / 1000))
    return bytes(data)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield the kind of every box, nested ones too, and where its content starts."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start + 8
        if kind in _CONTAINERS:
            yield from _boxes(data, start + 8, start + size)
        start += size

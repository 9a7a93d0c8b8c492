"""Writing MP4 files whose bytes depend on nothing but what is put in."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING

import av

from .yuv import BT709, LIMITED_RANGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import OutputContainer
    from av.video.stream import VideoStream

MS = Fraction(1, 1000)
_NOMINAL_FPS = 30  # for the encoder's level and rate control; frames carry their own times
_X264 = "threads=1:bframes=0:scenecut=0:rc-lookahead=0:sync-lookahead=0"


@contextmanager
def writing(path: Path) -> Iterator[OutputContainer]:
    """Open an MP4 for writing: index in front, no dates and versions inside; raises FFmpegError."""
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path.absolute()), "w", format="mp4", options=options) as container:
        yield container


def add_h264(container: OutputContainer, width: int, height: int, keyframe_every: int) -> VideoStream:
    """Add a video track that takes frames at any ms, encodes at once and on one thread."""
    options = {"preset": "ultrafast", "qp": "24", "x264-params": f"{_X264}:keyint={keyframe_every}"}
    stream = container.add_stream("libx264", rate=_NOMINAL_FPS, options=options)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.time_base, context.thread_count = MS, 1
    context.colorspace = context.color_primaries = context.color_trc = BT709
    context.color_range = LIMITED_RANGE
    return stream

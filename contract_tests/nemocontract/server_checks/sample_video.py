"""Real video to upload: a grey picture of any size, and a tone that falls silent at times."""

from __future__ import annotations

import io
import math
from array import array
from typing import Any, Final

_RATE: Final = 16_000
_FPS: Final = 5
_BLOCK: Final = 1_024  # samples in a frame of AAC


def video(
    seconds: float, width: int = 160, height: int = 90, silence: tuple[float, float] | None = None
) -> bytes:
    """Return an MP4 of H.264; ``silence`` says from when to when, in seconds, its tone pauses.

    Without ``silence`` it has no tone at all. Needs PyAV, which comes with the extra ``server``; raises
    ImportError without it.
    """
    import av

    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as file:
        picture: Any = file.add_stream("libx264", rate=_FPS, options={"preset": "ultrafast"})
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        sound: Any = file.add_stream("aac", rate=_RATE, layout="mono") if silence else None
        for nth in range(round(seconds * _FPS)):
            file.mux(picture.encode(_grey(av, width, height, nth)))
        file.mux(picture.encode(None))
        for first in range(0, round(seconds * _RATE), _BLOCK) if silence else ():
            file.mux(sound.encode(_tone(av, first, silence)))
        file.mux(sound.encode(None) if silence else ())
    return buffer.getvalue()


def _grey(av: Any, width: int, height: int, nth: int) -> Any:
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        plane.update(bytes([128]) * plane.buffer_size)
    frame.pts = nth
    return frame


def _tone(av: Any, first: int, silence: tuple[float, float] | None) -> Any:
    start, end = (round(at * _RATE) for at in silence or (0, 0))
    tone = (0 if start <= at < end else 0.5 * math.sin(at / 6) for at in range(first, first + _BLOCK))
    frame = av.AudioFrame(format="fltp", layout="mono", samples=_BLOCK)
    frame.planes[0].update(array("f", tone).tobytes())
    frame.sample_rate, frame.pts = _RATE, first
    return frame

"""Small real files of the thirteen formats, with the values a server should measure (UPL-2, UPL-3).

The video libraries are imported on first use, so that checks without files do not need them.
"""

from __future__ import annotations

import io
import math
import struct
import wave
import zlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final

WIDTH: Final = 96
HEIGHT: Final = 64
FPS: Final = 12
SECONDS: Final = 2.5  # no whole number: who rounds is seen
_RATE: Final = 44_100
# Each ending with its container and codecs, picture and sound.
_VIDEOS: Final = {
    "mp4": ("mp4", "libx264", "aac"),
    "mov": ("mov", "mpeg4", "aac"),
    "avi": ("avi", "mpeg4", "mp3"),
    "webm": ("webm", "libvpx", ""),
    "mkv": ("matroska", "libx264", "aac"),
}
_AUDIO: Final = {"mp3": ("mp3", "mp3"), "m4a": ("ipod", "aac"), "aac": ("adts", "aac")}
_PICTURES: Final = {"jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP"}
KINDS: Final = {
    **dict.fromkeys(_VIDEOS, "video"),
    **dict.fromkeys(_PICTURES, "image"),
    **dict.fromkeys((*_AUDIO, "wav"), "audio"),
}  # UPL-3


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's name, bytes and kind; figures are None where a file of its kind has none."""

    filename: str
    data: bytes
    kind: str
    seconds: float | None
    width: int | None
    height: int | None
    fps: float | None

    @property
    def part(self) -> tuple[str, bytes]:
        """The file as ``ApiAccount.upload`` takes it."""
        return self.filename, self.data


def pixels() -> Sample:
    """Return a picture made without any library, for cases that are to run anywhere."""
    rows = (b"\0" + b"\x20\x60\xa0" * WIDTH) * HEIGHT
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks)
    return Sample("pixels.png", data, "image", None, WIDTH, HEIGHT, None)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@cache
def sample(ending: str) -> Sample:
    """Return a file of a format: two seconds of picture and tone, or one picture, or two seconds of tone."""
    kind, name = KINDS[ending], f"sample.{ending}"
    if kind == "video":
        return Sample(name, _video(*_VIDEOS[ending]), kind, SECONDS, WIDTH, HEIGHT, FPS)
    if kind == "image":
        return Sample(name, _picture(_PICTURES[ending]), kind, None, WIDTH, HEIGHT, None)
    data = _wav() if ending == "wav" else _audio(*_AUDIO[ending])
    return Sample(name, data, kind, SECONDS, None, None, None)


def _picture(form: str) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (30, 90, 160)).save(out, form)
    return out.getvalue()


def _wav() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(_tone())
    return out.getvalue()


@cache
def _tone() -> bytes:
    samples = (round(9000 * math.sin(n * 2 * math.pi * 440 / _RATE)) for n in range(round(_RATE * SECONDS)))
    return b"".join(struct.pack("<h", one) for one in samples)


def _video(form: str, picture: str, sound: str) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        video: Any = container.add_stream(picture, rate=FPS)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = _sound_track(container, sound) if sound else None
        container.start_encoding()
        for nth in range(round(FPS * SECONDS)):
            plane = av.VideoFrame(WIDTH, HEIGHT, "rgb24")
            plane.planes[0].update(bytes((nth * 9 % 256,)) * plane.planes[0].buffer_size)
            container.mux(video.encode(plane))
        container.mux(video.encode(None))
        if audio is not None:
            _put_tone(container, audio)
    return out.getvalue()


def _audio(form: str, codec: str) -> bytes:
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        audio = _sound_track(container, codec)
        container.start_encoding()
        _put_tone(container, audio)
    return out.getvalue()


def _sound_track(container: Any, codec: str) -> Any:
    audio = container.add_stream(codec, rate=_RATE)
    audio.codec_context.layout = "mono"
    return audio


def _put_tone(container: Any, audio: Any) -> None:
    import av

    frame = av.AudioFrame("s16", "mono", round(_RATE * SECONDS))
    frame.planes[0].update(_tone().ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate, frame.pts, frame.time_base = _RATE, 0, Fraction(1, _RATE)
    fitted = av.AudioResampler(
        audio.codec_context.format, "mono", _RATE, audio.codec_context.frame_size or None
    )
    for piece in (*fitted.resample(frame), *fitted.resample(None), None):
        container.mux(audio.encode(piece))

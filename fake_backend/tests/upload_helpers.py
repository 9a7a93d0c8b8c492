"""Real media files of every format (UPL-3), made for tests of uploads."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from av.container import OutputContainer


Files = dict[str, bytes]

# Each format (UPL-3) with the codecs it is made of here, and the media type it is served as.
VIDEOS = {
    "mp4": ("libx264", "aac", "video/mp4"),
    "mov": ("mpeg4", "aac", "video/quicktime"),
    "avi": ("mpeg4", "mp3", "video/x-msvideo"),
    "webm": ("libvpx", "libopus", "video/webm"),
    "mkv": ("libx264", "aac", "video/x-matroska"),
}
SOUNDS = {
    "mp3": ("mp3", "audio/mpeg"),
    "wav": ("pcm_s16le", "audio/wav"),
    "m4a": ("aac", "audio/mp4"),
    "aac": ("aac", "audio/aac"),
}
PICTURES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
WIDTH, HEIGHT, FPS, RATE = 64, 48, 10, 48_000
CONTAINERS = {"m4a": "ipod", "aac": "adts", "mkv": "matroska"}


def film(extension: str) -> bytes:
    """Make one second of video with sound."""
    picture, sound, _ = VIDEOS[extension]
    out = io.BytesIO()
    with av.open(out, "w", format=CONTAINERS.get(extension, extension)) as container:
        video = container.add_stream(picture, rate=FPS)
        assert isinstance(video, av.VideoStream)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = add_sound(container, sound)
        container.start_encoding()
        for number in range(FPS):
            pixels = np.full((HEIGHT, WIDTH, 3), number * 20, np.uint8)
            container.mux(video.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(video.encode(None))
        put_tone(container, audio)
    return out.getvalue()


def song(extension: str) -> bytes:
    """Make one second of sound."""
    out = io.BytesIO()
    with av.open(out, "w", format=CONTAINERS.get(extension, extension)) as container:
        audio = add_sound(container, SOUNDS[extension][0])
        container.start_encoding()
        put_tone(container, audio)
    return out.getvalue()


def add_sound(container: OutputContainer, codec: str) -> av.AudioStream:
    """Add a track for sound."""
    audio = container.add_stream(codec, rate=RATE)
    assert isinstance(audio, av.AudioStream)
    audio.codec_context.layout = "mono"
    return audio


def put_tone(container: OutputContainer, audio: av.AudioStream) -> None:
    """Put one second of a tone on a track."""
    tone = (np.sin(np.arange(RATE) / 20) * 8000).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(tone[None, :], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    context = audio.codec_context
    resampler = av.AudioResampler(context.format, "mono", RATE, context.frame_size or None)
    for piece in (*resampler.resample(frame), *resampler.resample(None), None):
        container.mux(audio.encode(piece))


def picture(extension: str) -> bytes:
    """Make a picture."""
    out = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (200, 40, 40)).save(out, {"jpg": "jpeg"}.get(extension, extension))
    return out.getvalue()

"""A real sample clip of known figures: a moving picture, and sound with known silences."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image, ImageDraw

from ..engine.library import MediaInfo
from .video.mp4 import add_h264, writing
from .video.text_layout import fit
from .video.yuv import YuvFrame, YuvImage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt
    from av.packet import Packet
    from av.stream import Stream

    from .formats import Span

    Sound = npt.NDArray[np.float32]

WIDTH, HEIGHT, FPS = 640, 360, 25
RATE = 44_100
# Where a clip of any length is silent, as shares of it: 2.0-3.5 s and 6.0-7.2 s of ten seconds.
_SILENT_SHARES = ((0.20, 0.35), (0.60, 0.72))
_SHORTEST_MS = 300
_FRAME_MS = 1000 // FPS
_AAC_PACKET = 1_024
_SKY, _QUIET, _INK = (24, 44, 92), (92, 34, 34), (245, 245, 245)
_BAR = 40


def make_sample(path: Path, duration_s: float = 10.0) -> MediaInfo:
    """Write an H.264 and AAC clip to ``path`` and return what is true of it by construction.

    640x360 at 25 fps, rounded to whole frames; a readable timecode over a wandering bar; a tone but
    for two stretches of pure silence, when the picture turns red. The same bytes every time on the
    same installation. Raises OSError when the file cannot be written.
    """
    frames = max(round(duration_s * FPS), 1)
    duration_ms = frames * _FRAME_MS
    silences = _silences(duration_ms)
    with writing(path) as container:
        video = add_h264(container, WIDTH, HEIGHT, keyframe_every=2 * FPS)
        audio = container.add_stream("aac", rate=RATE)
        audio.codec_context.layout = "mono"
        for frame_image, start_ms in _pictures(frames, silences):
            frame_image.frame.pts, frame_image.frame.time_base = start_ms, Fraction(1, 1000)
            container.mux([_lasting(packet) for packet in video.encode(frame_image.frame)])
        container.mux([_lasting(packet) for packet in video.encode(None)])
        for frame in _frames_of(_sound(duration_ms, silences)):
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return MediaInfo(
        filename=path.name,
        file_type="video",
        duration_ms=duration_ms,
        width=WIDTH,
        height=HEIGHT,
        fps=float(FPS),
        hash=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=path.stat().st_size,
        has_audio=True,
        silences=silences,
    )


def _silences(duration_ms: int) -> tuple[Span, ...]:
    """Place the silences; a clip too short for real ones has none."""
    spans = ((round(a * duration_ms), round(b * duration_ms)) for a, b in _SILENT_SHARES)
    return tuple((a, b) for a, b in spans if b - a >= _SHORTEST_MS)


def _lasting(packet: Packet[Stream]) -> Packet[Stream]:
    packet.duration = _FRAME_MS
    return packet


def _pictures(frames: int, silences: tuple[Span, ...]) -> Iterator[tuple[YuvFrame, int]]:
    frame_image, bar = YuvFrame(WIDTH, HEIGHT), _plain(_BAR, HEIGHT // 3, (250, 190, 60))
    letters = {letter: _letter(letter) for letter in "0123456789:."}
    for number in range(frames):
        ms = number * _FRAME_MS
        frame_image.fill(_QUIET if any(a <= ms < b for a, b in silences) else _SKY)
        frame_image.lay(bar.at(number * 4 % (WIDTH - _BAR), HEIGHT // 6))
        text = f"{ms // 60_000:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"
        for place, letter in enumerate(text):
            image_part = letters[letter]
            frame_image.lay(
                image_part.at(WIDTH // 2 + (place - len(text) // 2) * image_part.width, HEIGHT * 2 // 3)
            )
        yield frame_image, ms


def _plain(width: int, height: int, colour: tuple[int, int, int]) -> YuvImage:
    return YuvImage.of(Image.new("RGB", (width, height), colour))


def _letter(letter: str) -> YuvImage:
    image = Image.new("RGB", (36, 64), (0, 0, 0))
    block = fit(letter, 36, 64, 48)
    block.draw(ImageDraw.Draw(image), (36 - block.width) // 2, 2, _INK)
    return YuvImage.of(image)


def _sound(duration_ms: int, silences: tuple[Span, ...]) -> Sound:
    """Make a tone that never fades but in the silences, where there is nothing at all."""
    time_s = np.arange(duration_ms * RATE // 1000) / RATE
    sound = 0.2 * np.sin(2 * np.pi * 330 * time_s) + 0.1 * np.sin(2 * np.pi * 495 * time_s)
    for start_ms, end_ms in silences:
        sound[start_ms * RATE // 1000 : end_ms * RATE // 1000] = 0
    result: Sound = sound.astype(np.float32)
    return result


def _frames_of(sound: Sound) -> Iterator[av.AudioFrame]:
    for start in range(0, len(sound), _AAC_PACKET):
        piece = sound[None, start : start + _AAC_PACKET]
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        yield frame

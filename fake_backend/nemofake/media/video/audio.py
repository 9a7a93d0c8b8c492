"""The sound of a video: a quiet tone where the draft is audible, copied packet by packet.

Encoding hours of a steady tone would cost minutes. The tone has a whole number of waves in one AAC
packet, so that all packets are alike once it has settled: one is encoded and repeated.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.packet import Packet
    from av.stream import Stream

    from .model import Video

_RATE = 8_000
_PACKET = 1_024  # samples, fixed by AAC
_WAVES = 28  # 219 Hz
_AMPLITUDE = 0.05
_SETTLED = 5  # packets until the encoder has forgotten the start
_BIT_RATE = 8_000
_TICK = Fraction(1, _RATE)


@dataclass(frozen=True, slots=True)
class _Packets:
    tone: bytes
    hush: bytes


class AudioTrack:
    """A video's audio track, muxed along with the video."""

    def __init__(self, video: Video, container: OutputContainer) -> None:
        clips = (clip for track in video.tracks for clip in track.clips if clip.audible)
        spans = sorted((clip.start_ms, clip.end_ms) for clip in clips if clip.end_ms > clip.start_ms)
        self._starts = [start for start, _ in spans]
        self._ends = list(accumulate((end for _, end in spans), max))
        # Rounded down: the sound never outlasts the picture.
        self._count = video.duration_ms * _RATE // (1000 * _PACKET) if spans else 0
        self._next = 0
        self._stream = _add_aac(container) if self._count else None

    @property
    def sounds(self) -> bool:
        """Whether there is an audio track at all."""
        return self._stream is not None

    def packets_before(self, ms: int) -> Iterator[Packet[Stream]]:
        """Give what comes next, up to a time."""
        while self._stream and self._next < self._count and self._ms(self._next) < ms:
            yield _packet(self._stream, self._next, self._sounds(self._ms(self._next)))
            self._next += 1

    def _sounds(self, ms: float) -> bool:
        before = bisect_right(self._starts, ms)
        return before > 0 and ms < self._ends[before - 1]

    @staticmethod
    def _ms(number: int) -> float:
        return number * _PACKET * 1000 / _RATE


def _add_aac(container: OutputContainer) -> AudioStream:
    stream = container.add_stream("aac", rate=_RATE)
    stream.codec_context.layout = "mono"
    stream.codec_context.bit_rate = _BIT_RATE
    return stream


def _packet(stream: AudioStream, number: int, sounds: bool) -> Packet[Stream]:
    packets = _packets()
    packet = av.Packet(packets.tone if sounds else packets.hush)
    packet.stream = stream
    packet.time_base = _TICK
    packet.pts = packet.dts = number * _PACKET
    packet.duration = _PACKET
    packet.is_keyframe = True
    return packet


@functools.cache
def _packets() -> _Packets:
    wave = _AMPLITUDE * np.sin(2 * np.pi * _WAVES * np.arange(_PACKET) / _PACKET)
    return _Packets(tone=_settled(wave), hush=_settled(np.zeros(_PACKET)))


def _settled(wave: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    """Encode the same packet of samples until the encoder repeats itself."""
    context = av.CodecContext.create("aac", "w")
    context.sample_rate, context.layout, context.format = _RATE, "mono", "fltp"
    context.bit_rate, context.time_base = _BIT_RATE, _TICK
    made: list[bytes] = []
    while len(made) <= _SETTLED:
        frame = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], format="fltp", layout="mono")
        frame.sample_rate = _RATE
        made += [bytes(packet) for packet in context.encode(frame)]
    return made[_SETTLED]

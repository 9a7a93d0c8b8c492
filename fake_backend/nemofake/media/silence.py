"""Where a sound is silent: decoded frames in, spans without sound out, in bounded memory."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .formats import Span

    Raw = npt.NDArray[np.generic]
    Power = npt.NDArray[np.float32]  # mean squares, full scale is 1.0


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """What counts as silence, and how much of a file is listened to.

    A stretch is silent when the RMS of every channel stays under ``threshold_dbfs`` (a square wave
    at full scale is 0) in windows of ``window_ms``, for at least ``shortest_ms``. Sound after
    ``limit_ms`` is not decoded: it counts as not silent, so that nothing unheard is ever cut.
    """

    threshold_dbfs: float = -45.0
    shortest_ms: int = 300
    window_ms: int = 10
    limit_ms: int = 30 * 60_000

    @property
    def power(self) -> float:
        """The threshold as mean square of samples whose full scale is 1.0."""
        return float(10.0 ** (self.threshold_dbfs / 10.0))


_FULL_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0, "f4": 1.0, "f8": 1.0}
_JITTER_S = 0.02  # coarse time stamps wander by less; more is a real gap
_CHUNK_S = 1.0
_PLANES_PYAV_CAN_READ = 8


class _Reader:
    """Copies samples out of libav's frames of one shape.

    PyAV looks for the end of a list of planes that has none from eight planes on, and crashes the
    process: frames of so many are woven into one plane first.
    """

    def __init__(self, frame: av.AudioFrame) -> None:
        many = frame.format.is_planar and frame.layout.nb_channels >= _PLANES_PYAV_CAN_READ
        self._weaver = av.AudioResampler(frame.format.packed, frame.layout) if many else None

    def read(self, frame: av.AudioFrame) -> Raw:
        """Give (planes, samples); raises ValueError when there is nothing to give."""
        if self._weaver is None:
            return frame.to_ndarray()
        return np.concatenate([part.to_ndarray() for part in self._weaver.resample(frame)], axis=1)


def _joined(frames: list[Raw], channels: int) -> Raw:
    """Put frames in a row, one line a channel; only planar formats come so."""
    rows = np.concatenate(frames, axis=1)
    return rows if rows.shape[0] == channels else rows.reshape(-1, channels).T


class SilenceDetector:
    """Listens to frames in order and remembers only the stretches that were loud."""

    def __init__(self, rule: SilenceRule) -> None:
        self._rule = rule
        self._held: list[Raw] = []
        self._held_count = 0
        self._shape = (0, 0, "")  # rate, channels, sample format of what is held
        self._reader: _Reader | None = None
        self._start_s = 0.0
        self._loud: list[tuple[float, float]] = []
        self.end_s = 0.0  # where the last sound heard ended

    def hear(self, frame: av.AudioFrame, at_s: float | None) -> None:
        """Take the next frame; ``at_s`` is its place in source time, None when it does not say."""
        shape = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        place = self.end_s if at_s is None else at_s
        if shape != self._shape or abs(place - self.end_s) > _JITTER_S:
            self._measure()
            self._start_s = place
        if self._reader is None or shape != self._shape:
            self._reader, self._shape = _Reader(frame), shape
        self._held.append(self._reader.read(frame))
        self._held_count += frame.samples
        self.end_s = self._start_s + self._held_count / frame.sample_rate
        if self._held_count >= frame.sample_rate * _CHUNK_S:
            self._measure()

    def assume_loud_until(self, end_s: float) -> None:
        """Count everything from the last sound to ``end_s`` as loud: it was not listened to."""
        self._measure()
        self._loud.append((self.end_s, max(end_s, self.end_s)))

    def silences(self, duration_ms: int) -> tuple[Span, ...]:
        """Give the silent spans of a source of this length; what has no sound is silent."""
        self._measure()
        loud = sorted((round(a * 1000), round(b * 1000)) for a, b in self._loud)
        ends = list(itertools.accumulate((b for _, b in loud), max, initial=0))
        starts = [a for a, _ in loud] + [duration_ms]
        gaps = ((max(a, 0), min(b, duration_ms)) for a, b in zip(ends, starts, strict=True))
        return tuple((a, b) for a, b in gaps if b - a >= self._rule.shortest_ms)

    def _measure(self) -> None:
        """Judge what is held, window by window, and let it go."""
        if not self._held:
            return
        start_s, self._start_s = self._start_s, self.end_s
        rate, channels, _ = self._shape
        joined = _joined(self._held, channels)
        self._held, self._held_count = [], 0
        size = max(rate * self._rule.window_ms // 1000, 1)
        edges = np.arange(0, joined.shape[1], size)
        flags = _power(joined, edges) > self._rule.power
        bounds = np.append(edges, joined.shape[1])
        turns = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
        for begin, end in bounds[turns].reshape(-1, 2).tolist():
            self._add(start_s + begin / rate, start_s + end / rate)

    def _add(self, start_s: float, end_s: float) -> None:
        """Remember a loud stretch; a pause too short to be silence is bridged at once."""
        if self._loud and 0 <= start_s - self._loud[-1][1] < self._rule.shortest_ms / 1000:
            start_s = self._loud.pop()[0]
        self._loud.append((start_s, end_s))


def _power(raw: Raw, edges: npt.NDArray[np.intp]) -> Power:
    """Measure each window's mean square, full scale 1.0, in its loudest channel.

    A constant offset is no sound, be it a recorder's or the 128 of unsigned bytes.
    """
    with np.errstate(all="ignore"):  # a damaged file may hold anything
        swing = np.ascontiguousarray(raw, dtype=np.float32)
        swing = swing - swing.mean(axis=1, keepdims=True)
        sums = np.add.reduceat(np.square(swing, out=swing), edges, axis=1).max(axis=0)
        counts = np.diff(edges, append=raw.shape[1])
        power: Power = sums / counts / _FULL_SCALE[raw.dtype.str[1:]] ** 2
    return power

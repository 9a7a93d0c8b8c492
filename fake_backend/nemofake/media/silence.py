"""Finds silence: takes decoded audio frames, returns spans without sound, in bounded memory."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import av
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from .formats import SilenceSettings, Span

    Raw = npt.NDArray[np.generic]
    Power = npt.NDArray[np.float32]  # mean squares, full scale is 1.0


_FULL_SCALE = {"u1": 128.0, "i2": 32768.0, "i4": 2147483648.0, "f4": 1.0, "f8": 1.0}
_JITTER_S = 0.02  # coarse time stamps jitter by less; more is a real gap
_CHUNK_S = 1.0
_PLANES_PYAV_CAN_READ = 8


class _Reader:
    """Copies samples out of libav's frames of one shape.

    PyAV crashes the process on planar frames with eight or more planes, so those are interleaved first.
    """

    def __init__(self, frame: av.AudioFrame) -> None:
        many = frame.format.is_planar and frame.layout.nb_channels >= _PLANES_PYAV_CAN_READ
        self._interleaver = av.AudioResampler(frame.format.packed, frame.layout) if many else None

    def read(self, frame: av.AudioFrame) -> Raw:
        """Return (planes, samples); raises ValueError if there are none."""
        if self._interleaver is None:
            return frame.to_ndarray()
        return np.concatenate([part.to_ndarray() for part in self._interleaver.resample(frame)], axis=1)


def _joined(frames: list[Raw], channels: int) -> Raw:
    """Join frames to (channels, samples)."""
    rows = np.concatenate(frames, axis=1)
    return rows if rows.shape[0] == channels else rows.reshape(-1, channels).T


class SilenceDetector:
    """Takes frames in order and remembers only the loud stretches."""

    def __init__(self, settings: SilenceSettings) -> None:
        self._settings = settings
        self._pending: list[Raw] = []
        self._pending_samples = 0
        self._shape = (0, 0, "")  # rate, channels, sample format of the pending frames
        self._reader: _Reader | None = None
        self._start_s = 0.0
        self._loud: list[tuple[float, float]] = []
        self.end_s = 0.0  # where the last frame ended

    def add(self, frame: av.AudioFrame, at_s: float | None) -> None:
        """Take the next frame; ``at_s`` is its position in source time, None if unknown."""
        shape = (frame.sample_rate, frame.layout.nb_channels, frame.format.name)
        position = self.end_s if at_s is None else at_s
        if shape != self._shape or abs(position - self.end_s) > _JITTER_S:
            self._measure()
            self._start_s = position
        if self._reader is None or shape != self._shape:
            self._reader, self._shape = _Reader(frame), shape
        self._pending.append(self._reader.read(frame))
        self._pending_samples += frame.samples
        self.end_s = self._start_s + self._pending_samples / frame.sample_rate
        if self._pending_samples >= frame.sample_rate * _CHUNK_S:
            self._measure()

    def assume_loud_until(self, end_s: float) -> None:
        """Count everything from the last frame to ``end_s`` as loud: it was not decoded."""
        self._measure()
        self._loud.append((self.end_s, max(end_s, self.end_s)))

    def silences(self, duration_ms: int) -> tuple[Span, ...]:
        """Return the silent spans of a source of this length; stretches without frames are silent."""
        self._measure()
        loud = sorted((round(a * 1000), round(b * 1000)) for a, b in self._loud)
        ends = list(itertools.accumulate((b for _, b in loud), max, initial=0))
        starts = [a for a, _ in loud] + [duration_ms]
        gaps = ((max(a, 0), min(b, duration_ms)) for a, b in zip(ends, starts, strict=True))
        return tuple((a, b) for a, b in gaps if b - a >= self._settings.shortest_ms)

    def _measure(self) -> None:
        """Measure the pending frames window by window, and drop them."""
        if not self._pending:
            return
        start_s, self._start_s = self._start_s, self.end_s
        rate, channels, _ = self._shape
        joined = _joined(self._pending, channels)
        self._pending, self._pending_samples = [], 0
        size = max(rate * self._settings.window_ms // 1000, 1)
        edges = np.arange(0, joined.shape[1], size)
        flags = _power(joined, edges) > self._settings.power
        bounds = np.append(edges, joined.shape[1])
        turns = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
        for begin, end in bounds[turns].reshape(-1, 2).tolist():
            self._add(start_s + begin / rate, start_s + end / rate)

    def _add(self, start_s: float, end_s: float) -> None:
        """Add a loud stretch; a pause too short for a silence is bridged."""
        if self._loud and 0 <= start_s - self._loud[-1][1] < self._settings.shortest_ms / 1000:
            start_s = self._loud.pop()[0]
        self._loud.append((start_s, end_s))


def _power(raw: Raw, edges: npt.NDArray[np.intp]) -> Power:
    """Return each window's mean square, full scale 1.0, in its loudest channel.

    A constant offset is not sound: a recorder's, or the 128 of unsigned bytes.
    """
    with np.errstate(all="ignore"):  # a damaged file may hold anything
        swing = np.ascontiguousarray(raw, dtype=np.float32)
        swing = swing - swing.mean(axis=1, keepdims=True)
        sums = np.add.reduceat(np.square(swing, out=swing), edges, axis=1).max(axis=0)
        counts = np.diff(edges, append=raw.shape[1])
        power: Power = sums / counts / _FULL_SCALE[raw.dtype.str[1:]] ** 2
    return power

"""Video and audio files: measured from headers, and from packets where headers say nothing."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError
from av.stream import Discard, Disposition

from ..engine.library import MediaInfo
from .formats import UnreadableMedia
from .silence import SilenceDetector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from .formats import FileFormat, SilenceSettings

# A file must not make libav open others, reserve gigabytes for one frame, or start threads.
_GUARDS = {"protocol_whitelist": "file,subfile", "max_pixels": str(64 * 1024 * 1024), "threads": "1"}
# Names that are no UTF-8 must not keep a file out; from PyAV 19 on they do not, unasked.
_LENIENT: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
_READ_TIMEOUT_S = 5.0  # for one read of a local file: damaged indexes can make libav seek for long
_LONGEST_MS = 100 * 60 * 60_000
_MAX_FPS = 240
_MAX_PIXEL_SHAPE = 4
_MAX_PACKETS_TO_FIRST_FRAME = 256
_MAX_PACKETS = 3_000_000  # 20 h of MP3; more would only keep the reader busy
_SAMPLE_RATES = range(1_000, 768_001)  # others are nonsense: at 1 Hz, libav gives one sample a packet


@contextmanager
def open_recording(path: Path, demuxer: str, offset: int = 0) -> Iterator[InputContainer]:
    """Open a file from ``offset`` on with the given demuxer, never a guessed one; raises FFmpegError."""
    url = f"subfile,,start,{offset},end,0,,:{path.absolute()}" if offset else str(path.absolute())
    with av.open(
        url,
        "r",
        format=demuxer,
        options=dict(_GUARDS),
        timeout=_READ_TIMEOUT_S,
        **_LENIENT,
    ) as container:
        yield container


@dataclass(slots=True)
class _PacketStats:
    """What the packets say: the end in source time, the number of pictures."""

    detector: SilenceDetector
    end_s: float = 0.0
    pictures: int = 0
    cut_short: bool = False  # sound was not decoded to its end


def probe_recording(path: Path, expected: FileFormat, silence: SilenceSettings, offset: int = 0) -> MediaInfo:
    """Measure a video or audio file; raises UnreadableMedia or FFmpegError."""
    with open_recording(path, expected.demuxer, offset) as container:
        video, sound = _main_streams(container)
        header_ms = 0 if expected.measured else _plausible(_header_us(container) // 1000)
        stats = _read_packets(container, video, sound, silence, to_end=header_ms == 0)
        duration_ms = header_ms or _plausible(round(stats.end_s * 1000))
        if duration_ms == 0:
            raise UnreadableMedia("no frame of video or sound, or no possible length")
        silences = _silences(stats, duration_ms)
        if video is None:
            return MediaInfo("", "audio", duration_ms, has_audio=True, silences=silences)
        fps = _fps(video, stats, measured=header_ms == 0)
        width, height = _square(video)
        if _quarter_turned(container, video):
            width, height = height, width
    return MediaInfo(
        "", "video", duration_ms, width, height, fps, has_audio=sound is not None, silences=silences
    )


def _header_us(container: InputContainer) -> int:
    """Return the length that the header states; Matroska counts it from time 0, not from the first frame."""
    start_us = max(container.start_time or 0, 0) if "matroska" in container.format.name else 0
    return (container.duration or 0) - start_us


def _plausible(ms: int) -> int:
    """Return a length, or 0 for unknown if no uploaded file can be that long."""
    return ms if 0 < ms <= _LONGEST_MS else 0


def _main_streams(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    """Return what a player shows; the cover of a song is not a video."""
    videos = [s for s in container.streams.video if _is_moving(s)]
    sounds = [s for s in container.streams.audio if _is_known_sound(s)]
    if not videos and not sounds:
        raise UnreadableMedia("the file holds no video or sound that can be decoded")
    video = max(videos, key=_is_default, default=None)
    return video, max(sounds, key=_is_default, default=None)


def _is_moving(stream: VideoStream) -> bool:
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    known = stream.codec_context is not None
    return known and not stream.disposition & covers and stream.width > 0 and stream.height > 0


def _is_known_sound(stream: AudioStream) -> bool:
    return stream.codec_context is not None and stream.codec_context.sample_rate in _SAMPLE_RATES


def _is_default(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.default)


def _read_packets(
    container: InputContainer,
    video: VideoStream | None,
    sound: AudioStream | None,
    silence: SilenceSettings,
    *,
    to_end: bool,
) -> _PacketStats:
    """Decode the sound and, if the headers state no length, read all packets."""
    stats = _PacketStats(SilenceDetector(silence))
    wanted = [s for s in (video if to_end else None, sound) if s is not None]
    for stream in container.streams:
        stream.discard = Discard.default if stream in wanted else Discard.all
    zero_s = (container.start_time or 0) / 1_000_000
    tick_s = {stream.index: float(stream.time_base or 0) for stream in wanted}
    for number, packet in enumerate(_packets(container, wanted)):
        if number >= _MAX_PACKETS:
            if to_end:
                raise UnreadableMedia("too long to be measured")
            stats.cut_short = True
            break
        tick = tick_s[packet.stream.index]
        at_s = (packet.pts or 0) * tick - zero_s
        stats.end_s = max(stats.end_s, at_s + (packet.duration or 0) * tick)
        if packet.stream is video:
            stats.pictures += packet.size > 0
            continue
        stats.cut_short = stats.cut_short or at_s * 1000 >= silence.limit_ms
        if stats.cut_short and not to_end:
            break
        if not stats.cut_short:
            _decode(stats.detector, packet, tick, zero_s)
    if sound is not None and video is None and not stats.cut_short:
        stats.end_s = stats.detector.end_s  # exact: the decoder drops the encoder's padding
    return stats


def _packets(container: InputContainer, wanted: Sequence[Stream]) -> Iterator[Packet[Stream]]:
    """Yield the packets of these streams up to the end, or to where the file breaks off."""
    if not wanted:
        return
    try:
        yield from container.demux(*wanted)
    except FFmpegError:
        return


def _decode(detector: SilenceDetector, packet: Packet[Stream], tick_s: float, zero_s: float) -> None:
    """Give one packet's sound to the detector; frames count time in the ticks of their stream."""
    try:
        for frame in packet.decode():
            if isinstance(frame, av.AudioFrame):
                detector.add(frame, None if frame.pts is None else frame.pts * tick_s - zero_s)
    except (FFmpegError, ValueError):
        return  # a damaged packet: what is missing counts as silent


def _silences(stats: _PacketStats, duration_ms: int) -> tuple[tuple[int, int], ...]:
    """Return the silences; none if no frame of sound could be decoded."""
    if stats.detector.end_s <= 0:
        return ()
    if stats.cut_short:
        stats.detector.assume_loud_until(duration_ms / 1000)
    return stats.detector.silences(duration_ms)


def _fps(video: VideoStream, stats: _PacketStats, *, measured: bool) -> float:
    """Return the average rate: the header's, or counted if the header states none or nonsense."""
    stated = video.average_rate or video.guessed_rate or Fraction(0)
    if measured and stats.end_s > 0:
        counted = stats.pictures / stats.end_s
        if abs(float(stated) - counted) > counted / 50:
            stated = Fraction(counted)
    return round(float(stated), 3) if 0 < stated <= _MAX_FPS else 0.0


def _square(video: VideoStream) -> tuple[int, int]:
    """Return the size in square pixels."""
    shape = video.sample_aspect_ratio or Fraction(1)
    if not 1 / _MAX_PIXEL_SHAPE <= shape <= _MAX_PIXEL_SHAPE:
        shape = Fraction(1)
    return round(video.width * shape), video.height


def _quarter_turned(container: InputContainer, video: VideoStream) -> bool:
    """Whether a player turns the picture by a quarter, as for phone videos; the first frame says so."""
    video.discard = Discard.default
    try:
        container.seek(container.start_time or 0)
        for packet in itertools.islice(container.demux(video), _MAX_PACKETS_TO_FIRST_FRAME):
            for frame in packet.decode():
                return isinstance(frame, av.VideoFrame) and frame.rotation % 180 == 90
    except FFmpegError:
        pass
    return False

"""Video and sound files: their figures from headers, and from packets where headers are silent."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from av.error import FFmpegError
from av.stream import Discard, Disposition

from .formats import StreamInfo, UnreadableMedia
from .silence import SilenceDetector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from .formats import FileFormat
    from .silence import SilenceRule

# A file must not make the decoder open others, reserve gigabytes for one frame, or start threads.
_GUARDS = {"protocol_whitelist": "file", "max_pixels": str(64 * 1024 * 1024), "threads": "1"}
# Names that are no UTF-8 must not keep a file out; from PyAV 19 on they do not, unasked.
_TOLERANCE: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}
_PATIENCE_S = 5.0  # for one read of a local file: damaged indexes can send libav on long walks
_LONGEST_MS = 100 * 60 * 60_000
_MAX_FPS = 240
_MAX_PIXEL_SHAPE = 4
_MAX_PACKETS_TO_FIRST_FRAME = 256


@contextmanager
def open_recording(path: Path, reader: str) -> Iterator[InputContainer]:
    """Open a file with one given reader, never a guessed one; raises FFmpegError."""
    with av.open(
        str(path.absolute()),
        "r",
        format=reader,
        options=dict(_GUARDS),
        timeout=_PATIENCE_S,
        **_TOLERANCE,
    ) as container:
        yield container


@dataclass(slots=True)
class _PacketStats:
    """What reading the packets told: ends in source time, pictures counted."""

    ear: SilenceDetector
    end_s: float = 0.0
    pictures: int = 0
    cut_short: bool = False  # the limit of the silence rule was met


def read_recording(path: Path, family: FileFormat, rule: SilenceRule) -> StreamInfo:
    """Read a video's or a song's figures; raises UnreadableMedia or FFmpegError."""
    with open_recording(path, family.reader) as container:
        video, sound = _main_streams(container)
        header_ms = 0 if family.measured else _plausible((container.duration or 0) // 1000)
        survey = _survey(container, video, sound, rule, to_end=header_ms == 0)
        duration_ms = header_ms or _plausible(round(survey.end_s * 1000))
        if duration_ms == 0:
            raise UnreadableMedia("no frame of video or sound, or no possible length")
        silences = _silences(survey, duration_ms)
        if video is None:
            return StreamInfo("audio", duration_ms, has_audio=True, silences=silences)
        fps = _fps(video, survey, measured=header_ms == 0)
        width, height = _square(video)
        if _quarter_turned(container, video):
            width, height = height, width
    return StreamInfo("video", duration_ms, width, height, fps, sound is not None, silences)


def _plausible(ms: int) -> int:
    """Turn a length that no file of an upload's size can have into 0, unknown."""
    return ms if 0 < ms <= _LONGEST_MS else 0


def _main_streams(container: InputContainer) -> tuple[VideoStream | None, AudioStream | None]:
    """Pick what a player would show; the cover of a song is not a video."""
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
    return stream.codec_context is not None and stream.codec_context.sample_rate > 0


def _is_default(stream: Stream) -> bool:
    return bool(stream.disposition & Disposition.default)


def _survey(
    container: InputContainer,
    video: VideoStream | None,
    sound: AudioStream | None,
    rule: SilenceRule,
    *,
    to_end: bool,
) -> _PacketStats:
    """Listen to the sound and, where the headers give no length, run through all packets."""
    survey = _PacketStats(SilenceDetector(rule))
    wanted = [s for s in (video if to_end else None, sound) if s is not None]
    for stream in container.streams:
        stream.discard = Discard.default if stream in wanted else Discard.all
    zero_s = (container.start_time or 0) / 1_000_000
    tick_s = {stream.index: float(stream.time_base or 0) for stream in wanted}
    for packet in _packets(container, wanted):
        tick = tick_s[packet.stream.index]
        at_s = (packet.pts or 0) * tick - zero_s
        survey.end_s = max(survey.end_s, at_s + (packet.duration or 0) * tick)
        if packet.stream is video:
            survey.pictures += packet.size > 0
            continue
        survey.cut_short = survey.cut_short or at_s * 1000 >= rule.limit_ms
        if survey.cut_short and not to_end:
            break
        if not survey.cut_short:
            _listen(survey.ear, packet, tick, zero_s)
    if sound is not None and video is None and not survey.cut_short:
        survey.end_s = survey.ear.end_s  # exact: the decoder drops the encoder's padding
    return survey


def _packets(container: InputContainer, wanted: Sequence[Stream]) -> Iterator[Packet[Stream]]:
    """Yield the packets of these streams up to the end, or to where the file breaks off."""
    if not wanted:
        return
    try:
        yield from container.demux(*wanted)
    except FFmpegError:
        return


def _listen(ear: SilenceDetector, packet: Packet[Stream], tick_s: float, zero_s: float) -> None:
    """Decode one packet for the ear; its frames count time in the ticks of their stream."""
    try:
        for frame in packet.decode():
            if isinstance(frame, av.AudioFrame):
                ear.hear(frame, None if frame.pts is None else frame.pts * tick_s - zero_s)
    except (FFmpegError, ValueError):
        return  # a damaged packet: what is missing counts as silent


def _silences(survey: _PacketStats, duration_ms: int) -> tuple[tuple[int, int], ...]:
    """Give the silences, or none where not one frame of sound could be decoded."""
    if survey.ear.end_s <= 0:
        return ()
    if survey.cut_short:
        survey.ear.assume_loud_until(duration_ms / 1000)
    return survey.ear.silences(duration_ms)


def _fps(video: VideoStream, survey: _PacketStats, *, measured: bool) -> float:
    """Give the average rate: of the header, or counted where the header states none or nonsense."""
    stated = video.average_rate or video.guessed_rate or Fraction(0)
    if measured and survey.end_s > 0:
        counted = survey.pictures / survey.end_s
        if abs(float(stated) - counted) > counted / 50:
            stated = Fraction(counted)
    return round(float(stated), 3) if 0 < stated <= _MAX_FPS else 0.0


def _square(video: VideoStream) -> tuple[int, int]:
    """Give the size in square pixels."""
    shape = video.sample_aspect_ratio or Fraction(1)
    if not 1 / _MAX_PIXEL_SHAPE <= shape <= _MAX_PIXEL_SHAPE:
        shape = Fraction(1)
    return round(video.width * shape), video.height


def _quarter_turned(container: InputContainer, video: VideoStream) -> bool:
    """Say whether a player lays the picture on its side: phones film so; the first frame tells."""
    video.discard = Discard.default
    try:
        container.seek(container.start_time or 0)
        for packet in itertools.islice(container.demux(video), _MAX_PACKETS_TO_FIRST_FRAME):
            for frame in packet.decode():
                return isinstance(frame, av.VideoFrame) and frame.rotation % 180 == 90
    except FFmpegError:
        pass
    return False

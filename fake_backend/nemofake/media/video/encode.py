"""A video becomes a file: few frames at the right times, cheap however long it is (REN-8)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import av

from .audio import AudioTrack
from .layout import BACKGROUND, Layout, tracks_image
from .model import VideoReport, frame_times
from .mp4 import MS, add_h264, writing
from .overlays import clip_name_image, clock_image, move, playhead, playing_at, title_image, titles_at
from .yuv import YuvFrame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from .model import Video


_KEYFRAME_EVERY = 30


def render_video(video: Video, path: Path) -> VideoReport:
    """Write ``video`` to ``path`` as an MP4 of H.264, and AAC where the draft is audible (REN-8).

    The same video gives the same bytes on the same installation. Raises OSError when the file cannot
    be written. The video track lasts exactly the video's ms, the sound never longer.
    """
    times = frame_times(video)
    ends = dict(pairwise((*times, video.duration_ms)))
    with writing(path) as container:
        stream = add_h264(container, video.width, video.height, _KEYFRAME_EVERY)
        sound = AudioTrack(video, container)
        for packet in _pictures(video, times, stream):
            start_ms = packet.pts or 0
            # The encoder knows no durations; the muxer needs the last one to end the track on time.
            packet.duration = ends[start_ms] - start_ms
            container.mux_one(packet)
            container.mux(list(sound.packets_before(ends[start_ms])))
    return VideoReport(
        codec="h264",
        container="mp4",
        width=video.width,
        height=video.height,
        duration_ms=video.duration_ms,
        frames=len(times),
        size=path.stat().st_size,
        has_audio=sound.sounds,
    )


def _pictures(video: Video, times: tuple[int, ...], stream: VideoStream) -> Iterator[Packet[Stream]]:
    """Encode the frames one after the other."""
    for frame_image, start_ms in _sheets(video, times):
        frame_image.frame.pts, frame_image.frame.time_base = start_ms, MS
        yield from stream.encode(frame_image.frame)
    yield from stream.encode(None)


def _sheets(video: Video, times: tuple[int, ...]) -> Iterator[tuple[YuvFrame, int]]:
    """Paint the frames one after the other, on one frame_image."""
    layout = Layout.of(video)
    frame_image, tracks = YuvFrame(video.width, video.height), tracks_image(video, layout)
    head = playhead(layout)
    stage = cache(lambda name: clip_name_image(layout, name))
    title = cache(lambda place, text, size: title_image(layout, place, text, size))
    for ms in times:
        titles = titles_at(video, ms)
        frame_image.fill(BACKGROUND)
        frame_image.lay(tracks)
        if all(place.band != "center" for place, _, _ in titles):
            frame_image.lay(stage(playing_at(video, ms)))
        for place, text, size in titles:
            frame_image.lay(title(place, text, size))
        frame_image.lay(clock_image(layout, ms))
        frame_image.lay(move(head, layout, ms))
        yield frame_image, ms


_QUICKTIME = "qt"


def inspect_video(path: Path) -> VideoReport:
    """Probe a video with no knowledge of how it was made; raises FFmpegError on any damage.

    ``duration_ms`` is the longer of what the container and the video track state. A file without
    video raises ValueError.
    """
    with av.open(str(path.absolute()), "r") as container:
        if not container.streams.video:
            raise ValueError(f"{path.name} holds no video")
        video = container.streams.video[0]
        brand = container.metadata.get("major_brand", "").strip()
        kind = "mp4" if "mp4" in container.format.name and brand != _QUICKTIME else container.format.name
        track = video.duration * video.time_base if video.duration and video.time_base else 0
        duration_ms = round(max(track * 1000, (container.duration or 0) / 1000))
        frames = sum(1 for _ in container.decode(video))
        return VideoReport(
            codec=video.codec_context.codec.canonical_name,
            container=kind,
            width=video.width,
            height=video.height,
            duration_ms=duration_ms,
            frames=frames,
            size=path.stat().st_size,
            has_audio=bool(container.streams.audio),
        )

"""What a finished film is, and the proof of it: an inspection that decodes every frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from pathlib import Path

_QUICKTIME = "qt"


@dataclass(frozen=True, slots=True)
class FilmReport:
    """A film file's figures; ``frames`` were decoded one by one, ``size`` is in bytes."""

    codec: str
    container: str
    width: int
    height: int
    duration_ms: int
    frames: int
    size: int
    has_audio: bool


def inspect_film(path: Path) -> FilmReport:
    """Probe a film with no knowledge of how it was made; raises FFmpegError on any damage.

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
        return FilmReport(
            codec=video.codec_context.codec.canonical_name,
            container=kind,
            width=video.width,
            height=video.height,
            duration_ms=duration_ms,
            frames=frames,
            size=path.stat().st_size,
            has_audio=bool(container.streams.audio),
        )

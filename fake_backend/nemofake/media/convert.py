"""Converts footage to a format that uploads accept: streams are copied, stills become PNG."""

from __future__ import annotations

from pathlib import Path

import av
from av.error import FFmpegError
from PIL import Image, UnidentifiedImageError

from ..engine.library import FORMATS
from .formats import UnreadableMedia, extension

_CONTAINERS = (".mkv", ".avi", ".mov")
_ALIASES = {".jpeg": ".jpg", ".m4v": ".mp4", ".mpga": ".mp3", ".wave": ".wav"}


def converted(path: Path, folder: Path) -> Path:
    """Return a file that uploads accept with the content of ``path``: itself, or a copy in ``folder``.

    Only stills, and video that no accepted container holds, are encoded anew. Raises UnreadableMedia if no
    library here can read the file.
    """
    if extension(path.name) in FORMATS:
        return path
    alias = _ALIASES.get(path.suffix.lower())
    if alias is not None:
        copy = folder / (path.stem + alias)
        copy.write_bytes(path.read_bytes())
        return copy
    return _picture(path, folder / f"{path.stem}.png") or _remuxed(path, folder / f"{path.stem}.mkv")


def _picture(path: Path, target: Path) -> Path | None:
    try:
        with Image.open(path) as picture:
            picture.convert("RGB").save(target)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
    return target


def _remuxed(path: Path, stem: Path) -> Path:
    for suffix in _CONTAINERS:
        target = stem.with_suffix(suffix)
        try:
            _copy_packets(path, target)
        except (FFmpegError, ValueError):  # this container does not hold such a codec
            target.unlink(missing_ok=True)
        else:
            return target
    return _encoded(path, stem.with_suffix(".mp4"))


def _copy_packets(path: Path, target: Path) -> None:
    with av.open(str(path)) as source, av.open(str(target), "w") as out:
        streams = [stream for stream in source.streams if stream.type in ("video", "audio")]
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for packet in source.demux(streams):
            if packet.dts is not None:
                packet.stream = copies[packet.stream.index]
                out.mux(packet)


def _encoded(path: Path, target: Path) -> Path:
    """Encode video anew as H.264; sound in a codec that no container holds is left out."""
    try:
        with av.open(str(path)) as source, av.open(str(target), "w") as out:
            stream = source.streams.video[0]
            video = out.add_stream("libx264", rate=stream.average_rate or 25)
            video.width, video.height, video.pix_fmt = stream.width & ~1, stream.height & ~1, "yuv420p"
            for frame in source.decode(stream):
                out.mux(video.encode(frame.reformat(video.width, video.height, "yuv420p")))
            out.mux(video.encode())
    except (FFmpegError, ValueError, IndexError) as error:
        target.unlink(missing_ok=True)
        raise UnreadableMedia(f"{path.name!r} cannot be read: {error}") from None
    return target

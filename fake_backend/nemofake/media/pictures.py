"""Still and animated pictures: size as displayed and length of one pass, without decoding pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from PIL.Image import Exif
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from .facts import Figures
from .formats import UnreadableMedia
from .recordings import open_recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ORIENTATION = 0x0112  # EXIF; 5 to 8 lie on their side
_SIDEWAYS = 5
_MAX_EXIF_BYTES = 1 << 20
_MAX_CHUNKS = 100_000


def read_jpeg(path: Path) -> Figures:
    """Read a JPEG's headers; its EXIF orientation counts."""
    with JpegImageFile(path) as image:
        return _figures(*image.size, sideways=_lies_sideways(image.getexif()))


def read_png(path: Path) -> Figures:
    """Read a PNG's headers."""
    with PngImageFile(path) as image:
        return _figures(*image.size)


def read_gif(path: Path) -> Figures:
    """Read a GIF: one frame is a still, more are an animation."""
    with open_recording(path, "gif") as container:
        stream = container.streams.video[0]
        shown = (container.duration or 0) // 1000 if stream.frames > 1 else 0
        return _figures(stream.width, stream.height, shown)


def read_webp(path: Path) -> Figures:
    """Read a WebP's chunks; libav decodes no animated ones, Pillow takes the whole file in."""
    size, exif, shown = (0, 0), Exif(), 0
    with path.open("rb") as file:
        for name, length in _chunks(file):
            if name in _WEBP_SIZES and size == (0, 0):
                size = _WEBP_SIZES[name](file.read(10).ljust(10, b"\0"))
            elif name == b"ANMF":
                shown += int.from_bytes(file.read(15)[12:], "little")
            elif name == b"EXIF":
                exif.load(file.read(min(length, _MAX_EXIF_BYTES)))
    return _figures(*size, shown, sideways=_lies_sideways(exif))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Walk a RIFF file: name and length of each chunk, the file standing at its content."""
    place = 12
    for _ in range(_MAX_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return
        length = int.from_bytes(head[4:], "little")
        yield head[:4], length
        place += 8 + length + length % 2


def _number(data: bytes, start: int, size: int) -> int:
    return int.from_bytes(data[start : start + size], "little")


# Where each kind of WebP keeps its size: extended, lossy, lossless.
_WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": lambda d: (_number(d, 4, 3) + 1, _number(d, 7, 3) + 1),
    b"VP8 ": lambda d: (_number(d, 6, 2) & 0x3FFF, _number(d, 8, 2) & 0x3FFF),
    b"VP8L": lambda d: ((_number(d, 1, 4) & 0x3FFF) + 1, (_number(d, 1, 4) >> 14 & 0x3FFF) + 1),
}


def _lies_sideways(exif: Exif) -> bool:
    turn = exif.get(_ORIENTATION)
    return isinstance(turn, int) and turn >= _SIDEWAYS


def _figures(width: int, height: int, duration_ms: int = 0, *, sideways: bool = False) -> Figures:
    if width <= 0 or height <= 0:
        raise UnreadableMedia("the picture has no size")
    if sideways:
        width, height = height, width
    return Figures("image", duration_ms, width, height)

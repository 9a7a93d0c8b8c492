"""Still and animated pictures: size as displayed and length of one pass, from the headers alone.

Read by hand: Pillow warns of every flaw in a user's file and takes a WebP into memory whole, libav
decodes pixels to learn a size and knows no animated WebP.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Literal

from .av_probe import open_recording
from .formats import StreamInfo, UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ControlRequest = Literal["little", "big"]

_ORIENTATION = 0x0112  # EXIF; 5 to 8 lie on their side
_SIDEWAYS, _LAST_TURN = 5, 8
_BYTE_ORDERS: dict[bytes, ControlRequest] = {b"II": "little", b"MM": "big"}
_MAX_ENTRIES = 200
_MAX_EXIF_BYTES = 1 << 20
_MAX_CHUNKS = 100_000
_MARKER, _SCAN, _APP1 = 0xFF, 0xDA, 0xE1
_LOSSLESS = 0x2F
_LONGEST_SIDE = 65_535
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # "start of frame" of every coding


def read_jpeg(path: Path) -> StreamInfo:
    """Read a JPEG's segments up to its size; its EXIF orientation counts."""
    sideways = False
    with path.open("rb") as file:
        for marker, length in _segments(file):
            if marker == _APP1:
                sideways = sideways or _lies_sideways(file.read(length))
            elif marker in _JPEG_SIZES:
                head = file.read(5)
                return _figures(_number(head, 3, 2, "big"), _number(head, 1, 2, "big"), sideways=sideways)
    raise UnreadableMedia("the picture has no size")


def read_png(path: Path) -> StreamInfo:
    """Read a PNG's first chunk, which bears a checksum."""
    with path.open("rb") as file:
        head = file.read(33)
    if zlib.crc32(head[12:29]) != _number(head, 29, 4, "big"):
        raise UnreadableMedia("the picture's header is damaged")
    return _figures(_number(head, 16, 4, "big"), _number(head, 20, 4, "big"))


def read_gif(path: Path) -> StreamInfo:
    """Read a GIF: one frame is a still, more are an animation."""
    with open_recording(path, "gif") as container:
        stream = container.streams.video[0]
        if stream.frames < 1:
            raise UnreadableMedia("the picture has no frame")
        shown = (container.duration or 0) // 1000 if stream.frames > 1 else 0
        return _figures(stream.width, stream.height, shown)


def read_webp(path: Path) -> StreamInfo:
    """Read a WebP's chunks."""
    size, exif, shown = (0, 0), b"", 0
    with path.open("rb") as file:
        for name, length in _chunks(file):
            if name in _WEBP_SIZES and size == (0, 0):
                size = _WEBP_SIZES[name](file.read(10).ljust(10, b"\0"))
            elif name == b"ANMF":
                shown += int.from_bytes(file.read(15)[12:], "little")
            elif name == b"EXIF":
                exif = file.read(min(length, _MAX_EXIF_BYTES))
    return _figures(*size, shown, sideways=_lies_sideways(exif))


def _segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Walk a JPEG: marker and length of each segment before the pixels, the file at its content."""
    place = 2
    for _ in range(_MAX_CHUNKS):
        file.seek(place)
        head = file.read(4)
        if len(head) < 4 or head[0] != _MARKER or head[1] == _SCAN:
            return
        if head[1] == _MARKER:  # any number of these may pad
            place += 1
            continue
        length = _number(head, 2, 2, "big")
        yield head[1], max(length - 2, 0)
        place += 2 + length


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


def _number(data: bytes, start: int, size: int, order: ControlRequest = "little") -> int:
    """Read a number; beyond the end of the data there are only zeros."""
    return int.from_bytes(data[start : start + size], order)


def _lossy_size(data: bytes) -> tuple[int, int]:
    start_code = data[3:6] == b"\x9d\x01\x2a"
    return (_number(data, 6, 2) & 0x3FFF, _number(data, 8, 2) & 0x3FFF) if start_code else (0, 0)


def _lossless_size(data: bytes) -> tuple[int, int]:
    bits = _number(data, 1, 4)
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1) if data[0] == _LOSSLESS else (0, 0)


def _canvas_size(data: bytes) -> tuple[int, int]:
    return _number(data, 4, 3) + 1, _number(data, 7, 3) + 1


# Where each kind of WebP keeps its size.
_WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": _canvas_size,
    b"VP8 ": _lossy_size,
    b"VP8L": _lossless_size,
}


def _lies_sideways(exif: bytes) -> bool:
    """Find the orientation in EXIF data."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = _BYTE_ORDERS.get(tiff[:2], "little")
    table = _number(tiff, 4, 4, order)
    entries = (table + 2 + 12 * index for index in range(min(_number(tiff, table, 2, order), _MAX_ENTRIES)))
    turns = (_number(tiff, at + 8, 2, order) for at in entries if _number(tiff, at, 2, order) == _ORIENTATION)
    return _SIDEWAYS <= next(turns, 1) <= _LAST_TURN


def _figures(width: int, height: int, duration_ms: int = 0, *, sideways: bool = False) -> StreamInfo:
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise UnreadableMedia("the picture has no size, or no possible one")
    if sideways:
        width, height = height, width
    return StreamInfo("image", duration_ms, width, height)

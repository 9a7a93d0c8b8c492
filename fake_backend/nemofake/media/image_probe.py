"""Images: display size, and length and rate of one pass of an animation, from the headers alone.

Read by hand, since Pillow warns of every flaw in a user's file, reads a WebP into memory as a whole and
decodes each frame to know how long it is shown; libav does not know animated WebP.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, BinaryIO, Literal

from ..engine.library import MediaInfo
from .av_probe import open_recording
from .formats import UnreadableMedia

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

ByteOrder = Literal["little", "big"]

_ORIENTATION = 0x0112  # EXIF; 5 to 8 turn the image by a quarter
_SIDEWAYS, _LAST_TURN = 5, 8
_BYTE_ORDERS: dict[bytes, ByteOrder] = {b"II": "little", b"MM": "big"}
_MAX_ENTRIES = 200
_MAX_EXIF_BYTES = 1 << 20
_MAX_CHUNKS = 100_000
_MARKER, _SCAN, _APP1 = 0xFF, 0xDA, 0xE1
_LOSSLESS = 0x2F
_UNSET_MS, _DEFAULT_MS = 10, 100  # as browsers show frames that state no or next to no time
_LONGEST_SIDE = 65_535
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # "start of frame" of every coding


def read_jpeg(path: Path) -> MediaInfo:
    """Read a JPEG's segments up to its size and EXIF orientation."""
    sideways = False
    with path.open("rb") as file:
        for marker, length in _segments(file):
            if marker == _APP1:
                sideways = sideways or _is_sideways(file.read(length))
            elif marker in _JPEG_SIZES:
                head = file.read(5)
                return _image(_number(head, 3, 2, "big"), _number(head, 1, 2, "big"), sideways=sideways)
    raise UnreadableMedia("the picture has no size")


def read_png(path: Path) -> MediaInfo:
    """Read a PNG's first chunk and check its checksum; an animated one states its frames in `fcTL` chunks."""
    frames_ms: list[int] = []
    with path.open("rb") as file:
        head = file.read(33)
        if zlib.crc32(head[12:29]) != _number(head, 29, 4, "big"):
            raise UnreadableMedia("the picture's header is damaged")
        for name, _ in _chunks(file, 8, "big"):
            if name == b"fcTL":
                control = file.read(24)
                seconds = _number(control, 20, 2, "big") / (_number(control, 22, 2, "big") or 100)
                frames_ms.append(round(seconds * 1000))
    return _image(_number(head, 16, 4, "big"), _number(head, 20, 4, "big"), frames_ms)


def read_gif(path: Path) -> MediaInfo:
    """Read a GIF; one frame is a still, more are an animation."""
    with open_recording(path, "gif") as container:
        stream = container.streams.video[0]
        tick_ms = float(stream.time_base or 0) * 1000
        frames_ms = [
            round((packet.duration or 0) * tick_ms) for packet in container.demux(stream) if packet.size
        ]
        if stream.frames < 1 or not frames_ms:
            raise UnreadableMedia("the picture has no frame")
        return _image(stream.width, stream.height, frames_ms)


def read_webp(path: Path) -> MediaInfo:
    """Read a WebP's chunks."""
    size, exif = (0, 0), b""
    frames_ms: list[int] = []
    with path.open("rb") as file:
        for name, length in _chunks(file, 12, "little"):
            if name in _WEBP_SIZES and size == (0, 0):
                size = _WEBP_SIZES[name](file.read(10).ljust(10, b"\0"))
            elif name == b"ANMF":
                frames_ms.append(int.from_bytes(file.read(15)[12:], "little"))
            elif name == b"EXIF":
                exif = file.read(min(length, _MAX_EXIF_BYTES))
    return _image(*size, frames_ms, sideways=_is_sideways(exif))


def _segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Walk a JPEG: marker and length of each segment before the pixels; the file is at its content."""
    position = 2
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        head = file.read(4)
        if len(head) < 4 or head[0] != _MARKER or head[1] == _SCAN:
            return
        if head[1] == _MARKER:  # padding
            position += 1
            continue
        length = _number(head, 2, 2, "big")
        yield head[1], max(length - 2, 0)
        position += 2 + length


def _chunks(file: BinaryIO, position: int, order: ByteOrder) -> Iterator[tuple[bytes, int]]:
    """Walk a RIFF (little) or PNG (big) file: name and length of each chunk; the file is at its content."""
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        head = file.read(8)
        if len(head) < 8:
            return
        riff = order == "little"
        name, size = (head[:4], head[4:]) if riff else (head[4:], head[:4])
        length = int.from_bytes(size, order)
        yield name, length
        position += 8 + length + (length % 2 if riff else 4)  # padding, or a checksum


def _number(data: bytes, start: int, size: int, order: ByteOrder = "little") -> int:
    """Read a number; bytes beyond the end of the data count as zeros."""
    return int.from_bytes(data[start : start + size], order)


def _lossy_size(data: bytes) -> tuple[int, int]:
    start_code = data[3:6] == b"\x9d\x01\x2a"
    return (_number(data, 6, 2) & 0x3FFF, _number(data, 8, 2) & 0x3FFF) if start_code else (0, 0)


def _lossless_size(data: bytes) -> tuple[int, int]:
    bits = _number(data, 1, 4)
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1) if data[0] == _LOSSLESS else (0, 0)


def _canvas_size(data: bytes) -> tuple[int, int]:
    return _number(data, 4, 3) + 1, _number(data, 7, 3) + 1


# How each kind of WebP states its size.
_WEBP_SIZES: dict[bytes, Callable[[bytes], tuple[int, int]]] = {
    b"VP8X": _canvas_size,
    b"VP8 ": _lossy_size,
    b"VP8L": _lossless_size,
}


def _is_sideways(exif: bytes) -> bool:
    """Whether EXIF data asks for a quarter turn."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = _BYTE_ORDERS.get(tiff[:2], "little")
    table = _number(tiff, 4, 4, order)
    entries = (table + 2 + 12 * index for index in range(min(_number(tiff, table, 2, order), _MAX_ENTRIES)))
    turns = (_number(tiff, at + 8, 2, order) for at in entries if _number(tiff, at, 2, order) == _ORIENTATION)
    return _SIDEWAYS <= next(turns, 1) <= _LAST_TURN


def _image(width: int, height: int, frames_ms: Sequence[int] = (), *, sideways: bool = False) -> MediaInfo:
    """Return an image's measures; ``frames_ms`` says how long each frame of an animation is shown."""
    if not (0 < width <= _LONGEST_SIDE and 0 < height <= _LONGEST_SIDE):
        raise UnreadableMedia("the picture has no size, or no possible one")
    if sideways:
        width, height = height, width
    if len(frames_ms) < 2:
        return MediaInfo("", "image", 0, width, height)
    duration_ms = sum(ms if ms > _UNSET_MS else _DEFAULT_MS for ms in frames_ms)
    return MediaInfo("", "image", duration_ms, width, height, round(len(frames_ms) * 1000 / duration_ms, 3))

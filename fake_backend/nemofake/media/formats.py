"""Accepted formats: how their content begins, who reads it, and the errors of files that do not fit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..engine.library import FORMATS

Span = tuple[int, int]  # (start_ms, end_ms) in source time


class MediaError(Exception):
    """A file that cannot be accepted (error 4001); ``reason`` is fit for the user's eyes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnsupportedFormat(MediaError):  # noqa: N818 - named as the user reads it
    """The name's extension is not accepted (UPL-3)."""


class UnreadableMedia(MediaError):  # noqa: N818 - named as the user reads it
    """The content is not what the name says, or too damaged to be read."""


@dataclass(frozen=True, slots=True)
class SilenceSettings:
    """What counts as silence, and how much of a file is decoded to find it.

    A stretch is silent if the RMS of every channel stays under ``threshold_dbfs`` (a square wave at full
    scale is 0) in windows of ``window_ms``, for at least ``shortest_ms``. Sound after ``limit_ms`` is not
    decoded and counts as not silent, so that nothing unheard is ever cut.
    """

    threshold_dbfs: float = -45.0
    shortest_ms: int = 300
    window_ms: int = 10
    limit_ms: int = 30 * 60_000

    @property
    def power(self) -> float:
        """The threshold as mean square of samples whose full scale is 1.0."""
        return float(10.0 ** (self.threshold_dbfs / 10.0))


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of content: its name for people, how it begins, and libav's demuxer for it.

    ``demuxer`` is empty for images. ``measured`` says that headers state no reliable length, so that it
    comes from the packets. ``padded`` says that players skip zero bytes in front of it.
    """

    label: str
    signature: re.Pattern[bytes]
    demuxer: str = ""
    measured: bool = False
    padded: bool = False


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


# MPEG audio and ADTS share a sync word; two layer bits (not 0, or 0) tell them apart.
CONTENTS: dict[str, FileFormat] = {
    "mp4": FileFormat("MP4", _starts(rb"....(?:ftyp|styp|moov|moof|mdat|free|skip|wide|pnot)"), "mov"),
    "matroska": FileFormat("WebM or Matroska", _starts(rb"\x1a\x45\xdf\xa3"), "matroska"),
    "avi": FileFormat("AVI", _starts(rb"RIFF....AVI[ X\x19]"), "avi"),
    "wav": FileFormat("WAV", _starts(rb"(?:RIFF|RIFX|RF64|BW64)....WAVE"), "wav"),
    "mp3": FileFormat("MP3", _starts(rb"ID3|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]"), "mp3", True, True),
    "aac": FileFormat("AAC", _starts(rb"ID3|\xff[\xf0\xf1\xf8\xf9]"), "aac", True, True),
    "jpeg": FileFormat("JPEG", _starts(rb"\xff\xd8\xff")),
    "png": FileFormat("PNG", _starts(rb"\x89PNG\r\n\x1a\n")),
    "gif": FileFormat("GIF", _starts(rb"GIF8[79]a")),
    "webp": FileFormat("WebP", _starts(rb"RIFF....WEBP")),
}
# Extensions whose content has another name.
_CONTENT_OF = {"mov": "mp4", "m4a": "mp4", "webm": "matroska", "mkv": "matroska", "jpg": "jpeg"}
HEAD_BYTES = 64 * 1024  # also how much padding is skipped


def extension(filename: str) -> str:
    """Return the extension of a name in lower case, without the dot; empty if there is none."""
    return filename.strip().rpartition(".")[2].lower() if "." in filename else ""


def format_of(filename: str) -> FileFormat:
    """Return the content that a name promises; raise UnsupportedFormat (UPL-3)."""
    name = extension(filename)
    if name not in FORMATS:
        raise UnsupportedFormat(f"{filename!r}: supported formats are {', '.join(FORMATS)}")
    return CONTENTS[_CONTENT_OF.get(name, name)]


def content_offset(expected: FileFormat, head: bytes, filename: str) -> int:
    """Return where the content starts in a file that begins with ``head``; raise UnreadableMedia.

    ``head`` is the first HEAD_BYTES of the file. The offset is 0 but for MP3 and AAC behind zero bytes.
    """
    offset = len(head) - len(head.lstrip(b"\0")) if expected.padded else 0
    if expected.signature.match(head, offset):
        return offset
    if not head:
        raise UnreadableMedia(f"{filename!r} is empty")
    actual = next((other.label for other in CONTENTS.values() if other.signature.match(head)), None)
    found = f"its content is {actual}" if actual else "its content is something else"
    raise UnreadableMedia(f"{filename!r} is not a real {expected.label} file: {found}")

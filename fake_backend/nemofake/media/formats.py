"""What is known of one media file: the figures of an upload's answer and where it is silent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    pass

Span = tuple[int, int]  # (start_ms, end_ms) in source time


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a file's headers and packets say (UPL-2), whatever its name.

    ``width`` and ``height`` are as displayed: turned as the file asks, pixels made square; 0 for
    sound. ``fps`` is 0.0 for pictures and sound. A still has duration 0, an animation the length
    of one pass. ``silences`` are sorted, disjoint, and empty when there is no sound at all.
    """

    file_type: FileType
    duration_ms: int
    width: int = 0
    height: int = 0
    fps: float = 0.0
    has_audio: bool = False
    silences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """All of one upload: its Figures, its name, its SHA-256 in hex, its size in bytes (UPL-2)."""

    filename: str
    file_type: FileType
    duration_ms: int
    width: int
    height: int
    fps: float
    hash: str
    size: int
    has_audio: bool
    silences: tuple[Span, ...]


FileType = Literal["video", "image", "audio"]


class MediaError(Exception):
    """A file that cannot be taken (error 4001); ``reason`` is fit for the user's eyes."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnsupportedFormat(MediaError):  # noqa: N818 - says what it is, as a page would
    """The name's extension is none of the thirteen (UPL-3)."""


class UnreadableMedia(MediaError):  # noqa: N818 - the same
    """The content is not what the name claims, or is too damaged to be read."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A kind of content: how it begins, its name for readers, and libav's reader for it.

    ``reader`` is empty for pictures, which other code reads. ``measured`` says that the headers
    carry no trustworthy length, so that it is taken from the packets.
    """

    label: str
    signature: re.Pattern[bytes]
    reader: str = ""
    measured: bool = False


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(pattern, re.DOTALL)


# Layers II and III for MPEG audio, layer 0 for ADTS: the same sync word, told apart by two bits.
FAMILIES: dict[str, FileFormat] = {
    "mp4": FileFormat("MP4", _starts(rb"....(?:ftyp|styp|moov|moof|mdat|free|skip|wide|pnot)"), "mov"),
    "matroska": FileFormat("WebM or Matroska", _starts(rb"\x1a\x45\xdf\xa3"), "matroska"),
    "avi": FileFormat("AVI", _starts(rb"RIFF....AVI[ X\x19]"), "avi"),
    "wav": FileFormat("WAV", _starts(rb"(?:RIFF|RIFX|RF64|BW64)....WAVE"), "wav"),
    "mp3": FileFormat("MP3", _starts(rb"ID3|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]"), "mp3", measured=True),
    "aac": FileFormat("AAC", _starts(rb"ID3|\xff[\xf0\xf1\xf8\xf9]"), "aac", measured=True),
    "jpeg": FileFormat("JPEG", _starts(rb"\xff\xd8\xff")),
    "png": FileFormat("PNG", _starts(rb"\x89PNG\r\n\x1a\n")),
    "gif": FileFormat("GIF", _starts(rb"GIF8[79]a")),
    "webp": FileFormat("WebP", _starts(rb"RIFF....WEBP")),
}

# UPL-3, to the letter: `jpeg` is not on the list.
_FORMATS: dict[str, tuple[FileType, str]] = {
    "mp4": ("video", "mp4"),
    "mov": ("video", "mp4"),
    "avi": ("video", "avi"),
    "webm": ("video", "matroska"),
    "mkv": ("video", "matroska"),
    "jpg": ("image", "jpeg"),
    "png": ("image", "png"),
    "gif": ("image", "gif"),
    "webp": ("image", "webp"),
    "mp3": ("audio", "mp3"),
    "wav": ("audio", "wav"),
    "m4a": ("audio", "mp4"),
    "aac": ("audio", "aac"),
}

SUPPORTED: tuple[str, ...] = tuple(_FORMATS)
HEAD_BYTES = 16


def _extension(filename: str) -> str:
    return filename.strip().rpartition(".")[2].lower() if "." in filename else ""


def accepted(filename: str) -> FileType | None:
    """Say what a file of this name would be, or None when its extension is not taken (UPL-3)."""
    row = _FORMATS.get(_extension(filename))
    return row[0] if row else None


def family_of(filename: str) -> FileFormat:
    """Look up the content that a name promises; raises UnsupportedFormat (UPL-3)."""
    row = _FORMATS.get(_extension(filename))
    if row is None:
        raise UnsupportedFormat(f"{filename!r}: supported formats are {', '.join(SUPPORTED)}")
    return FAMILIES[row[1]]


def check_signature(family: FileFormat, head: bytes, filename: str) -> None:
    """Compare the first HEAD_BYTES of a file with its promise; raises UnreadableMedia."""
    if family.signature.match(head):
        return
    if not head:
        raise UnreadableMedia(f"{filename!r} is empty")
    truth = next((other.label for other in FAMILIES.values() if other.signature.match(head)), None)
    found = f"its content is {truth}" if truth else "its content is something else"
    raise UnreadableMedia(f"{filename!r} is not a real {family.label} file: {found}")

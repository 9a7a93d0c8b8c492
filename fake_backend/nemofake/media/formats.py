"""Which files are taken: thirteen formats by name (UPL-3), and what each must begin with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

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
class Family:
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
FAMILIES: dict[str, Family] = {
    "mp4": Family("MP4", _starts(rb"....(?:ftyp|styp|moov|moof|mdat|free|skip|wide|pnot)"), "mov"),
    "matroska": Family("WebM or Matroska", _starts(rb"\x1a\x45\xdf\xa3"), "matroska"),
    "avi": Family("AVI", _starts(rb"RIFF....AVI[ X\x19]"), "avi"),
    "wav": Family("WAV", _starts(rb"(?:RIFF|RIFX|RF64|BW64)....WAVE"), "wav"),
    "mp3": Family("MP3", _starts(rb"ID3|\xff[\xe2\xe3\xf2-\xf5\xfa-\xfd]"), "mp3", measured=True),
    "aac": Family("AAC", _starts(rb"ID3|\xff[\xf0\xf1\xf8\xf9]"), "aac", measured=True),
    "jpeg": Family("JPEG", _starts(rb"\xff\xd8\xff")),
    "png": Family("PNG", _starts(rb"\x89PNG\r\n\x1a\n")),
    "gif": Family("GIF", _starts(rb"GIF8[79]a")),
    "webp": Family("WebP", _starts(rb"RIFF....WEBP")),
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


def family_of(filename: str) -> Family:
    """Look up the content that a name promises; raises UnsupportedFormat (UPL-3)."""
    row = _FORMATS.get(_extension(filename))
    if row is None:
        raise UnsupportedFormat(f"{filename!r}: supported formats are {', '.join(SUPPORTED)}")
    return FAMILIES[row[1]]


def check_signature(family: Family, head: bytes, filename: str) -> None:
    """Compare the first HEAD_BYTES of a file with its promise; raises UnreadableMedia."""
    if family.signature.match(head):
        return
    if not head:
        raise UnreadableMedia(f"{filename!r} is empty")
    truth = next((other.label for other in FAMILIES.values() if other.signature.match(head)), None)
    found = f"its content is {truth}" if truth else "its content is something else"
    raise UnreadableMedia(f"{filename!r} is not a real {family.label} file: {found}")

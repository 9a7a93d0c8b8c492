"""Reads one uploaded file: format, measures, hash and silences (UPL-2, UPL-3)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from av.error import FFmpegError

from ..engine.library import MediaInfo
from .av_probe import probe_recording
from .formats import (
    CONTENTS,
    HEAD_BYTES,
    FileFormat,
    SilenceSettings,
    UnreadableMedia,
    content_offset,
    format_of,
)
from .image_probe import read_gif, read_jpeg, read_png, read_webp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_IMAGES: dict[str, Callable[[Path], MediaInfo]] = {
    CONTENTS["jpeg"].label: read_jpeg,
    CONTENTS["png"].label: read_png,
    CONTENTS["gif"].label: read_gif,
    CONTENTS["webp"].label: read_webp,
}
# What libav and PyAV raise on damaged files.
_DAMAGE = (FFmpegError, OSError, ValueError)


def probe(
    path: Path, filename: str, silence: SilenceSettings | None = None, *, sha256: str | None = None
) -> MediaInfo:
    """Read the file at ``path``, which the user calls ``filename`` (UPL-2).

    The name decides which content is expected (UPL-3). Memory does not grow with the file; sound is decoded
    up to ``silence.limit_ms``. ``sha256`` is the file's hash if it is known already. Raises
    UnsupportedFormat or UnreadableMedia (both error 4001), and OSError if the file cannot be opened.
    """
    expected = format_of(filename)
    with path.open("rb") as file:
        offset = content_offset(expected, file.read(HEAD_BYTES), filename)
        file.seek(0)
        digest = sha256 or hashlib.file_digest(file, "sha256").hexdigest()
    info = _read(path, filename, expected, offset, silence or SilenceSettings())
    return replace(info, filename=filename, hash=digest, size=path.stat().st_size)


def _read(
    path: Path, filename: str, expected: FileFormat, offset: int, silence: SilenceSettings
) -> MediaInfo:
    try:
        image = _IMAGES.get(expected.label)
        return image(path) if image else probe_recording(path, expected, silence, offset)
    except UnreadableMedia as damage:
        raise UnreadableMedia(f"{filename!r}: {damage.reason}") from damage
    except _DAMAGE as damage:
        raise UnreadableMedia(f"{filename!r} is damaged") from damage

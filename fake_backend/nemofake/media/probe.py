"""One uploaded file in, its true facts out: formats, figures, hash and silences (UPL-2, UPL-3)."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import TYPE_CHECKING

from av.error import FFmpegError

from .av_probe import read_recording
from .formats import (
    FAMILIES,
    HEAD_BYTES,
    FileFormat,
    MediaInfo,
    StreamInfo,
    UnreadableMedia,
    check_signature,
    family_of,
)
from .image_probe import read_gif, read_jpeg, read_png, read_webp
from .silence import SilenceRule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_PICTURES: dict[str, Callable[[Path], StreamInfo]] = {
    FAMILIES["jpeg"].label: read_jpeg,
    FAMILIES["png"].label: read_png,
    FAMILIES["gif"].label: read_gif,
    FAMILIES["webp"].label: read_webp,
}
# What libav and PyAV raise on damaged files; nothing else is expected of them.
_DAMAGE = (FFmpegError, OSError, ValueError)


def probe(
    path: Path, filename: str, rule: SilenceRule | None = None, *, sha256: str | None = None
) -> MediaInfo:
    """Read the facts of the file at ``path``, whose user calls it ``filename`` (UPL-2).

    The name decides which content is expected, the content must keep the promise (UPL-3). Memory
    does not grow with the file; sound is decoded up to ``rule.limit_ms``. A caller that has the
    file's ``sha256`` already spares reading it for that. Raises UnsupportedFormat
    or UnreadableMedia (both error 4001) and OSError when the file itself cannot be read.
    """
    family = family_of(filename)
    with path.open("rb") as file:
        check_signature(family, file.read(HEAD_BYTES), filename)
        file.seek(0)
        digest = sha256 or hashlib.file_digest(file, "sha256").hexdigest()
    figures = _figures(path, family, filename, rule or SilenceRule())
    return MediaInfo(filename=filename, hash=digest, size=path.stat().st_size, **asdict(figures))


def _figures(path: Path, family: FileFormat, filename: str, rule: SilenceRule) -> StreamInfo:
    try:
        picture = _PICTURES.get(family.label)
        return picture(path) if picture else read_recording(path, family, rule)
    except UnreadableMedia as damage:
        raise UnreadableMedia(f"{filename!r}: {damage.reason}") from damage
    except _DAMAGE as damage:
        raise UnreadableMedia(f"{filename!r} is damaged") from damage

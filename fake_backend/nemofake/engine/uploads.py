"""What arrives by upload: formats, a file's facts, files simulated from a URL's name (UPL-1 to UPL-6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .entropy import Entropy
from .errors import BackendError
from .library import Footage

# UPL-3: what is accepted, and what each is.
FORMATS: dict[str, str] = {
    **dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video"),
    **dict.fromkeys(("jpg", "png", "gif", "webp"), "image"),
    **dict.fromkeys(("mp3", "wav", "m4a", "aac"), "audio"),
}
_SECONDS_IN_NAME = re.compile(r"(?<![\d.])(\d{1,4})\s?(?:s|sec|seconds)(?![a-z])", re.IGNORECASE)
_MAX_NAME_CHARS = 255


@dataclass(frozen=True, slots=True)
class NewFile:
    """An uploaded file's facts, as measured from its bytes; times in ms, ``fps`` frames a second."""

    filename: str
    file_type: str
    duration_ms: int
    width: int
    height: int
    fps: float
    hash: str
    size: int
    has_audio: bool = False
    silences: tuple[tuple[int, int], ...] = ()

    def stored(self, media_id: str) -> Footage:
        """Return it as the session keeps it."""
        return Footage(
            media_id=media_id,
            filename=self.filename,
            file_type=self.file_type,
            duration_ms=self.duration_ms,
            width=self.width,
            height=self.height,
            fps=self.fps,
            hash=self.hash,
            size=self.size,
            has_audio=self.has_audio,
            silences=self.silences,
            url=f"/cdn/media/{media_id}/{safe_name(self.filename)}",
        )


def safe_name(filename: str) -> str:
    """Return a file name that can stand in a URL path as it is."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", filename)[-80:] or "file"


def file_type(filename: str) -> str:
    """Return video, image or audio by the name's ending; raise 4001 for anything else (UPL-3)."""
    ending = filename.rpartition(".")[2].lower() if "." in filename else ""
    if ending not in FORMATS or len(filename) > _MAX_NAME_CHARS:
        raise BackendError(4001, f"{filename[:80]!r}; supported are {', '.join(FORMATS)}")
    return FORMATS[ending]


def check_size(size: int, limit: int, filename: str) -> None:
    """Raise 4002 where a file is over ``limit`` bytes: the limit itself passes (UPL-4)."""
    if size > limit:
        raise BackendError(4002, f"{filename[:80]!r} is over {limit} bytes; compress or trim it")


def simulated(url: str, entropy: Entropy) -> NewFile:
    """Return the file that a URL's name promises; nothing is fetched (UPL-6).

    A name like ``walk_12s.mp4`` gives a file of 12 s; otherwise its figures come from the seed and the URL.
    Raise 400 for what is no http(s) URL, 4001 for a format that is not accepted.
    """
    draw = entropy.stream("url", url)
    name = url_filename(url)
    kind = file_type(name)
    told = _SECONDS_IN_NAME.search(name.replace("_", " ").replace("-", " "))
    duration_ms = int(told[1]) * 1000 if told and int(told[1]) else draw.between(5, 60) * 1000
    seen = kind != "audio"
    return NewFile(
        filename=name,
        file_type=kind,
        duration_ms=0 if kind == "image" else duration_ms,
        width=1920 if seen else 0,
        height=1080 if seen else 0,
        fps=30.0 if kind == "video" else 0.0,
        hash=draw.hex(64),
        size=draw.between(200_000, 20_000_000),
        has_audio=kind != "image",
    )


def url_filename(url: str) -> str:
    """Return the file name at the end of a URL's path; raise 400 for what is no http(s) URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise BackendError(400, f"urls: {url[:80]!r} is no http(s) URL")
    return unquote(parts.path).rpartition("/")[2]

"""What a session can cut from: uploaded and generated media, accepted formats, files that a URL names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from .errors import BackendError
from .randomness import RandomStream, SeededRandom


@dataclass(frozen=True, slots=True)
class UploadedMedia:
    """An uploaded file as a session keeps it: times in ms, ``fps`` frames a second, ``size`` bytes (UPL-2).

    ``file_type`` is video, image or audio; ``silences`` are (start, end) in source time, sorted and
    disjoint; ``url`` is a path that the wire puts its origin in front of.
    """

    media_id: str
    filename: str
    file_type: str
    duration_ms: int
    width: int
    height: int
    fps: float
    hash: str
    size: int
    has_audio: bool
    silences: tuple[tuple[int, int], ...]
    url: str


@dataclass(frozen=True, slots=True)
class Generated:
    """A clip that the agent generated: ``prompt`` as requested, ``kind`` what it is, times in ms."""

    media_id: str
    name: str
    kind: str
    duration_ms: int
    width: int
    height: int
    prompt: str
    url: str


@dataclass(frozen=True, slots=True)
class Library:
    """Everything a session can put on its timeline, in order of arrival."""

    footage: tuple[UploadedMedia, ...] = ()
    generated: tuple[Generated, ...] = ()


# UPL-3, exactly: accepted extensions and what each is; `jpeg` is not on the list.
FORMATS: dict[str, str] = {
    **dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video"),
    **dict.fromkeys(("jpg", "png", "gif", "webp"), "image"),
    **dict.fromkeys(("mp3", "wav", "m4a", "aac"), "audio"),
}
_SECONDS_IN_NAME = re.compile(r"(?<![\d.])(\d{1,4})\s?(?:s|sec|seconds)(?![a-z])", re.IGNORECASE)
_MAX_NAME_CHARS = 255


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What an uploaded file's bytes say (UPL-2): times in ms, ``hash`` SHA-256 in hex, ``size`` in bytes.

    ``width`` and ``height`` are the display size: turned as the file asks, pixels made square; 0 for audio.
    ``fps`` is 0.0 for stills and audio. A still lasts 0 ms, an animation as long as one pass.
    ``silences`` are (start, end), sorted and disjoint, and empty if there is no sound at all.
    """

    filename: str
    file_type: str
    duration_ms: int
    width: int = 0
    height: int = 0
    fps: float = 0.0
    hash: str = ""
    size: int = 0
    has_audio: bool = False
    silences: tuple[tuple[int, int], ...] = ()

    def stored(self, media_id: str) -> UploadedMedia:
        """Return it as the session keeps it."""
        return UploadedMedia(
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
    """Return a file name that needs no quoting in a URL path."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", filename)[-80:] or "file"


def file_type(filename: str) -> str:
    """Return video, image or audio by the name's extension; raise 4001 for any other (UPL-3)."""
    extension = filename.rpartition(".")[2].lower() if "." in filename else ""
    if extension not in FORMATS or len(filename) > _MAX_NAME_CHARS:
        raise BackendError(4001, f"{filename[:80]!r}; supported are {', '.join(FORMATS)}")
    return FORMATS[extension]


def check_size(size: int, limit: int, filename: str) -> None:
    """Raise 4002 if a file is over ``limit`` bytes; the limit itself passes (UPL-4)."""
    if size > limit:
        raise BackendError(4002, f"{filename[:80]!r} is over {limit} bytes; compress or trim it")


def simulated(url: str, randomness: SeededRandom) -> MediaInfo:
    """Return the file that a URL's name describes; nothing is fetched (UPL-6).

    Raise 400 if it is no http(s) URL, 4001 if the format is not accepted.
    """
    return named_media(url_filename(url), randomness.stream("url", url))


def named_media(name: str, rng: RandomStream) -> MediaInfo:
    """Return a file as its name describes it: ``walk_12s.mp4`` is a video of 12 s; raise 4001 (UPL-3).

    What the name does not say is drawn from ``rng``.
    """
    kind = file_type(name)
    seconds = _SECONDS_IN_NAME.search(name.replace("_", " ").replace("-", " "))
    duration_ms = int(seconds[1]) * 1000 if seconds and int(seconds[1]) else rng.between(5, 60) * 1000
    return MediaInfo(
        filename=name,
        file_type=kind,
        duration_ms=0 if kind == "image" else duration_ms,
        width=0 if kind == "audio" else 1920,
        height=0 if kind == "audio" else 1080,
        fps=30.0 if kind == "video" else 0.0,
        hash=rng.hex(64),
        size=rng.between(200_000, 20_000_000),
        has_audio=kind != "image",
    )


def url_filename(url: str) -> str:
    """Return the file name at the end of a URL's path; raise 400 if it is no http(s) URL."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise BackendError(400, f"urls: {url[:80]!r} is not an http(s) URL")
    return safe_filename(unquote(parts.path))


def safe_filename(path: str) -> str:
    """Return the last segment of a path from any system, without control characters."""
    printable = "".join(char for char in path if unicodedata.category(char) != "Cc")
    return printable.replace("\\", "/").rpartition("/")[2].strip()


def video_info(item: UploadedMedia, origin: str) -> dict[str, Any]:
    """Return a file as uploads and the state show it (UPL-2); durations in seconds."""
    return {
        "media_id": item.media_id,
        "filename": item.filename,
        "file_type": item.file_type,
        "cdn_url": origin + item.url,
        "duration": item.duration_ms / 1000,
        "width": item.width,
        "height": item.height,
        "fps": item.fps,
        "hash": item.hash,
        "size": item.size,
    }


def analysis(item: UploadedMedia) -> dict[str, Any]:
    """Return where a file's sound is silent, in milliseconds of the file (STA-1)."""
    return {
        "media_id": item.media_id,
        "filename": item.filename,
        "has_audio": item.has_audio,
        "silences": [{"start": start, "end": end} for start, end in item.silences],
    }


def generated_info(item: Generated, origin: str) -> dict[str, Any]:
    """Return a generated clip as the state shows it (STA-1)."""
    return {
        "media_id": item.media_id,
        "name": item.name,
        "kind": item.kind,
        "prompt": item.prompt,
        "url": origin + item.url,
        "duration": item.duration_ms / 1000,
        "width": item.width,
        "height": item.height,
    }

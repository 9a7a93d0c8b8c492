"""What a session has to cut from: the files it was given and the clips made for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from .accounts import Account, Hold
from .errors import BackendError
from .randomness import SeededRandom
from .timeline import EMPTY, Timeline, to_draft

if TYPE_CHECKING:
    from .turns import Turn


@dataclass(frozen=True, slots=True)
class UploadedMedia:
    """An uploaded file as measured: times in ms, ``fps`` frames a second, ``size`` bytes (UPL-2).

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
    """A clip that the agent made: ``prompt`` as asked, ``kind`` what it is, times in ms."""

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


# UPL-3: what is accepted, and what each is.
FORMATS: dict[str, str] = {
    **dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video"),
    **dict.fromkeys(("jpg", "png", "gif", "webp"), "image"),
    **dict.fromkeys(("mp3", "wav", "m4a", "aac"), "audio"),
}
_SECONDS_IN_NAME = re.compile(r"(?<![\d.])(\d{1,4})\s?(?:s|sec|seconds)(?![a-z])", re.IGNORECASE)
_MAX_NAME_CHARS = 255


@dataclass(frozen=True, slots=True)
class MediaInfo:
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


def simulated(url: str, randomness: SeededRandom) -> MediaInfo:
    """Return the file that a URL's name promises; nothing is fetched (UPL-6).

    A name like ``walk_12s.mp4`` gives a file of 12 s; otherwise its figures come from the seed and the URL.
    Raise 400 for what is no http(s) URL, 4001 for a format that is not accepted.
    """
    rng = randomness.stream("url", url)
    name = url_filename(url)
    kind = file_type(name)
    told = _SECONDS_IN_NAME.search(name.replace("_", " ").replace("-", " "))
    duration_ms = int(told[1]) * 1000 if told and int(told[1]) else rng.between(5, 60) * 1000
    seen = kind != "audio"
    return MediaInfo(
        filename=name,
        file_type=kind,
        duration_ms=0 if kind == "image" else duration_ms,
        width=1920 if seen else 0,
        height=1080 if seen else 0,
        fps=30.0 if kind == "video" else 0.0,
        hash=rng.hex(64),
        size=rng.between(200_000, 20_000_000),
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
    return safe_filename(unquote(parts.path))


def safe_filename(path: str) -> str:
    """Return the last segment of a path from any system, without control characters."""
    printable = "".join(char for char in path if unicodedata.category(char) != "Cc")
    return printable.replace("\\", "/").rpartition("/")[2].strip()


@dataclass(slots=True)
class SessionEditFee:
    """The price of editing, once per session (CRE-2): held while first edits run, then paid.

    ``turns`` counts the running turns that rely on the hold: it is consumed when the first of them
    completes and given back when the last of them fails (CRE-3).
    """

    hold: Hold | None = None
    turns: int = 0
    paid: bool = False

    def due(self, price: int) -> int:
        """Return what a further editing turn would have to freeze: nothing once held or paid."""
        return 0 if self.paid or self.hold else price

    def join(self, account: Account, price: int) -> None:
        """Let one more turn rely on the fee; raise 2001 where it cannot be frozen."""
        if amount := self.due(price):
            self.hold = account.ledger.freeze(amount)
        self.turns += 1

    def leave(self, account: Account, *, completed: bool) -> None:
        """Let one turn less rely on the fee: it is over."""
        self.turns -= 1
        if self.hold is None:
            return
        if completed:
            account.ledger.consume(self.hold)
            self.hold, self.paid = None, True
        elif self.turns == 0:
            account.ledger.release(self.hold)
            self.hold = None


@dataclass(slots=True)
class Session:
    """A project: ``session_id`` is a 19-digit string, ``language`` the replies' language (SES-1)."""

    session_id: str
    task_id: str
    task_name: str
    language: str
    account: Account
    timeline: Timeline = EMPTY
    footage: list[UploadedMedia] = field(default_factory=list)
    generated: list[Generated] = field(default_factory=list)
    fee: SessionEditFee = field(default_factory=SessionEditFee)
    running: list[Turn] = field(default_factory=list)
    turns_made: int = 0
    files_made: int = 0
    claims_made: int = 0

    @property
    def library(self) -> Library:
        """What there is to cut from."""
        return Library(tuple(self.footage), tuple(self.generated))

    def snapshot(self, origin: str) -> dict[str, Any]:
        """Return STA-1's ``data``; ``origin`` goes in front of every media path."""
        width, height = self.timeline.canvas
        return {
            "session_id": self.session_id,
            "task_id": self.task_id,
            "task_name": self.task_name,
            "user_id": self.account.user_id,
            "state": {
                "draft": to_draft(self.timeline),
                "video_infos": [video_info(item, origin) for item in self.footage],
                "canvas_config": {"width": width, "height": height},
                "video_analyses": [analysis(item) for item in self.footage],
                "generated_media": [generated_info(item, origin) for item in self.generated],
            },
        }


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

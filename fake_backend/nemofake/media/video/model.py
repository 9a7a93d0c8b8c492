"""A video as values: what a draft shows and when, its size, and the times of its frames (REN-8)."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

MAX_WIDTH = 1080
MAX_HEIGHT = 1920
_SMALLEST = 16  # one macroblock: players and encoders trip over less
_MAX_CHARS = 300
_TICK_MS = 1_000
_MAX_TICKS = 60
_MAX_CUTS = 60
_MAX_TITLE_TURNS = 120
Kind = Literal["video", "audio", "title", "other"]
Band = Literal["top", "center", "lower", "bottom"]
Side = Literal["left", "middle", "right"]

_VERSION = "1"  # part of every key: raise it whenever the same video would be drawn differently
_KINDS: dict[object, Kind] = {0: "video", 1: "audio", 7: "title"}  # STA-2
_TRACK_NAMES: dict[Kind, str] = {"video": "Video", "audio": "Audio", "title": "Title", "other": "Track"}
# A title's position is the client's word; the first needle found in it decides, else the centre.
_BANDS: tuple[tuple[str, Band], ...] = (
    ("lower", "lower"),
    ("下三分", "lower"),
    ("bottom", "bottom"),
    ("subtitle", "bottom"),
    ("底", "bottom"),
    ("下", "bottom"),
    ("top", "top"),
    ("upper", "top"),
    ("上", "top"),
    ("顶", "top"),
)
_SIDES: tuple[tuple[str, Side], ...] = (("left", "left"), ("左", "left"), ("right", "right"), ("右", "right"))
# The same for a position in figures: up to this share of the height, from the top.
_HEIGHTS: tuple[tuple[float, Band], ...] = ((0.33, "top"), (0.62, "center"), (0.85, "lower"))
_LARGEST_SHARE = 4  # volumes up to here are shares of one, above percent
_LOUDEST = 1000
_LONGEST_MS = 24 * 60 * 60_000  # no file of days, whatever a draft says
_FRAME_MS = 40
_MAX_TRACKS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """Where a title stands: a band of the picture's height, a side of its width."""

    band: Band = "center"
    side: Side = "middle"


@dataclass(frozen=True, slots=True)
class Clip:
    """One segment: [start_ms, end_ms) on the time axis, its label, and a title's place and letter size."""

    start_ms: int
    end_ms: int
    label: str
    place: Place
    audible: bool
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class TrackRow:
    """One track of the draft with its clips in the draft's order."""

    kind: Kind
    name: str
    clips: tuple[Clip, ...]


@dataclass(frozen=True, slots=True)
class Video:
    """All that a render needs, and nothing else: equal videos give equal bytes."""

    tracks: tuple[TrackRow, ...]
    duration_ms: int
    width: int
    height: int

    @classmethod
    def from_draft(
        cls,
        draft: Mapping[str, Any],
        *,
        canvas: tuple[int, int] = (MAX_WIDTH, MAX_HEIGHT),
        max_width: int = MAX_WIDTH,
        max_height: int = MAX_HEIGHT,
    ) -> Self:
        """Read a draft (STA-2) of any quality; what makes no sense is left out, nothing is raised.

        The draft's own ``d`` is the duration, up to 24 h; without it the last end counts, and an
        empty draft lasts one frame. ``canvas`` is (width, height) and is scaled into the box (REN-8).
        """
        tracks = tuple(_track(track) for track in _mappings(draft.get("t"))[:_MAX_TRACKS])
        last_ms = max((clip.end_ms for track in tracks for clip in track.clips), default=0)
        duration_ms = _ms(draft.get("d")) or last_ms or _FRAME_MS
        width, height = fit_box(canvas, max_width, max_height)
        return cls(tracks, min(duration_ms, _LONGEST_MS), width, height)

    @property
    def key(self) -> str:
        """The content's name: the same for the same video in every process (hex)."""
        return hashlib.sha256(f"{_VERSION}:{self!r}".encode()).hexdigest()[:40]


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def _track(track: Mapping[str, Any]) -> TrackRow:
    kind = _kind(track.get("tt"))
    meta = _meta(track)
    silent = _volume(meta) == 0
    name = _text(meta.get("name"), track.get("name")) or _TRACK_NAMES[kind]
    return TrackRow(kind, name, tuple(_clip(kind, item, silent) for item in _mappings(track.get("sg"))))


def _kind(value: object) -> Kind:
    return _KINDS.get(value, "other") if isinstance(value, int | float) else "other"


def _clip(kind: Kind, item: Mapping[str, Any], silent: bool) -> Clip:
    meta = _meta(item)
    start_ms, volume = min(_ms(item.get("s")), _LONGEST_MS), _volume(meta)
    end_ms = min(start_ms + _ms(item.get("d")), _LONGEST_MS)
    label = _text(*(meta.get(key) for key in ("text", "name")), item.get("name"))
    if kind == "audio" and volume is not None:
        label = f"{label} {volume}%".strip()
    audible = kind in {"video", "audio"} and not silent and volume != 0
    return Clip(start_ms, end_ms, label, _place(meta.get("position")), audible, _size(meta.get("size")))


def _meta(item: Mapping[str, Any]) -> Mapping[str, Any]:
    meta = item.get("m")
    return meta if isinstance(meta, Mapping) else {}


def _size(value: object) -> float:
    """Return a text's letter size as a share of the usual one."""
    size = _finite(value)
    return min(max(size, 0.25), 4.0) if size else 1.0


def _finite(value: object) -> float | None:
    """Take a number that is one: no booleans, no words, nothing infinite."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer beyond any float
        return None


def _ms(value: object) -> int:
    return round(max(_finite(value) or 0.0, 0.0))


def _volume(meta: Mapping[str, Any]) -> int | None:
    """Read a volume in percent."""
    if meta.get("muted") is True:
        return 0
    value = _finite(meta.get("volume"))
    if value is None:
        return None
    return round(max(0.0, min(value * 100 if value <= _LARGEST_SHARE else value, _LOUDEST)))


def _text(*values: object) -> str:
    """Take the first that is a text or a number, fit to be drawn."""
    texts = (clean(str(v)) for v in values if isinstance(v, str | int | float) and v != "")
    return next(texts, "")


def _place(value: object) -> Place:
    if isinstance(value, Mapping):
        return Place(_band_at(_finite(value.get("y"))))
    word = value.lower() if isinstance(value, str) else ""
    band: Band = next((band for needle, band in _BANDS if needle in word), "center")
    usual: Side = "left" if band == "lower" else "middle"
    return Place(band, next((side for needle, side in _SIDES if needle in word), usual))


def _band_at(y: float | None) -> Band:
    if y is None:
        return "center"
    return next((band for limit, band in _HEIGHTS if y <= limit), "bottom")


@dataclass(frozen=True, slots=True)
class VideoReport:
    """A video file's measures; ``frames`` were decoded one by one, ``size`` is in bytes."""

    codec: str
    container: str
    width: int
    height: int
    duration_ms: int
    frames: int
    size: int
    has_audio: bool


def fit_box(
    canvas: tuple[int, int], max_width: int = MAX_WIDTH, max_height: int = MAX_HEIGHT
) -> tuple[int, int]:
    """Scale (width, height) so that width <= max_width and height <= max_height (REN-8).

    The aspect is kept up to rounding, both sides are even (H.264 stores colour at half size) and at
    least 16; a canvas without area becomes the whole box.
    """
    width, height = canvas
    if width <= 0 or height <= 0:
        width, height = max_width, max_height
    scale = min(1.0, max_width / width, max_height / height)
    return _even(width * scale, max_width), _even(height * scale, max_height)


def _even(side: float, limit: int) -> int:
    return max(_SMALLEST, min(2 * round(side / 2), limit - limit % 2))


def clean(text: str) -> str:
    """Drop what no font draws: controls, half characters, everything after 300 characters."""
    whole = text[:_MAX_CHARS].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    spaced = re.sub(r"[^\S\n]+", " ", whole)
    return "".join(c for c in spaced if c == "\n" or unicodedata.category(c)[0] != "C").strip()


def frame_times(video: Video) -> tuple[int, ...]:
    """Give the start of every frame in ms: sorted, first 0, all before the video's end."""
    tick_ms = max(_TICK_MS, -(-video.duration_ms // _MAX_TICKS))
    found = {0, *range(0, video.duration_ms, tick_ms)}
    for titles, most in ((True, _MAX_TITLE_TURNS), (False, _MAX_CUTS)):
        tracks = [track for track in video.tracks if (track.kind == "title") is titles]
        found.update(_changes(tracks, video.duration_ms, most))
    return tuple(sorted(found))


def _changes(tracks: list[TrackRow], duration_ms: int, most: int) -> list[int]:
    """Give the starts and ends of clips; too many, then starts alone, then an even choice of those."""
    clips = [clip for track in tracks for clip in track.clips]
    starts = {clip.start_ms for clip in clips}
    turns = starts | {clip.end_ms for clip in clips}
    inside = sorted(ms for ms in (starts if len(turns) > most else turns) if ms < duration_ms)
    return inside[:: -(-len(inside) // most) or 1]

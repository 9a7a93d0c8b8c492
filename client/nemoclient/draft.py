"""A project as the service describes it, read tolerantly: nothing a draft may contain raises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_KINDS = {0: "Video", 1: "BGM", 7: "Title"}  # STA-2: tt
TEXT_KIND = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a track; times in ms, ``volume_percent`` None where none is given."""

    start_ms: int
    duration_ms: int
    name: str
    volume_percent: int | None
    raw: Mapping[str, Any] = field(repr=False, default_factory=dict)

    @property
    def end_ms(self) -> int:
        """Where it ends, in ms."""
        return self.start_ms + self.duration_ms


@dataclass(frozen=True, slots=True)
class Track:
    """A row of segments; ``kind`` is 0 video, 1 audio, 7 text, or whatever the service says."""

    kind: int
    name: str
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """The timeline; ``raw`` is what an export sends back, unchanged."""

    tracks: tuple[Track, ...] = ()
    duration_ms: int = 0
    raw: Mapping[str, Any] = field(repr=False, default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether it can be exported: a track has a segment (STA-3)."""
        return any(track.segments for track in self.tracks)


@dataclass(frozen=True, slots=True)
class State:
    """A session's project: the timeline, and ``raw`` with all that the service told (STA-1)."""

    session_id: str = ""
    task_id: str = ""
    task_name: str = ""
    user_id: str = ""
    draft: Draft = Draft()
    raw: Mapping[str, Any] = field(repr=False, default_factory=dict)


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON array, or of an object's values; else none."""
    found = value.values() if isinstance(value, dict) else value
    return [row for row in found if isinstance(row, dict)] if isinstance(value, dict | list) else []


def words(value: Any) -> str:
    """Return a string as it can be shown: no control characters, no half characters; else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).encode("utf-8", "replace").decode()
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 and math.isfinite(value) else None


def _milliseconds(value: Any) -> int:
    return max(0, round(number(value) or 0))


def _percent(value: Any) -> int | None:
    volume = number(value)
    if volume is None or volume < 0:
        return None
    return round(volume * 100) if volume <= 1 else round(volume)  # STA-2 is silent: both are in use


def _segment(raw: Mapping[str, Any], kind: int) -> Segment:
    meta = mapping(raw.get("m"))
    keys = ("text", "name") if kind == TEXT_KIND else ("name", "filename", "text")
    name = next((found for key in keys if (found := words(meta.get(key)).strip())), "")
    volume = _percent(meta.get("volume"))
    return Segment(_milliseconds(raw.get("s")), _milliseconds(raw.get("d")), name, volume, raw)


def _track(raw: Mapping[str, Any]) -> Track:
    kind = int(number(raw.get("tt", 0)) or 0)
    name = words(mapping(raw.get("m")).get("name")).strip() or _KINDS.get(kind, "Track")
    return Track(kind, name, tuple(_segment(row, kind) for row in rows(raw.get("sg"))))


def read_draft(raw: Any) -> Draft:
    """Return the timeline of a ``draft`` (STA-2); ``{}`` and nonsense are an empty one."""
    tracks = tuple(_track(row) for row in rows(mapping(raw).get("t")))
    return Draft(tracks, _milliseconds(mapping(raw).get("d")), mapping(raw))


def read_state(data: Any) -> State:
    """Return the project of a state answer's ``data`` (STA-1)."""
    names = {key: words(mapping(data).get(key)) for key in ("session_id", "task_id", "task_name", "user_id")}
    raw = mapping(mapping(data).get("state"))
    return State(**names, draft=read_draft(raw.get("draft")), raw=raw)

"""Reads a draft: segments, texts, volumes, lengths, the summary line (STA-2, STA-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nemocontract.protocol.drafts import AUDIO, TEXT, VIDEO, figure, mapping, ready, rows

__all__ = ["AUDIO", "TEXT", "VIDEO", "about", "length_ms", "number", "ready", "rows", "segments", "share",
           "summary", "texts", "tracks", "volumes"]  # fmt: skip

Json = Mapping[str, Any]
_NAMES: Final = {VIDEO: "Video", AUDIO: "BGM", TEXT: "Title"}  # STA-4


def tracks(draft: Any, kind: int | None = None) -> list[Json]:
    """Return the tracks, or those of one type."""
    return [track for track in rows(mapping(draft).get("t")) if kind is None or track.get("tt") == kind]


def segments(draft: Any, kind: int | None = None) -> list[Json]:
    """Return the segments of all tracks, or of those of one type."""
    return [one for track in tracks(draft, kind) for one in rows(track.get("sg"))]


def texts(draft: Any) -> list[str]:
    """Return the texts of text tracks."""
    return [str(about(one).get("text", "")) for one in segments(draft, TEXT)]


def volumes(draft: Any) -> list[float]:
    """Return the volumes of audio segments, as shares of the full one."""
    items = [share(about(one).get("volume")) for one in segments(draft, AUDIO)]
    return [volume for volume in items if volume is not None]


def about(thing: Json) -> Json:
    """Return the metadata of a track or a segment."""
    return mapping(thing.get("m"))


def share(volume: Any) -> float | None:
    """Return a volume as a share; no document says whether 35 % is written 0.35 or 35 (STA-2)."""
    amount = figure(volume)
    return amount / 100 if amount is not None and amount > 1 else amount


def length_ms(draft: Any, kind: int | None = None) -> float:
    """Return where the last segment ends, in milliseconds; 0 for an empty draft."""
    return max((number(one, "s") + number(one, "d") for one in segments(draft, kind)), default=0.0)


def number(thing: Json, name: str) -> float:
    """Return a number of a segment, or 0."""
    return figure(thing.get(name)) or 0.0


def summary(draft: Any) -> str:
    """Return the line that sums a draft up (STA-4)."""
    listed = tracks(draft)
    text = " ".join(f"{nth}. {_track(track)}" for nth, track in enumerate(listed, start=1))
    return f"Timeline ({len(listed)} track{'' if len(listed) == 1 else 's'}): {text}".strip()


def _track(track: Json) -> str:
    kind: Any = track.get("tt")
    name = _NAMES.get(kind, "Track") if isinstance(kind, int) else "Track"
    return f"{name}: " + ", ".join(_items(rows(track.get("sg")), kind))


def _items(listed: list[Json], kind: Any) -> Iterator[str]:
    for one in listed:
        payload, start = about(one), number(one, "s")
        name = f'"{payload.get("text", "")}"' if kind == TEXT else str(payload.get("name", ""))
        volume = share(payload.get("volume")) if kind == AUDIO else None
        volume_text = "" if volume is None else f", {round(volume * 100)}%"
        yield f"{name} ({_s(start)}-{_s(start + number(one, 'd'))}s{volume_text})"


def _s(at_ms: float) -> str:
    return f"{at_ms / 1000:g}"

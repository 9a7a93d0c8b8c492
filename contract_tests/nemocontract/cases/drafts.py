"""Reading a draft: its tracks, segments, texts and volumes, and the line that sums it up (STA-2 to STA-4)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

VIDEO: Final = 0  # STA-2: the values of `tt`
AUDIO: Final = 1
TEXT: Final = 7
_NAMES: Final = {VIDEO: "Video", AUDIO: "BGM", TEXT: "Title"}


def tracks(draft: Any, kind: int | None = None) -> list[dict[str, Any]]:
    """Return the tracks, or those of one type."""
    held = draft.get("t") if isinstance(draft, dict) else None
    listed = [track for track in held if isinstance(track, dict)] if isinstance(held, list) else []
    return [track for track in listed if kind is None or track.get("tt") == kind]


def segments(draft: Any, kind: int | None = None) -> list[dict[str, Any]]:
    """Return the segments of all tracks, or of those of one type."""
    return [one for track in tracks(draft, kind) for one in _segments(track)]


def texts(draft: Any) -> list[str]:
    """Return what stands on text tracks."""
    return [str(about(one).get("text", "")) for one in segments(draft, TEXT)]


def volumes(draft: Any) -> list[float]:
    """Return the volumes of what is heard, as shares of the full one."""
    told = [share(about(one).get("volume")) for one in segments(draft, AUDIO)]
    return [volume for volume in told if volume is not None]


def about(thing: Any) -> dict[str, Any]:
    """Return the metadata of a track or a segment."""
    held = thing.get("m") if isinstance(thing, dict) else None
    return held if isinstance(held, dict) else {}


def share(volume: Any) -> float | None:
    """Return a volume as a share; no document says whether 35 % is written 0.35 or 35 (STA-2)."""
    if isinstance(volume, bool) or not isinstance(volume, int | float) or not math.isfinite(volume):
        return None
    return volume / 100 if volume > 1 else float(volume)


def length_ms(draft: Any, kind: int | None = None) -> float:
    """Return where the last segment ends, in milliseconds; 0 for an empty draft."""
    return max((number(one, "s") + number(one, "d") for one in segments(draft, kind)), default=0.0)


def number(thing: Any, name: str) -> float:
    """Return a figure of a segment, 0 where there is none."""
    value = thing.get(name) if isinstance(thing, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def ready(draft: Any) -> bool:
    """Tell whether a draft can be exported (STA-3)."""
    return any(_segments(track) for track in tracks(draft))


def summary(draft: Any) -> str:
    """Return the line that sums a draft up (STA-4)."""
    listed = tracks(draft)
    told = " ".join(f"{nth}. {_track(track)}" for nth, track in enumerate(listed, start=1))
    return f"Timeline ({len(listed)} track{'' if len(listed) == 1 else 's'}): {told}".strip()


def _segments(track: dict[str, Any]) -> list[dict[str, Any]]:
    held = track.get("sg")
    return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []


def _track(track: dict[str, Any]) -> str:
    kind: Any = track.get("tt")
    name = _NAMES.get(kind, "Track") if isinstance(kind, int) else "Track"
    return f"{name}: " + ", ".join(_items(_segments(track), kind))


def _items(held: list[dict[str, Any]], kind: Any) -> Iterator[str]:
    for one in held:
        told, start = about(one), number(one, "s")
        name = f'"{told.get("text", "")}"' if kind == TEXT else str(told.get("name", ""))
        volume = share(told.get("volume")) if kind == AUDIO else None
        heard = "" if volume is None else f", {round(volume * 100)}%"
        yield f"{name} ({_s(start)}-{_s(start + number(one, 'd'))}s{heard})"


def _s(at_ms: float) -> str:
    return f"{at_ms / 1000:g}"

"""Drafts in the model: the checks' reading, and what keeps a value from being one (STA-2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nemocontract.server_checks.drafts import (
    AUDIO,
    TEXT,
    VIDEO,
    Json,
    about,
    length_ms,
    segments,
    texts,
    tracks,
)

__all__ = [
    "AUDIO",
    "TEXT",
    "VIDEO",
    "Json",
    "about",
    "length_ms",
    "problems",
    "segments",
    "texts",
    "tracks",
    "volumes",
]

_SHORTEST_MS: Final = 200  # shorter values are seconds, not milliseconds


def volumes(draft: Json) -> tuple[float, ...]:
    """Return how loud each piece of the audio tracks is, 0 to 1."""
    return tuple(float(about(one).get("volume", 1.0)) for one in segments(draft, AUDIO))


def problems(draft: Any) -> Iterator[str]:
    """Yield what keeps a value from being a draft (STA-2); nothing for a good one, the empty one included."""
    if not isinstance(draft, Mapping):
        yield f"a draft is an object, not {draft!r}"
    elif draft:
        yield from _of_timeline(draft)


def _of_timeline(draft: Json) -> Iterator[str]:
    if not isinstance(draft.get("t"), list):
        yield "t is not a list of tracks"
        return
    if "d" in draft and not _is_ms(draft["d"]):
        yield f"d is {draft['d']!r}, not milliseconds"
    found = [f"t[{nth}]: {fault}" for nth, track in enumerate(draft["t"]) for fault in _of_track(track)]
    yield from found
    if not found and 0 < length_ms(draft) < _SHORTEST_MS:
        yield f"a video of {length_ms(draft)} ms: those are seconds"


def _of_track(track: Any) -> Iterator[str]:
    if not isinstance(track, Mapping) or not isinstance(track.get("sg"), list):
        yield "no object whose sg is a list"
        return
    if track.get("tt") not in (VIDEO, AUDIO, TEXT):
        yield f"tt is {track.get('tt')!r}, none of 0, 1, 7"
    for nth, segment in enumerate(track["sg"]):
        yield from (f"sg[{nth}]: {fault}" for fault in _of_segment(segment, track.get("tt")))


def _of_segment(segment: Any, kind: Any) -> Iterator[str]:
    if not isinstance(segment, Mapping):
        yield "no object"
        return
    yield from (f"{name} is not milliseconds" for name in ("s", "d") if not _is_ms(segment.get(name)))
    yield from (f"{name} stands beside m" for name in ("volume", "text") if name in segment)
    if kind == TEXT and not isinstance(about(segment).get("text"), str):
        yield "m.text is missing on a text track"
    volume = about(segment).get("volume", 1.0)
    if not isinstance(volume, int | float) or not 0 <= volume <= 10:
        yield f"m.volume is {volume!r}"


def _is_ms(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0

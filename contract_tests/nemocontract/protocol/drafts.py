"""A draft as STA-2 names it, read by the suite itself; nothing that a draft may hold raises."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.recording import Exchange

VIDEO, AUDIO, TEXT = 0, 1, 7  # STA-2: `tt`
_NAMES: Final = ("name", "text", "title", "filename")


@dataclass(frozen=True, slots=True)
class Item:
    """One segment: what it is called, where it stands in ms, how loud it is (a share of 1), all of it raw."""

    kind: int
    track: str
    name: str
    start_ms: float
    length_ms: float
    volume: float | None
    raw: Mapping[str, Any]


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a JSON object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def figure(value: Any) -> float | None:
    """Return a finite number, None for anything else."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15
    return float(value) if known and math.isfinite(value) else None


def draft_of(state: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the draft of a state, which is empty before the first edit (STA-2)."""
    return mapping(state.get("draft"))


def state_in(read: Exchange) -> Mapping[str, Any] | None:
    """Return the state that an answer tells (STA-1), None where it tells none."""
    state = read.data.get("state")
    return state if read.operation == "state" and read.succeeded and isinstance(state, dict) else None


def ready(draft: Any) -> bool:
    """Tell whether a draft can be exported: a track has a segment (STA-3)."""
    return any(isinstance(track.get("sg"), list) and track["sg"] for track in rows(mapping(draft).get("t")))


def items(draft: Mapping[str, Any]) -> Iterator[Item]:
    """Yield every segment, track by track."""
    for track in rows(draft.get("t")):
        kind = figure(track.get("tt"))
        name = _name(mapping(track.get("m")), _NAMES)
        for segment in rows(track.get("sg")):
            yield _item(-1 if kind is None else int(kind), name, segment)


def _item(kind: int, track: str, segment: Mapping[str, Any]) -> Item:
    meta = mapping(segment.get("m"))
    return Item(
        kind=kind,
        track=track,
        name=_name(meta, ("text", *_NAMES) if kind == TEXT else _NAMES),
        start_ms=figure(segment.get("s")) or 0.0,
        length_ms=figure(segment.get("d")) or 0.0,
        volume=figure(meta.get("volume")),
        raw=segment,
    )


def _name(meta: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    found = (meta[key] for key in keys if isinstance(meta.get(key), str) and meta[key].strip())
    return next(found, "")


def words_in(value: Any) -> Iterator[str]:
    """Yield every text that stands anywhere in a state, keys left aside."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from words_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from words_in(one)

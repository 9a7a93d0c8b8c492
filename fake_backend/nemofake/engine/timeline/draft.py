"""The timeline as the wire names it: a draft (STA-2)."""

from __future__ import annotations

from typing import Any

from .model import Segment, Timeline, Track

# STA-2 [D]: what a segment's `m` calls each field; one at its default is left out.
_META = {
    "name": "name",
    "text": "text",
    "position": "position",
    "language": "lang",
    "media_id": "media_id",
    "look": "look",
    "transition": "transition",
}


def to_draft(timeline: Timeline) -> dict[str, Any]:
    """Return ``{"d", "t": [{"tt", "d", "m", "sg": [{"s", "d", "m"}]}]}``, times in ms; ``{}`` when empty.

    A track's ``m.name`` and a segment's ``m.name``, ``m.volume`` and ``m.text`` are what STA-4 shows.
    """
    if not timeline.tracks:
        return {}
    return {"d": timeline.duration_ms, "t": [_track(track) for track in timeline.tracks]}


def _track(track: Track) -> dict[str, Any]:
    return {
        "tt": track.kind,
        "d": track.end_ms,
        "m": {"name": track.name},
        "sg": [{"s": s.start_ms, "d": s.duration_ms, "m": _meta(s)} for s in track.segments],
    }


def _meta(segment: Segment) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    for field, key in _META.items():
        value = getattr(segment, field)
        if value:
            meta[key] = value
    if segment.media_id:
        meta |= {"in": segment.in_ms, "out": segment.out_ms, "speed": segment.speed}
    if segment.volume is not None:
        meta["volume"] = 0.0 if segment.muted else segment.volume
    if segment.muted:
        meta["muted"] = True
    if segment.size != 1:
        meta["size"] = segment.size
    if segment.effects:
        meta["effects"] = list(segment.effects)
    return meta

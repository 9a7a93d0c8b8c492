"""Which frames a film needs: wherever something changes, and enough between to see time pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .film import Film, Lane

_TICK_MS = 1_000
_MAX_TICKS = 60
_MAX_CUTS = 60
_MAX_TITLE_TURNS = 120


def moments(film: Film) -> tuple[int, ...]:
    """Give the start of every frame in ms: sorted, first 0, all before the film's end."""
    tick_ms = max(_TICK_MS, -(-film.duration_ms // _MAX_TICKS))
    found = {0, *range(0, film.duration_ms, tick_ms)}
    for titles, most in ((True, _MAX_TITLE_TURNS), (False, _MAX_CUTS)):
        lanes = [lane for lane in film.lanes if (lane.kind == "title") is titles]
        found.update(_turns(lanes, film.duration_ms, most))
    return tuple(sorted(found))


def _turns(lanes: list[Lane], duration_ms: int, most: int) -> list[int]:
    """Give the starts and ends of clips; too many, then starts alone, then an even choice of those."""
    clips = [clip for lane in lanes for clip in lane.clips]
    starts = {clip.start_ms for clip in clips}
    turns = starts | {clip.end_ms for clip in clips}
    inside = sorted(ms for ms in (starts if len(turns) > most else turns) if ms < duration_ms)
    return inside[:: -(-len(inside) // most) or 1]

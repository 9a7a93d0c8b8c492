"""Which frames a film needs: wherever something changes, and enough between to see time pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .film import Film, Lane

_TICK_MS = 1_000
_MAX_TICKS = 60
_MAX_CUTS = 60
_MAX_TITLE_TURNS = 480  # a title that is never shown is a lie, so these are rarely thinned


def moments(film: Film) -> tuple[int, ...]:
    """Give the start of every frame in ms: sorted, first 0, all before the film's end."""
    tick_ms = max(_TICK_MS, -(-film.duration_ms // _MAX_TICKS))
    titles = _turns(lane for lane in film.lanes if lane.kind == "title")
    cuts = _turns(lane for lane in film.lanes if lane.kind != "title")
    found = {0, *range(0, film.duration_ms, tick_ms)}
    found.update(_thinned(titles, film.duration_ms, _MAX_TITLE_TURNS))
    found.update(_thinned(cuts, film.duration_ms, _MAX_CUTS))
    return tuple(sorted(found))


def _turns(lanes: Iterable[Lane]) -> set[int]:
    return {ms for lane in lanes for clip in lane.clips for ms in (clip.start_ms, clip.end_ms)}


def _thinned(turns: set[int], duration_ms: int, most: int) -> list[int]:
    """Keep at most ``most``, evenly chosen."""
    inside = sorted(ms for ms in turns if 0 <= ms < duration_ms)
    step = -(-len(inside) // most) or 1
    return inside[::step]

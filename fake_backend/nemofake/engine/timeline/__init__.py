"""A real multi-track timeline with an edit algebra that keeps it sorted, disjoint and whole.

``edits`` has the heart: every cut and every change of speed is one remapping of time.
"""

from .draft import to_draft
from .edits import (
    append,
    change_speed,
    changed,
    keep_only,
    put_text,
    repack_clips,
    ripple_delete,
    set_music,
    set_texts,
    split_at,
    track_moved,
    tracks_ordered,
    with_canvas,
    without,
    without_track,
)
from .model import DEFAULT_CANVAS, EMPTY, MUSIC_ROLES, SOUND_ROLES, TEXT_ROLES, Role, Segment, Timeline, Track
from .ranges import Range, Ranges, subtract, total, union
from .silences import silent_ranges, spoken_ranges

__all__ = [
    "DEFAULT_CANVAS",
    "EMPTY",
    "MUSIC_ROLES",
    "SOUND_ROLES",
    "TEXT_ROLES",
    "Range",
    "Ranges",
    "Role",
    "Segment",
    "Timeline",
    "Track",
    "append",
    "change_speed",
    "changed",
    "keep_only",
    "put_text",
    "repack_clips",
    "ripple_delete",
    "set_music",
    "set_texts",
    "silent_ranges",
    "split_at",
    "spoken_ranges",
    "subtract",
    "to_draft",
    "total",
    "track_moved",
    "tracks_ordered",
    "union",
    "with_canvas",
    "without",
    "without_track",
]

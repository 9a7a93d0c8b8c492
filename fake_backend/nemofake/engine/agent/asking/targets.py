"""What an instruction is done to, by the names a timeline knows."""

from __future__ import annotations

from ..reading import concepts as c
from ..reading.reader import Item
from .clauses import Clause

# Meaning -> target, the more telling first.
_TARGETS: tuple[tuple[int, str], ...] = (
    (c.LOWER_THIRD, "lower third"),
    (c.SUBTITLE, "subtitles"),
    (c.TITLE, "title"),
    (c.MUSIC, "music"),
    (c.SOUND, "sound"),
    (c.EFFECT | c.FX, "effects"),
    (c.TRANSITION, "transitions"),
    (c.GRADE | c.LOOK, "look"),
    (c.EVERYTHING | c.TIMELINE, "everything"),
    (c.TRACK, "track"),
    (c.CLIP, "clip"),
    (c.VIDEO, "video"),
)
_MEANINGS = sum(bits for bits, _ in _TARGETS)


def target_of(item: Item) -> str:
    """Return the target that a phrase names, or ""."""
    return next((name for bits, name in _TARGETS if item.bits & bits), "") if item.bits & _MEANINGS else ""


def targets(clause: Clause) -> list[str]:
    """Return the targets that a clause names, in order, each once.

    "the music track" is the music; "the title of the video" is the title; "track 2" is a track.
    """
    named = list(dict.fromkeys(filter(None, map(target_of, clause.items))))
    telling = [name for name in named if name not in ("track", "clip", "video")]
    if not telling and len(named) > 1 and "track" in named:
        named.remove("track")  # "the video track"
    return telling or named


def target(clause: Clause) -> str:
    """Return the first target that a clause names, or ""."""
    return next(iter(targets(clause)), "")

"""What an instruction is done to, by the names a timeline knows."""

from __future__ import annotations

from ..reading import concepts as c
from ..reading.reader import Item
from .clause import Clause

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
# What other things are parts of.
_WHOLES = frozenset(("track", "clip", "video"))
_MEANINGS = sum(bits for bits, _ in _TARGETS)


def target_of(item: Item) -> str:
    """Return the target that a phrase names, or ""."""
    return next((name for bits, name in _TARGETS if item.bits & bits), "") if item.bits & _MEANINGS else ""


def everything_named(clause: Clause) -> list[str]:
    """Return all targets that a clause names, in order, each once; "the video track" is one."""
    named = list(dict.fromkeys(filter(None, map(target_of, clause.items))))
    if len(named) > 1 and "track" in named:
        named.remove("track")
    return named


def targets(clause: Clause) -> list[str]:
    """Return the targets that something is done to: "the title of the video" is the title."""
    named = everything_named(clause)
    return [name for name in named if name not in _WHOLES] or named


def target(clause: Clause) -> str:
    """Return the first target that a clause names, or ""."""
    return next(iter(targets(clause)), "")

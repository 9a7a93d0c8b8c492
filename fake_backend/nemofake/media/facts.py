"""What is known of one media file: the figures of an upload's answer and where it is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .formats import FileType

Span = tuple[int, int]  # (start_ms, end_ms) in source time


@dataclass(frozen=True, slots=True)
class Figures:
    """What a file's headers and packets say (UPL-2), whatever its name.

    ``width`` and ``height`` are as displayed: turned as the file asks, pixels made square; 0 for
    sound. ``fps`` is 0.0 for pictures and sound. A still has duration 0, an animation the length
    of one pass. ``silences`` are sorted, disjoint, and empty when there is no sound at all.
    """

    file_type: FileType
    duration_ms: int
    width: int = 0
    height: int = 0
    fps: float = 0.0
    has_audio: bool = False
    silences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """All of one upload: its Figures, its name, its SHA-256 in hex, its size in bytes (UPL-2)."""

    filename: str
    file_type: FileType
    duration_ms: int
    width: int
    height: int
    fps: float
    hash: str
    size: int
    has_audio: bool
    silences: tuple[Span, ...]

"""What the timeline's tests share: clips, music, texts, and films made of them."""

from __future__ import annotations

from typing import Any

from nemofake.engine.timeline import EMPTY, Role, Segment, Timeline, append, set_music


def clip(length: int, name: str = "clip", media_id: str = "m", **changes: Any) -> Segment:
    return Segment(0, length, name, media_id, out_ms=length, source_ms=length, volume=1.0, **changes)


def music(length: int) -> Segment:
    return Segment(0, length, "Lo-fi", "stock", out_ms=length, volume=0.35)


def text(start: int, length: int, words: str = "Hi") -> Segment:
    return Segment(start, length, text=words, position="center")


def film(*lengths: int, with_music: bool = True) -> Timeline:
    timeline = EMPTY
    for nth, length in enumerate(lengths):
        timeline = append(timeline, Role.VIDEO, clip(length, f"c{nth}", f"m{nth}"))
    return set_music(timeline, music(timeline.duration_ms)) if with_music else timeline

"""One instruction at work: what it finds, and the two ways it can end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ...library import Library
from ...randomness import RandomStream
from ...timeline import Range, Ranges, Role, Segment, Timeline, subtract, union
from ..model import EDITOR, END, MIDDLE, History, Instruction, Outcome, ReplyFragment

CLIP_ROLES = (Role.VIDEO, Role.AUDIO)


@dataclass(frozen=True, slots=True)
class EditContext:
    """``before`` is the session's timeline, ``timeline`` the one to edit: footage is on it already."""

    asked: Instruction
    before: Timeline
    timeline: Timeline
    library: Library
    draw: RandomStream
    history: History

    @property
    def length_ms(self) -> int:
        """How long the timeline is."""
        return self.timeline.duration_ms

    @property
    def names_clip(self) -> bool:
        """Whether the instruction is about certain clips."""
        return self.asked.number is not None or bool(self.asked.clip)

    def clips(self) -> tuple[Segment, ...]:
        """Return the clips in order: those of the video track, or of the audio if there is no video."""
        return self.timeline.segments(Role.VIDEO) or self.timeline.segments(Role.AUDIO)

    def clip(self, number: int) -> Segment | None:
        """Return clip ``number``, from 1, -1 the last; None if there is no such clip."""
        clips = self.clips()
        at = number - 1 if number > 0 else len(clips) + number
        return clips[at] if 0 <= at < len(clips) else None

    def chosen(self) -> tuple[Segment, ...]:
        """Return the clips that are named by number or name, or all but those; () if there are none such."""
        named = self._named_clips()
        if named and self.asked.outside and not self._timed:
            return tuple(clip for clip in self.clips() if clip not in named)
        return named

    def _named_clips(self) -> tuple[Segment, ...]:
        if self.asked.clip:
            segments = self.timeline.segments(*CLIP_ROLES)
            return tuple(s for s in segments if s.name == self.asked.clip)
        if self.asked.number == 0:
            return self.clips()
        found = self.clip(self.asked.number) if self.asked.number else None
        return (found,) if found else ()

    def no_such_clip(self) -> Outcome:
        """Say that the clip named is not on the timeline."""
        return self.refused("clip.missing", clips=len(self.clips()))

    def where(self) -> Ranges | Outcome | None:
        """Return the times asked for, on the timeline; None for all of it, an outcome if there are none."""
        chosen = self.chosen() if self.names_clip else ()
        if self.names_clip and not chosen:
            return self.no_such_clip()
        timed = self._timed
        if not timed and not chosen:
            return None
        bases = [(s.start_ms, s.end_ms) for s in chosen] or [(0, self.length_ms)]
        found = union(span for base in bases for span in (self._within(base) if timed else (base,)))
        if timed and not found:
            return self.refused("cut.outside", asked_ms=self._asked_ms())
        if self.asked.outside and timed:
            found = subtract(union(bases), found)
            return found or self.refused("cut.nothing")
        return found

    @property
    def _timed(self) -> bool:
        return self.asked.start_ms is not None or bool(self.asked.ranges or self.asked.part)

    def _within(self, base: Range) -> Iterator[Range]:
        """Yield the asked ranges in a stretch of the timeline."""
        low, high = base
        asked = self.asked
        if asked.part:
            first, last = (low + round((high - low) * share) for share in asked.part)
            yield first, last
            return
        start, end = asked.start_ms, asked.end_ms
        if end is None and start is not None and asked.duration_ms:
            end = start + asked.duration_ms if start >= 0 or start + asked.duration_ms < 0 else END
        for a, b in asked.ranges or ((start or 0, END if end is None else end),):
            if a == MIDDLE:
                a, b = max(0, (high - low - b) // 2), max(0, (high - low - b) // 2) + b
            first = max(low, high + a) if a < 0 else low + a
            last = min(low + b, high) if b > 0 else high + b
            if first < last:
                yield first, last

    def _asked_ms(self) -> int:
        return self.asked.ranges[0][0] if self.asked.ranges else self.asked.start_ms or 0

    def silences(self) -> dict[str, Ranges]:
        """Return the silences of every file that has sound."""
        return {f.media_id: f.silences for f in self.library.footage if f.has_audio}

    def done(
        self, timeline: Timeline, topic: str, panel: str, args: dict[str, Any] | None = None, **facts: Any
    ) -> Outcome:
        """Return the outcome of an edit: its figures go into the tool's result and into the reply."""
        length_ms = timeline.duration_ms
        figures = {n: value for n, value in facts.items() if not n.startswith("quote") and n != "ranges"}
        return Outcome(
            timeline,
            timeline != self.before,
            ReplyFragment(topic, {**facts, "length_ms": length_ms}, panel),
            EDITOR,
            {"action": str(self.asked.kind), **(args or {})},
            {"status": "success", **figures, "duration_ms": length_ms},
        )

    def refused(self, topic: str, panel: str = "timeline", **facts: Any) -> Outcome:
        """Return the outcome of what cannot be done: nothing changes, and the fragment says why."""
        return Outcome(
            self.before,
            False,
            ReplyFragment(topic, {**facts, "length_ms": self.length_ms}, panel),
            EDITOR,
            {"action": str(self.asked.kind)},
            {"status": "unchanged", "reason": topic},
        )


def range_args(where: Ranges | None) -> dict[str, Any]:
    """Return the times of an edit as a tool's arguments; {} for all of the timeline."""
    if not where:
        return {}
    if len(where) == 1:
        return {"start_ms": where[0][0], "end_ms": where[0][1]}
    return {"ranges": [list(span) for span in where]}


def range_facts(where: Ranges | None) -> dict[str, Any]:
    """Return the times of an edit as facts of a reply."""
    return {**range_args(where), "ranges": where} if where and len(where) == 1 else {"ranges": where or ()}


def overlaps(segment: Segment, where: Ranges) -> bool:
    """Tell whether a segment is on at any of some times."""
    return any(segment.start_ms < end and start < segment.end_ms for start, end in where)

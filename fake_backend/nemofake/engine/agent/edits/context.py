"""One instruction at work: what it finds, and the two ways it can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...library import Library
from ...randomness import RandomStream
from ...timeline import Range, Ranges, Role, Segment, Timeline
from ..model import EDITOR, Instruction, Outcome, ReplyFragment

CLIP_ROLES = (Role.VIDEO, Role.AUDIO)


@dataclass(frozen=True, slots=True)
class EditContext:
    """``before`` is the session's timeline, ``timeline`` the one to edit: footage is on it already."""

    asked: Instruction
    before: Timeline
    timeline: Timeline
    library: Library
    rng: RandomStream

    @property
    def length_ms(self) -> int:
        """How long the timeline is."""
        return self.timeline.duration_ms

    def clips(self) -> tuple[Segment, ...]:
        """Return the clips in order: those of the video track, or of the audio where there is no video."""
        return self.timeline.segments(Role.VIDEO) or self.timeline.segments(Role.AUDIO)

    def clip(self, number: int) -> Segment | None:
        """Return clip ``number``, from 1, -1 the last; None where there is no such clip."""
        clips = self.clips()
        at = number - 1 if number > 0 else len(clips) + number
        return clips[at] if 0 <= at < len(clips) else None

    def silences(self) -> dict[str, Ranges]:
        """Return the silences of every file that has sound."""
        return {f.media_id: f.silences for f in self.library.footage if f.has_audio}

    def span(self) -> Range | None:
        """Return the asked range in timeline ms, clamped to the timeline; None where none was asked."""
        start, end = self.asked.start_ms, self.asked.end_ms
        if start is None:
            return None
        length = self.length_ms
        first = max(0, length + start) if start < 0 else start
        if end is None:
            end = first + self.asked.duration_ms if self.asked.duration_ms else length
        return min(first, length), min(max(end, 0), length)

    def done(
        self, timeline: Timeline, topic: str, panel: str, args: dict[str, Any] | None = None, **facts: Any
    ) -> Outcome:
        """Return the outcome of an edit: its figures go into the tool's result and into the reply."""
        length_ms = timeline.duration_ms
        figures = {name: value for name, value in facts.items() if not name.startswith("quote")}
        return Outcome(
            timeline,
            timeline != self.before,
            ReplyFragment(topic, {**facts, "length_ms": length_ms}, panel),
            EDITOR,
            {"action": str(self.asked.kind), **(args or {})},
            {"status": "success", **figures, "duration_ms": length_ms},
        )

    def refused(self, topic: str, panel: str = "timeline", **facts: Any) -> Outcome:
        """Return the outcome of what cannot be done: nothing changes, and the phrase says why."""
        return Outcome(
            self.before,
            False,
            ReplyFragment(topic, {**facts, "length_ms": self.length_ms}, panel),
            EDITOR,
            {"action": str(self.asked.kind)},
            {"status": "unchanged", "reason": topic},
        )

"""Segments, tracks and the timeline: immutable, sorted, disjoint, whole milliseconds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

VIDEO_TYPE, AUDIO_TYPE, TEXT_TYPE = 0, 1, 7  # STA-2: `tt`
DEFAULT_CANVAS = (1080, 1920)


class Role(StrEnum):
    """What a track is for; the value is the name a summary shows (STA-4)."""

    VIDEO = "Video"
    AUDIO = "Audio"
    BGM = "BGM"
    TITLE = "Title"
    LOWER_THIRD = "Lower third"
    SUBTITLES = "Subtitles"


TYPES: dict[Role, int] = {
    Role.VIDEO: VIDEO_TYPE,
    Role.AUDIO: AUDIO_TYPE,
    Role.BGM: AUDIO_TYPE,
    Role.TITLE: TEXT_TYPE,
    Role.LOWER_THIRD: TEXT_TYPE,
    Role.SUBTITLES: TEXT_TYPE,
}
TEXT_ROLES = frozenset(role for role, kind in TYPES.items() if kind == TEXT_TYPE)
MUSIC_ROLES = frozenset({Role.BGM})
SOUND_ROLES = frozenset({Role.VIDEO, Role.AUDIO, Role.BGM})


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a track: where it stands, what it shows, which part of its source.

    The source runs from ``in_ms`` to ``out_ms`` evenly over ``duration_ms``; ``speed`` is the rate that
    was asked for. ``source_ms`` is how long the source is, 0 for one without end (a still, stock music,
    text). ``volume`` is a share of 1, None for what makes no sound; ``transition`` leads to the next one;
    ``size`` is a text's letter size as a share of the usual.
    """

    start_ms: int
    duration_ms: int
    name: str = ""
    media_id: str = ""
    in_ms: int = 0
    out_ms: int = 0
    source_ms: int = 0
    speed: float = 1.0
    volume: float | None = None
    muted: bool = False
    text: str = ""
    position: str = ""
    language: str = ""
    look: str = ""
    effects: tuple[str, ...] = ()
    transition: str = ""
    size: float = 1.0

    @property
    def end_ms(self) -> int:
        """Where it ends on the timeline."""
        return self.start_ms + self.duration_ms

    def source_at(self, at_ms: int) -> int:
        """Return the source time shown at timeline time ``at_ms``, to the nearest millisecond."""
        length, span = self.duration_ms, self.out_ms - self.in_ms
        return self.in_ms + (2 * (at_ms - self.start_ms) * span + length) // (2 * length)

    def part(self, from_ms: int, to_ms: int) -> Segment:
        """Return what it is between two timeline times inside it."""
        return self.moved(from_ms, to_ms, from_ms, to_ms)

    def moved(self, from_ms: int, to_ms: int, start_ms: int, end_ms: int) -> Segment:
        """Return what it is between two times inside it, put elsewhere; a transition stays with the end."""
        if (from_ms, to_ms, start_ms, end_ms) == (self.start_ms, self.end_ms, self.start_ms, self.end_ms):
            return self
        # Spelled out, as every cut makes many: `replace` would take twice the time.
        return Segment(
            start_ms,
            end_ms - start_ms,
            self.name,
            self.media_id,
            self.source_at(from_ms),
            self.source_at(to_ms),
            self.source_ms,
            self.speed,
            self.volume,
            self.muted,
            self.text,
            self.position,
            self.language,
            self.look,
            self.effects,
            self.transition if to_ms == self.end_ms else "",
            self.size,
        )

    def stretched(self, end_ms: int) -> Segment:
        """Return it ending at ``end_ms``, as far as its source lasts."""
        wanted = end_ms - self.start_ms
        if self.source_ms:
            wanted = min(wanted, self.duration_ms + round((self.source_ms - self.out_ms) / self.speed))
        if not self.media_id:
            return replace(self, duration_ms=wanted)
        out_ms = self.out_ms + round((wanted - self.duration_ms) * self.speed)
        return replace(
            self, duration_ms=wanted, out_ms=min(out_ms, self.source_ms) if self.source_ms else out_ms
        )


@dataclass(frozen=True, slots=True)
class Track:
    """Segments of one purpose, sorted and disjoint; ``number`` tells tracks of the same role apart."""

    role: Role
    segments: tuple[Segment, ...]
    number: int = 1

    @property
    def name(self) -> str:
        """The name a summary shows: ``Title``, ``Title 2``."""
        return str(self.role) if self.number == 1 else f"{self.role} {self.number}"

    @property
    def kind(self) -> int:
        """The track type on the wire (STA-2)."""
        return TYPES[self.role]

    @property
    def end_ms(self) -> int:
        """Where its last segment ends."""
        return self.segments[-1].end_ms if self.segments else 0

    def has_gap(self, start_ms: int, end_ms: int) -> bool:
        """Tell whether nothing stands between two times."""
        return not any(s.start_ms < end_ms and start_ms < s.end_ms for s in self.segments)

    def with_segments(self, segments: Iterable[Segment]) -> Track:
        """Return it with other segments, which are in order."""
        return Track(self.role, tuple(segments), self.number)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Tracks in the order a summary lists them, and the picture's size in pixels."""

    tracks: tuple[Track, ...] = ()
    canvas: tuple[int, int] = DEFAULT_CANVAS

    @property
    def duration_ms(self) -> int:
        """Where the last segment of any track ends."""
        return max((track.end_ms for track in self.tracks), default=0)

    def of(self, *roles: Role) -> tuple[Track, ...]:
        """Return the tracks of these roles, in order."""
        return tuple(track for track in self.tracks if track.role in roles)

    def segments(self, *roles: Role) -> tuple[Segment, ...]:
        """Return all segments of these roles, track by track."""
        return tuple(segment for track in self.tracks if track.role in roles for segment in track.segments)

    def with_tracks(self, tracks: Iterable[Track]) -> Timeline:
        """Return it with other tracks; those without segments go."""
        return Timeline(tuple(track for track in tracks if track.segments), self.canvas)


EMPTY = Timeline()

"""What passes between the parts of the agent: instructions in, outcomes and reply fragments out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..library import Generated
from ..timeline import Timeline

GENERATOR = "generate_video_with_seedance"  # SSE-13
EDITOR = "edit_multitrack"  # SSE-13
END = 1 << 50  # the end of the timeline, as a time in ms
MIDDLE = -(1 << 50)  # as the start of a range: so much around the middle as its end says


class Kind(StrEnum):
    """What is asked; the value is the ``action`` of the tool call."""

    GENERATE = "generate"
    REGENERATE = "regenerate"

    APPEND = "append"
    SILENCES = "cut_silences"
    CUT = "cut"
    KEEP = "keep"
    DURATION = "set_duration"
    SPLIT = "split"
    SPEED = "change_speed"
    GRADE = "color_grade"
    EFFECT = "add_effect"
    TRANSITION = "add_transition"
    CANVAS = "set_canvas"
    TITLE = "add_title"
    LOWER_THIRD = "add_lower_third"
    RETITLE = "change_text"
    PLACE_TEXT = "move_text"
    TEXT_SIZE = "resize_text"
    SUBTITLES = "add_subtitles"
    MUSIC = "add_music"
    VOLUME = "set_volume"
    MUTE = "mute"
    UNMUTE = "unmute"
    REMOVE = "remove"
    MOVE_TRACK = "move_track"
    MOVE_CLIP = "move_clip"
    UNDO = "undo"
    REDO = "redo"

    LANGUAGE = "language"
    GREETING = "greeting"
    THANKS = "thanks"
    QUESTION = "question"
    EXPORT = "export"
    DECLINED = "declined"
    ASK = "ask"


TALK = frozenset(
    {Kind.LANGUAGE, Kind.GREETING, Kind.THANKS, Kind.QUESTION, Kind.EXPORT, Kind.DECLINED, Kind.ASK}
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """What to do, and every detail the message gave; None, "" and () stand for what it left open.

    Times are timeline ms, those below 0 count from the end, END is the end, MIDDLE starts a range around
    the middle. Several time ranges are in
    ``ranges``, one alone is ``start_ms`` and ``end_ms``; ``part`` is a range in shares of the whole.
    ``outside`` means everything but what they name. ``text`` is a quoted text, a clip's subject, or what
    a question asks about; ``old`` the text to be replaced. ``style`` names a look, an effect, a music
    style, a language or a topic. ``amount`` is a share of full volume or a speed, ``factor`` multiplies a
    length, a size or a volume, ``change`` is a relative share, ``delta_ms`` a relative length, ``keep_ms``
    how much of a pause stays. ``target`` is what it is done to; ``clip`` a clip's name; ``number`` and
    ``place`` count from 1, with -1 the last. ``stages`` are what follows a generated clip (SSE-8); ``auto``
    marks those that the message did not ask for.
    """

    kind: Kind
    language: str = "en"
    text: str = ""
    old: str = ""
    style: str = ""
    position: str = ""
    target: str = ""
    clip: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    ranges: tuple[tuple[int, int], ...] = ()
    part: tuple[float, float] | None = None
    outside: bool = False
    duration_ms: int | None = None
    delta_ms: int | None = None
    keep_ms: int | None = None
    amount: float | None = None
    factor: float | None = None
    change: float | None = None
    number: int | None = None
    place: int | None = None
    canvas: tuple[int, int] | None = None
    stages: tuple[Instruction, ...] = ()
    auto: bool = False

    @property
    def category(self) -> str:
        """Return generate, edit or talk: what it costs and how long it takes (CRE-2, SSE-7)."""
        if self.kind in (Kind.GENERATE, Kind.REGENERATE):
            return "generate"
        return "talk" if self.kind in TALK else "edit"


@dataclass(frozen=True, slots=True)
class History:
    """Timelines before the current one, oldest first, and those that were undone, next one last."""

    undo: tuple[Timeline, ...] = ()
    redo: tuple[Timeline, ...] = ()

    def after(self, before: Timeline) -> History:
        """Return the history after an edit of ``before``; what was undone is forgotten."""
        return History((*self.undo, before)[-MAX_HISTORY:])


MAX_HISTORY = 50


@dataclass(frozen=True, slots=True)
class ReplyFragment:
    """One thing to say: ``topic`` finds the template, ``facts`` fill it.

    A fact's name says its unit: ``…_ms`` is a length of time, ``…_share`` a percentage, a name in the
    language's table of nouns (``pauses``, ``clips``) a count, ``quote…`` a text to be quoted; any other
    is a name, translated if the language knows it. ``panel`` finds the talk about a GUI (SSE-9).
    """

    topic: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    panel: str = ""


FAILED = ReplyFragment("failed", panel="failed")


@dataclass(frozen=True, slots=True)
class Outcome:
    """``timeline`` after it, whether that is a change, what to say, and the tool call.

    ``tool`` is "" for talk. ``generated`` is a new clip for the session's library, ``language`` the
    session's new language, ``history`` the new history after an undo or a redo.
    """

    timeline: Timeline
    changed: bool
    fragment: ReplyFragment
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    generated: Generated | None = None
    language: str | None = None
    history: History | None = None

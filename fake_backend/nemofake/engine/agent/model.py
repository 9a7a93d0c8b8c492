"""What there is to say, before it has a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ..library import Generated
from ..timeline import Timeline


@dataclass(frozen=True, slots=True)
class ReplyFragment:
    """Something to say: ``topic`` finds the words, ``facts`` fill them.

    A fact's name says its unit: ``…_ms`` is a length of time, ``…_share`` a percentage, a name listed
    in the words' table of nouns (``pauses``, ``clips``) a count, ``quote…`` a text to be quoted; any
    other is a name, translated where the words know it. ``panel`` finds the talk about a GUI (SSE-9).
    """

    topic: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    panel: str = ""


FAILED = ReplyFragment("failed", panel="failed")


GENERATOR = "generate_video_with_seedance"  # SSE-13
EDITOR = "edit_multitrack"  # SSE-13


@dataclass(frozen=True, slots=True)
class Outcome:
    """``timeline`` after it, whether that is a change, the phrase for the reply, and the tool call.

    ``tool`` is "" for talk. ``generated`` is a new clip for the session's library, ``language`` the
    session's new language.
    """

    timeline: Timeline
    changed: bool
    phrase: ReplyFragment
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    generated: Generated | None = None
    language: str | None = None


class Kind(StrEnum):
    """What is asked."""

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
    SUBTITLES = "add_subtitles"
    MUSIC = "add_music"
    VOLUME = "set_volume"
    MUTE = "mute"
    UNMUTE = "unmute"
    REMOVE = "remove"
    MOVE_TRACK = "move_track"
    MOVE_CLIP = "move_clip"

    LANGUAGE = "language"
    GREETING = "greeting"
    THANKS = "thanks"
    QUESTION = "question"
    EXPORT = "export"
    UNKNOWN = "unknown"


_CATEGORIES: dict[Kind, str] = {
    Kind.GENERATE: "generate",
    Kind.REGENERATE: "generate",
    **dict.fromkeys(
        (Kind.LANGUAGE, Kind.GREETING, Kind.THANKS, Kind.QUESTION, Kind.EXPORT, Kind.UNKNOWN), "talk"
    ),
}


@dataclass(frozen=True, slots=True)
class Instruction:
    """What to do, and every detail the message gave; None and "" stand for what it left open.

    Times are timeline ms, those below 0 count from the end. ``text`` is a quoted text or a clip's
    subject, ``old`` the text to be replaced. ``style`` names a look, an effect, a music style, a
    language or a question's topic. ``amount`` is a share of full volume or a speed factor, ``change`` a
    relative share. ``target`` is what it is done to, ``number`` and ``place`` are counted from 1, with
    -1 the last. ``stages`` are what follows a generated clip by itself (SSE-8); ``auto`` marks those that
    the message did not ask for.
    """

    kind: Kind
    language: str = "en"
    text: str = ""
    old: str = ""
    style: str = ""
    position: str = ""
    target: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    duration_ms: int | None = None
    amount: float | None = None
    change: float | None = None
    number: int | None = None
    place: int | None = None
    canvas: tuple[int, int] | None = None
    stages: tuple[Instruction, ...] = ()
    auto: bool = False

    @property
    def category(self) -> str:
        """Return generate, edit or talk: what it costs and how long it takes (CRE-2, SSE-7)."""
        return _CATEGORIES.get(self.kind, "edit")

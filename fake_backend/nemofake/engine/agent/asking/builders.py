"""Clause to instructions: for each kind, who reads its details."""

from __future__ import annotations

from collections.abc import Callable

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from .build_order import ask_move_clip, ask_move_track, ask_remove
from .build_picture import ask_canvas, ask_effect, ask_grade, ask_transition
from .build_sound import ask_music, ask_mute, ask_volume
from .build_text import ask_place_text, ask_retitle, ask_title
from .build_time import ask_cut, ask_duration, ask_keep, ask_silences, ask_speed, ask_split
from .clause import Clause
from .details import first
from .grammar import topic_of

Made = tuple[Instruction, ...]
Builder = Callable[[Kind, Clause, Reading], Made]


def build(clause: Clause, reading: Reading) -> Made:
    """Return the instructions of a clause that is neither negated nor about a clip to generate."""
    assert clause.kind is not None
    return _BUILDERS.get(clause.kind, _bare)(clause.kind, clause, reading)


def _bare(kind: Kind, _clause: Clause, reading: Reading) -> Made:
    return (Instruction(kind, reading.language),)


def _language(kind: Kind, clause: Clause, reading: Reading) -> Made:
    return (Instruction(kind, reading.language, style=str(first(clause, c.TONGUE) or "en")),)


def _question(kind: Kind, clause: Clause, reading: Reading) -> Made:
    return (Instruction(kind, reading.language, style=topic_of(clause.bits)),)


_BUILDERS: dict[Kind, Builder] = {
    Kind.SILENCES: ask_silences,
    Kind.CUT: ask_cut,
    Kind.KEEP: ask_keep,
    Kind.DURATION: ask_duration,
    Kind.SPLIT: ask_split,
    Kind.SPEED: ask_speed,
    Kind.MUSIC: ask_music,
    Kind.VOLUME: ask_volume,
    Kind.MUTE: ask_mute,
    Kind.UNMUTE: ask_mute,
    Kind.GRADE: ask_grade,
    Kind.EFFECT: ask_effect,
    Kind.TRANSITION: ask_transition,
    Kind.CANVAS: ask_canvas,
    Kind.TITLE: ask_title,
    Kind.LOWER_THIRD: ask_title,
    Kind.SUBTITLES: ask_title,
    Kind.RETITLE: ask_retitle,
    Kind.PLACE_TEXT: ask_place_text,
    Kind.REMOVE: ask_remove,
    Kind.MOVE_TRACK: ask_move_track,
    Kind.MOVE_CLIP: ask_move_clip,
    Kind.LANGUAGE: _language,
    Kind.QUESTION: _question,
}

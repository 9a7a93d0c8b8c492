"""An instruction to its outcome: who does it, and on what."""

from __future__ import annotations

from collections.abc import Callable

from ...library import Library
from ...randomness import RandomStream
from ...timeline import Timeline
from ..model import Instruction, Kind, Outcome
from .arrange import move_clip, move_track, remove
from .audio import add_music, mute, set_volume, unmute
from .clips import append_new, generate, initial_timeline, regenerate
from .context import EditContext
from .conversation import export, question, set_language, talk
from .text import add_subtitles, add_title, change_text, place_text
from .time import change_speed, cut, cut_silences, keep, set_duration, split
from .visuals import add_effect, add_transition, color_grade, set_canvas

_EDITS: dict[Kind, Callable[[EditContext], Outcome]] = {
    Kind.SILENCES: cut_silences,
    Kind.CUT: cut,
    Kind.KEEP: keep,
    Kind.DURATION: set_duration,
    Kind.SPLIT: split,
    Kind.SPEED: change_speed,
    Kind.GRADE: color_grade,
    Kind.EFFECT: add_effect,
    Kind.TRANSITION: add_transition,
    Kind.CANVAS: set_canvas,
    Kind.TITLE: add_title,
    Kind.LOWER_THIRD: add_title,
    Kind.RETITLE: change_text,
    Kind.PLACE_TEXT: place_text,
    Kind.SUBTITLES: add_subtitles,
    Kind.MUSIC: add_music,
    Kind.VOLUME: set_volume,
    Kind.MUTE: mute,
    Kind.UNMUTE: unmute,
    Kind.REMOVE: remove,
    Kind.MOVE_TRACK: move_track,
    Kind.MOVE_CLIP: move_clip,
}
# What needs nothing on the timeline, and lays no footage on it.
_OTHERS: dict[Kind, Callable[[EditContext], Outcome]] = {
    Kind.GENERATE: generate,
    Kind.REGENERATE: regenerate,
    Kind.APPEND: append_new,
    Kind.LANGUAGE: set_language,
    Kind.EXPORT: export,
    Kind.QUESTION: question,
    Kind.GREETING: talk,
    Kind.THANKS: talk,
    Kind.UNKNOWN: talk,
}


def apply_edit(instruction: Instruction, timeline: Timeline, library: Library, rng: RandomStream) -> Outcome:
    """Do one instruction and return what comes of it; the given timeline stays as it is.

    The first edit lays all uploaded footage on the timeline. What cannot be done changes nothing, and
    its phrase says why.
    """
    edit = _EDITS.get(instruction.kind)
    if edit is None:
        return _OTHERS[instruction.kind](EditContext(instruction, timeline, timeline, library, rng))
    start = timeline if timeline.tracks else initial_timeline(library)
    job = EditContext(instruction, timeline, start, library, rng)
    return edit(job) if start.tracks else job.refused("nothing", "media")

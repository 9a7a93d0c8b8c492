"""An instruction to its outcome: who does it, and on what."""

from __future__ import annotations

from collections.abc import Callable

from ...entropy import Stream
from ...library import Library
from ...timeline import Timeline
from ..instruction import Instruction, Kind
from ..outcome import Outcome
from .cutting import cut, cut_silences, keep, set_duration, split
from .footage import append_new, laid
from .generating import generate, regenerate
from .job import Job
from .order import move_clip, move_track, remove
from .pace import change_speed
from .pictures import add_effect, add_transition, color_grade, set_canvas
from .sounds import add_music, mute, set_volume, unmute
from .subtitles import add_subtitles
from .talk import export, question, speak, talk
from .titles import add_title, change_text, place_text

_EDITS: dict[Kind, Callable[[Job], Outcome]] = {
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
_OTHERS: dict[Kind, Callable[[Job], Outcome]] = {
    Kind.GENERATE: generate,
    Kind.REGENERATE: regenerate,
    Kind.APPEND: append_new,
    Kind.LANGUAGE: speak,
    Kind.EXPORT: export,
    Kind.QUESTION: question,
    Kind.GREETING: talk,
    Kind.THANKS: talk,
    Kind.UNKNOWN: talk,
}


def perform(instruction: Instruction, timeline: Timeline, library: Library, draw: Stream) -> Outcome:
    """Do one instruction and return what comes of it; the given timeline stays as it is.

    The first edit lays all uploaded footage on the timeline. What cannot be done changes nothing, and
    its phrase says why.
    """
    edit = _EDITS.get(instruction.kind)
    if edit is None:
        return _OTHERS[instruction.kind](Job(instruction, timeline, timeline, library, draw))
    start = timeline if timeline.tracks else laid(library)
    job = Job(instruction, timeline, start, library, draw)
    return edit(job) if start.tracks else job.refused("nothing", "media")

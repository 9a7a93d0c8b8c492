"""An instruction to its outcome: which edit does it, and on what."""

from __future__ import annotations

from collections.abc import Callable

from ...library import Library
from ...randomness import RandomStream
from ...timeline import Timeline
from ..model import History, Instruction, Kind, Outcome
from .arrange import move_clip, move_track, remove
from .audio import add_music, mute, set_volume, unmute
from .clips import generate, regenerate
from .context import EditContext
from .conversation import ask, export, question, redo, set_language, talk, undo
from .footage import append_new, initial_timeline
from .subtitles import add_subtitles
from .text import add_title, change_text, place_text, resize_text
from .time import cut, cut_silences, keep, set_duration, set_speed, split
from .visuals import add_effect, add_transition, color_grade, set_canvas

Edit = Callable[[EditContext], Outcome]

# What is done to a timeline; uploaded footage is put on an empty one first.
EDITS: dict[Kind, Edit] = {
    Kind.SILENCES: cut_silences,
    Kind.CUT: cut,
    Kind.KEEP: keep,
    Kind.DURATION: set_duration,
    Kind.SPLIT: split,
    Kind.SPEED: set_speed,
    Kind.GRADE: color_grade,
    Kind.EFFECT: add_effect,
    Kind.TRANSITION: add_transition,
    Kind.CANVAS: set_canvas,
    Kind.TITLE: add_title,
    Kind.LOWER_THIRD: add_title,
    Kind.RETITLE: change_text,
    Kind.PLACE_TEXT: place_text,
    Kind.TEXT_SIZE: resize_text,
    Kind.SUBTITLES: add_subtitles,
    Kind.MUSIC: add_music,
    Kind.VOLUME: set_volume,
    Kind.MUTE: mute,
    Kind.UNMUTE: unmute,
    Kind.REMOVE: remove,
    Kind.MOVE_TRACK: move_track,
    Kind.MOVE_CLIP: move_clip,
}
# What needs nothing on the timeline, and puts no footage on it.
OTHERS: dict[Kind, Edit] = {
    Kind.GENERATE: generate,
    Kind.REGENERATE: regenerate,
    Kind.APPEND: append_new,
    Kind.UNDO: undo,
    Kind.REDO: redo,
    Kind.LANGUAGE: set_language,
    Kind.EXPORT: export,
    Kind.QUESTION: question,
    Kind.GREETING: talk,
    Kind.THANKS: talk,
    Kind.DECLINED: talk,
    Kind.ASK: ask,
}


def apply_edit(
    instruction: Instruction,
    timeline: Timeline,
    library: Library,
    draw: RandomStream,
    history: History = History(),  # noqa: B008 (frozen)
) -> Outcome:
    """Do one instruction and return what comes of it; the given timeline stays as it is.

    The first edit puts all uploaded footage on the timeline. What cannot be done changes nothing, and
    its fragment says why.
    """
    edit = EDITS.get(instruction.kind)
    if edit is None:
        ctx = EditContext(instruction, timeline, timeline, library, draw, history)
        return OTHERS[instruction.kind](ctx)
    start = timeline if timeline.tracks else initial_timeline(library)
    ctx = EditContext(instruction, timeline, start, library, draw, history)
    return edit(ctx) if start.tracks else ctx.refused("nothing", "media")

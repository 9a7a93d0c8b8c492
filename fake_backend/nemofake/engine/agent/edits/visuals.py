"""The picture: looks, effects, transitions, and its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...timeline import Range, Role, Segment, changed, with_canvas
from ..model import Outcome
from .context import EditContext

DEFAULT_LOOK, DEFAULT_EFFECT, DEFAULT_TRANSITION = "balanced", "vignette", "dissolve"
_ROLES: dict[str, frozenset[Role]] = {
    "": frozenset({Role.VIDEO}),
    "music": frozenset({Role.BGM}),
    "sound": frozenset({Role.VIDEO, Role.AUDIO}),
    "title": frozenset({Role.TITLE}),
    "lower third": frozenset({Role.LOWER_THIRD}),
    "subtitles": frozenset({Role.SUBTITLES}),
}


def color_grade(job: EditContext) -> Outcome:
    """Give the clips a look."""
    look = job.asked.style or DEFAULT_LOOK
    where = _where(job)
    if isinstance(where, Outcome):
        return where
    clips = job.timeline.segments(Role.VIDEO)
    if not clips:
        return job.refused("picture.none")
    timeline = changed(job.timeline, {Role.VIDEO}, lambda s: replace(s, look=look), where)
    if timeline == job.timeline:
        return job.refused("grade.same", "color", look=look)
    return job.done(timeline, "grade.done", "color", {"look": look}, look=look, clips=_touched(clips, where))


def add_effect(job: EditContext) -> Outcome:
    """Give clips, or what else is named, an effect; a fade belongs to whole clips."""
    effect = job.asked.style or DEFAULT_EFFECT
    roles = _ROLES[job.asked.target]
    where = _where(job)
    if isinstance(where, Outcome):
        return where
    segments = job.timeline.segments(*roles)
    if not segments:
        return job.refused("picture.none" if not job.asked.target else "effect.nothing", "effects")
    add = _adding(effect)
    if where is not None and effect.startswith("fade"):
        timeline = changed(job.timeline, roles, lambda s: add(s) if _overlaps(s, where) else s)
    else:
        timeline = changed(job.timeline, roles, add, where)
    if timeline == job.timeline:
        return job.refused("effect.same", "effects", effect=effect)
    touched = _touched(segments, where)
    return job.done(timeline, "effect.done", "effects", {"effect": effect}, effect=effect, clips=touched)


def add_transition(job: EditContext) -> Outcome:
    """Lead from each clip to the next; a single clip gets it at its end."""
    style = job.asked.style or DEFAULT_TRANSITION
    clips = job.timeline.segments(Role.VIDEO)
    if not clips:
        return job.refused("picture.none")
    last = clips[-1] if len(clips) > 1 else None
    timeline = changed(job.timeline, {Role.VIDEO}, lambda s: s if s is last else replace(s, transition=style))
    if timeline == job.timeline:
        return job.refused("transition.same", "transitions", transition=style)
    topic = "transition.done" if len(clips) > 1 else "transition.single"
    args = {"transition": style}
    return job.done(timeline, topic, "transitions", args, transition=style, cuts=max(1, len(clips) - 1))


def set_canvas(job: EditContext) -> Outcome:
    """Change the shape of the picture."""
    canvas = job.asked.canvas or job.timeline.canvas
    if canvas == job.timeline.canvas:
        return job.refused("canvas.same", "canvas", canvas=_named(canvas))
    args = {"width": canvas[0], "height": canvas[1]}
    return job.done(with_canvas(job.timeline, canvas), "canvas.done", "canvas", args, canvas=_named(canvas))


def _named(canvas: tuple[int, int]) -> str:
    return f"{canvas[0]}×{canvas[1]}"


def _adding(effect: str) -> Callable[[Segment], Segment]:
    def add(segment: Segment) -> Segment:
        return segment if effect in segment.effects else replace(segment, effects=(*segment.effects, effect))

    return add


def _where(job: EditContext) -> Range | Outcome | None:
    """Return the range of one clip or of the time asked for; None stands for everything."""
    if job.asked.number and not job.asked.target:
        clip = job.clip(job.asked.number)
        if clip is None:
            return job.refused("clip.missing", clips=len(job.clips()))
        return clip.start_ms, clip.end_ms
    where = job.span()
    if where is not None and where[0] >= where[1]:
        return job.refused("cut.outside", asked_ms=where[0])
    return where


def _overlaps(segment: Segment, where: Range) -> bool:
    return segment.start_ms < where[1] and where[0] < segment.end_ms


def _touched(segments: tuple[Segment, ...], where: Range | None) -> int:
    return sum(where is None or _overlaps(s, where) for s in segments)

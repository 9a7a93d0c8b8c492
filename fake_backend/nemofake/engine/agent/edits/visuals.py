"""The picture: looks, effects, transitions, and its shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...timeline import Ranges, Role, Segment, changed, with_canvas
from ..model import Outcome
from .context import EditContext, overlaps, range_args

DEFAULT_LOOK, DEFAULT_EFFECT, DEFAULT_TRANSITION = "balanced", "vignette", "dissolve"
_ROLES: dict[str, frozenset[Role]] = {
    "": frozenset({Role.VIDEO}),
    "music": frozenset({Role.BGM}),
    "sound": frozenset({Role.VIDEO, Role.AUDIO}),
    "title": frozenset({Role.TITLE}),
    "lower third": frozenset({Role.LOWER_THIRD}),
    "subtitles": frozenset({Role.SUBTITLES}),
}


def color_grade(ctx: EditContext) -> Outcome:
    """Give the clips a look."""
    look = ctx.asked.style or DEFAULT_LOOK
    where = _where(ctx)
    if isinstance(where, Outcome):
        return where
    clips = ctx.timeline.segments(Role.VIDEO)
    if not clips:
        return ctx.refused("picture.none")
    timeline = changed(ctx.timeline, {Role.VIDEO}, lambda s: replace(s, look=look), where)
    if timeline == ctx.timeline:
        return ctx.refused("grade.same", "color", look=look)
    return ctx.done(
        timeline,
        "grade.done",
        "color",
        {"look": look, **range_args(where)},
        look=look,
        clips=_touched(clips, where),
        ranges=where or (),
    )


def add_effect(ctx: EditContext) -> Outcome:
    """Give clips, or what else is named, an effect; a fade belongs to whole clips."""
    effect = ctx.asked.style or DEFAULT_EFFECT
    roles = _ROLES[ctx.asked.target]
    where = _where(ctx)
    if isinstance(where, Outcome):
        return where
    segments = ctx.timeline.segments(*roles)
    if not segments:
        return ctx.refused("picture.none" if not ctx.asked.target else "effect.nothing", "effects")
    add = _adding(effect)
    if where is not None and effect.startswith("fade"):
        timeline = changed(ctx.timeline, roles, lambda s: add(s) if overlaps(s, where) else s)
    else:
        timeline = changed(ctx.timeline, roles, add, where)
    if timeline == ctx.timeline:
        return ctx.refused("effect.same", "effects", effect=effect)
    touched = _touched(segments, where)
    return ctx.done(
        timeline,
        "effect.done",
        "effects",
        {"effect": effect, **range_args(where)},
        effect=effect,
        clips=touched,
        ranges=where or (),
    )


def add_transition(ctx: EditContext) -> Outcome:
    """Lead from each clip to the next; a single clip gets it at its end."""
    style = ctx.asked.style or DEFAULT_TRANSITION
    clips = ctx.timeline.segments(Role.VIDEO)
    if not clips:
        return ctx.refused("picture.none")
    last = clips[-1] if len(clips) > 1 else None
    timeline = changed(ctx.timeline, {Role.VIDEO}, lambda s: s if s is last else replace(s, transition=style))
    if timeline == ctx.timeline:
        return ctx.refused("transition.same", "transitions", transition=style)
    topic = "transition.done" if len(clips) > 1 else "transition.single"
    args = {"transition": style}
    return ctx.done(timeline, topic, "transitions", args, transition=style, cuts=max(1, len(clips) - 1))


def set_canvas(ctx: EditContext) -> Outcome:
    """Change the shape of the picture."""
    canvas = ctx.asked.canvas or ctx.timeline.canvas
    if canvas == ctx.timeline.canvas:
        return ctx.refused("canvas.same", "canvas", canvas=_named(canvas))
    args = {"width": canvas[0], "height": canvas[1]}
    return ctx.done(with_canvas(ctx.timeline, canvas), "canvas.done", "canvas", args, canvas=_named(canvas))


def _named(canvas: tuple[int, int]) -> str:
    return f"{canvas[0]}×{canvas[1]}"


def _adding(effect: str) -> Callable[[Segment], Segment]:
    def add(segment: Segment) -> Segment:
        return segment if effect in segment.effects else replace(segment, effects=(*segment.effects, effect))

    return add


def _where(ctx: EditContext) -> Ranges | Outcome | None:
    """Return the times asked for; what is done to texts or sound is not about clips."""
    asked = ctx.asked
    return replace(ctx, asked=replace(asked, number=None, clip="")).where() if asked.target else ctx.where()


def _touched(segments: tuple[Segment, ...], where: Ranges | None) -> int:
    return sum(where is None or overlaps(s, where) for s in segments)

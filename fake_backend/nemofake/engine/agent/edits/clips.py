"""Clips made by the agent: new ones, and old ones made anew (SSE-8, SSE-13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...library import Generated
from ...timeline import DEFAULT_CANVAS, Role, Segment, append, changed, repack_clips, with_canvas
from ..generation import DEFAULT_MS, MAX_PROMPT_CHARS
from ..model import GENERATOR, Outcome, ReplyFragment
from .context import EditContext


def generate(ctx: EditContext) -> Outcome:
    """Make a clip and put it after the others; the first one gives the picture its shape."""
    asked, timeline = ctx.asked, ctx.before
    canvas = asked.canvas or (timeline.canvas if timeline.tracks else DEFAULT_CANVAS)
    clip = _clip(ctx, asked.text, asked.style, asked.duration_ms or DEFAULT_MS, canvas)
    if not timeline.of(Role.VIDEO):
        timeline = with_canvas(timeline, canvas)
    return _made(ctx, append(timeline, Role.VIDEO, _segment(clip)), clip, "generate.done")


def regenerate(ctx: EditContext) -> Outcome:
    """Make the last clip, or the one named, anew: same subject, same place, with the change asked for."""
    old = _old(ctx)
    if old is None:
        return replace(ctx.refused("regenerate.nothing", "generate"), tool=GENERATOR)
    asked = ctx.asked
    prompt = f"{old.prompt}, {asked.text}" if asked.text else old.prompt
    canvas = asked.canvas or (old.width, old.height)
    clip = _clip(ctx, old.name, prompt[-MAX_PROMPT_CHARS:], asked.duration_ms or old.duration_ms, canvas)
    if clip.duration_ms == old.duration_ms:
        timeline = changed(
            ctx.before,
            {Role.VIDEO},
            lambda s: replace(s, media_id=clip.media_id) if s.media_id == old.media_id else s,
        )
    else:
        timeline = repack_clips(ctx.before, _replaced(ctx, old, clip))
    if asked.canvas and len({s.media_id for s in timeline.segments(Role.VIDEO)}) == 1:
        timeline = with_canvas(timeline, canvas)
    return _made(ctx, timeline, clip, "regenerate.changed" if asked.text else "regenerate.done")


def _clip(ctx: EditContext, name: str, prompt: str, duration_ms: int, canvas: tuple[int, int]) -> Generated:
    media_id = f"gen_{ctx.draw.hex(16)}"
    url = f"/cdn/generated/{media_id}.mp4"
    return Generated(media_id, name, "video", duration_ms, canvas[0], canvas[1], prompt, url)


def _segment(clip: Generated) -> Segment:
    length = clip.duration_ms
    return Segment(0, length, clip.name, clip.media_id, out_ms=length, source_ms=length, volume=1.0)


def _made(ctx: EditContext, timeline: Any, clip: Generated, topic: str) -> Outcome:
    done = ctx.done(timeline, topic, "generate", clip_ms=clip.duration_ms, quote_text=clip.name)
    figures = {"width": clip.width, "height": clip.height}
    facts = {**done.fragment.facts, "canvas": f"{clip.width}×{clip.height}", "quote_change": ctx.asked.text}
    return replace(
        done,
        tool=GENERATOR,
        args={"prompt": clip.prompt, "duration_ms": clip.duration_ms, **figures},
        result={
            "status": "success",
            "media_id": clip.media_id,
            "url": clip.url,
            **figures,
            "clip_ms": clip.duration_ms,
            "duration_ms": timeline.duration_ms,
        },
        generated=clip,
        fragment=ReplyFragment(topic, facts, "generate"),
    )


def _old(ctx: EditContext) -> Generated | None:
    """Return the clip to make anew: the one named, or the last one made that is on the timeline."""
    made = {clip.media_id: clip for clip in ctx.library.generated}
    if ctx.asked.number:
        named = ctx.clip(ctx.asked.number)
        return made.get(named.media_id) if named else None
    used = {segment.media_id for segment in ctx.before.segments(Role.VIDEO)}
    return next((clip for clip in reversed(ctx.library.generated) if clip.media_id in used), None)


def _replaced(ctx: EditContext, old: Generated, clip: Generated) -> list[Segment]:
    """Return the clips with the new one where the old one first stood."""
    result: list[Segment] = []
    for segment in ctx.before.segments(Role.VIDEO):
        if segment.media_id != old.media_id:
            result.append(segment)
        elif all(s.media_id != clip.media_id for s in result):
            result.append(replace(_segment(clip), look=segment.look, effects=segment.effects))
    return result

"""Subtitles: where something is heard, lines as a transcript would have them."""

from __future__ import annotations

from itertools import pairwise

from ...timeline import Range, Ranges, Role, Segment, set_texts, spoken_ranges, union
from ..model import Outcome
from .context import CLIP_ROLES, EditContext, range_args
from .text import put

LINE_MS = 3_000
MAX_LINES = 200
# There is no speech recognition here: the lines are stand-ins, in the language asked for where we have it.
_LINES: dict[str, tuple[str, ...]] = {
    "en": (
        "Welcome back, everyone.",
        "Let me show you something.",
        "This is where it all started.",
        "Take a closer look at this.",
        "And here is the best part.",
        "It took us a while to get here.",
        "You can see the difference.",
        "Thanks for watching.",
    ),
    "zh": (
        "大家好，欢迎回来。",
        "今天给大家看点特别的。",
        "一切就是从这里开始的。",
        "我们走近一点看看。",
        "接下来是最精彩的部分。",
        "我们花了不少时间才做到。",
        "你们能看出区别。",
        "感谢观看。",
    ),
}


def add_subtitles(ctx: EditContext) -> Outcome:
    """Put on a quoted subtitle, or subtitles wherever something is heard, in place of those there are."""
    if ctx.asked.text:
        return put(ctx, Role.SUBTITLES, ctx.asked.text, "subtitle")
    if not ctx.timeline.segments(*CLIP_ROLES):
        return ctx.refused("subtitles.no_clip")
    heard = spoken_ranges(ctx.timeline, ctx.silences())
    where = ctx.where()
    if isinstance(where, Outcome):
        return where
    heard = _common(heard, where) if where else heard
    if not heard:
        return ctx.refused("subtitles.no_speech", "text")
    language = ctx.asked.style or ctx.asked.language
    lines = [_line(ctx, span, language) for span in _chunks(heard)]
    old = ctx.timeline.segments(Role.SUBTITLES)
    timeline = set_texts(ctx.timeline, Role.SUBTITLES, lines)
    topic = "subtitles.replaced" if old else "subtitles.done"
    args = {"language": language, "position": lines[0].position, **range_args(where)}
    return ctx.done(timeline, topic, "text", args, subtitles=len(lines), tongue=language, ranges=where or ())


def _common(heard: Ranges, where: Ranges) -> Ranges:
    """Return the times that are in both."""
    return union(span for within in where for span in union(heard, within=within))


def _chunks(heard: Ranges) -> list[Range]:
    """Return one range a line: about three seconds each, longer in a long film."""
    length = max(LINE_MS, sum(end - start for start, end in heard) // MAX_LINES)
    chunks: list[Range] = []
    for start, end in heard:
        parts = max(1, round((end - start) / length))
        edges = [start + (end - start) * n // parts for n in range(parts + 1)]
        chunks += pairwise(edges)
    return chunks


def _line(ctx: EditContext, span: Range, language: str) -> Segment:
    """Return one line; in two languages it has both."""
    nth = ctx.draw.between(0, len(_LINES["en"]) - 1)
    codes = language.split("+")
    return Segment(
        span[0],
        span[1] - span[0],
        text=" / ".join(_LINES["zh" if code.startswith("zh") else "en"][nth] for code in codes),
        position=ctx.asked.position or "bottom",
        language=language,
    )

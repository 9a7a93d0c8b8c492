"""Titles and lower thirds: put on, reworded, moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...timeline import TEXT_ROLES, Role, Segment, Timeline, changed, put_text, set_texts
from ..model import Kind, Outcome
from ..subject import title_of
from .context import CLIP_ROLES, EditContext

TEXT_MS = 3_000
MIN_TEXT_MS = 100
MIN_SIZE, MAX_SIZE = 0.25, 4.0
_PLACES = {Role.TITLE: "center", Role.LOWER_THIRD: "lower third", Role.SUBTITLES: "bottom"}
_ROLES = {"title": Role.TITLE, "lower third": Role.LOWER_THIRD, "subtitles": Role.SUBTITLES}


def add_title(ctx: EditContext) -> Outcome:
    """Put a text on the timeline; without words of its own it takes the clip's name."""
    role = Role.LOWER_THIRD if ctx.asked.kind is Kind.LOWER_THIRD else Role.TITLE
    if role is Role.LOWER_THIRD and not ctx.asked.text and ctx.asked.start_ms is None:
        return _named_clips(ctx)
    text = ctx.asked.text or title_of(_stem(_name_at(ctx)))
    return put(ctx, role, text, "title" if role is Role.TITLE else "lower_third", invented=not ctx.asked.text)


def put(ctx: EditContext, role: Role, text: str, topic: str, *, invented: bool = False) -> Outcome:
    """Put one text where it was asked for, at most up to the end of the timeline."""
    start, end = _times(ctx)
    if start >= ctx.length_ms or end - start < MIN_TEXT_MS:
        return ctx.refused("text.outside", "text", asked_ms=start)
    segment = Segment(
        start, end - start, text=text, position=ctx.asked.position or _PLACES[role], language=ctx.asked.style
    )
    args = {"text": text, "start_ms": start, "end_ms": end, "position": segment.position}
    return ctx.done(
        put_text(ctx.timeline, role, segment),
        f"{topic}.invented" if invented else f"{topic}.done",
        "text",
        args,
        quote_text=text,
        start_ms=start,
        end_ms=end,
        position=segment.position,
    )


def change_text(ctx: EditContext) -> Outcome:
    """Give a text other words; where there is none yet, put it on."""
    text, old = ctx.asked.text, ctx.asked.old
    if not text:
        return ctx.refused("retitle.ask", "text")
    role = _ROLES.get(ctx.asked.target, Role.TITLE)
    roles = {_with_texts(ctx, role)} if ctx.asked.target else TEXT_ROLES
    found = [s for s in ctx.timeline.segments(*roles) if not old or s.text.casefold() == old.casefold()]
    if old and not found:
        return ctx.refused("text.unknown", "text", quote_text=old)
    if not found:
        return put(ctx, role, text, "title" if role is Role.TITLE else "lower_third")
    if found[0].text == text:
        return ctx.refused("retitle.same", "text", quote_text=text)
    timeline = changed(ctx.timeline, TEXT_ROLES, lambda s: replace(s, text=text) if s is found[0] else s)
    args = {"text": text, "old": found[0].text}
    return ctx.done(timeline, "retitle.done", "text", args, quote_text=text, quote_old=found[0].text)


def place_text(ctx: EditContext) -> Outcome:
    """Put the texts of a kind at another place or time."""
    role = _with_texts(ctx, _ROLES.get(ctx.asked.target, Role.TITLE))
    texts = ctx.timeline.segments(role)
    if not texts:
        return ctx.refused("text.none", "text")
    if ctx.asked.start_ms is None and ctx.asked.duration_ms is None:
        return _placed(ctx, role, len(texts))
    return _retimed(ctx, texts[0])


def _placed(ctx: EditContext, role: Role, count: int) -> Outcome:
    where = ctx.asked.position
    if not where:
        return ctx.refused("text.where", "text")
    step = {"higher": 1, "lower": -1}.get(where)

    def moved(segment: Segment) -> Segment:
        return replace(segment, position=where if step is None else _stepped(segment.position, step))

    timeline = changed(ctx.timeline, {role}, moved)
    position = timeline.segments(role)[0].position
    if timeline == ctx.timeline:
        return ctx.refused("text.there", "text", position=position)
    return ctx.done(timeline, "text.moved", "text", {"position": position}, position=position, texts=count)


_HEIGHTS = ("bottom", "lower third", "center", "top")


def _stepped(position: str, step: int) -> str:
    """Return the place above or below another, as far as the picture goes; left and right stay."""
    height, _, side = position.rpartition(" ") if position.endswith(("left", "right")) else (position, "", "")
    height = height or "center"
    at = min(max(_HEIGHTS.index(height) + step, 0), len(_HEIGHTS) - 1)
    if side and _HEIGHTS[at] == "lower third":
        at = min(max(at + step, 0), len(_HEIGHTS) - 1)
    return f"{_HEIGHTS[at]} {side}".strip() if _HEIGHTS[at] != "center" or not side else side


def resize_text(ctx: EditContext) -> Outcome:
    """Make the letters of the texts of a kind bigger or smaller."""
    role = _with_texts(ctx, _ROLES.get(ctx.asked.target, Role.TITLE))
    texts = ctx.timeline.segments(role)
    if not texts:
        return ctx.refused("text.none", "text")
    factor = ctx.asked.factor or 1.0

    def resized(segment: Segment) -> Segment:
        return replace(segment, size=round(min(max(segment.size * factor, MIN_SIZE), MAX_SIZE), 3))

    timeline = changed(ctx.timeline, {role}, resized)
    if timeline == ctx.timeline:
        return ctx.refused("text.size_limit", "text")
    size = timeline.segments(role)[0].size
    args = {"target": ctx.asked.target or "title", "size": size}
    return ctx.done(timeline, "text.resized", "text", args, size_share=size, texts=len(texts))


def _retimed(ctx: EditContext, text: Segment) -> Outcome:
    """Let the first text of a kind stand at another time, on a track with room for it."""
    start = ctx.asked.start_ms
    begin = text.start_ms if start is None else max(0, ctx.length_ms + start) if start < 0 else start
    length = ctx.asked.duration_ms or text.duration_ms
    end = min(ctx.asked.end_ms or begin + length, ctx.length_ms)
    if end - begin < MIN_TEXT_MS:
        return ctx.refused("text.outside", "text", asked_ms=begin)
    moved = replace(
        text, start_ms=begin, duration_ms=end - begin, position=ctx.asked.position or text.position
    )
    track = next(t for t in ctx.timeline.tracks if text in t.segments)
    others = tuple(s for s in track.segments if s is not text)
    if not track.with_segments(others).has_gap(begin, end):
        return ctx.refused("text.occupied", "text", asked_ms=begin)
    timeline = ctx.timeline.with_tracks(
        t.with_segments(sorted((*others, moved), key=lambda s: s.start_ms)) if t is track else t
        for t in ctx.timeline.tracks
    )
    if timeline == ctx.timeline:
        return ctx.refused("text.there", "text", position=moved.position)
    args = {"start_ms": begin, "end_ms": end}
    return ctx.done(timeline, "text.retimed", "text", args, quote_text=text.text, start_ms=begin, end_ms=end)


def _with_texts(ctx: EditContext, role: Role) -> Role:
    """Return the role that has texts: titles and lower thirds stand in for each other."""
    if role is Role.SUBTITLES or ctx.timeline.of(role):
        return role
    return Role.LOWER_THIRD if role is Role.TITLE else Role.TITLE


def _times(ctx: EditContext) -> tuple[int, int]:
    """Return when a text starts and ends: by default three seconds at the start of its clip."""
    asked, length = ctx.asked, ctx.length_ms
    if asked.part:
        return round(length * asked.part[0]), round(length * asked.part[1])
    clip = ctx.clip(asked.number) if asked.number else None
    start = asked.start_ms if asked.start_ms is not None else clip.start_ms if clip else 0
    start = max(0, length + start) if start < 0 else start
    end = asked.end_ms if asked.end_ms is not None else start + (asked.duration_ms or TEXT_MS)
    return start, min(end, length)


def _named_clips(ctx: EditContext) -> Outcome:
    """Put a lower third with its name under each different clip, where the clip first appears."""
    firsts = list(_first_appearances(ctx))
    timeline: Timeline = ctx.timeline
    ends = [start for start, _ in firsts[1:]] + [ctx.length_ms]
    length = ctx.asked.duration_ms or TEXT_MS
    texts = [
        Segment(start, min(length, end - start), text=title_of(_stem(name)), position="lower third")
        for (start, name), end in zip(firsts, ends, strict=True)
    ]
    if not texts:
        return ctx.refused("picture.none")
    timeline = set_texts(timeline, Role.LOWER_THIRD, texts)
    if timeline == ctx.timeline:
        return ctx.refused("lower_third.same", "text")
    args = {"texts": [s.text for s in texts], "start_ms": texts[0].start_ms, "end_ms": texts[0].end_ms}
    if len(texts) > 1:
        return ctx.done(
            timeline, "lower_third.several", "text", args, texts=len(texts), quote_text=texts[0].text
        )
    return ctx.done(
        timeline,
        "lower_third.invented",
        "text",
        args,
        quote_text=texts[0].text,
        start_ms=texts[0].start_ms,
        end_ms=texts[0].end_ms,
        position="lower third",
    )


def _first_appearances(ctx: EditContext) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for clip in ctx.clips():
        if clip.media_id not in seen:
            seen.add(clip.media_id)
            yield clip.start_ms, clip.name


def _name_at(ctx: EditContext) -> str:
    """Return the name of the clip that a text stands over."""
    clips = ctx.timeline.segments(*CLIP_ROLES)
    start = ctx.asked.start_ms or 0
    over = next((c.name for c in clips if c.start_ms <= start < c.end_ms), None)
    return over or next((c.name for c in clips), "")


def _stem(name: str) -> str:
    """Return a file's name as words: "my_talk-01.mp4" is "my talk 01"."""
    stem, dot, ending = name.rpartition(".")
    words = (
        (stem if dot and ending.isalnum() and len(ending) <= 4 else name).replace("_", " ").replace("-", " ")
    )
    return " ".join(words.split()) or "Untitled"

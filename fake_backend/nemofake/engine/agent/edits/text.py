"""Subtitles: where something is heard, lines as a transcript would have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from ...timeline import (
    TEXT_ROLES,
    Range,
    Ranges,
    Role,
    Segment,
    Timeline,
    changed,
    put_text,
    set_texts,
    spoken_ranges,
    union,
)
from ..intents.slots import title_of
from ..model import Kind, Outcome
from .context import CLIP_ROLES, EditContext

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


def add_subtitles(job: EditContext) -> Outcome:
    """Put on a quoted subtitle, or subtitles wherever something is heard, in place of those there are."""
    if job.asked.text:
        return put(job, Role.SUBTITLES, job.asked.text, "subtitle")
    if not job.timeline.segments(*CLIP_ROLES):
        return job.refused("subtitles.no_clip")
    heard = spoken_ranges(job.timeline, job.silences())
    where = job.span()
    heard = union(heard, within=where) if where else heard
    if not heard:
        return job.refused("subtitles.no_speech", "text")
    language = job.asked.style or job.asked.language
    lines = [_line(job, span, language) for span in _chunks(heard)]
    old = job.timeline.segments(Role.SUBTITLES)
    timeline = set_texts(job.timeline, Role.SUBTITLES, lines)
    topic = "subtitles.replaced" if old else "subtitles.done"
    args = {"language": language, "position": lines[0].position}
    return job.done(timeline, topic, "text", args, subtitles=len(lines), tongue=language)


def _chunks(heard: Ranges) -> list[Range]:
    """Return one range a line: about three seconds each, longer in a long film."""
    length = max(LINE_MS, sum(end - start for start, end in heard) // MAX_LINES)
    chunks: list[Range] = []
    for start, end in heard:
        parts = max(1, round((end - start) / length))
        edges = [start + (end - start) * n // parts for n in range(parts + 1)]
        chunks += pairwise(edges)
    return chunks


def _line(job: EditContext, span: Range, language: str) -> Segment:
    lines = _LINES["zh" if language.startswith("zh") else "en"]
    return Segment(
        span[0],
        span[1] - span[0],
        text=lines[job.rng.between(0, len(lines) - 1)],
        position=job.asked.position or "bottom",
        language=language,
    )


TEXT_MS = 3_000
MIN_TEXT_MS = 100
_PLACES = {Role.TITLE: "center", Role.LOWER_THIRD: "lower third", Role.SUBTITLES: "bottom"}
_ROLES = {"title": Role.TITLE, "lower third": Role.LOWER_THIRD, "subtitles": Role.SUBTITLES}


def add_title(job: EditContext) -> Outcome:
    """Put a text on the timeline; without words of its own it takes the clip's name."""
    role = Role.LOWER_THIRD if job.asked.kind is Kind.LOWER_THIRD else Role.TITLE
    if role is Role.LOWER_THIRD and not job.asked.text and job.asked.start_ms is None:
        return _named_clips(job)
    text = job.asked.text or title_of(_stem(_name_at(job)))
    return put(job, role, text, "title" if role is Role.TITLE else "lower_third", invented=not job.asked.text)


def put(job: EditContext, role: Role, text: str, topic: str, *, invented: bool = False) -> Outcome:
    """Put one text where it was asked for, at most up to the end of the timeline."""
    start, end = _times(job)
    if start >= job.length_ms or end - start < MIN_TEXT_MS:
        return job.refused("text.outside", "text", asked_ms=start)
    segment = Segment(
        start, end - start, text=text, position=job.asked.position or _PLACES[role], language=job.asked.style
    )
    args = {"text": text, "start_ms": start, "end_ms": end, "position": segment.position}
    return job.done(
        put_text(job.timeline, role, segment),
        f"{topic}.invented" if invented else f"{topic}.done",
        "text",
        args,
        quote_text=text,
        start_ms=start,
        end_ms=end,
        position=segment.position,
    )


def change_text(job: EditContext) -> Outcome:
    """Give a text other words; where there is none yet, put it on."""
    text, old = job.asked.text, job.asked.old
    if not text:
        return job.refused("retitle.ask", "text")
    role = _ROLES.get(job.asked.target, Role.TITLE)
    roles = {_with_texts(job, role)} if job.asked.target else TEXT_ROLES
    found = [s for s in job.timeline.segments(*roles) if not old or s.text.casefold() == old.casefold()]
    if old and not found:
        return job.refused("text.unknown", "text", quote_text=old)
    if not found:
        return put(job, role, text, "title" if role is Role.TITLE else "lower_third")
    if found[0].text == text:
        return job.refused("retitle.same", "text", quote_text=text)
    timeline = changed(job.timeline, TEXT_ROLES, lambda s: replace(s, text=text) if s is found[0] else s)
    args = {"text": text, "old": found[0].text}
    return job.done(timeline, "retitle.done", "text", args, quote_text=text, quote_old=found[0].text)


def place_text(job: EditContext) -> Outcome:
    """Put the texts of a kind at another place or time."""
    role = _with_texts(job, _ROLES.get(job.asked.target, Role.TITLE))
    texts = job.timeline.segments(role)
    if not texts:
        return job.refused("text.none", "text")
    if job.asked.start_ms is None and job.asked.duration_ms is None:
        return _placed(job, role, len(texts))
    return _retimed(job, texts[0])


def _placed(job: EditContext, role: Role, count: int) -> Outcome:
    where = job.asked.position
    if not where:
        return job.refused("text.where", "text")
    timeline = changed(job.timeline, {role}, lambda s: replace(s, position=where))
    if timeline == job.timeline:
        return job.refused("text.there", "text", position=where)
    return job.done(timeline, "text.moved", "text", {"position": where}, position=where, texts=count)


def _retimed(job: EditContext, text: Segment) -> Outcome:
    """Let the first text of a kind stand at another time, on a track with room for it."""
    start = job.asked.start_ms
    begin = text.start_ms if start is None else max(0, job.length_ms + start) if start < 0 else start
    length = job.asked.duration_ms or text.duration_ms
    end = min(job.asked.end_ms or begin + length, job.length_ms)
    if end - begin < MIN_TEXT_MS:
        return job.refused("text.outside", "text", asked_ms=begin)
    moved = replace(
        text, start_ms=begin, duration_ms=end - begin, position=job.asked.position or text.position
    )
    track = next(t for t in job.timeline.tracks if text in t.segments)
    others = tuple(s for s in track.segments if s is not text)
    if not track.holding(others).room(begin, end):
        return job.refused("text.occupied", "text", asked_ms=begin)
    timeline = job.timeline.holding(
        t.holding(sorted((*others, moved), key=lambda s: s.start_ms)) if t is track else t
        for t in job.timeline.tracks
    )
    if timeline == job.timeline:
        return job.refused("text.there", "text", position=moved.position)
    args = {"start_ms": begin, "end_ms": end}
    return job.done(timeline, "text.retimed", "text", args, quote_text=text.text, start_ms=begin, end_ms=end)


def _with_texts(job: EditContext, role: Role) -> Role:
    """Return the role that has texts: titles and lower thirds stand in for each other."""
    if role is Role.SUBTITLES or job.timeline.of(role):
        return role
    return Role.LOWER_THIRD if role is Role.TITLE else Role.TITLE


def _times(job: EditContext) -> tuple[int, int]:
    """Return when a text starts and ends: three seconds at the start of its clip where nothing is said."""
    asked, length = job.asked, job.length_ms
    clip = job.clip(asked.number) if asked.number else None
    start = asked.start_ms if asked.start_ms is not None else clip.start_ms if clip else 0
    start = max(0, length + start) if start < 0 else start
    end = asked.end_ms if asked.end_ms is not None else start + (asked.duration_ms or TEXT_MS)
    return start, min(end, length)


def _named_clips(job: EditContext) -> Outcome:
    """Put a lower third with its name under each different clip, where the clip first appears."""
    firsts = list(_first_appearances(job))
    timeline: Timeline = job.timeline
    ends = [start for start, _ in firsts[1:]] + [job.length_ms]
    length = job.asked.duration_ms or TEXT_MS
    texts = [
        Segment(start, min(length, end - start), text=title_of(_stem(name)), position="lower third")
        for (start, name), end in zip(firsts, ends, strict=True)
    ]
    if not texts:
        return job.refused("picture.none")
    timeline = set_texts(timeline, Role.LOWER_THIRD, texts)
    if timeline == job.timeline:
        return job.refused("lower_third.same", "text")
    args = {"texts": [s.text for s in texts], "start_ms": texts[0].start_ms, "end_ms": texts[0].end_ms}
    if len(texts) > 1:
        return job.done(
            timeline, "lower_third.several", "text", args, texts=len(texts), quote_text=texts[0].text
        )
    return job.done(
        timeline,
        "lower_third.invented",
        "text",
        args,
        quote_text=texts[0].text,
        start_ms=texts[0].start_ms,
        end_ms=texts[0].end_ms,
        position="lower third",
    )


def _first_appearances(job: EditContext) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for clip in job.clips():
        if clip.media_id not in seen:
            seen.add(clip.media_id)
            yield clip.start_ms, clip.name


def _name_at(job: EditContext) -> str:
    """Return the name of the clip that a text stands over."""
    clips = job.timeline.segments(*CLIP_ROLES)
    start = job.asked.start_ms or 0
    over = next((c.name for c in clips if c.start_ms <= start < c.end_ms), None)
    return over or next((c.name for c in clips), "")


def _stem(name: str) -> str:
    """Return a file's name as words: "my_talk-01.mp4" is "my talk 01"."""
    stem, dot, ending = name.rpartition(".")
    words = (
        (stem if dot and ending.isalnum() and len(ending) <= 4 else name).replace("_", " ").replace("-", " ")
    )
    return " ".join(words.split()) or "Untitled"

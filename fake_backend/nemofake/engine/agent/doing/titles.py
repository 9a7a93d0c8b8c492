"""Titles and lower thirds: put on, reworded, moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ...timeline import TEXT_ROLES, Role, Segment, Timeline, changed, put_text, set_texts
from ..asking.subject import title_of
from ..instruction import Kind
from ..outcome import Outcome
from .job import CLIP_ROLES, Job

TEXT_MS = 3_000
MIN_TEXT_MS = 100
_PLACES = {Role.TITLE: "center", Role.LOWER_THIRD: "lower third", Role.SUBTITLES: "bottom"}
_ROLES = {"title": Role.TITLE, "lower third": Role.LOWER_THIRD, "subtitles": Role.SUBTITLES}


def add_title(job: Job) -> Outcome:
    """Put a text on the timeline; without words of its own it takes the clip's name."""
    role = Role.LOWER_THIRD if job.asked.kind is Kind.LOWER_THIRD else Role.TITLE
    if role is Role.LOWER_THIRD and not job.asked.text and job.asked.start_ms is None:
        return _named_clips(job)
    text = job.asked.text or title_of(_stem(_name_at(job)))
    return put(job, role, text, "title" if role is Role.TITLE else "lower_third", invented=not job.asked.text)


def put(job: Job, role: Role, text: str, topic: str, *, invented: bool = False) -> Outcome:
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


def change_text(job: Job) -> Outcome:
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


def place_text(job: Job) -> Outcome:
    """Put the texts of a kind at another place or time."""
    role = _with_texts(job, _ROLES.get(job.asked.target, Role.TITLE))
    texts = job.timeline.segments(role)
    if not texts:
        return job.refused("text.none", "text")
    if job.asked.start_ms is None and job.asked.duration_ms is None:
        return _placed(job, role, len(texts))
    return _retimed(job, texts[0])


def _placed(job: Job, role: Role, count: int) -> Outcome:
    where = job.asked.position
    if not where:
        return job.refused("text.where", "text")
    timeline = changed(job.timeline, {role}, lambda s: replace(s, position=where))
    if timeline == job.timeline:
        return job.refused("text.there", "text", position=where)
    return job.done(timeline, "text.moved", "text", {"position": where}, position=where, texts=count)


def _retimed(job: Job, text: Segment) -> Outcome:
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


def _with_texts(job: Job, role: Role) -> Role:
    """Return the role that has texts: titles and lower thirds stand in for each other."""
    if role is Role.SUBTITLES or job.timeline.of(role):
        return role
    return Role.LOWER_THIRD if role is Role.TITLE else Role.TITLE


def _times(job: Job) -> tuple[int, int]:
    """Return when a text starts and ends: three seconds at the start of its clip where nothing is said."""
    asked, length = job.asked, job.length_ms
    clip = job.clip(asked.number) if asked.number else None
    start = asked.start_ms if asked.start_ms is not None else clip.start_ms if clip else 0
    start = max(0, length + start) if start < 0 else start
    end = asked.end_ms if asked.end_ms is not None else start + (asked.duration_ms or TEXT_MS)
    return start, min(end, length)


def _named_clips(job: Job) -> Outcome:
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


def _first_appearances(job: Job) -> Iterator[tuple[int, str]]:
    seen: set[str] = set()
    for clip in job.clips():
        if clip.media_id not in seen:
            seen.add(clip.media_id)
            yield clip.start_ms, clip.name


def _name_at(job: Job) -> str:
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

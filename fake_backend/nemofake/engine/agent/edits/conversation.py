"""Talk: greetings, questions with true answers, export, and what was not understood."""

from __future__ import annotations

from typing import Any

from ...timeline import Role, Timeline, silent_ranges, total
from ..model import Kind, Outcome, ReplyFragment
from .context import CLIP_ROLES, EditContext

_TOPICS = {
    Kind.GREETING: ("greeting", "start"),
    Kind.THANKS: ("thanks", "export"),
    Kind.UNKNOWN: ("unknown", "help"),
}


def talk(job: EditContext) -> Outcome:
    """Answer without doing anything."""
    topic, panel = _TOPICS[job.asked.kind]
    if job.asked.style == "declined":
        topic, panel = "declined", "timeline"
    return _said(job, topic, panel)


def set_language(job: EditContext) -> Outcome:
    """Talk in another language from now on (SES-1)."""
    code = job.asked.style
    return Outcome(
        job.before, changed=False, phrase=ReplyFragment("language", {"tongue": code}, "help"), language=code
    )


def export(job: EditContext) -> Outcome:
    """Tell of an Export button; nothing is exported by talking (SSE-9)."""
    if not job.before.tracks:
        return _said(job, "export.empty", "media")
    return _said(job, "export", "export", length_ms=job.before.duration_ms)


def question(job: EditContext) -> Outcome:
    """Answer a question, about the timeline with what is really on it."""
    answer = _ANSWERS.get(job.asked.style)
    if answer is None:
        panel = "export" if job.asked.style == "export" else "help"
        return _said(job, f"question.{job.asked.style}", panel)
    if not job.before.tracks:
        return _said(job, "question.empty", "media", files=len(job.library.footage))
    topic, facts = answer(job)
    return _said(job, topic, "timeline", length_ms=job.before.duration_ms, **facts)


def summary(timeline: Timeline) -> str:
    """Return what is on the timeline in one line, track by track (STA-4)."""
    return "; ".join(
        f"{track.name} ({', '.join(_shown(s.text or s.name) for s in track.segments[:3])}"
        f"{', …' if len(track.segments) > 3 else ''})"
        for track in timeline.tracks
    )


def _shown(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _said(job: EditContext, topic: str, panel: str, **facts: Any) -> Outcome:
    return Outcome(job.before, changed=False, phrase=ReplyFragment(topic, facts, panel))


Response = tuple[str, dict[str, Any]]


def _length(job: EditContext) -> Response:
    return "question.length", {"clips": len(job.before.segments(*CLIP_ROLES))}


def _tracks(job: EditContext) -> Response:
    tracks = job.before.tracks
    return "question.tracks", {"tracks": len(tracks), "quote_summary": summary(job.before)}


def _music(job: EditContext) -> Response:
    music = job.before.segments(Role.BGM)
    if not music:
        return "question.music.none", {}
    volume = 0.0 if music[0].muted else music[0].volume
    return "question.music", {"style": music[0].name, "volume_share": volume}


def _titles(job: EditContext) -> Response:
    texts = job.before.segments(Role.TITLE, Role.LOWER_THIRD)
    if not texts:
        return "question.titles.none", {}
    return "question.titles", {"texts": len(texts), "quote_text": texts[0].text}


def _subtitles(job: EditContext) -> Response:
    lines = job.before.segments(Role.SUBTITLES)
    return ("question.subtitles", {"subtitles": len(lines)}) if lines else ("question.subtitles.none", {})


def _silences(job: EditContext) -> Response:
    found = silent_ranges(job.before, job.silences())
    if not found:
        return "question.silences.none", {}
    return "question.silences", {"pauses": len(found), "silent_ms": total(found)}


def _canvas(job: EditContext) -> Response:
    return "question.canvas", {"canvas": f"{job.before.canvas[0]}×{job.before.canvas[1]}"}


def _speed(job: EditContext) -> Response:
    speeds = sorted({s.speed for s in job.before.segments(*CLIP_ROLES)})
    return "question.speed", {"factor": speeds[0] if speeds else 1.0}


_ANSWERS = {
    "length": _length,
    "tracks": _tracks,
    "music": _music,
    "titles": _titles,
    "subtitles": _subtitles,
    "silences": _silences,
    "canvas": _canvas,
    "speed": _speed,
}

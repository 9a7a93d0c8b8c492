"""Talk: greetings, questions with true answers, export, and what was not understood."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...timeline import Role, Timeline, silent_ranges, total
from ..model import History, Kind, Outcome, ReplyFragment
from .context import CLIP_ROLES, EditContext
from .footage import initial_timeline

_TOPICS = {
    Kind.GREETING: ("greeting", "start"),
    Kind.THANKS: ("thanks", "export"),
    Kind.DECLINED: ("declined", "timeline"),
}


def talk(ctx: EditContext) -> Outcome:
    """Answer without doing anything."""
    topic, panel = _TOPICS[ctx.asked.kind]
    return _said(ctx, topic, panel)


def ask(ctx: EditContext) -> Outcome:
    """Ask what is meant, and name what can be done; the style says what the question is about."""
    style = ctx.asked.style
    if style in ("edit", "footage"):
        return _ask_about_footage(ctx, style)
    if style == "unclear" and ctx.asked.text:
        return _said(ctx, "ask.words", "help", quote_words=ctx.asked.text)
    return _said(ctx, f"ask.{style}", "help")


def _ask_about_footage(ctx: EditContext, style: str) -> Outcome:
    """Ask how what was uploaded is to be edited, by its name."""
    names = [f.filename for f in ctx.library.footage] or [g.name for g in ctx.library.generated]
    if not names:
        return _said(ctx, "ask.no_footage", "media")
    named = (
        ctx.asked.clip if ctx.asked.clip in names else ", ".join(names[:3]) + ("…" if len(names) > 3 else "")
    )
    return _said(ctx, f"ask.{style}", "timeline", quote_names=named)


def undo(ctx: EditContext) -> Outcome:
    """Take back the edits of the last message that made any."""
    if not ctx.history.undo:
        return ctx.refused("undo.nothing")
    before = ctx.history.undo[-1]
    history = History(ctx.history.undo[:-1], (*ctx.history.redo, ctx.before))
    return replace(ctx.done(before, "undo.done", "timeline"), changed=True, history=history)


def redo(ctx: EditContext) -> Outcome:
    """Do again what was undone last."""
    if not ctx.history.redo:
        return ctx.refused("redo.nothing")
    after = ctx.history.redo[-1]
    history = History((*ctx.history.undo, ctx.before), ctx.history.redo[:-1])
    return replace(ctx.done(after, "redo.done", "timeline"), changed=True, history=history)


def set_language(ctx: EditContext) -> Outcome:
    """Talk in another language from now on (SES-1)."""
    code = ctx.asked.style
    return Outcome(
        ctx.before, changed=False, fragment=ReplyFragment("language", {"tongue": code}, "help"), language=code
    )


def export(ctx: EditContext) -> Outcome:
    """Tell of an Export button; nothing is exported by talking (SSE-9)."""
    files = ctx.library.footage
    if not ctx.before.tracks and not files:
        return _said(ctx, "export.empty", "media")
    if ctx.asked.style:
        canvas = ctx.before.canvas if ctx.before.tracks else initial_timeline(ctx.library).canvas
        return _said(ctx, "export.size", "export", canvas=_export_size(canvas))
    if not ctx.before.tracks:
        names = ", ".join(f.filename for f in files[:3]) + ("…" if len(files) > 3 else "")
        return _said(ctx, "export.unedited", "export", quote_names=names)
    return _said(ctx, "export", "export", length_ms=ctx.before.duration_ms)


def question(ctx: EditContext) -> Outcome:
    """Answer a question, about the timeline with what is really on it."""
    answer = _ANSWERS.get(ctx.asked.style)
    if answer is None:
        panel = "export" if ctx.asked.style == "export" else "help"
        return _said(ctx, f"question.{ctx.asked.style}", panel)
    if not ctx.before.tracks:
        return _said(ctx, "question.empty", "media", files=len(ctx.library.footage))
    topic, facts = answer(ctx)
    return _said(ctx, topic, "timeline", length_ms=ctx.before.duration_ms, **facts)


def _export_size(canvas: tuple[int, int]) -> str:
    """Return what an export of a picture measures: it fits into 1080×1920, turned for a wide one (REN-8)."""
    width, height = canvas
    box = (1920, 1080) if width > height else (1080, 1920)
    scale = min(1.0, box[0] / width, box[1] / height)
    return f"{round(width * scale / 2) * 2}×{round(height * scale / 2) * 2}"


def summary(timeline: Timeline) -> str:
    """Return what is on the timeline in one line, track by track (STA-4)."""
    return "; ".join(
        f"{track.name} ({', '.join(_shown(s.text or s.name) for s in track.segments[:3])}"
        f"{', …' if len(track.segments) > 3 else ''})"
        for track in timeline.tracks
    )


def _shown(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:39]}…"


def _said(ctx: EditContext, topic: str, panel: str, **facts: Any) -> Outcome:
    return Outcome(ctx.before, changed=False, fragment=ReplyFragment(topic, facts, panel))


Answer = tuple[str, dict[str, Any]]


def _length(ctx: EditContext) -> Answer:
    return "question.length", {"clips": len(ctx.before.segments(*CLIP_ROLES))}


def _tracks(ctx: EditContext) -> Answer:
    tracks = ctx.before.tracks
    return "question.tracks", {"tracks": len(tracks), "quote_summary": summary(ctx.before)}


def _music(ctx: EditContext) -> Answer:
    music = ctx.before.segments(Role.BGM)
    if not music:
        return "question.music.none", {}
    volume = 0.0 if music[0].muted else music[0].volume
    return "question.music", {"style": music[0].name, "volume_share": volume}


def _titles(ctx: EditContext) -> Answer:
    texts = ctx.before.segments(Role.TITLE, Role.LOWER_THIRD)
    if not texts:
        return "question.titles.none", {}
    return "question.titles", {"texts": len(texts), "quote_text": texts[0].text}


def _subtitles(ctx: EditContext) -> Answer:
    lines = ctx.before.segments(Role.SUBTITLES)
    return ("question.subtitles", {"subtitles": len(lines)}) if lines else ("question.subtitles.none", {})


def _silences(ctx: EditContext) -> Answer:
    found = silent_ranges(ctx.before, ctx.silences())
    if not found:
        return "question.silences.none", {}
    return "question.silences", {"pauses": len(found), "silent_ms": total(found)}


def _canvas(ctx: EditContext) -> Answer:
    return "question.canvas", {"canvas": f"{ctx.before.canvas[0]}×{ctx.before.canvas[1]}"}


def _speed(ctx: EditContext) -> Answer:
    speeds = sorted({s.speed for s in ctx.before.segments(*CLIP_ROLES)})
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

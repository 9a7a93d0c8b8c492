"""Edits of sound: music under the video, how loud things are, and what is muted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...library import UploadedMedia
from ...timeline import SOUND_ROLES, Range, Ranges, Role, Segment, changed, set_music, without
from ..generation import DEFAULT_MUSIC, DEFAULT_VOLUME
from ..model import Outcome
from .context import EditContext, overlaps, range_args

_ROLES: dict[str, frozenset[Role]] = {
    "music": frozenset({Role.BGM}),
    "sound": frozenset({Role.VIDEO, Role.AUDIO}),
    "clip": frozenset({Role.VIDEO, Role.AUDIO}),
    "": SOUND_ROLES,
}


def add_music(ctx: EditContext) -> Outcome:
    """Put music under the timeline, in place of what there was."""
    if ctx.asked.auto and ctx.timeline.of(Role.BGM):
        return ctx.refused("")
    uploaded = ctx.asked.target == "uploaded"
    song = _song(ctx) if uploaded else None
    if uploaded and song is None and not ctx.asked.style:
        return ctx.refused("music.no_song", "media")
    where = ctx.where() if not ctx.asked.clip else None
    if isinstance(where, Outcome):
        return where
    volume = _louder(DEFAULT_VOLUME, ctx)
    timeline = ctx.timeline
    if song is not None:
        timeline = without(timeline, {Role.AUDIO}, lambda s: s.media_id != song.media_id)
    start, end = where[0] if where else (0, timeline.duration_ms or ctx.length_ms)
    segment = _stock(ctx, (start, end), volume)
    if song is not None:
        segment = _from_file(song, (start, end), volume)
    replaced = bool(ctx.timeline.of(Role.BGM))
    args = {"style": segment.name, "volume": volume, "start_ms": start, "end_ms": segment.end_ms}
    topic = "music.replaced" if replaced else "music.done"
    facts = {"style": segment.name, "volume_share": volume, "ranges": where or ()}
    return ctx.done(set_music(timeline, segment), topic, "music", args, **facts)


def set_volume(ctx: EditContext) -> Outcome:
    """Make music, clips or everything louder or quieter."""
    asked = ctx.asked

    def louder(segment: Segment) -> Segment:
        if segment.volume is None:
            return segment
        volume = _louder(segment.volume, ctx)
        return replace(segment, volume=volume, muted=segment.muted and asked.amount is None)

    if asked.amount is None and asked.change is None and asked.factor is None:
        return ctx.refused("volume.ask", "music")
    found = _sounding(ctx)
    if isinstance(found, Outcome):
        return found
    roles, where = found
    done = changed(ctx.timeline, roles, louder, where)
    if done == ctx.timeline:
        return ctx.refused("sound.same", "music")
    heard = [s.volume for s in done.segments(*roles) if s.volume is not None and _is_in(s, where)]
    target = asked.target if asked.target in ("music", "sound") else "clip" if asked.target else "all"
    args = {"target": target, "volume": max(heard), **range_args(where)}
    facts: dict[str, Any] = {"volume_share": max(heard), "ranges": where or ()}
    if min(heard) == max(heard):
        return ctx.done(done, f"volume.{target}", "music", args, **facts)
    args |= {"lowest_volume": min(heard)}
    return ctx.done(done, "volume.several", "music", args, lowest_share=min(heard), **facts)


def mute(ctx: EditContext) -> Outcome:
    """Make music, clips, one track or everything silent."""
    return _muted(ctx, muted=True)


def unmute(ctx: EditContext) -> Outcome:
    """Let be heard again what was muted."""
    return _muted(ctx, muted=False)


def _muted(ctx: EditContext, *, muted: bool) -> Outcome:
    def silence(segment: Segment) -> Segment:
        return segment if segment.volume is None else replace(segment, muted=muted)

    found = _sounding(ctx)
    if isinstance(found, Outcome):
        return found
    roles, where = found
    done = changed(ctx.timeline, roles, silence, where)
    if done == ctx.timeline:
        return ctx.refused("sound.same", "music")
    target = ctx.asked.target if ctx.asked.target in ("music", "sound") else "all"
    topic = f"{'mute' if muted else 'unmute'}.{target}"
    args = {"target": target, "muted": muted, **range_args(where)}
    return ctx.done(done, topic, "music", args, ranges=where or ())


def _sounding(ctx: EditContext) -> tuple[frozenset[Role], Ranges | None] | Outcome:
    """Return whose sound is meant, and when; or why there is none."""
    target, number = ctx.asked.target, ctx.asked.number
    timeline = ctx.timeline
    roles = _ROLES.get(target, SOUND_ROLES - {Role.BGM})
    if target == "track" and number:
        at = number - 1 if number > 0 else len(timeline.tracks) + number
        if not 0 <= at < len(timeline.tracks):
            return ctx.refused("track.missing", tracks=len(timeline.tracks))
        roles = frozenset({timeline.tracks[at].role})
        where: Ranges | Outcome | None = replace(ctx, asked=replace(ctx.asked, number=None)).where()
    else:
        where = ctx.where()
    if isinstance(where, Outcome):
        return where
    if target == "clip" and (chosen := ctx.chosen()):
        here = {track.role for track in timeline.tracks if any(s in chosen for s in track.segments)}
        roles = frozenset(here)
    if not any(s.volume is not None for s in timeline.segments(*roles)):
        return ctx.refused("music.none" if target == "music" else "sound.none", "music")
    return roles, where


def _is_in(segment: Segment, where: Ranges | None) -> bool:
    return where is None or overlaps(segment, where)


def _louder(volume: float, ctx: EditContext) -> float:
    """Return a volume from 0 to 1: the one asked for, or so much more or less."""
    asked = ctx.asked
    wanted = (
        asked.amount if asked.amount is not None else volume * (asked.factor or 1) + (asked.change or 0.0)
    )
    return round(min(max(wanted, 0.0), 1.0), 2)


def _song(ctx: EditContext) -> UploadedMedia | None:
    """Return the song that is named, or the one that was uploaded last."""
    songs = [f for f in ctx.library.footage if f.file_type == "audio"]
    if ctx.asked.clip:
        songs = [f for f in songs if f.filename == ctx.asked.clip]
    return songs[-1] if songs else None


def _stock(ctx: EditContext, where: Range, volume: float) -> Segment:
    start, end = where
    name = ctx.asked.style or DEFAULT_MUSIC
    return Segment(start, end - start, name, f"music_{ctx.draw.hex(12)}", out_ms=end - start, volume=volume)


def _from_file(song: UploadedMedia, where: Range, volume: float) -> Segment:
    """Return an uploaded song as music, as long as it lasts."""
    source_ms = song.duration_ms
    length = min(where[1] - where[0], source_ms) if source_ms else where[1] - where[0]
    return Segment(
        where[0],
        length,
        song.filename,
        song.media_id,
        out_ms=length,
        source_ms=source_ms,
        volume=volume,
    )

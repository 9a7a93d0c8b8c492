"""Sound: music under the film, how loud things are, and what is muted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...library import UploadedMedia
from ...timeline import SOUND_ROLES, Range, Role, Segment, Timeline, changed, set_music, without
from ..intents.generation import DEFAULT_MUSIC, DEFAULT_VOLUME
from ..model import Outcome
from .context import EditContext

_ROLES: dict[str, frozenset[Role]] = {
    "music": frozenset({Role.BGM}),
    "sound": frozenset({Role.VIDEO, Role.AUDIO}),
    "": SOUND_ROLES,
}


def add_music(job: EditContext) -> Outcome:
    """Put music under the timeline, in place of what there was."""
    if job.asked.auto and job.timeline.of(Role.BGM):
        return job.refused("")
    song = _song(job) if job.asked.target == "uploaded" else None
    if job.asked.target == "uploaded" and song is None and not job.asked.style:
        return job.refused("music.no_song", "media")
    where = job.span() or (0, job.length_ms)
    if where[0] >= where[1]:
        return job.refused("cut.outside", asked_ms=where[0])
    volume = _louder(DEFAULT_VOLUME, job.asked.amount, job.asked.change)
    timeline, segment = job.timeline, _stock(job, where, volume)
    if song is not None:
        timeline = without(timeline, {Role.AUDIO}, lambda s: s.media_id != song.media_id)
        segment = _from_file(song, where, volume)
    replaced = bool(job.timeline.of(Role.BGM))
    args = {"style": segment.name, "volume": volume, "start_ms": where[0], "end_ms": segment.end_ms}
    topic = "music.replaced" if replaced else "music.done"
    return job.done(
        set_music(timeline, segment), topic, "music", args, style=segment.name, volume_share=volume
    )


def set_volume(job: EditContext) -> Outcome:
    """Make music, clips or everything louder or quieter."""

    def louder(segment: Segment) -> Segment:
        if segment.volume is None:
            return segment
        volume = _louder(segment.volume, job.asked.amount, job.asked.change)
        return replace(segment, volume=volume, muted=segment.muted and job.asked.amount is None)

    if job.asked.amount is None and job.asked.change is None:
        return job.refused("volume.ask", "music")
    done = _changed_sound(job, louder)
    if isinstance(done, Outcome):
        return done
    heard = [s.volume for s in done.segments(*_ROLES[job.asked.target]) if s.volume is not None]
    volume = min(heard) if (job.asked.change or 0) < 0 else max(heard)
    topic = f"volume.{job.asked.target or 'all'}"
    args = {"target": job.asked.target or "all", "volume": volume}
    return job.done(done, topic, "music", args, volume_share=volume)


def mute(job: EditContext) -> Outcome:
    """Make music, clips, one track or everything silent."""
    return _muted(job, muted=True)


def unmute(job: EditContext) -> Outcome:
    """Let be heard again what was muted."""
    return _muted(job, muted=False)


def _muted(job: EditContext, *, muted: bool) -> Outcome:
    def hush(segment: Segment) -> Segment:
        return segment if segment.volume is None else replace(segment, muted=muted)

    done = _changed_sound(job, hush)
    if isinstance(done, Outcome):
        return done
    target = job.asked.target if job.asked.target in _ROLES and job.asked.target else "all"
    topic = f"{'mute' if muted else 'unmute'}.{target}"
    return job.done(done, topic, "music", {"target": target, "muted": muted})


def _changed_sound(job: EditContext, change: Callable[[Segment], Segment]) -> Timeline | Outcome:
    """Return the timeline with its sound changed, or why it is not."""
    target, number = job.asked.target, job.asked.number
    timeline, where = job.timeline, job.span()
    if target == "clip" and number:
        clip = job.clip(number)
        if clip is None:
            return job.refused("clip.missing", clips=len(job.clips()))
        where = (clip.start_ms, clip.end_ms)
    roles = _ROLES.get(target, SOUND_ROLES - {Role.BGM})
    if target == "track" and number:
        at = number - 1 if number > 0 else len(timeline.tracks) + number
        if not 0 <= at < len(timeline.tracks):
            return job.refused("track.missing", tracks=len(timeline.tracks))
        roles = frozenset({timeline.tracks[at].role})
    if where is not None and where[0] >= where[1]:
        return job.refused("cut.outside", asked_ms=where[0])
    if not any(s.volume is not None for s in timeline.segments(*roles)):
        return job.refused("music.none" if target == "music" else "sound.none", "music")
    done = changed(timeline, roles, change, where)
    return job.refused("sound.same", "music") if done == timeline else done


def _louder(volume: float, amount: float | None, change: float | None) -> float:
    """Return a volume from 0 to 1: the one asked for, or so much more or less."""
    wanted = amount if amount is not None else volume + (change or 0.0)
    return round(min(max(wanted, 0.0), 1.0), 2)


def _song(job: EditContext) -> UploadedMedia | None:
    """Return the song that was uploaded last."""
    return next((f for f in reversed(job.library.footage) if f.file_type == "audio"), None)


def _stock(job: EditContext, where: Range, volume: float) -> Segment:
    start, end = where
    name = job.asked.style or DEFAULT_MUSIC
    return Segment(start, end - start, name, f"music_{job.rng.hex(12)}", out_ms=end - start, volume=volume)


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

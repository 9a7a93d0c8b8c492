"""The timeline in one line, and what changed between two looks at a project, in words (STA-4, C-SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from nemoclient.draft import TEXT_KIND, Draft, Segment, State, Track, mapping, number, rows, words
from nemoclient.wording import label, say

_SHOWN = 6  # items of one track that a line still carries
_AUDIO_KIND = 1
_FULL_VOLUME = 100

_Items = dict[tuple[str, str], list[Segment]]  # (track, item) -> its segments


def _seconds(ms: int) -> str:
    return f"{ms / 1000:.1f}".removesuffix(".0")


def _name(segment: Segment, kind: int, language: str | None) -> str:
    name = segment.name or say("untitled", language)
    return f'"{name}"' if kind == TEXT_KIND else name


def _where(segments: Sequence[Segment], language: str | None) -> str:
    start, end = min(s.start_ms for s in segments), max(s.end_ms for s in segments)
    parts = f", {say('parts', language, count=len(segments))}" if len(segments) > 1 else ""
    return f"{_seconds(start)}-{_seconds(end)}s{parts}"


def _volume(segment: Segment, kind: int) -> str:
    """Audio tells its volume always, anything else only where it is turned down or up."""
    percent = segment.volume_percent
    silent = percent is None or (kind != _AUDIO_KIND and percent == _FULL_VOLUME)
    return "" if silent else f", {percent}%"


def _items_of_track(track: Track, language: str | None) -> Iterator[str]:
    """Yield one text per item: neighbours that were cut from the same thing are one item."""
    for (_, volume), group in groupby(track.segments, key=lambda s: (s.name, _volume(s, track.kind))):
        run = tuple(group)
        yield f"{_name(run[0], track.kind, language)} ({_where(run, language)}{volume})"


def _track_line(track: Track, language: str | None) -> str:
    items = list(_items_of_track(track, language))
    rest = [say("more", language, count=len(items) - _SHOWN)] if len(items) > _SHOWN else []
    shown = ", ".join(items[:_SHOWN] + rest) or "-"
    return say("track", language, label=label(track.name, language), items=shown)


def summarise(draft: Draft, language: str | None = None) -> str:
    """Return the timeline in one line, exactly as STA-4 writes it; Chinese for ``zh``."""
    if not draft.tracks:
        return say("empty", language)
    numbered = enumerate(draft.tracks, start=1)
    tracks = " ".join(f"{place}. {_track_line(track, language)}" for place, track in numbered)
    count = len(draft.tracks)
    return say("one_track" if count == 1 else "timeline", language, count=count, tracks=tracks)


def _items(draft: Draft, language: str | None) -> _Items:
    items: _Items = {}
    for track in draft.tracks:
        for segment in track.segments:
            key = (label(track.name, language), _name(segment, track.kind, language))
            items.setdefault(key, []).append(segment)
    return items


def _difference(key: tuple[str, str], was: list[Segment], now: list[Segment], language: str | None) -> str:
    facts = {"label": key[0], "name": key[1]}
    place_was, place_now = _where(was, language), _where(now, language)
    if place_was != place_now:
        return say("moved", language, was=place_was, now=place_now, **facts)
    loud_was, loud_now = was[0].volume_percent, now[0].volume_percent
    if loud_was != loud_now:
        shown = {"was": f"{_FULL_VOLUME if loud_was is None else loud_was}%"}
        shown["now"] = f"{_FULL_VOLUME if loud_now is None else loud_now}%"
        return say("volume", language, **shown, **facts)
    return say("adjusted", language, **facts)


def _timeline_changes(before: Draft, after: Draft, language: str | None) -> Iterator[str]:
    was, now = _items(before, language), _items(after, language)
    for key in now.keys() - was.keys():
        yield say("added", language, label=key[0], name=key[1])
    for key in was.keys() - now.keys():
        yield say("removed", language, label=key[0], name=key[1])
    for key in was.keys() & now.keys():
        if [s.raw for s in was[key]] != [s.raw for s in now[key]]:
            yield _difference(key, was[key], now[key], language)


def _ordered(before: Draft, after: Draft, language: str | None) -> list[str]:
    """Sort the changes as the tracks stand, so that the same change always reads the same."""
    order = [key[0] for key in [*_items(after, language), *_items(before, language)]]
    changes = _timeline_changes(before, after, language)
    places = {name: place for place, name in reversed(list(enumerate(order)))}
    return sorted(
        changes, key=lambda text: (min((p for n, p in places.items() if n in text), default=0), text)
    )


def _media_changes(key: str, title: str, was: Any, now: Any, language: str | None) -> Iterator[str]:
    def names(value: Any) -> list[str]:
        return [words(row.get("filename") or row.get("name")) for row in rows(value)]

    known = names(mapping(was).get(key))
    for name in names(mapping(now).get(key)):
        if name and name not in known:
            yield say("added", language, label=title, name=name)


def _canvas_changes(was: Mapping[str, Any], now: Mapping[str, Any], language: str | None) -> Iterator[str]:
    old, new = mapping(was.get("canvas_config")), mapping(now.get("canvas_config"))
    width, height = number(new.get("width")), number(new.get("height"))
    if old and old != new and width and height:
        yield say("canvas", language, size=f"{width:.0f}×{height:.0f}")


def compare(before: State, after: State, language: str | None = None) -> tuple[str, ...]:
    """Return what changed from one look to the next, one text each; nothing where nothing did."""
    if before.raw == after.raw:
        return ()
    was, now = before.raw, after.raw
    changes = _ordered(before.draft, after.draft, language)
    changes += _canvas_changes(was, now, language)
    changes += _media_changes("video_infos", say("footage", language), was, now, language)
    changes += _media_changes("generated_media", say("generated", language), was, now, language)
    if not changes and [t.name for t in before.draft.tracks] != [t.name for t in after.draft.tracks]:
        changes.append(say("reordered", language))
    return tuple(changes) or (say("updated", language),)

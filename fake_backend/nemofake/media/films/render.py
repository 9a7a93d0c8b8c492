"""A film becomes a file: few frames at the right times, cheap however long it is (REN-8)."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from .lanes import lanes_plate
from .layout import BACKGROUND, Layout
from .moments import moments
from .mp4 import MS, add_h264, writing
from .plates import clock_plate, move, playhead, playing_at, stage_plate, title_plate, titles_at
from .report import FilmReport
from .sheet import Sheet
from .tone import Tone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

    from .film import Film

_KEYFRAME_EVERY = 30


def render_film(film: Film, path: Path) -> FilmReport:
    """Write ``film`` to ``path`` as an MP4 of H.264, and AAC where the draft is audible (REN-8).

    The same film gives the same bytes on the same installation. Raises OSError when the file cannot
    be written. The video track lasts exactly the film's ms, the sound never longer.
    """
    times = moments(film)
    ends = dict(pairwise((*times, film.duration_ms)))
    with writing(path) as container:
        stream = add_h264(container, film.width, film.height, _KEYFRAME_EVERY)
        tone = Tone(film, container)
        for packet in _pictures(film, times, stream):
            start_ms = packet.pts or 0
            # The encoder knows no durations; the muxer needs the last one to end the track on time.
            packet.duration = ends[start_ms] - start_ms
            container.mux_one(packet)
            container.mux(list(tone.packets_before(ends[start_ms])))
    return FilmReport(
        codec="h264",
        container="mp4",
        width=film.width,
        height=film.height,
        duration_ms=film.duration_ms,
        frames=len(times),
        size=path.stat().st_size,
        has_audio=tone.sounds,
    )


def _pictures(film: Film, times: tuple[int, ...], stream: VideoStream) -> Iterator[Packet[Stream]]:
    """Encode the frames one after the other."""
    for sheet, start_ms in _sheets(film, times):
        sheet.frame.pts, sheet.frame.time_base = start_ms, MS
        yield from stream.encode(sheet.frame)
    yield from stream.encode(None)


def _sheets(film: Film, times: tuple[int, ...]) -> Iterator[tuple[Sheet, int]]:
    """Paint the frames one after the other, on one sheet."""
    layout = Layout.of(film)
    sheet, lanes = Sheet(film.width, film.height), lanes_plate(film, layout)
    head = playhead(layout)
    stage = cache(lambda name: stage_plate(layout, name))
    title = cache(lambda place, text, size: title_plate(layout, place, text, size))
    for ms in times:
        titles = titles_at(film, ms)
        sheet.fill(BACKGROUND)
        sheet.lay(lanes)
        if all(place.band != "center" for place, _, _ in titles):
            sheet.lay(stage(playing_at(film, ms)))
        for place, text, size in titles:
            sheet.lay(title(place, text, size))
        sheet.lay(clock_plate(layout, ms))
        sheet.lay(move(head, layout, ms))
        yield sheet, ms

"""The still part of every frame: the time axis and a coloured lane for each track."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .layout import BACKGROUND, FAINT, INK, PANEL, SHADES, Layout, Rect
from .lettering import fit
from .sheet import Stamp

if TYPE_CHECKING:
    from .film import Clip, Film, Lane

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MARKS = 6
_READABLE_PX = 9
_NAMED_ROW_UNITS = 6  # lower rows carry their names on the bars
_NAME_SHARE = 0.38


def lanes_plate(film: Film, layout: Layout) -> Stamp:
    """Draw all lanes over their time axis, as wide as the film."""
    image = Image.new("RGB", (film.width, film.height), BACKGROUND)
    pen = ImageDraw.Draw(image)
    _paint_axis(pen, layout)
    space, bottom = layout.band("lanes"), layout.band("axis").bottom
    for number, lane in enumerate(film.lanes):
        top = space.top + space.height * number // len(film.lanes)
        end = space.top + space.height * (number + 1) // len(film.lanes)
        _paint_lane(pen, layout, lane, Rect(space.left, top, space.right, max(end, top + 1)))
    return Stamp.of(image.crop((0, space.top, film.width, max(bottom, space.top + 2))), 0, space.top)


def _paint_lane(pen: ImageDraw.ImageDraw, layout: Layout, lane: Lane, row: Rect) -> None:
    """Paint the name above its bars, or on them where the row is too low for both."""
    named = row.height >= _NAMED_ROW_UNITS * layout.unit
    name_px = row.height * _NAME_SHARE if named else row.height * 0.8
    letters = round(min(name_px / 1.3, 4 * layout.unit))
    gap = max(row.height // 16, 1) if row.height > 3 else 0
    bars = Rect(row.left, row.top + round(name_px) if named else row.top, row.right, row.bottom - gap)
    _box(pen, bars, PANEL)
    for number, clip in enumerate(lane.clips):
        _paint_clip(pen, layout, clip, bars, SHADES[lane.kind][number % 2], labelled=named)
    if letters >= _READABLE_PX:
        name = fit(lane.name, row.width, round(letters * 1.3), letters, letters)
        name.draw(pen, row.left, row.top, FAINT if named else INK)


def _paint_clip(
    pen: ImageDraw.ImageDraw,
    layout: Layout,
    clip: Clip,
    bars: Rect,
    colour: tuple[int, int, int],
    *,
    labelled: bool,
) -> None:
    left, right = layout.x_of(clip.start_ms), layout.x_of(clip.end_ms)
    bar = Rect(left, bars.top, max(right - 1, left + 1), bars.bottom)  # a hair between neighbours
    _box(pen, bar, colour)
    letters = round(min(bars.height * 0.6, 3.6 * layout.unit))
    inset = letters // 3
    if labelled and clip.label and letters >= _READABLE_PX and bar.width > 3 * letters:
        label = fit(
            clip.label.replace("\n", " "), bar.width - 2 * inset, round(letters * 1.3), letters, letters
        )
        label.draw(pen, bar.left + inset, bar.top + max((bar.height - label.height) // 2, 0), INK)


def _paint_axis(pen: ImageDraw.ImageDraw, layout: Layout) -> None:
    """Mark round times under the lanes."""
    axis, lanes = layout.band("axis"), layout.band("lanes")
    letters = round(min(axis.height * 0.6, 3 * layout.unit))
    duration_s = layout.duration_ms / 1000
    step_s = next((step for step in _STEPS_S if duration_s / step <= _MARKS), _STEPS_S[-1])
    for mark in range(int(duration_s / step_s) + 1):
        x = layout.x_of(round(mark * step_s * 1000))
        pen.line((x, lanes.top, x, axis.top + axis.height // 4), fill=PANEL, width=1)
        if letters >= _READABLE_PX:
            text = fit(short_time(mark * step_s), layout.width, letters * 2, letters, letters)
            text.draw(pen, min(x, axis.right - text.width), axis.top + axis.height // 4, FAINT)


def short_time(seconds: float) -> str:
    """Write a time as people do: 0.5s, 12s, 3:20, 1:00:00."""
    if seconds < 60:
        return f"{seconds:g}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _box(pen: ImageDraw.ImageDraw, rect: Rect, colour: tuple[int, int, int]) -> None:
    if rect.width > 0 and rect.height > 0:
        pen.rectangle((rect.left, rect.top, rect.right - 1, rect.bottom - 1), fill=colour)

"""Where things are in a picture, and the picture of all tracks over their time axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .text_layout import fit
from .yuv import YuvImage

if TYPE_CHECKING:
    from .model import Clip, TrackRow, Video

_STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_MARKS = 6
_READABLE_PX = 9
_NAMED_ROW_UNITS = 6  # lower rows carry their names on the bars
_NAME_SHARE = 0.38


def tracks_image(video: Video, layout: Layout) -> YuvImage:
    """Draw all tracks over their time axis, as wide as the video."""
    image = Image.new("RGB", (video.width, video.height), BACKGROUND)
    pen = ImageDraw.Draw(image)
    _draw_axis(pen, layout)
    space, bottom = layout.band("tracks"), layout.band("axis").bottom
    for number, track in enumerate(video.tracks):
        top = space.top + space.height * number // len(video.tracks)
        end = space.top + space.height * (number + 1) // len(video.tracks)
        _draw_track(pen, layout, track, Rect(space.left, top, space.right, max(end, top + 1)))
    return YuvImage.of(image.crop((0, space.top, video.width, max(bottom, space.top + 2))), 0, space.top)


def _draw_track(pen: ImageDraw.ImageDraw, layout: Layout, track: TrackRow, row: Rect) -> None:
    """Paint the name above its bars, or on them where the row is too low for both."""
    named = row.height >= _NAMED_ROW_UNITS * layout.unit
    name_px = row.height * _NAME_SHARE if named else row.height * 0.8
    letters = round(min(name_px / 1.3, 4 * layout.unit))
    gap = max(row.height // 16, 1) if row.height > 3 else 0
    bars = Rect(row.left, row.top + round(name_px) if named else row.top, row.right, row.bottom - gap)
    _box(pen, bars, PANEL)
    for number, clip in enumerate(track.clips):
        _draw_clip(pen, layout, clip, bars, SHADES[track.kind][number % 2], labelled=named)
    if letters >= _READABLE_PX:
        name = fit(track.name, row.width, round(letters * 1.3), letters, letters)
        name.draw(pen, row.left, row.top, FAINT if named else INK)


def _draw_clip(
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


def _draw_axis(pen: ImageDraw.ImageDraw, layout: Layout) -> None:
    """Mark round times under the tracks."""
    axis, tracks = layout.band("axis"), layout.band("tracks")
    letters = round(min(axis.height * 0.6, 3 * layout.unit))
    duration_s = layout.duration_ms / 1000
    step_s = next((step for step in _STEPS_S if duration_s / step <= _MARKS), _STEPS_S[-1])
    for mark in range(int(duration_s / step_s) + 1):
        x = layout.x_of(round(mark * step_s * 1000))
        pen.line((x, tracks.top, x, axis.top + axis.height // 4), fill=PANEL, width=1)
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


Colour = tuple[int, int, int]

BACKGROUND: Colour = (14, 17, 23)
PANEL: Colour = (27, 32, 43)
PLATE: Colour = (38, 45, 60)
INK: Colour = (244, 246, 250)
FAINT: Colour = (138, 147, 165)
PLAYHEAD: Colour = (255, 82, 82)
# Neighbouring clips of a track take turns with two shades.
SHADES: dict[str, tuple[Colour, Colour]] = {
    "video": ((58, 123, 240), (38, 92, 196)),
    "audio": ((38, 166, 110), (26, 130, 86)),
    "title": ((240, 140, 40), (204, 108, 20)),
    "other": ((154, 106, 226), (124, 80, 190)),
}

# Top and bottom of each band. A lower third stands inside the lower third of the picture.
BANDS: dict[str, tuple[float, float]] = {
    "top": (0.02, 0.12),
    "clock": (0.125, 0.165),
    "tracks": (0.17, 0.42),
    "axis": (0.42, 0.455),
    "center": (0.48, 0.64),
    "lower": (0.67, 0.86),
    "bottom": (0.88, 0.98),
}


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle of even corners; right and bottom are outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.right - self.left

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one frame size and one time axis."""

    width: int
    height: int
    duration_ms: int

    @classmethod
    def of(cls, video: Video) -> Layout:
        """Lay out a video."""
        return cls(video.width, video.height, video.duration_ms)

    @property
    def unit(self) -> float:
        """A hundredth of the shorter side: letters and margins are counted in it."""
        return min(self.width, self.height) / 100

    def band(self, name: str) -> Rect:
        """Give the rectangle of one of BANDS, margins left free."""
        top, bottom = BANDS[name]
        margin = even(5 * self.unit)
        return Rect(margin, even(top * self.height), self.width - margin, even(bottom * self.height))

    def x_of(self, ms: int) -> int:
        """Give the column of a time on the axis; times after the end stand at the end."""
        tracks = self.band("tracks")
        return tracks.left + round(tracks.width * min(ms, self.duration_ms) / self.duration_ms)


def even(value: float) -> int:
    """Round down to an even number."""
    return int(value) // 2 * 2

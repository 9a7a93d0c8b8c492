"""The moving part of a frame: titles at their places, the clip that plays, the clock, the playhead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from .layout import BACKGROUND, FAINT, INK, PLATE, PLAYHEAD, SHADES, Layout, Rect, even
from .text_layout import Block, fit
from .yuv import YuvImage

if TYPE_CHECKING:
    from .model import Place, Video

_TITLE_UNITS = 9.0
_STAGE_UNITS = 6.0
_CLOCK_UNITS = 4.0


def titles_at(video: Video, ms: int) -> tuple[tuple[Place, str, float], ...]:
    """Return the texts shown at a time with their size, one a place; several at one place share it."""
    found: dict[Place, list[str]] = {}
    sizes: dict[Place, float] = {}
    for track in video.tracks:
        for clip in track.clips if track.kind == "title" else ():
            if clip.start_ms <= ms < clip.end_ms and clip.label:
                found.setdefault(clip.place, []).append(clip.label)
                sizes[clip.place] = max(clip.size, sizes.get(clip.place, 0.0))
    return tuple((place, "\n".join(texts), sizes[place]) for place, texts in found.items())


def playing_at(video: Video, ms: int) -> str:
    """Name the video clip that plays at a time; the topmost track counts, as in an editor."""
    clips = (clip for track in video.tracks if track.kind == "video" for clip in track.clips)
    return next((clip.label for clip in clips if clip.start_ms <= ms < clip.end_ms), "")


def title_image(layout: Layout, place: Place, text: str, size: float = 1.0) -> YuvImage:
    """Draw a title large on a plate, with the title track's colour along its edge."""
    band = layout.band(place.band)
    edge = max(even(1.2 * layout.unit), 2)
    inset = 2 * edge
    room = (band.width - edge - 2 * inset, band.height - edge)
    block = fit(text, *room, round(min(_TITLE_UNITS * size * layout.unit, band.height * 0.7)))
    width = min(even(block.width + edge + 2 * inset) + 2, band.width)
    height = min(even(block.height + edge) + 2, band.height)
    image = Image.new("RGB", (max(width, 2), max(height, 2)), PLATE)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, edge - 1, height), fill=SHADES["title"][0])
    block.draw(pen, edge + inset, (height - block.height) // 2, INK, bold=True)
    spare = max(band.width - width, 0)
    x = band.left + even({"left": 0, "middle": spare / 2, "right": spare}[place.side])
    return YuvImage.of(image, x, band.top + even((band.height - height) / 2))


def clip_name_image(layout: Layout, name: str) -> YuvImage:
    """Write the playing clip's name where the picture would be."""
    band = layout.band("center")
    block = fit(name.replace("\n", " "), band.width, band.height, round(_STAGE_UNITS * layout.unit))
    return _text(block, band, (band.width - block.width) // 2)


def clock_image(layout: Layout, ms: int) -> YuvImage:
    """Write the time at the upper right of the tracks."""
    band = layout.band("clock")
    letters = round(min(_CLOCK_UNITS * layout.unit, band.height * 0.8))
    block = fit(clock_time(ms), band.width, band.height, letters, 4)
    return _text(block, band, band.width - block.width)


def playhead(layout: Layout) -> YuvImage:
    """Draw the line that says where the video is; ``move`` it to its time."""
    top, bottom = layout.band("tracks").top, layout.band("axis").top
    size = (max(even(layout.unit / 2), 2), max(bottom - top, 2))
    return YuvImage.of(Image.new("RGB", size, PLAYHEAD), 0, top)


def move(head: YuvImage, layout: Layout, ms: int) -> YuvImage:
    """Put the playhead at a time."""
    return head.at(max(min(even(layout.x_of(ms)), layout.width - head.width), 0), head.y)


def clock_time(ms: int) -> str:
    """Write a time as H:MM:SS.mmm."""
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{rest:03}"


def _text(block: Block, band: Rect, indent: int) -> YuvImage:
    """Write on bare background, no larger than the letters are, in the middle of the band's height."""
    size = (even(min(block.width + 4, band.width - even(indent))), even(min(block.height + 2, band.height)))
    image = Image.new("RGB", (max(size[0], 2), max(size[1], 2)), BACKGROUND)
    block.draw(ImageDraw.Draw(image), 0, 0, FAINT)
    return YuvImage.of(image, band.left + even(indent), band.top + even((band.height - image.height) / 2))

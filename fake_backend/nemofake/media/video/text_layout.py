"""The typeface: one that knows Chinese where there is one, Pillow's own otherwise."""

from __future__ import annotations

import functools
import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator

    Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

# An installed package first: the same letters, hence the same bytes, on every machine.
_PACKAGE, _PACKAGE_FILE = "pylopdf_fonts_zh_cn", "NotoSansSC-Regular.otf"
_SYSTEM_FILES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/Hiragino Sans GB.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simhei.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",  # no Chinese, but more than Pillow's
)


@functools.lru_cache(maxsize=64)
def typeface(size_px: int) -> Font:
    """Give the typeface at a size; the same object for the same size."""
    file = font_file()
    if file is None:
        return ImageFont.load_default(size_px)
    return ImageFont.truetype(file, size_px, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def font_file() -> str | None:
    """Find the first font file that can be used, None for Pillow's built-in letters."""
    return next((str(file) for file in _candidates() if _usable(file)), None)


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        yield Path(package.origin).with_name(_PACKAGE_FILE)
    yield from map(Path, _SYSTEM_FILES)


def _usable(file: Path) -> bool:
    try:
        ImageFont.truetype(str(file), 16)
    except OSError:
        return False
    return True


if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    Colour = tuple[int, int, int]

_LINE = 1.25  # line height as a share of the letter size
_SHRINK = 0.85
_MEASURED_PX = 64
_SLACK_EM = 0.005  # hinting at small sizes rounds up
# What may stand alone on a line: a wide character (no spaces between those), or a word.
_PIECES = re.compile(
    r"\n|[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]|[^\S\n]+|[^\s\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]+"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of one size that fit a given space; ``width`` and ``height`` in pixels."""

    lines: tuple[str, ...]
    size_px: int
    width: int
    height: int

    def draw(self, pen: ImageDraw, x: int, y: int, colour: Colour, *, bold: bool = False) -> None:
        """Write the lines with their upper left corner at (x, y)."""
        font, weight = typeface(self.size_px), max(self.size_px // 48, 1) if bold else 0
        for row, line in enumerate(self.lines):
            # Centred on its line, whatever the typeface thinks of its own height.
            middle = y + (row + 0.5) * self.size_px * _LINE
            pen.text((x, middle), line, fill=colour, font=font, anchor="lm", stroke_width=weight)


def fit(text: str, width: int, height: int, largest_px: int, smallest_px: int = 8) -> Block:
    """Lay ``text`` into width x height pixels in the largest letters that fit.

    Not even the smallest fitting, the last line that does ends with an ellipsis.
    """
    size_px = max(largest_px, 1)
    lines = _wrap(text, width / size_px)
    while size_px > smallest_px and not _fits(lines, width / size_px, height / size_px):
        size_px = max(int(size_px * _SHRINK), smallest_px)
        lines = _wrap(text, width / size_px)
    world = max(int(height / (size_px * _LINE)), 1)
    if len(lines) > world:
        lines = [*lines[: world - 1], lines[world - 1] + "…"]
    shown = tuple(_shorten(line, width / size_px) for line in lines)
    wide = max((round(typeface(size_px).getlength(line)) for line in shown), default=0)
    return Block(shown, size_px, wide, round(len(shown) * size_px * _LINE))


def _fits(lines: list[str], width_em: float, height_em: float) -> bool:
    return len(lines) * _LINE <= height_em and all(_length_em(line) <= width_em for line in lines)


def _length_em(text: str) -> float:
    """Give a text's length in letter sizes: the same at every size, so measured at one."""
    return sum(map(_advance_em, text))


@functools.lru_cache(maxsize=8192)
def _advance_em(letter: str) -> float:
    return float(typeface(_MEASURED_PX).getlength(letter)) / _MEASURED_PX + _SLACK_EM


def _wrap(text: str, width_em: float) -> list[str]:
    """Break greedily; a word longer than a line stays whole (then the letters shrink)."""
    lines, length = [""], 0.0
    for piece in _PIECES.findall(text):
        if piece == "\n" or (lines[-1] and length + _length_em(piece.rstrip()) > width_em):
            lines.append("")
            length = 0.0
        if lines[-1] or not piece.isspace():
            lines[-1] += piece
            length += _length_em(piece)
    return [line.strip() for line in lines if line.strip()]


def _shorten(line: str, width_em: float) -> str:
    if _length_em(line) <= width_em:
        return line
    kept = line.rstrip("…")
    while kept and _length_em(kept + "…") > width_em:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else ""

"""Text that fits: cleaned, wrapped at words or between Chinese characters, shrunk, cut with an ellipsis."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fonts import typeface

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

    Colour = tuple[int, int, int]

_MAX_CHARS = 300
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


def clean(text: str) -> str:
    """Drop what no font draws: controls, half characters, everything after 300 characters."""
    whole = text[:_MAX_CHARS].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    spaced = re.sub(r"[^\S\n]+", " ", whole)
    return "".join(c for c in spaced if c == "\n" or unicodedata.category(c)[0] != "C").strip()


def fit(text: str, width: int, height: int, largest_px: int, smallest_px: int = 8) -> Block:
    """Lay ``text`` into width x height pixels in the largest letters that fit.

    Not even the smallest fitting, the last line that does ends with an ellipsis.
    """
    size_px = max(largest_px, 1)
    lines = _wrap(text, width / size_px)
    while size_px > smallest_px and not _fits(lines, width / size_px, height / size_px):
        size_px = max(int(size_px * _SHRINK), smallest_px)
        lines = _wrap(text, width / size_px)
    room = max(int(height / (size_px * _LINE)), 1)
    if len(lines) > room:
        lines = [*lines[: room - 1], lines[room - 1] + "…"]
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

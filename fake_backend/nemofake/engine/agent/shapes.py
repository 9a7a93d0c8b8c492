"""The shape of the picture: ratios by figure, and the pixels that each becomes (REN-8's box turned)."""

from __future__ import annotations

from .tokenizer import is_figure, listed

_SHORT_SIDE = 1080
_MIN_SIDE, _MAX_SIDE = 16, 8192

# What is written like a time of the clock but means a ratio, unless a preposition of time stands before it.
RATIOS = listed("9:16 16:9 1:1 4:3 3:4 4:5 5:4 21:9 9:21 2:3 3:2 2:1 1:2")


def pixels(shape: str) -> tuple[int, int]:
    """Return (width, height) of "9:16" or "1920x1080"; the shorter side of a ratio is 1080."""
    if "x" in shape:
        width, height = (int(side) for side in shape.split("x"))
        return width, height
    across, down = (int(side) for side in shape.split(":"))
    if across >= down:
        return _SHORT_SIDE * across // down // 2 * 2, _SHORT_SIDE
    return _SHORT_SIDE, _SHORT_SIDE * down // across // 2 * 2


def pixel_shape(width: str, height: str) -> str | None:
    """Return "1920x1080" for two figures that can be the sides of a picture."""
    if not (is_figure(width) and is_figure(height)) or not (width + height).isdigit():
        return None
    sides = int(width), int(height)
    return f"{sides[0]}x{sides[1]}" if all(_MIN_SIDE <= side <= _MAX_SIDE for side in sides) else None

"""The size of an exported picture: the canvas scaled into the box, never up (REN-8)."""

from __future__ import annotations

MAX_WIDTH = 1080
MAX_HEIGHT = 1920
_SMALLEST = 16  # one macroblock: players and encoders trip over less


def fit_box(
    canvas: tuple[int, int], max_width: int = MAX_WIDTH, max_height: int = MAX_HEIGHT
) -> tuple[int, int]:
    """Scale (width, height) so that width <= max_width and height <= max_height (REN-8).

    The aspect is kept up to rounding, both sides are even (H.264 stores colour at half size) and at
    least 16; a canvas without area becomes the whole box.
    """
    width, height = canvas
    if width <= 0 or height <= 0:
        width, height = max_width, max_height
    scale = min(1.0, max_width / width, max_height / height)
    return _even(width * scale, max_width), _even(height * scale, max_height)


def _even(side: float, limit: int) -> int:
    return max(_SMALLEST, min(2 * round(side / 2), limit - limit % 2))

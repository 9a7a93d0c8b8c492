"""Where everything stands on a frame, as shares of its height; pixels are even (half-size colour)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .film import Film

Colour = tuple[int, int, int]

BACKGROUND: Colour = (14, 17, 23)
PANEL: Colour = (27, 32, 43)
PLATE: Colour = (38, 45, 60)
INK: Colour = (244, 246, 250)
FAINT: Colour = (138, 147, 165)
PLAYHEAD: Colour = (255, 82, 82)
# Neighbouring clips of a lane take turns with two shades.
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
    "lanes": (0.17, 0.42),
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
    def of(cls, film: Film) -> Layout:
        """Lay out a film."""
        return cls(film.width, film.height, film.duration_ms)

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
        lanes = self.band("lanes")
        return lanes.left + round(lanes.width * min(ms, self.duration_ms) / self.duration_ms)


def even(value: float) -> int:
    """Round down to an even number."""
    return int(value) // 2 * 2

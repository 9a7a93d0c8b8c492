"""One frame in the encoder's own colours: pictures are converted once and then laid on as they are."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt

    Plane = npt.NDArray[np.uint8]

BT709 = 1  # libav's number for the colours of HD video, in all four of its tables
LIMITED_RANGE = 1
# The same standard's weights of red, green and blue, and the offset, in that range.
_LUMA = (0.18259, 0.61423, 0.06201, 16.0)
_BLUE = (-0.10064, -0.33857, 0.43922, 128.0)
_RED = (0.43922, -0.39894, -0.04027, 128.0)


@dataclass(frozen=True, slots=True)
class YuvImage:
    """A picture in YUV 4:2:0 with its place; sides and place are even."""

    planes: tuple[Plane, ...]
    x: int
    y: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.planes[0].shape[1])

    def at(self, x: int, y: int) -> YuvImage:
        """Give the same picture at another, even place."""
        return YuvImage(self.planes, x, y)

    @classmethod
    def of(cls, image: Image.Image, x: int = 0, y: int = 0) -> YuvImage:
        """Convert an RGB picture of even sides; Pillow does it without libav's costly preparations."""
        half = image.reduce(2)
        parts = ((image, _LUMA), (half, _BLUE), (half, _RED))
        return cls(tuple(np.asarray(part.convert("L", weights)) for part, weights in parts), x, y)


class YuvFrame:
    """A frame that is painted over again and again; the encoder copies it each time."""

    def __init__(self, width: int, height: int) -> None:
        self.frame = av.VideoFrame(width, height, "yuv420p")
        self.frame.colorspace = self.frame.color_primaries = self.frame.color_trc = BT709
        self.frame.color_range = LIMITED_RANGE
        self._planes = _planes(self.frame)

    def fill(self, colour: tuple[int, int, int]) -> None:
        """Paint the whole frame_image in one colour."""
        for plane, value in zip(self._planes, _yuv(colour), strict=True):
            plane[:] = value

    def lay(self, image_part: YuvImage) -> None:
        """Put a picture on the frame_image at its place; what reaches beyond the edges is left out."""
        for half, (target, source) in enumerate(zip(self._planes, image_part.planes, strict=True)):
            x, y = (image_part.x, image_part.y) if half == 0 else (image_part.x // 2, image_part.y // 2)
            area = target[y : y + source.shape[0], x : x + source.shape[1]]
            area[:] = source[: area.shape[0], : area.shape[1]]


@functools.cache
def _yuv(colour: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(int(plane[0, 0]) for plane in YuvImage.of(Image.new("RGB", (16, 16), colour)).planes)


def _planes(frame: av.VideoFrame) -> tuple[Plane, ...]:
    """Look into a frame's memory: one array a plane, without the padding of its lines."""
    return tuple(
        np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[  # type: ignore[call-overload]  # a buffer PyAV does not declare
            : plane.height, : plane.width
        ]
        for plane in frame.planes
    )

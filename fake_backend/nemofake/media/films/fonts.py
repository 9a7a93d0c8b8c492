"""The typeface: one that knows Chinese where there is one, Pillow's own otherwise."""

from __future__ import annotations

import functools
import importlib.util
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

"""Real media: what uploaded files contain, and videos made of drafts.

Importing this loads no media library. What needs one loads it on first use and raises ModuleNotFoundError
without the extra ``media``; ``is_installed`` says whether it is there.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from ..engine.library import MediaInfo
from .formats import MediaError, SilenceSettings, UnreadableMedia, UnsupportedFormat
from .placeholder import write_placeholder
from .video.model import Video, VideoReport, fit_box
from .video.store import StoredVideo, VideoStore
from .workers import CallerGone, WorkerError, Workers

if TYPE_CHECKING:
    from .convert import converted
    from .file_probe import probe
    from .sample import make_sample
    from .video.encode import inspect_video, render_video

__all__ = [
    "CallerGone",
    "MediaError",
    "MediaInfo",
    "SilenceSettings",
    "StoredVideo",
    "UnreadableMedia",
    "UnsupportedFormat",
    "Video",
    "VideoReport",
    "VideoStore",
    "WorkerError",
    "Workers",
    "converted",
    "fit_box",
    "inspect_video",
    "is_installed",
    "make_sample",
    "probe",
    "render_video",
    "write_placeholder",
]

LIBRARIES = ("av", "numpy", "PIL")
_LAZY = {
    "converted": "convert",
    "inspect_video": "video.encode",
    "make_sample": "sample",
    "probe": "file_probe",
    "render_video": "video.encode",
}


def is_installed() -> bool:
    """Whether the libraries of the extra ``media`` are there."""
    return all(_is_there(name) for name in LIBRARIES)


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # an import hook hides it
        return False


def __getattr__(name: str) -> Any:
    """Load what needs a media library when it is asked for."""
    if name in _LAZY:
        return getattr(import_module(f".{_LAZY[name]}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

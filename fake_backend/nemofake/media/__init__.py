"""Real media: facts of uploaded files, and films made of drafts. Knows nothing else of the project."""

from __future__ import annotations

from .convert import converted
from .formats import SUPPORTED, FileType, MediaError, MediaInfo, UnreadableMedia, UnsupportedFormat, accepted
from .probe import probe
from .sample import make_sample
from .silence import SilenceRule
from .video.encode import FilmReport, inspect_film, render_film
from .video.layout import fit_box
from .video.model import Film
from .video.store import FilmStore, StoredFilm

__all__ = [
    "SUPPORTED",
    "FileType",
    "Film",
    "FilmReport",
    "FilmStore",
    "MediaError",
    "MediaInfo",
    "SilenceRule",
    "StoredFilm",
    "UnreadableMedia",
    "UnsupportedFormat",
    "accepted",
    "converted",
    "fit_box",
    "inspect_film",
    "make_sample",
    "probe",
    "render_film",
]

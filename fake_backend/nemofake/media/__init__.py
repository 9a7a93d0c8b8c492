"""Real media: facts of uploaded files, and films made of drafts. Knows nothing else of the project."""

from __future__ import annotations

from .adapting import adapted
from .facts import MediaFacts
from .films.box import fit_box
from .films.film import Film
from .films.render import render_film
from .films.report import FilmReport, inspect_film
from .films.store import FilmStore, StoredFilm
from .formats import SUPPORTED, FileType, MediaError, UnreadableMedia, UnsupportedFormat, accepted
from .probe import probe
from .sample import make_sample
from .silence import SilenceRule

__all__ = [
    "SUPPORTED",
    "FileType",
    "Film",
    "FilmReport",
    "FilmStore",
    "MediaError",
    "MediaFacts",
    "SilenceRule",
    "StoredFilm",
    "UnreadableMedia",
    "UnsupportedFormat",
    "accepted",
    "adapted",
    "fit_box",
    "inspect_film",
    "make_sample",
    "probe",
    "render_film",
]

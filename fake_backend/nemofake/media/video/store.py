"""Finished films on disk: each rendered once whoever asks, those not used for longest deleted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .encode import render_film

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .encode import FilmReport
    from .model import Film


@dataclass(frozen=True, slots=True)
class StoredFilm:
    """A film's file and its figures."""

    path: Path
    report: FilmReport


class FilmStore:
    """Films by content in one folder, at most ``most`` of them; safe to use from many threads."""

    def __init__(
        self, folder: Path, most: int = 64, render: Callable[[Film, Path], FilmReport] = render_film
    ) -> None:
        self._folder = folder
        self._most = max(most, 1)
        self._render = render
        self._lock = threading.Lock()
        self._films: OrderedDict[str, Future[StoredFilm]] = OrderedDict()

    def get(self, video: Film) -> StoredFilm:
        """Give the film's file, rendering it first if need be; waits when another thread does.

        Raises what the rendering raised; a later call then tries again. The file may be deleted
        after ``most`` other films were asked for: an open handle outlives that, a path does not.
        """
        key = video.key
        with self._lock:
            known = self._films.get(key)
            if known is not None and _lost(known):
                known = None
            future = self._films[key] = known or Future()
            self._films.move_to_end(key)
        if known is None:
            self._make(key, video, future)
        return future.result()

    def _make(self, key: str, video: Film, future: Future[StoredFilm]) -> None:
        try:
            future.set_result(self._write(key, video))
        except BaseException as failure:
            with self._lock:
                self._films.pop(key, None)
            future.set_exception(failure)
            raise
        self._trim()

    def _write(self, key: str, video: Film) -> StoredFilm:
        """Render under another name first: a file under a key is always whole."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path, draft = self._folder / f"{key}.mp4", self._folder / f"{key}.part"
        try:
            report = self._render(video, draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return StoredFilm(path, report)

    def _trim(self) -> None:
        """Forget the films used longest ago; those still in the making stay."""
        with self._lock:
            ready = [key for key, future in self._films.items() if future.done()]
            for key in ready[: max(len(ready) - self._most, 0)]:
                self._films.pop(key).result().path.unlink(missing_ok=True)


def _lost(future: Future[StoredFilm]) -> bool:
    """Say whether somebody else has deleted a film's file."""
    return future.done() and future.exception() is None and not future.result().path.exists()

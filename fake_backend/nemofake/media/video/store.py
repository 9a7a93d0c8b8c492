"""Finished videos on disk: each rendered once, the least recently used deleted first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .model import Video, VideoReport


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """A video's file and its measures."""

    path: Path
    report: VideoReport


class VideoStore:
    """Videos by content in one folder, at most ``limit`` of them; safe to use from many threads."""

    def __init__(self, folder: Path, render: Callable[[Video, Path], VideoReport], limit: int = 64) -> None:
        self._folder = folder
        self._render = render
        self._limit = max(limit, 1)
        self._lock = threading.Lock()
        self._videos: OrderedDict[str, Future[StoredVideo]] = OrderedDict()

    def cached(self, video: Video) -> StoredVideo | None:
        """Return the video's file if it is there; never waits."""
        with self._lock:
            future = self._videos.get(video.key)
            if future is None or not future.done() or future.exception() or _is_deleted(future):
                return None
            self._videos.move_to_end(video.key)
        return future.result()

    def get(self, video: Video) -> StoredVideo:
        """Return the video's file, rendered on first use; waits while another thread renders it.

        Raises what the rendering raised; a later call then tries again. The file may be deleted after
        ``limit`` other videos were used: an open handle outlives that, a path does not.
        """
        key = video.key
        with self._lock:
            known = self._videos.get(key)
            if known is not None and _is_deleted(known):
                known = None
            future = self._videos[key] = known or Future()
            self._videos.move_to_end(key)
        if known is None:
            self._make(key, video, future)
        return future.result()

    def _make(self, key: str, video: Video, future: Future[StoredVideo]) -> None:
        try:
            future.set_result(self._write(key, video))
        except BaseException as failure:
            with self._lock:
                self._videos.pop(key, None)
            future.set_exception(failure)
            raise
        self._trim()

    def _write(self, key: str, video: Video) -> StoredVideo:
        """Render under another name first: a file under a key is always complete."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path, part = self._folder / f"{key}.mp4", self._folder / f"{key}.part"
        try:
            report = self._render(video, part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return StoredVideo(path, report)

    def _trim(self) -> None:
        """Delete the least recently used videos; those still being rendered stay."""
        with self._lock:
            ready = [key for key, future in self._videos.items() if future.done()]
            for key in ready[: max(len(ready) - self._limit, 0)]:
                self._videos.pop(key).result().path.unlink(missing_ok=True)


def _is_deleted(future: Future[StoredVideo]) -> bool:
    """Whether somebody else has deleted a video's file."""
    return future.done() and future.exception() is None and not future.result().path.exists()

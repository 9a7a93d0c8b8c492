"""Finished videos are stored: each is rendered once, on request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nemofake.media import Video, VideoReport, VideoStore, inspect_video, render_video

Render = Callable[[Video, Path], VideoReport]


def _films(count: int) -> list[Video]:
    return [Video.from_draft({"d": 100 + number}, canvas=(64, 64)) for number in range(count)]


def _counted(
    made: list[str], wait: Callable[[], object] = lambda: None
) -> Callable[[Video, Path], VideoReport]:
    def render(film: Video, path: Path) -> VideoReport:
        made.append(film.key)
        path.write_bytes(b"x" * film.duration_ms)
        wait()
        return VideoReport("h264", "mp4", 64, 64, film.duration_ms, 1, film.duration_ms, has_audio=False)

    return render


def test_a_film_is_rendered_once_and_its_size_is_known(tmp_path: Path) -> None:
    store, (film,) = VideoStore(tmp_path / "films", render_video), _films(1)
    first, again = store.get(film), store.get(film)
    assert first == again
    assert first.path.stat().st_size == first.report.size == inspect_video(first.path).size


def test_many_threads_asking_for_one_film_render_it_once(tmp_path: Path) -> None:
    made: list[str] = []
    gate = threading.Event()
    store, (film,) = VideoStore(tmp_path, _counted(made, lambda: gate.wait(5))), _films(1)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(store.get, film) for _ in range(8)]
        gate.set()
        assert len({one.result().path for one in asked}) == 1
    assert made == [film.key]


def test_the_films_unused_for_longest_are_deleted(tmp_path: Path) -> None:
    made: list[str] = []
    store, films = VideoStore(tmp_path, _counted(made), 2), _films(3)
    first, _ = store.get(films[0]), store.get(films[1])
    store.get(films[0])  # used again: the second is now the oldest
    store.get(films[2])
    assert {path.stem for path in tmp_path.iterdir()} == {films[0].key, films[2].key}
    assert store.get(films[0]) == first
    assert store.get(films[1]).path.exists()
    assert made == [films[n].key for n in (0, 1, 2, 1)]


def test_a_failed_render_leaves_nothing_and_may_be_repeated(tmp_path: Path) -> None:
    def fail() -> None:
        if len(made) == 1:
            raise OSError("disk full")

    made: list[str] = []
    store, (film,) = VideoStore(tmp_path, _counted(made, fail)), _films(1)
    with pytest.raises(OSError, match="disk full"):
        store.get(film)
    assert not list(tmp_path.iterdir())
    assert store.get(film).path.exists()


def test_a_film_that_somebody_deleted_is_made_again(tmp_path: Path) -> None:
    store, (film,) = VideoStore(tmp_path, render_video), _films(1)
    store.get(film).path.unlink()
    assert store.get(film).path.exists()


def test_many_threads_and_many_films_keep_the_store_whole(tmp_path: Path) -> None:
    store, films = VideoStore(tmp_path, _counted([]), 3), _films(6)
    with ThreadPoolExecutor(8) as pool:
        for stored in pool.map(store.get, films * 20):
            assert stored.report.codec == "h264"
    assert len(list(tmp_path.iterdir())) == 3

"""Finished videos are stored: each is rendered once, on request, within limits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nemofake.media import Video, VideoReport, VideoStore, inspect_video, render_video

Render = Callable[[Video, Path], VideoReport]


def _videos(count: int) -> list[Video]:
    return [Video.from_draft({"d": 100 + number}, canvas=(64, 64)) for number in range(count)]


def _counted(
    made: list[str], wait: Callable[[], object] = lambda: None
) -> Callable[[Video, Path], VideoReport]:
    def render(video: Video, path: Path) -> VideoReport:
        made.append(video.key)
        path.write_bytes(b"x" * video.duration_ms)
        wait()
        return VideoReport("h264", "mp4", 64, 64, video.duration_ms, 1, video.duration_ms, has_audio=False)

    return render


def test_store_renders_once_and_knows_the_size(tmp_path: Path) -> None:
    store, (video,) = VideoStore(tmp_path / "videos", render_video), _videos(1)
    first, again = store.get(video), store.get(video)
    assert first == again
    assert first.path.stat().st_size == first.report.size == inspect_video(first.path).size


def test_store_many_threads_render_one_video_once(tmp_path: Path) -> None:
    made: list[str] = []
    gate = threading.Event()
    store, (video,) = VideoStore(tmp_path, _counted(made, lambda: gate.wait(5))), _videos(1)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(store.get, video) for _ in range(8)]
        gate.set()
        assert len({one.result().path for one in asked}) == 1
    assert made == [video.key]


def test_store_deletes_the_least_recently_used(tmp_path: Path) -> None:
    made: list[str] = []
    store, videos = VideoStore(tmp_path, _counted(made), 2), _videos(3)
    first, _ = store.get(videos[0]), store.get(videos[1])
    store.get(videos[0])  # used again: the second is now the oldest
    store.get(videos[2])
    assert {path.stem for path in tmp_path.iterdir()} == {videos[0].key, videos[2].key}
    assert store.get(videos[0]) == first
    assert store.get(videos[1]).path.exists()
    assert made == [videos[n].key for n in (0, 1, 2, 1)]


def test_store_failed_render_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    def fail() -> None:
        if len(made) == 1:
            raise OSError("disk full")

    made: list[str] = []
    store, (video,) = VideoStore(tmp_path, _counted(made, fail)), _videos(1)
    with pytest.raises(OSError, match="disk full"):
        store.get(video)
    assert not list(tmp_path.iterdir())
    assert store.get(video).path.exists()


def test_store_deleted_file_is_rendered_again(tmp_path: Path) -> None:
    store, (video,) = VideoStore(tmp_path, render_video), _videos(1)
    store.get(video).path.unlink()
    assert store.get(video).path.exists()


def test_store_many_threads_and_videos_stay_consistent(tmp_path: Path) -> None:
    store, videos = VideoStore(tmp_path, _counted([]), 3), _videos(6)
    with ThreadPoolExecutor(8) as pool:
        for stored in pool.map(store.get, videos * 20):
            assert stored.report.codec == "h264"
    assert len(list(tmp_path.iterdir())) == 3

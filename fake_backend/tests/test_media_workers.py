"""Worker processes: limits on time, memory and output, crashes, cancelled calls, and a prompt end."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nemofake.media import UnreadableMedia, Video, WorkerError, Workers, make_sample, probe, render_video
from nemofake.media.workers import Limits

FOREVER_S = 3_600


@pytest.fixture
def workers() -> Iterator[Workers]:
    pool = Workers(1, Limits(memory_bytes=1 << 30, output_bytes=1 << 20))
    yield pool
    pool.close()


def call(pool: Workers, function: Callable[..., Any], *args: Any) -> Any:
    return asyncio.run(pool.call(function, *args))


@pytest.mark.clause("UPL-2", "REN-8")
def test_workers_probe_and_render_as_this_process_does(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    make_sample(clip, 1.0)
    video = Video.from_draft({"d": 500}, canvas=(64, 64))
    pool = Workers(2)
    try:
        assert call(pool, probe, clip, "clip.mp4") == probe(clip, "clip.mp4")
        report = call(pool, render_video, video, tmp_path / "worker.mp4")
    finally:
        pool.close()
    assert report == render_video(video, tmp_path / "here.mp4")
    assert (tmp_path / "worker.mp4").read_bytes() == (tmp_path / "here.mp4").read_bytes()


def test_workers_run_in_another_process_and_reuse_it(workers: Workers) -> None:
    first, second = call(workers, os.getpid), call(workers, os.getpid)
    assert first == second != os.getpid()


def test_workers_raise_the_error_of_the_call(workers: Workers, tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_text("no video")
    with pytest.raises(UnreadableMedia, match="not a real MP4 file"):
        call(workers, probe, tmp_path / "a.mp4", "a.mp4")
    with pytest.raises(FileNotFoundError):
        call(workers, os.stat, tmp_path / "missing")


def test_workers_limit_time() -> None:
    pool = Workers(1, Limits(seconds=0.3))
    try:
        with pytest.raises(WorkerError, match=r"longer than 0\.3 s"):
            call(pool, time.sleep, FOREVER_S)
        assert not pool._processes  # it is killed, and the next call gets another
    finally:
        pool.close()


@pytest.mark.parametrize(
    ("function", "args", "reason"),
    [
        (os.abort, (), "crashed"),
        (os._exit, (0,), "crashed"),
    ],
)
def test_workers_survive_a_call_that_does_not_return(
    workers: Workers, function: Callable[..., Any], args: tuple[Any, ...], reason: str
) -> None:
    with pytest.raises(WorkerError, match=reason):
        call(workers, function, *args)
    assert call(workers, abs, -1) == 1  # the next call gets a new worker


def test_workers_limit_memory_and_output(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(WorkerError, match="memory"):
        call(workers, bytearray, 2 << 30)
    with pytest.raises(OSError, match="too large"):
        call(workers, (tmp_path / "large").write_bytes, bytes(2 << 20))
    assert call(workers, abs, -1) == 1


def test_workers_end_with_a_cancelled_call(tmp_path: Path) -> None:
    pool = Workers(1)

    async def cancel() -> None:
        started = asyncio.ensure_future(pool.call(os.getpid))
        await started
        running = asyncio.ensure_future(pool.call(time.sleep, FOREVER_S))
        await asyncio.sleep(0.05)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert await pool.call(abs, -1) == 1  # the only worker is free again

    try:
        asyncio.run(asyncio.wait_for(cancel(), 10))
    finally:
        pool.close()


def test_workers_close_ends_calls_at_once() -> None:
    pool = Workers(1)
    call(pool, os.getpid)
    raised: list[BaseException] = []

    def run() -> None:
        try:
            call(pool, time.sleep, FOREVER_S)
        except WorkerError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    threading.Event().wait(0.05)  # most often in the middle of the call; before it, the result is the same
    pool.close()
    thread.join(5)
    assert not thread.is_alive()
    assert len(raised) == 1


def test_workers_without_processes_run_here() -> None:
    assert call(Workers(), os.getpid) == os.getpid()

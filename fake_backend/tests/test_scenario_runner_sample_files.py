"""The files that scenarios give their users, asked for by several threads at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from nemofake.scenario_runner import sample_files
from nemofake.scenario_runner.sample_files import SampleFiles
from nemoscenarios import File


def test_sample_file_asked_for_by_six_threads_is_made_once_and_never_read_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    make = sample_files._make

    def slow(path: Path, *what: Any) -> None:
        made.append(path)
        path.write_bytes(b"half")
        make(path, *what)

    monkeypatch.setattr(sample_files, "_make", slow)
    files = SampleFiles(tmp_path / "made")

    def put(number: int) -> bytes:
        home = tmp_path / str(number)
        home.mkdir()
        return files.put("clip.mp4", File(seconds=1), home).read_bytes()

    with ThreadPoolExecutor(6) as pool:
        contents = set(pool.map(put, range(6)))
    assert len(made) == 1
    assert len(contents) == 1
    assert len(contents.pop()) > 1000
    assert [path.name for path in (tmp_path / "made").iterdir() if ".part." in path.name] == []


def test_sample_file_that_fails_to_be_made_leaves_none_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(path: Path, *_: Any) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    files = SampleFiles(tmp_path / "made")
    with monkeypatch.context() as patch:
        patch.setattr(sample_files, "_make", fails)
        with pytest.raises(OSError, match="disk full"):
            files.put("clip.mp4", File(seconds=1), tmp_path)
    assert len(files.put("clip.mp4", File(seconds=1), tmp_path).read_bytes()) > 1000

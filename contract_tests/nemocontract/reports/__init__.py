"""What a run has found, for a terminal, for CI, and as a page."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from nemocontract.reports.html import as_page
from nemocontract.reports.junit import as_junit
from nemocontract.reports.markdown import as_markdown
from nemocontract.reports.summary import Summary, summarise
from nemocontract.reports.terminal import tell
from nemocontract.results import RunResult

__all__ = ["Summary", "check_paths", "save", "summarise", "tell"]


def save(
    run_results: Iterable[RunResult],
    *,
    junit: Path | str | None = None,
    html: Path | str | None = None,
    markdown: Path | str | None = None,
) -> None:
    """Write the reports that are asked for, in UTF-8; no token is in any of them (C-SEC-1).

    A file that is there already is replaced, but for the one that GITHUB_STEP_SUMMARY names: it belongs to
    the whole step, and is added to. Raise FileNotFoundError or IsADirectoryError, before anything is
    written, for a path whose folder is not there or that is a folder itself.
    """
    wanted = [(junit, as_junit), (html, as_page), (markdown, as_markdown)]
    asked = [(_writable(Path(path)), render) for path, render in wanted if path is not None]
    summary = summarise(run_results)
    for path, render in asked:
        mode = "a" if os.environ.get("GITHUB_STEP_SUMMARY") == str(path) else "w"
        with path.open(mode, encoding="utf-8", newline="\n") as file:
            file.write(render(summary))


def check_paths(*paths: Path | None) -> None:
    """Raise OSError, before a run, for a report's path that cannot be written."""
    for path in paths:
        if path is not None:
            _writable(path)


def _writable(path: Path) -> Path:
    if not path.parent.is_dir():
        raise FileNotFoundError(f"no report can be written to {path}: there is no folder {path.parent}")
    if path.is_dir():
        raise IsADirectoryError(f"no report can be written to {path}: it is a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise PermissionError(f"no report can be written to {path}: permission denied")
    return path

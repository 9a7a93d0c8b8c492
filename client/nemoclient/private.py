"""Small private files: made atomically, read by nobody else, safe with two processes at once (C-AUTH-1)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

CONFIG_DIR = "~/.config/nemovideo"  # the clause names this very path
CLIENT_ID_FILE = f"{CONFIG_DIR}/client_id"
TOKEN_FILE = f"{CONFIG_DIR}/token"
_MAX_CHARS = 4096


def read(path: Path) -> str:
    """Return the file's one line, or nothing where there is none to be had."""
    try:
        with path.expanduser().open(encoding="utf-8", errors="replace") as file:
            text = file.read(_MAX_CHARS).strip()
    except OSError:
        return ""
    return text if text.isascii() and text.isprintable() else ""


def _place(temporary: Path, path: Path, *, replace: bool) -> None:
    if replace:
        temporary.replace(path)
        return
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)  # fails where another process was first, and is whole where it succeeds


def _write(path: Path, text: str, *, replace: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        _place(temporary, path, replace=replace)
    finally:
        temporary.unlink(missing_ok=True)


def keep(path: Path, text: str, *, replace: bool = False) -> str:
    """Write a line and return what stands there: another process's line, if that was first.

    With ``replace`` the new line wins. Where nothing can be written, the line is returned all the same:
    a read-only home must not stop anybody.
    """
    path = path.expanduser()
    try:
        _write(path, text, replace=replace or (path.exists() and not read(path)))
    except OSError:
        return text
    return text if replace else read(path) or text

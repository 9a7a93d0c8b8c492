"""The temporary folder of a server, locked while it runs: the next one removes what a killed one left."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

if sys.platform != "win32":  # there nothing is locked, and nothing removed
    import fcntl

_PREFIX = "nemofake-"
_LOCK = "lock"


class WorkFolder:
    """A new folder below TMPDIR; ``files`` is where the server's files go. Raises OSError."""

    def __init__(self) -> None:
        _sweep(Path(tempfile.gettempdir()))
        # Locked under a name that no sweep looks at, and only then given its own.
        hidden = Path(tempfile.mkdtemp(prefix=f".{_PREFIX}"))
        try:
            self._lock: int | None = os.open(hidden / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            _is_locked(self._lock)
            self._path = hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
            self.files = self._path / "files"
            self.files.mkdir()
        except OSError:
            shutil.rmtree(hidden, ignore_errors=True)
            raise

    def close(self) -> None:
        """Remove the folder and everything in it."""
        shutil.rmtree(self._path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _sweep(parent: Path) -> None:
    """Remove the folders of servers that are dead: nobody holds their lock."""
    with suppress(OSError), os.scandir(parent) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX) and entry.is_dir(follow_symlinks=False) and _is_mine(entry):
                with suppress(OSError):
                    _remove_if_dead(Path(entry.path))


def _is_mine(entry: os.DirEntry[str]) -> bool:
    return sys.platform == "win32" or entry.stat(follow_symlinks=False).st_uid == os.getuid()


def _remove_if_dead(folder: Path) -> None:
    handle = os.open(folder / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if _is_locked(handle):
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(handle)


def _is_locked(handle: int) -> bool:
    """Take the lock if nobody has it; return whether it is ours now. The system releases it at our death."""
    if sys.platform != "win32":
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    return False

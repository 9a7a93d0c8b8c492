"""Uploaded files beside a database, each named by the SHA-256 of its content."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from .commands import StorageError

_HASH = re.compile(r"[0-9a-f]{64}")


class FileStore:
    """A folder of files by content; it exists once there is a file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.incoming = folder / "incoming"  # files on their way, on the same file system

    def path(self, digest: str) -> Path:
        """Return where the file of this SHA-256 is, or would be; raise StorageError if it is no SHA-256."""
        if not _HASH.fullmatch(digest):
            raise StorageError(f"{digest[:80]!r} is no SHA-256 of a file")
        return self.folder / digest

    def take(self, source: Path, digest: str) -> None:
        """Move a file into the store: it is complete there or absent. Raise StorageError."""
        target = self.path(digest)
        try:
            with source.open("rb") as file:
                os.fsync(file.fileno())
            self.folder.mkdir(parents=True, exist_ok=True)
            source.replace(target)
        except OSError as error:
            raise StorageError(f"cannot keep a file in {self.folder}: {error.strerror or error}") from None

    def open(self, path: Path) -> BinaryIO:
        """Open a file by its ``path``, to be closed by the caller; raise StorageError."""
        try:
            return path.open("rb")
        except OSError as error:
            raise StorageError(f"cannot read {path}: {error.strerror or error}") from None

    def sweep(self, used: Collection[str]) -> None:
        """Remove what an end in the middle left behind: unfinished uploads, and files no world has."""
        shutil.rmtree(self.incoming, ignore_errors=True)
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if _HASH.fullmatch(path.name) and path.name not in used:
                    path.unlink(missing_ok=True)

"""Files on this machine: checked before an upload, and written whole or not at all (UPL-3, C-REN-2)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from nemoclient import errors, facts
from nemoclient.steps import Part


def check(path: Path) -> Part:
    """Return the file as a part of an upload.

    Raises ``UnsupportedFile`` (UPL-3), ``FileTooLarge`` (UPL-4), ``LocalFileError``.
    """
    media_type = facts.MEDIA_TYPES.get(path.suffix.lower().removeprefix("."))
    if media_type is None:
        raise errors.UnsupportedFile(detail=path.name)
    if not path.is_file():
        raise errors.LocalFileError(f"There is no such file: {path}")
    size = path.stat().st_size
    if size > facts.MAX_UPLOAD_BYTES:
        raise errors.FileTooLarge(detail=path.name)
    if not os.access(path, os.R_OK):
        raise errors.LocalFileError(f"The file cannot be read: {path}")
    return Part(path, media_type, size)


class Landing:
    """A file that is coming in: under a temporary name beside its place until ``settle``.

    A context manager; leaving it removes what did not settle. Raises ``LocalFileError`` at once where
    nothing could be written, so that nobody renders in vain.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()
        if self.path.is_dir():
            raise errors.LocalFileError(f"This is a folder: {path}")
        try:
            handle, name = tempfile.mkstemp(
                dir=self.path.parent, prefix=f".{self.path.name}-", suffix=".part"
            )
        except OSError as failure:
            raise errors.LocalFileError(f"Nothing can be written there: {path}") from failure
        self._temporary = Path(name)
        self._file: BinaryIO = os.fdopen(handle, "wb")
        self.size = 0

    def __enter__(self) -> Landing:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk must not hide the reason
            self._file.close()
        self._temporary.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Append bytes; raises ``OSError``."""
        self._file.write(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """Forget what came so far."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0

    def settle(self) -> Path:
        """Give the file its name, in one step (C-REN-2)."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        mask = os.umask(0)  # mkstemp makes private files; a video is as public as any other of the user's
        os.umask(mask)
        self._temporary.chmod(0o666 & ~mask)
        self._temporary.replace(self.path)
        return self.path

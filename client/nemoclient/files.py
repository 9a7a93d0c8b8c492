"""Files on this machine: checked before an upload, and written whole or not at all (UPL-3, C-REN-2)."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from nemoclient import errors, facts
from nemoclient.steps import Part


@contextlib.contextmanager
def naming_file_errors(path: Path) -> Iterator[None]:
    """Turn any trouble with a file into ``LocalFileError``."""
    try:
        yield
    except OSError as failure:
        raise errors.LocalFileError(f"The file cannot be read or written: {path}") from failure


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
        self._temporary = self.path.with_name(f".{uuid.uuid4().hex}.part")
        try:
            self._file = self._temporary.open("xb")
        except OSError as failure:
            raise errors.LocalFileError(f"Nothing can be written there: {path}") from failure
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
        self._temporary.replace(self.path)
        return self.path

"""Files on this machine: checked before an upload, and written whole or not at all (UPL-3, C-REN-2)."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from nemoclient import constants, errors
from nemoclient.effects import Part


@contextlib.contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Turn any trouble with a file into ``LocalFileError``."""
    try:
        yield
    except OSError as failure:
        raise errors.LocalFileError(f"The file cannot be read or written: {path}") from failure


def check(path: Path) -> Part:
    """Return the file as a part of an upload.

    Raises ``UnsupportedFile`` (UPL-3), ``FileTooLarge`` (UPL-4), ``LocalFileError``.
    """
    media_type = constants.MEDIA_TYPES.get(path.suffix.lower().removeprefix("."))
    if media_type is None:
        raise errors.UnsupportedFile(detail=path.name)
    if not path.is_file():
        raise errors.LocalFileError(f"There is no such file: {path}")
    size = path.stat().st_size
    if size > constants.MAX_UPLOAD_BYTES:
        raise errors.FileTooLarge(detail=path.name)
    return Part(path, media_type, size)


class PartialFile:
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

    def __enter__(self) -> PartialFile:
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


CONFIG_DIR = "~/.config/nemovideo"  # the clause names this very path
CLIENT_ID_FILE = f"{CONFIG_DIR}/client_id"


def token_file(base_url: str) -> Path:
    """Return where a token for this service is kept: a token goes to the service that issued it only."""
    parts = urlsplit(base_url)
    return Path(CONFIG_DIR) / "tokens" / quote(f"{parts.netloc}{parts.path}".rstrip("/"), safe="")


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


def write_once(path: Path, text: str, *, replace: bool = False) -> str:
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

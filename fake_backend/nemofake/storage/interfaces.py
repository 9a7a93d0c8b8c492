"""What keeps worlds: one SQLite file for one server, or PostgreSQL for several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from .commands import Command, StoredWorld


class Files(Protocol):
    """Uploaded files by the SHA-256 of their content. Methods raise StorageError."""

    @property
    def incoming(self) -> Path:
        """A folder for files on their way."""

    def path(self, digest: str) -> Path:
        """Return where a file is, or would be once it was opened."""

    def take(self, source: Path, digest: str) -> None:
        """Move a file into the store: it is complete there or absent. Runs in any thread."""

    def open(self, path: Path) -> BinaryIO:
        """Open a file by its ``path``, to be closed by the caller."""


class Log(Protocol):
    """One world's log; it takes no space before ``start``. Methods raise StorageError."""

    world: StoredWorld | None

    def start(self, settings: str, *, replace: bool) -> None:
        """Begin with these settings, as JSON, without commands; raise BehindError."""

    def append(self, at_ms: int, name: str, args: str) -> int:
        """Write a command, in full or not at all, and return its number; raise BehindError."""

    def commands(self) -> Iterator[Command]:
        """Yield all commands in order."""

    def news(self) -> list[Command] | None:
        """Return the commands that others wrote meanwhile; None if they began the world anew."""

    def locked(self) -> AbstractContextManager[None]:
        """Let nobody else write to the world meanwhile."""

    def use_file(self, digest: str) -> None:
        """Note that the world needs a file of the store."""

    def has_file(self, digest: str) -> bool:
        """Whether the store has a file, which simulated uploads have not."""

    def hashes(self) -> list[str]:
        """Return the SHA-256 of the files that the world needs, sorted."""

    def copy(self, settings: str, commands: Iterable[Command], hashes: Collection[str]) -> None:
        """Begin anew with the commands and files of another log, all or none."""


class Storage(Protocol):
    """Where worlds are stored. Methods raise StorageError."""

    @property
    def is_shared(self) -> bool:
        """Whether other servers write to the same worlds."""

    @property
    def files(self) -> Files:
        """The uploaded files of all worlds."""

    def worlds(self) -> list[StoredWorld]:
        """Return all worlds, in the order in which they were stored."""

    def log(self, name: str) -> Log:
        """Return the log of a world, which may be empty."""

    def delete(self, name: str) -> bool:
        """Delete a world's log; return whether there was one."""

    def listen(self, changed: Callable[[str], None]) -> tuple[int, Callable[[], None]] | None:
        """Return a file descriptor to watch, and what to call when it has input; None if nobody else writes.

        That calls ``changed`` with the name of each world that another server moved in time or began anew.
        """

    def close(self) -> None:
        """Release the database."""


def is_url(location: str) -> bool:
    """Whether a location names a PostgreSQL database, not a file."""
    return location.startswith(("postgresql://", "postgres://"))


def open_storage(location: str, folder: Path) -> Storage:
    """Open the database at a path or URL; ``folder`` is for copies of its files. Raise StorageError."""
    if is_url(location):
        from .postgresql import PostgresqlStorage

        return PostgresqlStorage(location, folder)
    from .sqlite import SqliteStorage  # a server without it need not load SQLite

    return SqliteStorage(Path(location))

"""Uploaded files in PostgreSQL, in parts, and copies of those that were asked for in a folder."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import psycopg

from .commands import StorageError
from .files import FileStore

_PART_BYTES = 1024 * 1024


class PostgresqlFiles:
    """The files of all worlds; each use has a connection of its own, since it may take long."""

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], folder: Path) -> None:
        self._connect = connect
        self._copies = FileStore(folder / "copies")

    @property
    def incoming(self) -> Path:
        """A folder for files on their way."""
        return self._copies.incoming

    def path(self, digest: str) -> Path:
        """Return where the copy of a file is, or would be once it was opened."""
        return self._copies.path(digest)

    def take(self, source: Path, digest: str) -> None:
        """Write a file to the database, and keep it as a copy: it is complete there or absent."""
        self._copies.path(digest)
        try:
            with closing(self._connect()) as db, db.transaction(), source.open("rb") as file:
                for part, data in enumerate(iter(lambda: file.read(_PART_BYTES), b"")):
                    db.execute(
                        "INSERT INTO nemofake_files VALUES (%s, %s, %s) "
                        "ON CONFLICT (hash, part) DO UPDATE SET made_at = now()",
                        (digest, part, data),
                    )
        except psycopg.Error as error:
            raise StorageError(f"cannot keep a file: {error}") from None
        self._copies.take(source, digest)

    def open(self, path: Path) -> BinaryIO:
        """Open a file by its ``path``, copied out of the database if it is not there yet."""
        if not path.is_file():
            self._fetch(path)
        return path.open("rb")

    def _fetch(self, path: Path) -> None:
        self.incoming.mkdir(parents=True, exist_ok=True)
        partial = self.incoming / path.name
        query = "SELECT data FROM nemofake_files WHERE hash = %s ORDER BY part"
        try:
            with closing(self._connect()) as db, db.transaction(), partial.open("wb") as out:
                cursor = db.cursor("parts")  # on the server: one part at a time in memory
                cursor.itersize = 1
                with cursor:
                    for (data,) in cursor.execute(query, (path.name,)):
                        out.write(data)
        except psycopg.Error as error:
            raise StorageError(f"cannot read a file: {error}") from None
        self._copies.take(partial, path.name)

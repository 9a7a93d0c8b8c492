"""Worlds in one SQLite file (WAL): a row per command, committed before the command runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import starmap
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .commands import Command, StorageError, StoredWorld, checked
from .files import FileStore

FORMAT = 1  # PRAGMA user_version; a file with a higher one is from a newer nemofake
APPLICATION_ID = 0x4E4D4657  # PRAGMA application_id: a file without it is somebody else's
_MAGIC = b"SQLite format 3\0"
_SCHEMA = f"""
BEGIN;
CREATE TABLE worlds (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL);
CREATE TABLE commands (
  world INTEGER NOT NULL REFERENCES worlds ON DELETE CASCADE, number INTEGER NOT NULL, at_ms INTEGER NOT NULL,
  name TEXT NOT NULL, args TEXT NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (world, number)
) WITHOUT ROWID;
CREATE TABLE files (
  world INTEGER NOT NULL REFERENCES worlds ON DELETE CASCADE, hash TEXT NOT NULL, PRIMARY KEY (world, hash)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
COMMIT;
"""
_COMMANDS = "SELECT number, at_ms, name, args, checksum FROM commands WHERE world = ?"
_ALL = f"{_COMMANDS} ORDER BY number"
_PAGE = f"{_COMMANDS} AND number > ? ORDER BY number LIMIT 1000"


class SqliteStorage:
    """A database file and the folder ``FILE-files`` beside it; one process has it open at a time.

    Raises StorageError, and leaves a file that is not its own untouched.
    """

    is_shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files = FileStore(path.with_name(path.name + "-files"))
        is_new = _is_new(path)
        with self.errors():
            if not is_new:
                _check(path)
            self._db = _connect(path)
            try:
                _prepare(self._db, is_new=is_new)
            except BaseException:
                self._db.close()
                if is_new:
                    path.unlink(missing_ok=True)
                raise
        self.files.sweep({row[0] for row in self.rows("SELECT hash FROM files")})

    def __str__(self) -> str:
        return str(self.path)

    def worlds(self) -> list[StoredWorld]:
        """Return all worlds, in the order in which they were stored."""
        return [StoredWorld(*row) for row in self.rows("SELECT name, settings FROM worlds ORDER BY id")]

    def log(self, name: str) -> SqliteLog:
        """Return the log of a world, which may be empty."""
        return SqliteLog(self, name)

    def delete(self, name: str) -> bool:
        """Delete a world's log; return whether there was one."""
        return self.write("DELETE FROM worlds WHERE name = ?", name).rowcount > 0

    def listen(self, changed: Callable[[str], None]) -> None:
        """Return nothing to watch: nobody else writes."""

    def close(self) -> None:
        """Close the file; the next process may open it."""
        with self.errors():
            self._db.close()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self.errors():
            return self._db.execute(query, values).fetchall()

    def write(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Execute and commit one statement: it is done in full when this returns, or not at all."""
        with self.errors():
            return self._db.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything that is written within, or nothing."""
        self.write("BEGIN IMMEDIATE")
        try:
            yield
            self.write("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self.write("ROLLBACK")
            raise

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise SQLite's errors as StorageError."""
        try:
            yield
        except sqlite3.Error as error:
            raise StorageError(_sentence(self.path, error)) from None


class SqliteLog:
    """One world's log; it takes no space before ``start``."""

    def __init__(self, storage: SqliteStorage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._id = 0
        self._last = (0, 0)  # number and checksum of the last command
        self.world: StoredWorld | None = None
        for id_, settings in storage.rows("SELECT id, settings FROM worlds WHERE name = ?", name):
            self._id, self.world = id_, StoredWorld(name, settings)
            self._last = self.world.start

    def start(self, settings: str, *, replace: bool) -> None:  # noqa: ARG002  # nobody else writes
        """Begin with these settings, as JSON, without commands; raise StorageError with nothing changed."""
        with self._storage.transaction():
            self._insert_world(settings)

    def append(self, at_ms: int, name: str, args: str) -> int:
        """Write a command and return its number; raise StorageError with nothing written."""
        command = Command.after(self._last, at_ms, name, args)
        self._storage.write(
            "INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?)",
            *(self._id, command.number, at_ms, name, args, command.checksum),
        )
        self._last = command.number, command.checksum
        return command.number

    def news(self) -> list[Command] | None:
        """Return nothing: nobody else writes."""
        return []

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: nobody else writes."""
        yield

    def has_file(self, digest: str) -> bool:
        """Whether the store has a file, which simulated uploads have not."""
        return self._storage.files.path(digest).is_file()

    def use_file(self, digest: str) -> None:
        """Note that the world needs a file of the store."""
        self._storage.write("INSERT OR IGNORE INTO files VALUES (?, ?)", self._id, digest)

    def hashes(self) -> list[str]:
        """Return the SHA-256 of the files that the world needs, sorted."""
        query = "SELECT hash FROM files WHERE world = ? ORDER BY hash"
        return [row[0] for row in self._storage.rows(query, self._id)]

    def commands(self) -> Iterator[Command]:
        """Yield all commands in order; raise StorageError at the first that is damaged."""
        if self.world is None:
            return
        self._last = self.world.start
        for command in checked(self.world, self._rows()):
            self._last = command.number, command.checksum
            yield command

    def _rows(self) -> Iterator[Command]:
        number = 0
        while page := self._storage.rows(_PAGE, self._id, number):
            yield from starmap(Command, page)
            number = page[-1][0]

    def copy(self, settings: str, commands: Iterable[Command], hashes: Collection[str]) -> None:
        """Begin anew with the commands and files of another log, all or none."""
        with self._storage.transaction():
            self._insert_world(settings)
            for command in commands:
                self.append(command.at_ms, command.name, command.args)
            for digest in hashes:
                self.use_file(digest)

    def _insert_world(self, settings: str) -> None:
        self._storage.delete(self._name)
        row = self._storage.write("INSERT INTO worlds (name, settings) VALUES (?, ?)", self._name, settings)
        self.world = StoredWorld(self._name, settings)
        self._id, self._last = row.lastrowid or 0, self.world.start


def _is_new(path: Path) -> bool:
    """Whether there is no database yet; raise StorageError if there is another file."""
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise StorageError(f"cannot create {path}: there is no folder {path.parent}") from None
        return True
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from None
    if not head:
        return True
    application, user = (int.from_bytes(head[at : at + 4], "big") for at in (68, 60))
    if not head.startswith(_MAGIC) or application != APPLICATION_ID:
        raise StorageError(f"{path} is not a database of nemofake: name another file")
    if user > FORMAT:
        raise StorageError(
            f"{path} is from a newer nemofake (format {user}, this one reads {FORMAT}): upgrade nemofake"
        )
    return False


def _check(path: Path) -> None:
    """Raise an error if anything in the file is damaged; a connection that only reads leaves it as it is."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
        db.execute("PRAGMA busy_timeout = 0")
        problem = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise StorageError(f"{path} is damaged: {' '.join(problem.split())}")
        for id_, *world in db.execute("SELECT id, name, settings FROM worlds").fetchall():
            for _ in checked(StoredWorld(*world), starmap(Command, db.execute(_ALL, [id_]))):
                pass


def _connect(path: Path) -> sqlite3.Connection:
    # One thread at a time: the server's event loop, after the thread that started it.
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA busy_timeout = 0")
    return db


def _prepare(db: sqlite3.Connection, *, is_new: bool) -> None:
    db.execute("PRAGMA foreign_keys = ON")
    if is_new:
        db.executescript(_SCHEMA)
    db.execute("PRAGMA locking_mode = EXCLUSIVE")
    db.execute("PRAGMA journal_mode = WAL")
    # Survives `kill -9` at any instant; a power failure may take the last commands, never half of one.
    db.execute("PRAGMA synchronous = NORMAL")
    db.execute("BEGIN IMMEDIATE")  # takes the lock now, and shows whether the file can be written
    db.execute("COMMIT")


def _sentence(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is in use by another process: stop that server first"
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return f"{path} is damaged: {error}"
    return f"cannot write to {path}: {error}"

"""Worlds in PostgreSQL, shared by several servers: the number of a command says who was first.

A command is inserted with the number after the last one that this server has read. Where another server was
faster, the number is taken: this one reads, and tries again under the lock of the world's row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from .commands import BehindError, Command, StorageError, StoredWorld, checked
from .postgresql_files import PostgresqlFiles

FORMAT = 1
_CHANNEL = "nemofake"
_SETUP_LOCK = 0x4E4D4657  # of servers that start at the same time
_LOCK_TIMEOUT_MS = 10_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS nemofake_format (format INT NOT NULL);
CREATE TABLE IF NOT EXISTS nemofake_worlds (
  id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL UNIQUE, settings TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS nemofake_commands (
  world BIGINT NOT NULL REFERENCES nemofake_worlds ON DELETE CASCADE, number INT NOT NULL,
  at_ms BIGINT NOT NULL, name TEXT NOT NULL, args TEXT NOT NULL,
  checksum BIGINT NOT NULL, PRIMARY KEY (world, number)
);
CREATE TABLE IF NOT EXISTS nemofake_world_files (
  world BIGINT NOT NULL REFERENCES nemofake_worlds ON DELETE CASCADE, hash TEXT NOT NULL,
  PRIMARY KEY (world, hash)
);
CREATE TABLE IF NOT EXISTS nemofake_files (
  hash TEXT NOT NULL, part INT NOT NULL, data BYTEA NOT NULL, made_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (hash, part)
);
DELETE FROM nemofake_files f WHERE made_at < now() - INTERVAL '1 day'
  AND NOT EXISTS (SELECT 1 FROM nemofake_world_files w WHERE w.hash = f.hash);
"""
# Commands after a number, with the world's id; one row without a command if there are none.
_NEWS = """
SELECT w.id, c.number, c.at_ms, c.name, c.args, c.checksum FROM nemofake_worlds w
LEFT JOIN nemofake_commands c ON c.world = w.id AND c.number > %s WHERE w.name = %s ORDER BY c.number
"""
# The lock comes first, as in `locked`: otherwise two servers could each wait for the other.
_APPEND = """
WITH w AS (SELECT id FROM nemofake_worlds WHERE id = %s FOR UPDATE)
INSERT INTO nemofake_commands SELECT w.id, %s, %s, %s, %s, %s FROM w ON CONFLICT DO NOTHING
"""
_NOTIFY = "SELECT pg_notify(%s, %s)"


class PostgresqlStorage:
    """A database at a URL, and ``folder`` for copies of its files. Raises StorageError in one sentence."""

    is_shared = True

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._db: psycopg.Connection[Any] | None = None
        self._listener: psycopg.Connection[Any] | None = None
        self.files = PostgresqlFiles(self.connect, folder)
        self._set_up()

    def __str__(self) -> str:
        return "the PostgreSQL database"  # its URL may have a password

    def connect(self) -> psycopg.Connection[Any]:
        """Return a new connection, to be closed by the caller."""
        with self.errors():
            return psycopg.connect(self._url, autocommit=True, connect_timeout=10)

    def worlds(self) -> list[StoredWorld]:
        """Return all worlds, in the order in which they were stored."""
        return [
            StoredWorld(*row) for row in self.rows("SELECT name, settings FROM nemofake_worlds ORDER BY id")
        ]

    def log(self, name: str) -> PostgresqlLog:
        """Return the log of a world, which may be empty."""
        return PostgresqlLog(self, name)

    def delete(self, name: str) -> bool:
        """Delete a world's log; return whether there was one."""
        deleted = self.execute("DELETE FROM nemofake_worlds WHERE name = %s", name).rowcount > 0
        self.notify(name)
        return deleted

    def close(self) -> None:
        """Close the connections."""
        for connection in (self._db, self._listener):
            if connection is not None:
                connection.close()

    def listen(self, changed: Callable[[str], None]) -> tuple[int, Callable[[], None]]:
        """Return a file descriptor to watch, and what to call when it has input.

        That calls ``changed`` with the name of each world that another server moved in time or began anew.
        """
        listener = self._listener = self.connect()
        listener.execute(f"LISTEN {_CHANNEL}")

        def receive() -> None:
            own = self._db.info.backend_pid if self._db is not None and not self._db.closed else 0
            with self.errors():
                for notice in listener.notifies(timeout=0):
                    if notice.pid != own:
                        changed(notice.payload)

        return listener.fileno(), receive

    def notify(self, name: str) -> None:
        """Tell the other servers that a world has changed by itself, so that their streams go on."""
        self.execute(_NOTIFY, _CHANNEL, name)

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self.execute(query, *values).fetchall()

    def execute(self, statement: str, *values: Any) -> psycopg.Cursor[Any]:
        """Execute a statement, which commits unless a transaction is open."""
        with self.errors():
            return self._connection().execute(statement.encode(), values or None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything that is written within, or nothing."""
        with self.errors(), self._connection().transaction():
            yield

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise PostgreSQL's errors as StorageError."""
        try:
            yield
        except psycopg.errors.ForeignKeyViolation:
            raise BehindError from None  # another server deleted the world
        except psycopg.Error as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            raise StorageError(f"cannot use {self}: {reason}") from None

    def _connection(self) -> psycopg.Connection[Any]:
        """Return the connection, a new one if the database ended the last one."""
        if self._db is None or self._db.closed:
            self._db = self.connect()
            self._db.execute(f"SET lock_timeout = {_LOCK_TIMEOUT_MS}")
        return self._db

    def _set_up(self) -> None:
        with self.transaction():
            self.execute("SELECT pg_advisory_xact_lock(%s)", _SETUP_LOCK)
            for statement in _SCHEMA.split(";")[:-1]:
                self.execute(statement)
            if not (found := self.rows("SELECT format FROM nemofake_format")):
                self.execute("INSERT INTO nemofake_format VALUES (%s)", FORMAT)
        if found and found[0][0] > FORMAT:
            self.close()
            raise StorageError(f"{self} is from a newer nemofake (format {found[0][0]}): upgrade nemofake")


class PostgresqlLog:
    """One world's log, as far as this server has read it."""

    def __init__(self, storage: PostgresqlStorage, name: str) -> None:
        self._storage = storage
        self._name = name
        self._id = 0
        self._last = (0, 0)  # number and checksum of the last command that was read
        self.world: StoredWorld | None = None
        for id_, settings in storage.rows("SELECT id, settings FROM nemofake_worlds WHERE name = %s", name):
            self._begin(id_, settings)

    def start(self, settings: str, *, replace: bool) -> None:
        """Begin with these settings; raise BehindError if another server was first and it is to stay."""
        with self._storage.transaction():
            self._insert_world(settings, replace=replace)
            self._storage.notify(self._name)

    def append(self, at_ms: int, name: str, args: str) -> int:
        """Write a command and return its number; raise BehindError if another server was first."""
        command = Command.after(self._last, at_ms, name, args)
        row = (self._id, command.number, at_ms, name, args, command.checksum)
        if not self._storage.execute(_APPEND, *row).rowcount:
            raise BehindError  # the number is taken, or the world is gone
        self._last = command.number, command.checksum
        if name == "clock":  # everything else waits until it is asked for
            self._storage.notify(self._name)
        return command.number

    def commands(self) -> Iterator[Command]:
        """Yield all commands in order; raise StorageError at the first that is damaged."""
        if self.world is not None:
            self._last = self.world.start
            yield from self._checked(self._after(0) or [])

    def news(self) -> list[Command] | None:
        """Return the commands that others wrote; None if they began the world anew, or deleted it."""
        commands = self._after(self._last[0])
        return None if commands is None else list(self._checked(commands))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let nobody else write to the world, whose commands all begin with this lock."""
        with self._storage.transaction():
            self._storage.execute("SELECT 1 FROM nemofake_worlds WHERE name = %s FOR UPDATE", self._name)
            yield

    def use_file(self, digest: str) -> None:
        """Note that the world needs a file of the store."""
        statement = "INSERT INTO nemofake_world_files VALUES (%s, %s) ON CONFLICT DO NOTHING"
        self._storage.execute(statement, self._id, digest)

    def has_file(self, digest: str) -> bool:
        """Whether the store has a file, which simulated uploads have not."""
        query = "SELECT 1 FROM nemofake_world_files WHERE world = %s AND hash = %s"
        return bool(self._storage.rows(query, self._id, digest))

    def hashes(self) -> list[str]:
        """Return the SHA-256 of the files that the world needs, sorted."""
        query = "SELECT hash FROM nemofake_world_files WHERE world = %s ORDER BY hash"
        return [row[0] for row in self._storage.rows(query, self._id)]

    def copy(self, settings: str, commands: Iterable[Command], hashes: Collection[str]) -> None:
        """Begin anew with the commands and files of another log, all or none."""
        with self._storage.transaction():
            self._insert_world(settings, replace=True)
            for command in commands:
                self.append(command.at_ms, command.name, command.args)
            for digest in hashes:
                self.use_file(digest)

    def _after(self, number: int) -> list[Command] | None:
        rows = self._storage.rows(_NEWS, number, self._name)
        if {row[0] for row in rows} != ({self._id} if self._id else set()):
            return None
        return [Command(*row[1:]) for row in rows if row[1] is not None]

    def _checked(self, commands: Iterable[Command]) -> Iterator[Command]:
        assert self.world is not None or not commands
        if self.world is not None:
            for command in checked(self.world, commands, self._last):
                self._last = command.number, command.checksum
                yield command

    def _insert_world(self, settings: str, *, replace: bool) -> None:
        if replace:
            self._storage.delete(self._name)
        statement = (
            "INSERT INTO nemofake_worlds (name, settings) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id"
        )
        rows = self._storage.rows(statement, self._name, settings)
        if not rows:
            raise BehindError
        self._begin(rows[0][0], settings)

    def _begin(self, id_: int, settings: str) -> None:
        self._id, self.world = id_, StoredWorld(self._name, settings)
        self._last = self.world.start

"""A world as one file: a ZIP of its settings, its commands as JSON lines, and its uploaded files."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .commands import Command, StorageError, StoredWorld, checked
from .interfaces import Files, Storage

FORMAT = 1
_WORLD, _COMMANDS, _FILES = "world.json", "commands.ndjson", "files/"
_DATE = (1980, 1, 1, 0, 0, 0)  # of every entry, so that the same world is the same bytes


@dataclass(frozen=True, slots=True)
class Archive:
    """A world out of an archive, and the SHA-256 of the files that the archive has for it."""

    path: Path
    world: StoredWorld
    commands: tuple[Command, ...]
    hashes: tuple[str, ...]


def write_archive(path: Path, storage: Storage, name: str) -> int:
    """Write a stored world to ``path`` and return the number of its commands; raise StorageError."""
    log = storage.log(name)
    if log.world is None:
        known = ", ".join(world.name for world in storage.worlds()) or "none"
        raise StorageError(f"no world {name!r} in {storage}; there: {known}")
    lines = [_line(command) for command in log.commands()]
    head = {"format": FORMAT, "name": name, "settings": log.world.values()}
    partial = path.with_name(path.name + ".part")
    try:
        with zipfile.ZipFile(partial, "w") as archive:
            _add(archive, _WORLD, json.dumps(head, indent=2).encode())
            _add(archive, _COMMANDS, "".join(lines).encode())
            for digest in log.hashes():
                entry = zipfile.ZipInfo(_FILES + digest, _DATE)
                kept = storage.files.path(digest)
                with storage.files.open(kept) as source, archive.open(entry, "w", force_zip64=True) as out:
                    shutil.copyfileobj(source, out)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from None
    return len(lines)


def read_archive(path: Path) -> Archive:
    """Return the world of an archive; raise StorageError if it is foreign, newer or damaged."""
    try:
        with zipfile.ZipFile(path) as archive:
            head = json.loads(archive.read(_WORLD))
            if head["format"] > FORMAT:
                raise StorageError(f"{path} is from a newer nemofake: upgrade nemofake")
            world = StoredWorld(head["name"], _json(head["settings"]))
            commands = tuple(checked(world, map(_command, archive.read(_COMMANDS).splitlines())))
            names = archive.namelist()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, LookupError, TypeError, ValueError, NotImplementedError) as error:
        if isinstance(error, StorageError):
            raise
        raise StorageError(f"{path} is not a world that nemofake exported, or is damaged") from None
    hashes = tuple(name.removeprefix(_FILES) for name in names if name.startswith(_FILES))
    return Archive(path, world, commands, hashes)


def import_archive(archive: Archive, storage: Storage, name: str) -> None:
    """Store the world of an archive under a name, in place of one that is there; raise StorageError."""
    try:
        with zipfile.ZipFile(archive.path) as source:
            for digest in archive.hashes:
                _take_file(source, digest, storage.files)
    except (OSError, zipfile.BadZipFile) as error:
        raise StorageError(f"cannot take files out of {archive.path}: {error}") from None
    storage.log(name).copy(archive.world.settings, archive.commands, archive.hashes)


def _take_file(source: zipfile.ZipFile, digest: str, files: Files) -> None:
    target = files.path(digest)
    files.incoming.mkdir(parents=True, exist_ok=True)
    incoming = files.incoming / digest
    with source.open(_FILES + digest) as packed, incoming.open("wb") as out:
        shutil.copyfileobj(packed, out)
    with incoming.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    if content != target.name:
        raise StorageError(f"file {digest[:12]}… of the archive is damaged")
    files.take(incoming, digest)


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)


def _line(command: Command) -> str:
    values = {
        "number": command.number,
        "at_ms": command.at_ms,
        "name": command.name,
        "args": json.loads(command.args),
        "checksum": command.checksum,
    }
    return _json(values) + "\n"


def _command(line: bytes) -> Command:
    values: dict[str, Any] = json.loads(line)
    return Command(**{**values, "args": _json(values["args"])})


def _json(value: Any) -> str:
    """Return JSON as the log has it: the same value is the same text."""
    return json.dumps(value, separators=(",", ":"))

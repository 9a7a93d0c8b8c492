"""What a log holds: the settings of a world and its commands, each chained to the one before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from ..settings import SettingError


class StorageError(SettingError):
    """Stored worlds cannot be read or written; the message is one sentence for the user."""


class BehindError(Exception):
    """Another server has written to the world meanwhile: read what is new, then try again."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: what is due by ``at_ms`` (engine time) runs first; ``args`` is JSON.

    ``checksum`` is over this command and all before it.
    """

    number: int
    at_ms: int
    name: str
    args: str
    checksum: int

    @classmethod
    def after(cls, previous: tuple[int, int], at_ms: int, name: str, args: str) -> Command:
        """Return the next command after the one of this number and checksum."""
        number, checksum = previous
        return cls(number + 1, at_ms, name, args, crc32(f"{at_ms} {name} {args}".encode(), checksum))


@dataclass(frozen=True, slots=True)
class StoredWorld:
    """A world in a log: its name, and the settings that it was created with, as JSON."""

    name: str
    settings: str

    @property
    def start(self) -> tuple[int, int]:
        """The number and checksum before the first command."""
        return 0, crc32(self.settings.encode())

    def values(self) -> dict[str, Any]:
        """Return the settings; raise StorageError."""
        try:
            values = json.loads(self.settings)
        except ValueError:
            values = None
        if not isinstance(values, dict):
            raise StorageError(f"the settings of world {self.name!r} are damaged")
        return values


def checked(
    world: StoredWorld, commands: Iterable[Command], after: tuple[int, int] | None = None
) -> Iterator[Command]:
    """Yield commands of a world; raise StorageError at the first that is not as it was written.

    ``after`` is the number and checksum of the command before, by default none.
    """
    previous = after or world.start
    for command in commands:
        if command != Command.after(previous, command.at_ms, command.name, command.args):
            raise StorageError(f"world {world.name!r} is damaged at command {previous[0] + 1}")
        yield command
        previous = command.number, command.checksum

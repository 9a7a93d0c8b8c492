"""The log of a stored world: its commands are written before they run, and run again at the next start.

The engine is a pure function of its commands, so a command is the name of a method and its arguments. Reads
are commands as well where they count calls. Where several servers share a world, each runs the commands of
the others too, in the order of the log, and engine time moves by commands alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from .._version import __version__
from ..engine.errors import BackendError
from ..engine.library import MediaInfo
from ..settings import SettingError, Settings, with_parameters
from ..storage.commands import BehindError, Command, StorageError, StoredWorld
from .clock import factor_of
from .command_values import Permits, UnknownCommandError, decode, encode
from .recorded import check_current

if TYPE_CHECKING:
    from ..storage.interfaces import Storage
    from .worlds import World

logger = logging.getLogger("nemofake")
_Call = tuple[str, Sequence[Any], dict[str, Any]]


class Recorder:
    """Writes the commands of one world, from its start or reset on."""

    def __init__(self, world: World, storage: Storage) -> None:
        self.world = world
        self.files = storage.files
        self.is_shared = storage.is_shared
        self._log = storage.log(world.name)
        self._start_ms = world.backend.now_ms
        self._permits: Permits = {}  # that were opened when commands ran again
        self._number = 0
        self._clock: tuple[str, int, int | None] = (world.clock.mode, self._start_ms, None)
        self.active = True  # False while commands run again, and once the world is gone
        world.clock.on_change = self._clock_changes

    # -- writing -------------------------------------------------------------------------------

    def command(self, name: str, *args: Any, **options: Any) -> int:
        """Write a command, run what is due before it, and return its number; raise StorageError.

        Raise BehindError if another server has begun the world anew.
        """
        return self._write(lambda: (name, args, options))

    def _write(self, call: Callable[[], _Call]) -> int:
        if not self.active:
            return self._number
        try:
            return self._append(*call())
        except BehindError:
            with self._log.locked():
                self.refresh()
                if not self.active:
                    raise
                return self._append(*call())

    def _append(self, name: str, args: Sequence[Any], options: dict[str, Any]) -> int:
        world = self.world
        check_current(world.backend, args)
        if self._log.world is None:
            self.restart(world.clock.mode, self._start_ms, replace=False)
        at_ms = max(world.now_ms, world.backend.now_ms)
        number = self._log.append(at_ms, name, encode([args, options]))
        world.backend.data.run_due(at_ms)
        return number

    def restart(self, mode: str, start_ms: int, *, replace: bool = True) -> None:
        """Begin the log anew: the world starts at ``start_ms`` under this clock. Raise StorageError."""
        world = self.world
        settings = {
            "version": __version__,
            "seed": world.settings.seed,
            "scenario": world.scenario,
            "profile": world.settings.profile,
            "start_ms": start_ms,
            "clock": [mode, start_ms, self._wall_ms(mode)],
            "parameters": asdict(world.settings.parameters),
            "has_own_settings": world.has_own_settings,
            "own_seed": world.backend.data.seed,
        }
        self._log.start(encode(settings), replace=replace)

    @property
    def is_stored(self) -> bool:
        """Whether the log has anything of the world: its settings or a command."""
        return self._log.world is not None

    def use_file(self, digest: str) -> None:
        """Note that the world needs a file of the store; raise StorageError."""
        self._log.use_file(digest)

    def _clock_changes(self, mode: str, now_ms: Callable[[], int]) -> None:
        def call() -> _Call:
            return "clock", [mode, now_ms(), self._wall_ms(mode)], {}

        with suppress(BehindError):  # this clock is of a world that another server began anew
            self._write(call)

    def _wall_ms(self, mode: str) -> int | None:
        """Return the machine's time if a clock of this mode follows it, else None."""
        return self.world.today_ms() if factor_of(mode) else None

    # -- running again -------------------------------------------------------------------------

    def refresh(self) -> None:
        """Run what other servers have written, if any share the world; raise StorageError."""
        if not (self.is_shared and self.active):
            return
        commands = self._log.news()
        if commands is None:
            self.world.reload()
        elif commands:
            before, self.active = self._clock, False
            for command in commands:
                self._step(command)
            if self._clock is not before:
                self._set_clock()
            self.active = True

    def replay(self) -> None:
        """Run all commands of the log again; the clock goes on from where it was. Raise StorageError."""
        for _ in self.steps():
            pass
        self.resume()

    def steps(self, until: int | None = None) -> Iterator[tuple[Command, Any]]:
        """Run the commands up to number ``until`` again, each with its result; raise StorageError."""
        self.active = False
        if self._log.world is not None:
            self.clock(*self._log.world.values()["clock"])
        for command in self._log.commands():
            if until is not None and command.number > until:
                return
            yield command, self._step(command)

    def resume(self) -> None:
        """Let the clock go on from where it was, and write commands from now on.

        A clock that follows the machine went on while the server was down.
        """
        self._set_clock()
        if not self.is_shared:
            self._permits.clear()  # nobody is left to complete them
            self.world.run_due()
        self.active = True

    def _set_clock(self) -> None:
        mode, now_ms, wall_ms = self._clock
        if wall_ms is not None:
            now_ms += int(max(0, self.world.today_ms() - wall_ms) * factor_of(mode))
        self.world.clock.restore(mode, max(now_ms, self.world.backend.now_ms))

    def _step(self, command: Command) -> Any:
        """Run one command again and return its result; a BackendError is a result."""
        self.world.backend.data.run_due(command.at_ms)
        self._number = command.number
        try:
            args, options = decode(command.name, command.args, self.world.backend, self._permits)
            result = getattr(self._target(command.name), command.name)(*args, **options)
        except BackendError as error:
            return error
        except (SettingError, UnknownCommandError) as error:
            where = f"command {command.number} of world {self.world.name!r} ({command.name[:40]!r})"
            raise StorageError(f"{where} cannot be run again: {error}") from None
        except Exception:  # as when it first ran: the state is the same again
            logger.exception("command %d of world %r failed again", command.number, self.world.name)
            return None
        if command.name == "open_upload":
            self._permits[command.number] = result
        elif command.name == "add_files":
            self._link(args[1], result[1])
        return result

    def _target(self, name: str) -> Any:
        """Return what has the method of a command."""
        if name in ("clock", "reach", "set_scenario"):
            return self
        return self.world.fault_rules if name in ("add", "clear", "match") else self.world.backend

    def _link(self, files: Sequence[MediaInfo], paths: Sequence[str]) -> None:
        for info, url_path in zip(files, paths, strict=True):
            if self._log.has_file(info.hash):  # a simulated file has no bytes
                self.world.files[url_path] = self.files.path(info.hash)

    # -- commands of its own -------------------------------------------------------------------

    def set_scenario(self, name: str) -> None:
        """Run a change of the scenario again, faults included."""
        self.world.use_scenario(name)

    def clock(self, mode: str, now_ms: int, wall_ms: int | None) -> None:
        """Note where the clock is; it is set once, after the last command."""
        self._clock = (mode, now_ms, wall_ms)

    def reach(self) -> None:
        """Do nothing: what is due by the time of a command has run before it."""


def restored_settings(server: Settings, stored: StoredWorld) -> Settings:
    """Return the settings of a stored world: its own, and the server's where they change no answer."""
    values = stored.values()
    try:
        own = {name: values[name] for name in ("seed", "scenario", "profile", "start_ms")}
        parameters = with_parameters(Settings().parameters, values["parameters"])
        return replace(server, clock=values["clock"][0], parameters=parameters, **own)
    except (LookupError, TypeError, ValueError) as error:
        raise StorageError(f"the settings of world {stored.name!r} cannot be used: {error}") from None

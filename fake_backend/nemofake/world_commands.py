"""``nemofake world`` and ``nemofake replay``: stored worlds as files, and their commands one by one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from .engine.errors import BackendError
from .http.control import account_info, check_world_name, dump
from .http.media_service import MediaService
from .http.recording import restored_settings
from .http.worlds import World
from .journal import mask_for
from .scenario_loader import ScenarioRegistry
from .settings import SettingError, Settings
from .storage.archive import import_archive, read_archive, write_archive
from .storage.commands import Command, StorageError
from .storage.interfaces import Storage, is_url, open_storage
from .storage.sqlite import SqliteStorage
from .wire.encoding import iso_utc

_WIDTH = 100  # characters of a command's arguments
_DB = click.option(
    "--db", envvar="NEMOFAKE_DB", required=True, metavar="FILE|URL",
    help="Database of `nemofake serve --db`; no server may have a file open meanwhile.",
)  # fmt: skip
_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@contextmanager
def _sentences() -> Iterator[None]:
    """Turn what a user can do something about into one line and exit 2."""
    try:
        yield
    except (SettingError, BackendError) as error:
        raise click.UsageError(str(error)) from None


@contextmanager
def _opened(db: str, *, make: bool = False) -> Iterator[Storage]:
    with _sentences(), tempfile.TemporaryDirectory(prefix="nemofake-") as folder:
        if not (make or is_url(db) or Path(db).exists()):
            raise StorageError(f"there is no database {db}")
        storage = open_storage(db, Path(folder))
        try:
            yield storage
        finally:
            storage.close()


@click.group()
def world() -> None:
    """List, export and import the worlds of a database."""


@world.command("list")
@_DB
def list_(db: str) -> None:
    """List the worlds of a database with their numbers of commands."""
    with _opened(db) as storage:
        for stored in storage.worlds():
            count = sum(1 for _ in storage.log(stored.name).commands())
            click.echo(f"{stored.name}  {count} commands")


@world.command()
@click.argument("name")
@_FILE
@_DB
def export(name: str, file: Path, db: str) -> None:
    """Write the world NAME with its uploaded files to FILE, which replays it anywhere.

    FILE has the tokens of the world and all that users sent to it.
    """
    with _opened(db) as storage:
        count = write_archive(file, storage, name)
    click.echo(f"{file}: world {name!r}, {count} commands")


@world.command("import")
@_FILE
@_DB
@click.option("--name", help="Name of the world; by default the one that it was exported with.")
@click.option("--replace", is_flag=True, help="Replace a world of this name.")
def import_(file: Path, db: str, name: str | None, replace: bool) -> None:
    """Store the world of an exported FILE; the database is made if there is none."""
    with _sentences():
        archive = read_archive(file)
        name = name or archive.world.name
        check_world_name(name)
        with _opened(db, make=True) as storage:
            if storage.log(name).world is not None and not replace:
                raise StorageError(f"there is a world {name!r} in {storage}: use --name or --replace")
            import_archive(archive, storage, name)
            target = str(storage)
    click.echo(f"{target}: world {name!r}, {len(archive.commands)} commands")


@click.command()
@_FILE
@click.option("--until", type=click.IntRange(0), metavar="N", help="Stop after command N.")
@click.option("--state", is_flag=True, help="Print what the world is then, as JSON, and no commands.")
@click.option("--scenario-dir", metavar="DIR", help="Folder of your own scenarios, if the world has one.")
def replay(file: Path, until: int | None, state: bool, scenario_dir: str | None) -> None:
    """Run the commands of an exported FILE again, one by one, each with its result."""
    mask = mask_for("", ())
    with _sentences(), tempfile.TemporaryDirectory(prefix="nemofake-") as folder:
        archive = read_archive(file)
        storage = SqliteStorage(Path(folder) / "world.db")
        try:
            import_archive(archive, storage, archive.world.name)
            world = _empty_world(storage, Path(folder), scenario_dir)
            assert world.recorder is not None
            for command, result in world.recorder.steps(until):
                if not state:
                    click.echo(mask.text(_line(command, result)))
            world.recorder.resume()
            shown = _state(world)
        finally:
            storage.close()
    click.echo(
        mask.text(json.dumps(shown, indent=2, ensure_ascii=False)) if state else mask.text(_summary(shown))
    )


def _empty_world(storage: Storage, folder: Path, scenario_dir: str | None) -> World:
    """Return the stored world before its first command."""
    (stored,) = storage.worlds()
    registry, settings = ScenarioRegistry.of(scenario_dir), restored_settings(Settings(), stored)
    media = MediaService(folder / "videos", settings)
    seed = stored.values().get("own_seed")
    return World(stored.name, settings, registry, folder, media, lambda: 0, storage=storage, own_seed=seed)


def _line(command: Command, result: Any) -> str:
    args, options = json.loads(command.args)
    shown = ", ".join([*map(_short, args), *(f"{name}={_short(value)}" for name, value in options.items())])
    outcome = f"{result.code}: {result}" if isinstance(result, BackendError) else "done"
    return f"{command.number:6}  {iso_utc(command.at_ms)}  {command.name}({shown[:_WIDTH]})  {outcome}"


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _state(world: World) -> dict[str, Any]:
    """Return what users and the control API can see of the world."""
    data = world.backend.data
    return {
        "now_ms": data.now_ms,
        "accounts": dump([account_info(world, account) for account in data.accounts.values()]),
        "sessions": [session.snapshot("") for session in data.sessions.values()],
        "renders": {job.render_id: job.state for job in data.renders.values()},
    }


def _summary(shown: dict[str, Any]) -> str:
    counts = (f"{len(shown[name])} {name}" for name in ("accounts", "sessions", "renders"))
    return f"then {iso_utc(shown['now_ms'])}: {', '.join(counts)}"

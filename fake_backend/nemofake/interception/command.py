"""The command ``nemofake run``: any command, with the production host answered by a fake."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import click

from ..http.clock import factor_of
from ..http.control import Control
from ..settings import SettingError
from ..testing import FakeServer, running
from .process import (
    FAKETIME_VARIABLE,
    CommandNotStartedError,
    faketime_environment,
    faketime_library,
    run_command,
)
from .session import Interception, intercepting

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False, "show_default": True},
)
@click.option("--scenario", default="happy-path", metavar="NAME", help="Scenario.")
@click.option("--scenario-dir", metavar="DIR", help="A folder of your own scenarios.")
@click.option("--param", "parameters", multiple=True, metavar="NAME=VALUE", help="Override a parameter.")
@click.option("--seed", default=42, type=int, help="Random seed for all ids and numbers.")
@click.option("--profile", default="", metavar="NAMES", help="Wire profile.")
@click.option("--clock", default="auto", metavar="MODE", help="auto, real, manual or xN (the command too).")
@click.option("--host", "hosts", multiple=True, metavar="HOST", help="One more host that the fake answers.")
@click.option("--allow", "allowed", multiple=True, metavar="HOST", help="A host to let through.")
@click.option("--journal", "journal_file", type=_FILE, metavar="FILE", help="Write the journal here.")
@click.option("--har", "har_file", type=_FILE, metavar="FILE", help="Write the traffic as HAR here.")
@click.option("--log", is_flag=True, help="Print a line per request to stderr.")
@click.option("--strict", is_flag=True, help="Exit 1 if the judge finds a broken rule.")
@click.argument("command", nargs=-1, type=click.UNPROCESSED)
def run(
    scenario_dir: str | None,
    parameters: tuple[str, ...],
    hosts: tuple[str, ...],
    allowed: tuple[str, ...],
    journal_file: Path | None,
    har_file: Path | None,
    log: bool,
    strict: bool,
    command: tuple[str, ...],
    **flags: Any,
) -> None:
    """Run COMMAND with the production host answered by a fake; without COMMAND, your shell.

    Its streams and exit code are its own. Other hosts are refused. A summary follows on stderr.
    """
    _check_files(journal_file, har_file)
    if strict:
        _judge_command()  # says now if it is not there
    try:
        changes = dict(map(_pair, parameters))
        fake = running(scenario_dir=scenario_dir, parameters=changes, **flags)
        with (
            fake as server,
            intercepting(server, hosts=hosts, allowed=allowed, on_refused=_refused) as interception,
        ):
            variables = _environment(interception, flags["clock"])
            logger = _RequestLog(server) if log else contextlib.nullcontext()
            with logger:
                code = run_command(command or (os.environ.get("SHELL") or "/bin/sh",), variables)
            findings = _report(server, interception, journal_file, har_file)
    except (SettingError, CommandNotStartedError) as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.UsageError(f"cannot intercept: {error.strerror or error}") from None
    raise click.exceptions.Exit(1 if strict and findings and not code else code)


def _check_files(*files: Path | None) -> None:
    """Raise UsageError before the run if a report could not be written after it."""
    for file in files:
        if file is not None and not file.absolute().parent.is_dir():
            raise click.UsageError(f"cannot write {file}: there is no folder {file.absolute().parent}")


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"--param {text!r} is not of the form name=value")
    return name.strip(), value.strip()


def _refused(host: str) -> None:
    click.echo(f"nemofake: refused {host}; pass --allow {host} to let it through", err=True)


def _environment(interception: Interception, clock: str) -> dict[str, str]:
    """Return the command's variables; under a clock xN its own time runs as fast, if libfaketime is there."""
    variables = {**os.environ, **interception.environment}
    factor = factor_of(clock)
    if not factor or factor == 1:
        return variables
    library = faketime_library()
    if library is None:
        click.echo(
            "nemofake: libfaketime is not installed, so the command's own waits are real; "
            f"install faketime, or set {FAKETIME_VARIABLE}",
            err=True,
        )
        return variables
    return variables | faketime_environment(library, factor, variables)


class _RequestLog:
    """Prints a line per finished request to stderr, from the journal, while the command runs."""

    _EVERY_S = 0.2

    def __init__(self, server: FakeServer) -> None:
        self._server, self._shown, self._over = server, 0, threading.Event()
        self._thread = threading.Thread(target=self._follow, name="nemofake-log", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self._show()

    def _follow(self) -> None:
        while not self._over.wait(self._EVERY_S):
            self._show()

    def _show(self) -> None:
        if self._server.call(lambda world: len(world.journal)) == self._shown:
            return  # making records costs more the longer the journal is
        for record in self._server.journal()[self._shown :]:
            if record["ending"] is None:
                return
            self._shown += 1
            request = record["request"]
            click.echo(f"nemofake: {request['method']} {request['path']} {_outcome(record)}", err=True)


def _outcome(record: dict[str, Any]) -> str:
    """Return HTTP status and protocol code of a response, as ``200 code 1001``."""
    response = record["response"] or {}
    body = response.get("body")
    code = body.get("code") if isinstance(body, dict) else None
    return f"{response.get('status', 'no response')}" + (f" code {code}" if code else "")


def _report(
    server: FakeServer, interception: Interception, journal_file: Path | None, har_file: Path | None
) -> bool:
    """Write the files, print the summary to stderr, and return whether the judge found a broken rule."""
    journal = _journal(server, "json")
    if journal_file is not None:
        journal_file.write_bytes(journal)
    if har_file is not None:
        har_file.write_bytes(_journal(server, "har"))
    records = server.journal()
    counts = Counter(f"{record['operation']} {_outcome(record)}" for record in records)
    click.echo(f"nemofake: {len(records)} requests", err=True)
    for line, count in sorted(counts.items()):
        click.echo(f"nemofake:   {count} × {line}", err=True)
    accounts = server.accounts()
    spent = sum(account["credits"]["consumed"] for account in accounts)
    click.echo(f"nemofake: {spent} credits spent, by {len(accounts)} accounts", err=True)
    if interception.proxy.refused:
        click.echo(f"nemofake: refused {', '.join(sorted(interception.proxy.refused))}", err=True)
    return bool(records) and _judge(journal)


def _journal(server: FakeServer, style: str) -> bytes:
    pieces, _ = server.control(Control.journal, style, server.base_url)
    return b"".join(pieces)


def _judge_command() -> click.Command:
    """Return ``nemofake judge``, which belongs to an extra; raise UsageError without it."""
    try:
        command: click.Command = importlib.import_module("nemocontract.commands.judge").judge
    except ImportError as error:
        message = f"--strict needs the contract extra ({error.name}): pip install 'nemofake[contract]'"
        raise click.UsageError(message) from None
    return command


def _judge(journal: bytes) -> bool:
    """Print the judge's report on the journal to stderr; False if it finds nothing or is not installed."""
    try:
        command = _judge_command()
    except click.UsageError:
        click.echo("nemofake: no findings without the contract extra", err=True)
        return False
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        file = Path(folder) / "journal.json"
        file.write_bytes(journal)
        exit_code: object = command.main([str(file)], standalone_mode=False)
        return exit_code == 1

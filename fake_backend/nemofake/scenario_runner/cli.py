"""The command ``nemofake scenarios``: list, show, validate, run, matrix, schema."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from nemoscenarios import PACKAGED, Scenario, ScenarioError, ScenarioStore, parse, schema_text

from ..engine.parameters import Parameters
from ..faults import parse_fault_rule
from ..scenario_loader import ScenarioRegistry, to_config
from ..settings import SettingError
from ..wire.profile import Profile
from . import listing, runner
from .runner import DEFAULT_SEED, Report, ScenarioRunner, scenario_runner

Command = TypeVar("Command", bound=Callable[..., Any])
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _in_folder(command: Command) -> Command:
    return click.option(
        "--scenarios", "folder", type=_FOLDER, metavar="DIR", help="A folder of your own scenarios."
    )(command)


class NothingRanError(click.ClickException):
    """What keeps a command from doing anything, in one sentence; exit code 2."""

    exit_code = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def scenarios() -> None:
    """Scenarios of edge cases: read them, check your own, run them."""


@scenarios.command("list")
@click.argument("words", nargs=-1)
@click.option("--code", type=int, help="Those with this code, such as 2001 or 402.")
@click.option("--on", "operation", default="", metavar="OPERATION", help="Such as chat or render.submit.")
@click.option("--clause", default="", help="Those that show this clause, such as SSE-5.")
@click.option("--fault", default="", help="Those with this fault, such as cut.")
@click.option("--json", "as_json", is_flag=True, help="A JSON array, with codes, operations and faults.")
@_in_folder
def list_(
    words: tuple[str, ...],
    code: int | None,
    operation: str,
    clause: str,
    fault: str,
    as_json: bool,
    folder: Path | None,
) -> None:
    """List the scenarios whose id or title has all WORDS, by area; a star marks those to start with."""
    store = _store(folder)
    wanted = listing.Filter(words, code, operation, clause, fault)
    found = [one for name in store.names() if wanted.accepts(one := _loaded(store, name))]
    if as_json:
        click.echo(json.dumps([listing.record(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not found:
        raise NothingRanError("no scenario has all of that; ask for less, or list them all")
    for line in listing.lines(found):
        click.echo(line)


@scenarios.command()
@click.argument("name")
@_in_folder
def show(name: str, folder: Path | None) -> None:
    """Show what a scenario contains."""
    registry = ScenarioRegistry.of(folder)
    for line in runner.summary_lines(_scenario(registry, name)):
        click.echo(line)
    click.echo(f"  file: {registry.store.path(name)}")


@scenarios.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_in_folder
def validate(files: tuple[Path, ...], folder: Path | None) -> None:
    """Check scenario files, or all of a folder; show file, line and key of every error in them."""
    paths = [*files] or sorted((folder or PACKAGED).glob("*.yaml"))
    if not paths:
        raise NothingRanError(f"there is no scenario file in {folder}")
    errors = [error for path in paths if (error := _error(path))]
    for error in errors:
        click.echo(error)
    if errors:
        raise click.ClickException(f"{len(errors)} of {len(paths)} scenario files are invalid")
    click.echo(f"{len(paths)} scenario files are valid")


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    click.echo(schema_text(), nl=False)


@scenarios.command()
@click.argument("names", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Run every scenario.")
@click.option("--profile", default="", metavar="NAMES", help="Wire profile, such as adk,http-status.")
@click.option("--all-profiles", is_flag=True, help="Under each of the eight wire profiles.")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="Random seed for all ids and numbers.")
@click.option(
    "--verbose", "-v", is_flag=True, help="Show passed expectations too, when several scenarios run."
)
@_in_folder
def run(
    names: tuple[str, ...],
    all_: bool,
    profile: str,
    all_profiles: bool,
    seed: int,
    verbose: bool,
    folder: Path | None,
) -> None:
    """Run scenarios with the reference client, and show line by line which expectation held.

    Exit 0 where every expectation held, 1 where one failed, 2 where nothing ran.
    """
    if bool(names) == all_:
        raise click.UsageError("name at least one scenario, or use --all")
    profiles = [str(one) for one in Profile.every()] if all_profiles else [_profile(profile)]
    played = failed = 0
    with scenario_runner(folder) as scenarios_run:
        for report in _reports(scenarios_run, _chosen(names, folder), profiles, seed):
            played, failed = played + 1, failed + (not report.holds)
            click.echo(runner.headline(report))
            for line in runner.details(report, all_lines=verbose or bool(names)):
                click.echo(line)
    click.echo(f"{played - failed} of {played} runs passed")
    if failed:
        raise click.exceptions.Exit(1)


@scenarios.command()
@click.option("--markdown", "markdown_file", type=_FILE, help="Write it as Markdown as well.")
@click.option("--html", "html_file", type=_FILE, help="Write it as HTML as well.")
@_in_folder
def matrix(markdown_file: Path | None, html_file: Path | None, folder: Path | None) -> None:
    """Run all scenarios and print what they cover: codes by operation, stream endings, clauses."""
    from . import coverage_report
    from .coverage import build_coverage, clauses_of

    for path in filter(None, (markdown_file, html_file)):
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            raise NothingRanError(
                f"{path} cannot be written: {path.parent} is no folder that can be written to"
            )
    names = _chosen((), folder)
    with scenario_runner(folder) as scenarios_run:
        reports = [*_reports(scenarios_run, names, [""], DEFAULT_SEED)]
    found = build_coverage(reports, clauses_of(reports))
    text = coverage_report.markdown(found)
    click.echo(text, nl=False)
    for file, content in ((markdown_file, text), (html_file, coverage_report.html(found))):
        if file is not None:
            file.write_text(content, encoding="utf-8")
    gaps = [f"{table.name}: {row}, {column}" for table in found.tables for row, column in table.gaps]
    if gaps:
        raise click.ClickException("gaps without a reason: " + "; ".join(gaps))


# -- what the commands share -----------------------------------------------------------------------


def _reports(
    scenarios_run: ScenarioRunner, names: Sequence[str], profiles: Sequence[str], seed: int
) -> Iterator[Report]:
    for profile in profiles:
        for name in names:
            try:
                yield scenarios_run.run(name, seed=seed, profile=profile)
            except SettingError as error:
                raise click.ClickException(str(error)) from None


def _chosen(names: tuple[str, ...], folder: Path | None) -> list[str]:
    """Return the scenarios that are named, or else all with user actions: the folder's, or ours."""
    registry = ScenarioRegistry.of(folder)
    if names:
        for name in names:
            if not _scenario(registry, name).user:
                raise click.ClickException(f"{name} has no user actions: it can be served, and not be run")
        return [*names]
    own = ScenarioStore(folder) if folder else registry.store
    chosen = [name for name in own.names() if _loaded(own, name).user]
    if not chosen:
        raise NothingRanError(f"there is no scenario with user actions in {folder}")
    return chosen


def _profile(text: str) -> str:
    try:
        return str(Profile.parse(text))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _store(folder: Path | None) -> ScenarioStore:
    return ScenarioStore(folder) if folder else ScenarioStore()


def _scenario(registry: ScenarioRegistry, name: str) -> Scenario:
    try:
        return registry.scenario(name)
    except SettingError as error:
        raise click.ClickException(str(error)) from None


def _loaded(store: ScenarioStore, name: str) -> Scenario:
    try:
        return store.load(name)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from None


def _error(path: Path) -> str:
    """Return every error of a file, one per line: what the file says, and what the fake does not know."""
    try:
        scenario = parse(path.read_text(encoding="utf-8-sig"), path.name)
        to_config(scenario, Parameters())
        for rule in scenario.faults:
            parse_fault_rule(rule.as_written)
    except ScenarioError as error:
        return str(error)
    except UnicodeDecodeError:
        return f"{path.name}:1: the whole file: is not UTF-8 text"
    except ValueError as error:
        return f"{path.name}: {error}"
    return ""

"""The command ``nemofake scenarios``: list, show, validate, run, matrix, schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from nemoscenarios import PACKAGED, Scenario, ScenarioError, ScenarioStore, parse, schema_text

from ..scenario_loader import ScenarioRegistry
from ..settings import SettingError
from ..wire.profile import Profile
from . import runner
from .runner import DEFAULT_SEED, Report, ScenarioRunner, scenario_runner

Command = TypeVar("Command", bound=Callable[..., Any])
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)


def _in_folder(command: Command) -> Command:
    return click.option(
        "--scenarios", "folder", type=_FOLDER, metavar="DIR", help="A folder of your own stories."
    )(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def scenarios() -> None:
    """Stories of edge cases: read them, check your own, play them."""


@scenarios.command("list")
@_in_folder
def list_(folder: Path | None) -> None:
    """List all stories, each in one sentence."""
    shelf = _shelf(folder)
    names = shelf.names()
    width = max(map(len, names), default=0)
    for name in names:
        told = _loaded(shelf, name)
        click.echo(f"{name:{width}}  {told.status:13}  {told.title}")


@scenarios.command()
@click.argument("name")
@_in_folder
def show(name: str, folder: Path | None) -> None:
    """Show what a story tells."""
    registry = ScenarioRegistry.of(folder)
    for line in runner.story(_told(registry, name)):
        click.echo(line)
    click.echo(f"  file: {registry.store.path(name)}")


@scenarios.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_in_folder
def validate(files: tuple[Path, ...], folder: Path | None) -> None:
    """Check story files, or all of a folder; say file, line and key of what is wrong."""
    paths = [*files] or sorted((folder or PACKAGED).glob("*.yaml"))
    faults = [fault for path in paths if (fault := _fault(path)) is not None]
    for fault in faults:
        click.echo(str(fault))
    if faults:
        raise click.ClickException(f"{len(faults)} of {len(paths)} stories cannot be told")
    click.echo(f"{len(paths)} stories are well told")


@scenarios.command()
def schema() -> None:
    """Print the JSON Schema of story files, for editors."""
    click.echo(schema_text(), nl=False)


@scenarios.command()
@click.argument("names", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Play every story.")
@click.option("--profile", default="", metavar="NAMES", help="Wire profile, such as adk,http-status.")
@click.option("--all-profiles", is_flag=True, help="Under each of the eight wire profiles.")
@click.option("--seed", default=DEFAULT_SEED, show_default=True, help="What every id and figure comes from.")
@click.option("--verbose", "-v", is_flag=True, help="Tell also what held, when several are played.")
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
    """Play stories with the reference client, and say line by line which expectation held."""
    if bool(names) == all_:
        raise click.UsageError("say which stories to play, or --all")
    profiles = [str(one) for one in Profile.every()] if all_profiles else [_profile(profile)]
    played = failed = 0
    with scenario_runner(folder) as stage:
        for report in _reports(stage, _chosen(names, folder), profiles, seed):
            played, failed = played + 1, failed + (not report.holds)
            click.echo(runner.headline(report))
            for line in runner.details(report, all_lines=verbose or bool(names)):
                click.echo(line)
    click.echo(f"{played - failed} of {played} plays held")
    if failed:
        raise click.exceptions.Exit(1)


@scenarios.command()
@click.option("--markdown", "markdown_file", type=_FILE, help="Write it as Markdown as well.")
@click.option("--html", "html_file", type=_FILE, help="Write it as HTML as well.")
@_in_folder
def matrix(markdown_file: Path | None, html_file: Path | None, folder: Path | None) -> None:
    """Play all stories and print what they show: codes by place, endings of streams, clauses."""
    from . import coverage_report
    from .coverage import build_coverage, clauses_of

    names = _chosen((), folder)
    with scenario_runner(folder) as stage:
        reports = [*_reports(stage, names, [""], DEFAULT_SEED)]
    found = build_coverage(reports, clauses_of(reports))
    told = coverage_report.markdown(found)
    click.echo(told, nl=False)
    for path, text in ((markdown_file, told), (html_file, coverage_report.html(found))):
        if path is not None:
            path.write_text(text, encoding="utf-8")
    gaps = [f"{table.name}: {row}, {column}" for table in found.tables for row, column in table.gaps]
    if gaps:
        raise click.ClickException("holes without a reason: " + "; ".join(gaps))


# -- what the commands share -----------------------------------------------------------------------


def _reports(
    stage: ScenarioRunner, names: Sequence[str], profiles: Sequence[str], seed: int
) -> Iterator[Report]:
    for profile in profiles:
        for name in names:
            try:
                yield stage.run(name, seed=seed, profile=profile)
            except SettingError as error:
                raise click.ClickException(str(error)) from None


def _chosen(names: tuple[str, ...], folder: Path | None) -> list[str]:
    """Return the stories that are named, or else all that can be played: one's own, or ours."""
    registry = ScenarioRegistry.of(folder)
    if names:
        for name in names:
            if not _told(registry, name).user:
                raise click.ClickException(f"{name} tells of no user: it can be served, and not be played")
        return [*names]
    own = ScenarioStore(folder) if folder else registry.store
    return [name for name in own.names() if _loaded(own, name).user]


def _profile(text: str) -> str:
    try:
        return str(Profile.parse(text))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _shelf(folder: Path | None) -> ScenarioStore:
    return ScenarioStore(folder) if folder else ScenarioStore()


def _told(registry: ScenarioRegistry, name: str) -> Scenario:
    try:
        return registry.scenario(name)
    except SettingError as error:
        raise click.ClickException(str(error)) from None


def _loaded(shelf: ScenarioStore, name: str) -> Scenario:
    try:
        return shelf.load(name)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from None


def _fault(path: Path) -> ScenarioError | None:
    try:
        parse(path.read_text(encoding="utf-8-sig"), path.name)
    except ScenarioError as error:
        return error
    except UnicodeDecodeError:
        return ScenarioError(f"{path.name}:1: the whole file: is not UTF-8 text")
    return None

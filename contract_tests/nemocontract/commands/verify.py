"""The command ``nemofake verify``: judges a client or a server by the protocol's clauses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from nemocontract import reports, suite
from nemocontract.clauses import ALL, LEVELS, Level
from nemocontract.client_tests.model import choose
from nemocontract.environments.loading import load_subject
from nemocontract.live.judge import judge_target
from nemocontract.live.opt_in import SuiteError
from nemocontract.live.throttle import MOST
from nemocontract.progress import Progress
from nemocontract.results import COULD_NOT_RUN, FOUND, PASSED, RunResult
from nemocontract.server_checks import load
from nemocontract.stateful.client_strategies import PROFILES
from nemocontract.suite import CLIENT_SEQUENCES, SERVER_SEQUENCES, SuiteOptions
from nemoscenarios import PACKAGED, ScenarioError, ScenarioStore


def tell_names(store: ScenarioStore) -> None:
    """Print the names that ``--only`` takes, with their clauses and a sentence each."""
    for title, rows in (
        ("scenarios for clients", _trials(store)),
        ("checks of servers", _cases()),
        _PROPERTIES,
    ):
        click.echo(f"{title}:")
        for name, clauses, sentence in rows:
            click.echo(f"  {name}  [{', '.join(clauses)}]  {sentence}")


_Row = tuple[str, tuple[str, ...], str]
_PROPERTIES: tuple[str, list[_Row]] = (
    "properties",
    [
        (
            CLIENT_SEQUENCES,
            (),
            "Users, troubles and restarts drawn at random; every rule holds after each step.",
        ),
        (
            SERVER_SEQUENCES,
            (),
            "Requests of several accounts drawn at random; the reference model agrees with each answer.",
        ),
    ],
)


def _trials(store: ScenarioStore) -> Iterator[_Row]:
    for test in choose(store).tests:
        yield test.name, test.clauses, test.scenario.title


def _cases() -> Iterator[_Row]:
    for one in load():
        yield one.name, one.clauses, one.description


_FILE = click.Path(dir_okay=False, path_type=Path)
_FOLDER = click.Path(file_okay=False, path_type=Path)
_DRAWN_STEPPED, _DRAWN_SERVED = 200, 20  # sequences; over sockets one takes some hundred times as long
_PROGRAM_LIMIT_S = 60.0


class CommandError(click.ClickException):
    """What keeps the suite from running, in one line; exit code 2."""

    exit_code = COULD_NOT_RUN


@click.command("verify", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--client", metavar="MODULE:CLASS", help="A Python client (nemocontract.client_adapter.ClientAdapter)."
)
@click.option(
    "--command", metavar="CMD", help="Any program; it gets NEMO_API_URL, HOME and the user's lines."
)
@click.option("--server", is_flag=True, help="The fake itself, by its cases and by sequences.")
@click.option("--target", metavar="URL", help="Another server, or 'live'.")
@click.option(
    "--max-credits", type=click.IntRange(0), default=0, help="Credit budget on the target (default 0)."
)
@click.option(
    "--max-requests",
    type=click.IntRange(1),
    default=MOST,
    show_default=True,
    help="Request limit when throttled.",
)
@click.option("--record", type=_FILE, metavar="FILE", help="Keep the traffic with it there, masked.")
@click.option("--throttle", is_flag=True, help="Throttle requests (always on for the live API).")
@click.option(
    "--input",
    "input_mode",
    type=click.Choice(["stdin", "args"]),
    default="stdin",
    show_default=True,
    help="How user lines are passed to the program.",
)
@click.option("--slow", is_flag=True, help="Include slow tests (exports, long streams) in real time.")
@click.option(
    "--real-time", is_flag=True, help="Let a program wait in real time, even if libfaketime is installed."
)
@click.option("--only", multiple=True, metavar="NAME", help="A test, a case or a property; may be repeated.")
@click.option("--clause", "clauses", multiple=True, metavar="ID", help="Only what is about this clause.")
@click.option("--seed", default=42, show_default=True, help="What every id, figure and sequence comes from.")
@click.option("--profile", default="", metavar="NAMES", help="A wire profile, or 'all' eight.")
@click.option(
    "--examples", type=click.IntRange(0), help="Number of generated test sequences; 0 disables them."
)
@click.option("--scenarios", "folder", type=_FOLDER, help="A folder of your own scenarios, run instead.")
@click.option(
    "--save-failures",
    "save",
    type=_FOLDER,
    help="Write each failing generated sequence there, as a scenario.",
)
@click.option("--strict", is_flag=True, help="Exit 1 for inconclusive tests as well.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write a page.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write Markdown.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    help="The weakest level whose violations fail the run: should, and advice for the fake itself.",
)
@click.option("--list", "list_names", is_flag=True, help="List what can be named with --only.")
def verify(
    client: str | None,
    command: str | None,
    server: bool,
    target: str | None,
    max_credits: int,
    max_requests: int,
    record: Path | None,
    throttle: bool,
    input_mode: Any,
    examples: int | None,
    strict: bool,
    junit: Path | None,
    html: Path | None,
    markdown: Path | None,
    level: Level | None,
    list_names: bool,
    **choices: Any,
) -> None:
    """Judge a client, by default the reference client, or a server, by the protocol's clauses.

    Exit 0 if no obligation of the level was broken, 1 with violations, 2 if the suite could not run or
    was interrupted.
    """
    if sum(bool(one) for one in (client, command, server or target)) > 1:
        raise CommandError("judge one thing at a time: --client, --command, or --server with --target")
    if (max_credits or record or throttle) and not target:
        raise CommandError("--max-credits, --record and --throttle need a --target")
    drawn = _DRAWN_SERVED if client or target else _DRAWN_STEPPED
    wanted = _wanted(drawn if examples is None else examples, **choices)
    if list_names:
        tell_names(wanted.store)
        return
    try:
        reports.check_paths(junit, html, markdown)
    except OSError as error:
        raise CommandError(str(error)) from None
    if target:
        limits: dict[str, Any] = {
            "max_credits": max_credits,
            "max_requests": max_requests,
            "polite": throttle,
        }
        run_result = _or_cannot(lambda: judge_target(target, wanted, record_to=record, **limits))
    else:
        run_result = _judged(wanted, client, command, server, input_mode)
    run_result.level = level or ("advice" if server and not target else "should")
    reports.tell([run_result], Console(highlight=False))
    try:
        reports.save([run_result], junit=junit, html=html, markdown=markdown)
    except OSError as error:
        raise CommandError(str(error)) from None
    failed = strict and run_result.inconclusive and run_result.exit_code == PASSED
    raise click.exceptions.Exit(FOUND if failed else run_result.exit_code)


def _judged(
    wanted: SuiteOptions, client: str | None, command: str | None, server: bool, input_mode: Any
) -> RunResult:
    judge: Callable[[], RunResult] = lambda: suite.judge_reference(wanted)  # noqa: E731  a table would be longer
    if server:
        judge = lambda: suite.judge_fake(wanted)  # noqa: E731
    elif command:
        judge = lambda: _or_cannot(lambda: suite.judge_command(command, wanted, input_mode))  # noqa: E731
    elif client:
        make = _or_cannot(lambda: load_subject(client))
        judge = lambda: suite.judge_subject(make, client, wanted)  # noqa: E731
    return judge()


def _wanted(
    examples: int,
    *,
    only: tuple[str, ...],
    clauses: tuple[str, ...],
    seed: int,
    profile: str,
    slow: bool,
    real_time: bool,
    folder: Path | None,
    save: Path | None,
) -> SuiteOptions:
    store = ScenarioStore(folder) if folder else ScenarioStore(PACKAGED)
    _check(clauses, ALL, "clause")
    _check(only, _or_cannot(lambda: suite.names(store)), "scenario, check or property")
    return SuiteOptions(
        seed=seed,
        profiles=PROFILES if profile == "all" else (_profile(profile),),
        only=frozenset(only),
        clauses=frozenset(clauses),
        examples=examples,
        limit_s=None if slow else _PROGRAM_LIMIT_S,
        virtual_time=not real_time,
        save=save,
        store=store,
        scenario_dir=folder,
        progress=Progress(sys.stderr),
    )


def _profile(text: str) -> str:
    names = {name for profile in PROFILES for name in profile.split(",")}
    wrong = [name for name in text.split(",") if name and name not in names]
    if wrong:
        raise CommandError(f"unknown profile {', '.join(wrong)}; available: {', '.join(sorted(names))}, all")
    return text


def _check(asked: tuple[str, ...], known: Any, kind: str) -> None:
    wrong = [name for name in asked if name not in known]
    if wrong:
        raise CommandError(f"unknown {kind} {', '.join(wrong)}; --list shows all names")


def _or_cannot(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except (ValueError, ScenarioError, SuiteError) as error:
        raise CommandError(str(error)) from None

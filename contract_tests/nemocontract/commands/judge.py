"""The command ``nemofake judge``: recorded traffic in, violations in plain words out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console

from nemocontract import reports
from nemocontract.clauses import LEVELS, Level
from nemocontract.client_rules.judge import all_rules
from nemocontract.client_rules.judge import judge as ask_the_rules
from nemocontract.client_rules.rule import Rule
from nemocontract.client_run import ClientRun, RunFacts, Timing
from nemocontract.recording.files import Recording, read_recording
from nemocontract.results import RunResult

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_REPORT = click.Path(dir_okay=False, path_type=Path)
_UNTRIED = "nothing in the recording tries them; what a user reads is not in it"


@click.command("judge", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=_FILE, required=False)
@click.option("--rules", "list_rules", is_flag=True, help="List all rules, by clause.")
@click.option("--token-set/--no-token-set", default=None, help="Whether the client had NEMO_TOKEN.")
@click.option(
    "--registered/--anonymous", default=None, help="Whether the account was registered or anonymous."
)
@click.option("--platform", metavar="P", help="What X-Skill-Platform must say.")
@click.option(
    "--timing",
    type=click.Choice(["virtual", "real", "unknown"]),
    help="What times are worth: exact, with jitter, nothing. By default real for a HAR, else unknown.",
)
@click.option("--complete", is_flag=True, help="The recording is complete: what is missing in it counts.")
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default="should",
    show_default=True,
    help="The weakest level whose violations fail the run.",
)
@click.option("--junit", type=_REPORT, metavar="FILE", help="Write JUnit XML.")
@click.option("--html", type=_REPORT, metavar="FILE", help="Write a page.")
@click.option("--markdown", type=_REPORT, metavar="FILE", help="Write Markdown.")
def judge(
    file: Path | None,
    list_rules: bool,
    token_set: bool | None,
    registered: bool | None,
    platform: str | None,
    timing: Timing | None,
    complete: bool,
    level: Level,
    junit: Path | None,
    html: Path | None,
    markdown: Path | None,
) -> None:
    """Judge a client by recorded traffic: a journal of the fake, or a HAR of a browser or proxy.

    Exit 0 if no rule of the level was broken, 1 with violations, 2 if nothing could be judged.
    """
    if list_rules:
        _list_rules()
        return
    if file is None:
        raise click.UsageError("say which FILE to judge, or --rules")
    recording = _read(file)
    known = RunFacts(
        token_set=token_set,
        platform=platform,
        registered=registered,
        timing=timing or ("real" if recording.real else "unknown"),
        complete=complete,
    )
    _refuse_dropped(recording, file, complete)
    run_result = _judged(recording, known, file)
    run_result.level = level
    reports.tell([run_result], Console(width=None, highlight=False))
    try:
        reports.save([run_result], junit=junit, html=html, markdown=markdown)
    except OSError as error:
        raise click.UsageError(str(error)) from None
    raise click.exceptions.Exit(run_result.exit_code)


def _read(file: Path) -> Recording:
    try:
        recording = read_recording(file)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if not recording.traffic:
        raise click.UsageError(f"{file}: no request to the service is in it")
    return recording


def _refuse_dropped(recording: Recording, file: Path, complete: bool) -> None:
    if complete and recording.dropped:
        raise click.UsageError(
            f"{file}: the journal has dropped its first {recording.dropped} entries, so it is not complete; "
            "judge it without --complete, or record it again with a larger journal"
        )


def _judged(recording: Recording, known: RunFacts, file: Path) -> RunResult:
    run_result, began_s = RunResult(file.name, subject="recorded traffic"), time.perf_counter()
    run_result.played.append(file.name)
    ask_the_rules(ClientRun(recording.traffic, None, known), run_result, replay=_replay(file, known))
    untried = tuple(dict.fromkeys(rule.clause for rule in all_rules() if rule.clause not in run_result.tried))
    if untried:
        run_result.skip(file.name, untried, _UNTRIED)
    run_result.took_s = time.perf_counter() - began_s
    return run_result


def _replay(file: Path, known: RunFacts) -> str:
    return shlex.join(["nemofake", "judge", *_flags(known), str(file)])


def _flags(known: RunFacts) -> Iterator[str]:
    if known.token_set is not None:
        yield "--token-set" if known.token_set else "--no-token-set"
    if known.registered is not None:
        yield "--registered" if known.registered else "--anonymous"
    if known.platform is not None:
        yield f"--platform={known.platform}"
    yield f"--timing={known.timing}"
    if known.complete:
        yield "--complete"


def _list_rules() -> None:
    rules = all_rules()
    widths = [max(len(text) for text in column) for column in zip(*map(_names, rules), strict=True)]
    for rule in rules:
        clause, name = (text.ljust(width) for text, width in zip(_names(rule), widths, strict=True))
        click.echo(f"{clause}  {name}  {rule.level:6}  {rule.description}")


def _names(rule: Rule) -> tuple[str, str]:
    return rule.clause, rule.name

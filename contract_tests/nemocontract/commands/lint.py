"""The command ``nemofake lint``: a skill document is checked against the clauses, offline."""

from __future__ import annotations

from pathlib import Path

import click

from nemocontract.lint.check import in_order
from nemocontract.lint.check import lint as check
from nemocontract.lint.document import Document, DocumentError, read_document
from nemocontract.lint.finding import LEVELS, Level
from nemocontract.lint.report import FORMATS, Checked, written
from nemocontract.results import COULD_NOT_RUN, FOUND, PASSED

_REPORT = click.Path(dir_okay=False, path_type=Path)


class CannotLint(click.ClickException):
    """What keeps a document from being checked, in one line; exit code 2."""

    exit_code = COULD_NOT_RUN


@click.command("lint", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--level", type=click.Choice(LEVELS), default="should", show_default=True, help="What fails the run."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", show_default=True, help="How to report."
)
@click.option("--output", type=_REPORT, metavar="FILE", help="Write the report there instead of printing it.")
@click.option("--run", "runs", is_flag=True, help="Run the curl commands too, in a fresh world.")
def lint(files: tuple[Path, ...], level: Level, form: str, output: Path | None, runs: bool) -> None:
    """Check skill documents (SKILL.md) against the protocol, offline.

    Exit 0 where a document agrees with it, 1 with findings, 2 where a file could not be checked.
    """
    checked = [_checked(file, runs) for file in files]
    text = written(checked, level, form)
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CannotLint(f"{output}: {error.strerror or error}") from None
    raise click.exceptions.Exit(FOUND if any(one.failing(level) for one in checked) else PASSED)


def _checked(file: Path, runs: bool) -> Checked:
    try:
        document = read_document(file)
    except DocumentError as error:
        raise CannotLint(str(error)) from None
    checked = Checked(str(file), check(document))
    if runs:
        _run(checked, document)
    return checked


def _run(checked: Checked, document: Document) -> None:
    from nemocontract.lint.run import run_commands, without_known  # it loads the fake

    ran = run_commands(document)
    checked.violations = in_order([*checked.violations, *without_known(ran.violations, checked.violations)])
    checked.notes.append(f"{ran.count} curl command{'s' * (ran.count != 1)} run")
    checked.notes += [f"line {line}: not run, {reason}" for line, reason in sorted(ran.left_out.items())]

"""The command ``nemofake drift``: a recording of a server in, its differences from the fake out."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from nemocontract import reports
from nemocontract.commands.verify import CommandError
from nemocontract.compare.clause_map import marked
from nemocontract.compare.compare import Drift
from nemocontract.compare.compare import drift as compare
from nemocontract.recording import Exchange
from nemocontract.recording.files import read_traffic

_FILE = click.Path(dir_okay=False, path_type=Path)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@click.command("drift", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recording", type=_FILE)
@click.option("--mark", type=_FILE, metavar="FILE", help="Mark the clauses that were seen to hold in there.")
@click.option("--date", metavar="YYYY-MM-DD", help="The day of the recording, if not its first exchange's.")
@click.option("--profile", default="", metavar="NAMES", help="What the fake is to speak, if not the same.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write JUnit XML.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write a page.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write Markdown.")
def drift(
    recording: Path,
    mark: Path | None,
    date: str | None,
    profile: str,
    junit: Path | None,
    html: Path | None,
    markdown: Path | None,
) -> None:
    """Compare a recording of a server with what the fake answers to the same requests.

    Exit 0 where nothing differs, 1 with differences, 2 where nothing could be compared.
    """
    if date is not None and not _DATE.fullmatch(date):
        raise CommandError(f"{date!r} is no date such as 2026-11-24")
    found = _compared(recording, _read(recording), date or "", profile)
    reports.tell([found.run_result], Console(highlight=False))
    _tell(found)
    try:
        reports.save([found.run_result], junit=junit, html=html, markdown=markdown)
        if mark is not None:
            _mark(mark, found)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(str(error)) from None
    raise click.exceptions.Exit(found.run_result.exit_code)


def _read(recording: Path) -> Sequence[Exchange]:
    try:
        traffic = read_traffic(recording)
    except ValueError as error:
        raise CommandError(str(error)) from None
    if not traffic:
        raise CommandError(f"{recording}: no request to the service is in it")
    return traffic


def _compared(recording: Path, traffic: Sequence[Exchange], date: str, profile: str) -> Drift:
    try:
        replay = shlex.join(["nemofake", "drift", str(recording)])
        return compare(traffic, recording.name, date=date, profile=profile, replay=replay)
    except ValueError as error:  # a profile that there is not
        raise CommandError(str(error)) from None


def _tell(found: Drift) -> None:
    click.echo(f"\nboth speak {found.profile}")
    click.echo(f"verified-live {found.date}: {', '.join(found.verified) or 'nothing'}")
    if found.partly:
        click.echo(f"seen in part, and so not marked: {', '.join(found.partly)}")


def _mark(document: Path, found: Drift) -> None:
    before = document.read_bytes().decode("utf-8")
    after = marked(before, found.verified, found.date)
    if after != before:
        document.write_bytes(after.encode("utf-8"))

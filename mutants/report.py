"""The table of mutants: in a terminal, or as Markdown."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from .clients import CLIENTS
from .judge import jobs
from .patching import Mutant, Side
from .run import run
from .servers import SERVERS
from .worker import Job, Outcome

_HEADINGS = ("mutant", "clause", "what is broken", "caught by", "findings", "s")
_NO_MUTANT = {"server": "control run of the fake", "client": "control run of the client"}


def show(outcomes: Iterable[Outcome], console: Console) -> None:
    """Print the table and its last line."""
    outcomes = tuple(outcomes)
    table = Table(*_HEADINGS[:4], box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS[4:]:
        table.add_column(heading, justify="right")
    for outcome in outcomes:
        table.add_row(*_cells(outcome), style=None if outcome.caught else "bold red")
    console.print(table)
    console.print(summary(outcomes))


def markdown(outcomes: Iterable[Outcome]) -> str:
    """Return the table in Markdown, its last line below it."""
    outcomes = tuple(outcomes)
    lines = [_line(_HEADINGS), "|---|---|---|---|--:|--:|"]
    lines += [_line(cell.replace("|", "\\|") for cell in _cells(outcome)) for outcome in outcomes]
    return "\n".join([*lines, "", summary(outcomes), ""])


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how many were caught, and which control run was not without findings."""
    tried = [outcome for outcome in outcomes if outcome.mutant is not None]
    caught = f"{sum(outcome.caught for outcome in tried)} of {len(tried)} caught"
    alarms = [_NO_MUTANT[o.side] for o in outcomes if o.mutant is None and not o.caught]
    return f"{caught}; false alarms in the {' and the '.join(alarms)}" if alarms else caught


def _cells(outcome: Outcome) -> tuple[str, ...]:
    mutant = outcome.mutant
    name, clause, items = (
        (mutant.name, mutant.clause, mutant.description)
        if mutant
        else (_NO_MUTANT[outcome.side], "", "nothing")
    )
    return name, clause, items, outcome.by, str(outcome.violations), f"{outcome.took_s:.1f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


SIDES: dict[Side, tuple[Mutant, ...]] = {"server": SERVERS, "client": CLIENTS}
_WIDTH = 180  # of a table in a pipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants and return the exit code: 0 where each was caught and the control runs were clean.

    2 where none was tried.
    """
    options = _parser().parse_args(arguments)
    chosen = _chosen(options)
    if not chosen:
        print("no such mutant", file=sys.stderr)
        return 2
    outcomes = list(_followed(run(chosen, at_once=options.jobs, limit_s=options.limit), len(chosen)))
    order = [(str(job.side), job.mutant) for job in chosen]
    outcomes.sort(key=lambda outcome: order.index((outcome.side, outcome.mutant)))
    show(outcomes, Console(width=None if sys.stdout.isatty() else _WIDTH))
    if options.markdown is not None:
        options.markdown.write_text(markdown(outcomes), encoding="utf-8")
    return 0 if all(outcome.caught for outcome in outcomes) else 1


def _chosen(value: argparse.Namespace) -> list[Job]:
    chosen: list[Job] = []
    for side in value.side or SIDES:
        mutants = tuple(m for m in SIDES[side] if not value.only or {m.name, m.clause} & set(value.only))
        control = not value.only and not value.no_control
        chosen += jobs(mutants, side, examples=value.examples, quick=value.quick, control=control)
    return chosen


def _followed(outcomes: Iterator[Outcome], count: int) -> Iterator[Outcome]:
    """Say which is done, since the whole takes minutes."""
    for nth, outcome in enumerate(outcomes, start=1):
        name = outcome.mutant.name if outcome.mutant else f"control run, {outcome.side}"
        mark = "" if outcome.caught else f"  {outcome.by}"
        print(f"{nth}/{count} {name} {outcome.took_s:.1f} s{mark}", file=sys.stderr, flush=True)
        yield outcome


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mutants", description=_ABOUT)
    parser.add_argument("--side", action="append", choices=[*SIDES], help="one side only")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="mutants by name or by clause")
    parser.add_argument("--quick", action="store_true", help="try only what is about a mutant's clause")
    parser.add_argument(
        "--examples", type=int, default=0, metavar="N", help="of each property, for survivors"
    )
    parser.add_argument("--no-control", action="store_true", help="leave out the runs that break nothing")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="how many at once")
    parser.add_argument("--limit", type=float, default=600.0, metavar="S", help="real seconds for each")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there as well")
    return parser


_ABOUT = "Break the fake and the reference client on purpose, and see whether the contract suite notices."

"""The command: which mutants, how thoroughly, printed and written."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from .clients import CLIENTS
from .judging import jobs
from .mutant import Mutant, Side
from .outcome import Outcome
from .running import run
from .servers import SERVERS
from .table import markdown, show
from .trying import Job

SIDES: dict[Side, tuple[Mutant, ...]] = {"server": SERVERS, "client": CLIENTS}
_WIDTH = 180  # of a table in a pipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants and return the exit code: 0 where each was caught and the control runs were clean.

    2 where none was tried.
    """
    told = _parser().parse_args(arguments)
    chosen = _chosen(told)
    if not chosen:
        print("no such mutant", file=sys.stderr)
        return 2
    outcomes = list(_followed(run(chosen, at_once=told.jobs, limit_s=told.limit), len(chosen)))
    order = [(str(job.side), job.mutant) for job in chosen]
    outcomes.sort(key=lambda outcome: order.index((outcome.side, outcome.mutant)))
    show(outcomes, Console(width=None if sys.stdout.isatty() else _WIDTH))
    if told.markdown is not None:
        told.markdown.write_text(markdown(outcomes), encoding="utf-8")
    return 0 if all(outcome.caught for outcome in outcomes) else 1


def _chosen(told: argparse.Namespace) -> list[Job]:
    chosen: list[Job] = []
    for side in told.side or SIDES:
        mutants = tuple(m for m in SIDES[side] if not told.only or {m.name, m.clause} & set(told.only))
        control = not told.only and not told.no_control
        chosen += jobs(mutants, side, examples=told.examples, quick=told.quick, control=control)
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

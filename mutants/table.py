"""The table of mutants: in a terminal, or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from .outcome import Outcome

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
    name, clause, told = (
        (mutant.name, mutant.clause, mutant.told) if mutant else (_NO_MUTANT[outcome.side], "", "nothing")
    )
    return name, clause, told, outcome.by, str(outcome.findings), f"{outcome.took_s:.1f}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

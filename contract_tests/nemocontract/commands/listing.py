"""What ``--only`` can name, each with the sentence that says what it is about."""

from __future__ import annotations

from collections.abc import Iterator

import click

from nemocontract.cases import load
from nemocontract.suite import HISTORIES, STORIES
from nemocontract.trials.choosing import choose
from nemoscenarios import Shelf


def tell_names(shelf: Shelf) -> None:
    """Print the names of trials, cases and properties."""
    for title, rows in (("trials of clients", _trials(shelf)), ("cases of servers", _cases()), _PROPERTIES):
        click.echo(f"{title}:")
        for name, clauses, sentence in rows:
            click.echo(f"  {name}  [{', '.join(clauses)}]  {sentence}")


_Row = tuple[str, tuple[str, ...], str]
_PROPERTIES: tuple[str, list[_Row]] = (
    "properties",
    [
        (STORIES, (), "Users, troubles and restarts drawn at random; every rule holds after each step."),
        (HISTORIES, (), "Requests of several accounts drawn at random; the auditor agrees with each answer."),
    ],
)


def _trials(shelf: Shelf) -> Iterator[_Row]:
    for trial in choose(shelf).trials:
        yield trial.name, trial.clauses, trial.scenario.title


def _cases() -> Iterator[_Row]:
    for one in load():
        yield one.name, one.clauses, one.looks_for

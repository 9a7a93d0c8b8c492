"""Which stories are played as trials, and which cannot be, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nemocontract.trials.trial import NotATrialError, Trial, as_trial
from nemoscenarios import Shelf


@dataclass(slots=True)
class Choice:
    """The trials to play, and by name of each story that is left out, its clauses and why."""

    trials: list[Trial] = field(default_factory=list)
    left_out: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)


def choose(
    shelf: Shelf, *, only: Iterable[str] = (), program: bool = False, limit_s: float | None = None
) -> Choice:
    """Choose among the stories of a shelf; raise KeyError naming one that is not there.

    ``program``: the client takes all its lines at once, and its waits are real; then only stories which
    say how long they take are played, and of these only those that take no longer than ``limit_s``.
    """
    wanted, known, choice = [*only], shelf.names(), Choice()
    for name in wanted or known:
        scenario = shelf.load(name)
        try:
            trial = as_trial(scenario)
            if program:
                _check(trial, limit_s)
            choice.trials.append(trial)
        except NotATrialError as obstacle:
            choice.left_out[name] = (tuple(scenario.clauses), str(obstacle))
    return choice


def _check(trial: Trial, limit_s: float | None) -> None:
    takes_s = trial.scenario.takes_s
    if not trial.in_one_go:
        raise NotATrialError("a program is given all lines at once, and this story has something in between")
    if takes_s is None:
        raise NotATrialError("it does not say how long a program may take (takes_s)")
    if limit_s is not None and takes_s > limit_s:
        raise NotATrialError(f"it takes a program up to {takes_s:g} s; --slow plays it")

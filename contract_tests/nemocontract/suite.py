"""The suite as its commands, its tests and its mutants call it: one client or one server, one tally."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from nemocontract.arms.command import Program, Words
from nemocontract.arms.served_ground import served_ground
from nemocontract.arms.stepped_ground import stepped_ground
from nemocontract.arms.stepping import stepped
from nemocontract.arms.transport import SteppedTarget, stepped_target
from nemocontract.cases import load
from nemocontract.clauses import CLIENT
from nemocontract.machines.clients import run_stories
from nemocontract.machines.histories import run_histories
from nemocontract.probing.case import Case
from nemocontract.probing.probe import Watch
from nemocontract.probing.running import Allowance, run_cases
from nemocontract.probing.target import Target
from nemocontract.subject import Subject
from nemocontract.tally import Tally
from nemocontract.trials.choosing import Choice, choose
from nemocontract.trials.judged import play_one
from nemocontract.trials.playground import Playground
from nemocontract.trials.trial import Trial
from nemoscenarios import Shelf

STORIES = "stories"  # the property over clients
HISTORIES = "histories"  # the property over servers
_STEPS = 20  # of one history of a server
_PROGRAMS_AT_ONCE = 6  # they mostly wait
_GRACE_S = 30.0  # on top of what a story says that a program takes, before its trial is given up


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be run: ``only`` names trials, cases or properties; nothing there means everything.

    ``clauses`` leaves out what is about no other; ``examples`` of each property, 0 for none; ``limit_s``
    real seconds that a program's trial may take at most, None for any; ``save`` is a folder for the
    stories of failures.
    """

    seed: int = 42
    profiles: tuple[str, ...] = ("",)
    only: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    examples: int = 100
    limit_s: float | None = 60.0
    save: Path | None = None
    shelf: Shelf = field(default_factory=Shelf)

    def wants(self, name: str, clauses: tuple[str, ...] = ()) -> bool:
        """Tell whether a trial, case or property is to be run."""
        named = not self.only or name in self.only
        return named and (not self.clauses or not clauses or bool(self.clauses & set(clauses)))


def names(shelf: Shelf) -> set[str]:
    """Return everything that ``only`` may name."""
    return {*shelf.names(), *(one.name for one in load()), STORIES, HISTORIES}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nemocontract-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# -- clients ---------------------------------------------------------------------------------------


def judge_reference(wanted: Wanted = Wanted()) -> Tally:
    """Judge the reference client, without sockets."""
    tally = Tally("fake", "the reference client", wanted.seed)
    with _folder() as folder, stepped_ground(folder) as ground, _timed(tally):
        _judge_client(ground, _chosen(wanted), tally, wanted, "")
    return tally


def judge_subject(make: Callable[[], Subject], name: str, wanted: Wanted = Wanted()) -> Tally:
    """Judge a Python client, over sockets and in virtual time."""
    tally = Tally("fake", name, wanted.seed)
    with _folder() as folder, served_ground(folder, make) as ground, _timed(tally):
        _judge_client(ground, _chosen(wanted), tally, wanted, f" --client {name}")
    return tally


def judge_command(command: str, wanted: Wanted = Wanted(), words: Words = "stdin") -> Tally:
    """Judge a program, over sockets and in real time."""
    tally, choice = Tally("fake", command, wanted.seed), _chosen(wanted, program=True)
    longest_s = max((trial.scenario.takes_s or 0 for trial in choice.trials), default=0) + _GRACE_S
    make = partial(Program, command, words, longest_s)
    how = f" --command {command!r}" + (" --words arguments" if words == "arguments" else "")
    limit_s = longest_s + _GRACE_S
    with _folder() as folder, served_ground(folder, make, "real", limit_s) as ground, _timed(tally):
        _judge_client(ground, choice, tally, replace(wanted, examples=0), how)
    return tally


def _chosen(wanted: Wanted, *, program: bool = False) -> Choice:
    names = set(wanted.shelf.names())
    if wanted.only and not wanted.only & names:
        return Choice()
    return choose(wanted.shelf, only=sorted(wanted.only & names), program=program, limit_s=wanted.limit_s)


def _judge_client(ground: Playground, choice: Choice, tally: Tally, wanted: Wanted, how: str) -> None:
    chosen = [trial for trial in choice.trials if wanted.wants(trial.name, trial.clauses)]
    with ThreadPoolExecutor(max_workers=_PROGRAMS_AT_ONCE if ground.at_once else 1) as pool:
        for profile in wanted.profiles:
            tried = partial(_tried, ground, wanted.seed, profile, how)
            for one in pool.map(tried, chosen):
                tally.add(one)
    for name, (clauses, reason) in choice.left_out.items():
        if wanted.wants(name, clauses):
            tally.skip(name, tuple(clause for clause in clauses if clause in CLIENT), reason)
    if wanted.examples and wanted.wants(STORIES):
        run_stories(ground, tally, examples=wanted.examples, seed=wanted.seed, how=how, save=wanted.save)


def _tried(ground: Playground, seed: int, profile: str, how: str, trial: Trial) -> Tally:
    tally = Tally(ground.name)
    play_one(ground, trial, tally, seed=seed, profile=profile, how=how)
    return tally


# -- servers ---------------------------------------------------------------------------------------


def judge_fake(wanted: Wanted = Wanted()) -> Tally:
    """Judge the fake, without sockets."""
    with stepped() as server:
        return judge_server(stepped_target(server), wanted)


def judge_server(
    target: Target, wanted: Wanted = Wanted(), *, max_credits: int = 0, watch: Watch | None = None
) -> Tally:
    """Judge a server by its cases and, where it has worlds, by histories drawn at random.

    Without control API all cases share one account, and may spend ``max_credits`` together. ``watch`` sees
    the exchanges of cases.
    """
    tally = Tally(target.name, seed=wanted.seed)
    with _timed(tally):
        for profile in wanted.profiles:
            run_cases(
                target,
                chosen_cases(wanted),
                tally,
                seed=wanted.seed,
                profile=profile,
                allowance=Allowance(credits=max_credits),
                watch=watch,
            )
        if wanted.examples and wanted.wants(HISTORIES):
            _histories(target, tally, wanted)
    return tally


def _histories(target: Target, tally: Tally, wanted: Wanted) -> None:
    if not target.has_control:
        tally.skip(HISTORIES, (), "needs worlds of its own, and so the control API")
        return
    numbers = itertools.count(1)
    run_histories(
        lambda settings: target.fresh(f"history-{next(numbers)}", **settings),
        tally,
        examples=wanted.examples,
        steps=_STEPS,
        seed=wanted.seed,
        # Over sockets nobody moves a clock while somebody waits for an answer.
        clocks=("manual", "auto") if isinstance(target, SteppedTarget) else ("auto",),
    )


def chosen_cases(wanted: Wanted) -> list[Case]:
    """Return the cases that are to be run."""
    return [one for one in load() if wanted.wants(one.name, one.clauses)]


@contextmanager
def _timed(tally: Tally) -> Iterator[None]:
    began_s = time.perf_counter()
    try:
        yield
    finally:
        tally.took_s += time.perf_counter() - began_s

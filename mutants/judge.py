"""How the suite judges either side here: in this process, without sockets, and in which order."""

from __future__ import annotations

from functools import cache

from nemocontract.server_checks import load
from nemocontract.suite import CLIENT_SEQUENCES, SERVER_SEQUENCES, SuiteOptions, judge_fake, judge_reference

from .patching import Mutant, Side
from .worker import Job

# Some bugs show only under another setting of the wire: these two have both settings of every switch.
PROFILES = ("", "adk,http-status,render-nested")
_AT_ONCE = 25  # tests of a pass: a mutant that most of them notice is not tried with all
_SUITES = {"server": judge_fake, "client": judge_reference}
_DRAWN = {"server": SERVER_SEQUENCES, "client": CLIENT_SEQUENCES}


def jobs(mutants: tuple[Mutant, ...], side: Side, *, examples: int, quick: bool, control: bool) -> list[Job]:
    """Return a job for each mutant, the control run first.

    First is tried what says that it is about the mutant's clause, and with ``quick`` no more than that;
    then everything, and in the end ``examples`` of each property drawn at random.
    """
    everything = (*_fixed(side), *_drawn(side, examples))
    tries = [Job(m, side, _SUITES[side], (*_about(m), *(() if quick else everything))) for m in mutants]
    return [Job(None, side, _SUITES[side], everything), *tries] if control else tries


def _about(mutant: Mutant) -> tuple[SuiteOptions, ...]:
    clauses = frozenset({mutant.clause})
    return tuple(SuiteOptions(profiles=(profile,), clauses=clauses, examples=0) for profile in PROFILES)


@cache
def _fixed(side: Side) -> tuple[SuiteOptions, ...]:
    names = [one.name for one in load()] if side == "server" else [*SuiteOptions().store.names()]
    parts = [frozenset(names[nth : nth + _AT_ONCE]) for nth in range(0, len(names), _AT_ONCE)]
    return tuple(SuiteOptions(profiles=(p,), only=part, examples=0) for p in PROFILES for part in parts)


def _drawn(side: Side, examples: int) -> tuple[SuiteOptions, ...]:
    return (SuiteOptions(only=frozenset({_DRAWN[side]}), examples=examples),) if examples else ()

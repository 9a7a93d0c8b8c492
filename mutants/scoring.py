"""The score of the contract suite: how many variants of the client's flow code it notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from nemocontract.suite import Wanted, judge_reference

from .judging import PROFILES
from .mutant import Mutant
from .outcome import GIVEN_UP, Outcome
from .running import run
from .trying import Job
from .variants import Variant

_PARTS = 12  # of all trials, a mixture of stories each: most variants are noticed in the first


class End(StrEnum):
    """What became of a variant. A finding kills; that a client does not come to an end is one as well."""

    FINDING = "killed by a finding"
    FAULT = "fault of the suite"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant and what came of it; ``by`` are the rules that noticed it, or the trouble."""

    variant: Variant
    end: End
    by: str
    took_s: float


@dataclass(slots=True)
class Score:
    """The account of one module."""

    module: str
    ends: Counter[End] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Killed by a finding, of all that were tried."""
        return self.ends[End.FINDING] / max(1, self.ends.total())


def job_of(variant: Variant) -> Job:
    """Return what tries a variant: all trials under either setting of the wire, until there is a finding."""
    return Job(Mutant(variant.name, "", variant.told, variant.apply), "client", judge_reference, _parts())


def try_all(variants: Iterable[Variant], *, at_once: int, limit_s: float) -> Iterator[Tried]:
    """Try variants, each in a fork, and yield what came of each as it ends."""
    named = {variant.name: variant for variant in variants}
    for outcome in run(map(job_of, named.values()), at_once=at_once, limit_s=limit_s):
        assert outcome.mutant, "there are no control runs here"
        by = outcome.by if outcome.caught else outcome.trouble
        yield Tried(named[outcome.mutant.name], end_of(outcome), by, outcome.took_s)


def end_of(outcome: Outcome) -> End:
    """Say what became of a variant."""
    if outcome.caught:
        return End.FINDING
    if outcome.trouble.startswith(GIVEN_UP):
        return End.TIMEOUT
    return End.FAULT if outcome.trouble else End.SURVIVED


def scores(tried: Iterable[Tried]) -> list[Score]:
    """Return a score for each module, in the order in which they were tried."""
    found: dict[str, Score] = {}
    for one in tried:
        found.setdefault(one.variant.module, Score(one.variant.module)).ends[one.end] += 1
    return [*found.values()]


@cache
def _parts() -> tuple[Wanted, ...]:
    names = [*Wanted().shelf.names()]
    parts = [frozenset(names[first::_PARTS]) for first in range(_PARTS)]
    return tuple(Wanted(profiles=(profile,), only=part, examples=0) for profile in PROFILES for part in parts)

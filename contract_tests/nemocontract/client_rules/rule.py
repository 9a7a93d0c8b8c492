"""What a client rule is: a clause, one sentence, the source of the obligation, and a check of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from nemocontract.clauses import ALL, SOURCE_NAMES, SOURCES, Level, level_of
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One occasion on which a rule could be broken: whether it passed, and at which request.

    ``source`` is given where this occasion is about another document than the rule in general.
    """

    passed: bool
    expected: str
    seen: str = ""
    at: Exchange | None = None
    at_ms: int | None = None
    source: str = ""


Check: TypeAlias = Callable[[ClientRun], Iterator[RuleResult]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``description`` is a sentence, ``check`` yields a result for each occasion, ``source`` is a letter."""

    name: str
    clause: str
    description: str
    check: Check
    source: str

    @property
    def level(self) -> Level:
        """How binding the rule is."""
        return level_of(self.source)


RULES: list[Rule] = []


def rule(clause: str, name: str, description: str, source: str = "") -> Callable[[Check], Check]:
    """Register a function as a rule; names are unique, ``source`` is the clause's own by default."""

    def register(check: Check) -> Check:
        origin = source or SOURCES[clause]
        assert clause in ALL, clause
        assert origin in SOURCE_NAMES, origin
        assert all(name != known.name for known in RULES), name
        RULES.append(Rule(name, clause, description, check, origin))
        return check

    return register

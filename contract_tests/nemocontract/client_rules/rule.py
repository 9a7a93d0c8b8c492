"""What a rule of the judge is: a clause, one sentence, and a function over evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from nemocontract.clauses import ALL
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One occasion on which a rule could be broken: whether it held, and at which request."""

    holds: bool
    expected: str
    seen: str = ""
    at: Exchange | None = None
    at_ms: int | None = None


Check: TypeAlias = Callable[[ClientRun], Iterator[RuleResult]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``looks_for`` is what it looks for in one sentence; ``check`` yields a verdict for each occasion."""

    name: str
    clause: str
    looks_for: str
    check: Check


RULES: list[Rule] = []


def rule(clause: str, name: str, looks_for: str) -> Callable[[Check], Check]:
    """Register a function as a rule; names are unique, clauses are those of the protocol."""

    def register(check: Check) -> Check:
        assert clause in ALL, clause
        assert all(name != known.name for known in RULES), name
        RULES.append(Rule(name, clause, looks_for, check))
        return check

    return register

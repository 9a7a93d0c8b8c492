"""Clauses in families, in the protocol's order, with the sentence that each stands for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from nemocontract.clauses import ALL, ANSWERED, CLIENT, SERVER
from nemocontract.results import Responsible, RunResult

_TITLES: Final = {
    "ENV": "Envelope and errors",
    "AUTH": "Tokens",
    "SES": "Sessions",
    "SSE": "Chat",
    "CRE": "Credits",
    "STA": "State",
    "UPL": "Upload",
    "REN": "Export",
    "C": "What a client owes",
}
_ORDER: Final = {clause: nth for nth, clause in enumerate(ALL)}


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """Clauses that belong together."""

    title: str
    clauses: tuple[str, ...]


def in_order(clauses: Iterable[str]) -> tuple[str, ...]:
    """Return the clauses in the protocol's order; those that it does not know come last."""
    return tuple(sorted(clauses, key=place))


def place(clause: str) -> tuple[int, str]:
    """Return the clause's place in the protocol, to sort by."""
    return _ORDER.get(clause, len(_ORDER)), clause


def families(clauses: Iterable[str]) -> tuple[ClauseGroup, ...]:
    """Return the clauses by family, both in the protocol's order."""
    found: dict[str, list[str]] = {}
    for clause in in_order(clauses):
        found.setdefault(_family(clause), []).append(clause)
    return tuple(ClauseGroup(_TITLES.get(name, name), tuple(members)) for name, members in found.items())


def sentence(clause: str, responsible: Responsible = "server") -> str:
    """Return what the clause says to this side; nothing where the protocol does not know it."""
    if responsible == "client" and clause in ANSWERED:
        return ANSWERED[clause]
    return ALL.get(clause, "")


def asked_of(run_result: RunResult) -> frozenset[str]:
    """Return the clauses that a run like this one could try.

    A client under test owes the client's clauses and an answer in words to some refusals; a server alone
    owes the server's. Whatever the run touched belongs to it in any case.
    """
    touched = clauses_in(run_result)
    if not touched:
        return frozenset()
    owed: Collection[str] = {**CLIENT, **ANSWERED} if _judges_client(run_result, touched) else SERVER
    return touched.union(owed)


def clauses_in(run_result: RunResult) -> frozenset[str]:
    """Return the clauses that the run tried, found broken or meant to try."""
    left_out = (clause for left in run_result.not_run for clause in left.clauses)
    return frozenset(
        [*run_result.tried, *left_out, *(violation.clause for violation in run_result.violations)]
    )


def _judges_client(run_result: RunResult, touched: Iterable[str]) -> bool:
    return bool(run_result.subject) or any(clause in CLIENT for clause in touched)


def _family(clause: str) -> str:
    return "C" if clause in CLIENT else clause.rpartition("-")[0] or clause

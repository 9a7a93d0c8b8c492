"""What all scenarios show together: which code where, what is met after which stream, which clause.

Nothing here is claimed by a file: a cell names the scenarios in whose journals the thing was really seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from nemoscenarios import coverage_exemptions
from nemoscenarios.model import Operation

from .recorded_requests import RecordedRequest
from .runner import Report

CODES = (
    "1001",
    "1002",
    "2001",
    "4001",
    "4002",
    "400",
    "402",
    "403",
    "404",
    "405",
    "409",
    "429",
    "5xx",
    "no answer",
)
PLACES = (*get_args(Operation), "cdn.render", "unknown")
PHASES = ("before any event", "during work", "after text")
ENDINGS = ("closed", "cut", "reset", "stalled", "left")
NEXT_CODES = ("0", "1001", "1002", "5xx")


@dataclass(slots=True)
class Table:
    """Rows by columns; a cell lists scenarios, a hole has its reason in ``reasons`` or none at all."""

    name: str
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    reasons: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, row: str, column: str, scenario: str) -> None:
        """Note that a scenario shows this."""
        if row in self.rows and column in self.columns:
            scenarios = self.cells.setdefault((row, column), [])
            if scenario not in scenarios:
                scenarios.append(scenario)

    def explain(self) -> None:
        """Give each hole the reason that is written down for it."""
        for row in self.rows:
            for column in self.columns:
                reason = coverage_exemptions.reason(self.name, row, column)
                if (row, column) not in self.cells and reason:
                    self.reasons[row, column] = reason

    @property
    def gaps(self) -> list[tuple[str, str]]:
        """Holes without a reason."""
        return [
            (row, column)
            for row in self.rows
            for column in self.columns
            if (row, column) not in self.cells and (row, column) not in self.reasons
        ]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The three tables; of clauses, only those that scenarios should show."""

    places: Table
    streams: Table
    clauses: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """All of them."""
        return (self.places, self.streams, self.clauses)


def build_coverage(reports: Iterable[Report], clauses: Sequence[str]) -> Matrix:
    """Return what these plays showed; ``clauses`` are all that there are."""
    found = Matrix(
        Table("places", "Error codes by endpoint, in place of an answer", CODES, PLACES),
        Table(
            "streams",
            "After a stream: the code met next, by what was heard of the stream and how it ended",
            NEXT_CODES,
            [f"{phase}, {ending}" for phase in PHASES for ending in ENDINGS],
        ),
        Table("clauses", "Clauses by scenario", clauses, ["scenarios"]),
    )
    for report in reports:
        _note(found, report)
    for table in found.tables:
        table.explain()
    return found


def _note(found: Matrix, report: Report) -> None:
    name = report.scenario.id
    for clause in report.scenario.clauses:
        found.clauses.add(clause, "scenarios", name)
    for nth, seen in enumerate(report.exchanges):
        if seen.operation == "chat" and (seen.streams or seen.code is None):
            after = next((one for one in report.exchanges[nth + 1 :] if not one.by_hand), None)
            if after is not None and after.operation == "state" and not seen.by_hand:
                found.streams.add(_code(after), f"{_phase(seen)}, {_ending(seen)}", name)
        if not seen.streams:
            found.places.add(_code(seen), seen.operation, name)


def _code(seen: RecordedRequest) -> str:
    if seen.code is None:
        return "no answer"
    return "5xx" if 500 <= seen.code < 600 else str(seen.code)


def _phase(seen: RecordedRequest) -> str:
    kinds: dict[Any, str] = {"work": "during work", "text": "after text"}
    return kinds[seen.kinds[-1]] if seen.kinds else "before any event"


def _ending(seen: RecordedRequest) -> str:
    notes = " ".join(seen.notes)
    if seen.ended == "cut":
        return "reset" if "reset" in notes.replace("reset False", "") else "cut"
    if seen.ended == "client-gone":
        return "stalled" if "stall" in notes or "delay" in notes else "left"
    return "closed"


def clauses_of(reports: Iterable[Report]) -> list[str]:
    """Return all clauses of the protocol, and behind them others that scenarios name."""
    names = {clause for report in reports for clause in report.scenario.clauses}
    return [*coverage_exemptions.CLAUSES, *sorted(names - set(coverage_exemptions.CLAUSES))]

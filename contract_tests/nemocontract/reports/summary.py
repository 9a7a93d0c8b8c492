"""The figures that every report shares: clause by clause and target by target, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import Final, Literal

from nemocontract.clauses import LEVELS
from nemocontract.reports.clause_groups import ClauseGroup, asked_of, families, in_order, place
from nemocontract.reports.sanitize import sanitized
from nemocontract.results import COULD_NOT_RUN, FOUND, PASSED, HarnessError, RunResult, Violation

State = Literal["failed", "passed", "not run", "not tried", "not asked"]

_VERDICTS: Final = {PASSED: "passed", FOUND: "failed", COULD_NOT_RUN: "could not run"}
NOBODY_TRIES: Final = "nothing in this run tries it"
_SUITE_BROKE: Final = "nothing in this run got as far as trying it; see the faults of the suite"


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one clause on one target; ``reasons`` say what was left out, and why."""

    state: State
    tried: int = 0
    violations: int = 0
    reasons: tuple[str, ...] = ()


NOT_ASKED: Final = Cell("not asked")


@dataclass(frozen=True, slots=True)
class SkippedGroup:
    """Trials and cases that were left out for this ``reason``, and the clauses that nothing else tried."""

    reason: str
    names: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ViolationGroup:
    """Violations of one clause and rule at one level on one target; the first of them is the example."""

    violations: tuple[Violation, ...]

    @property
    def example(self) -> Violation:
        """The violation that is shown."""
        return self.violations[0]

    @property
    def scenarios(self) -> tuple[str, ...]:
        """The scenarios and checks in which it was seen."""
        return tuple(dict.fromkeys(one.test_name for one in self.violations if one.test_name))


@dataclass(frozen=True)
class TargetColumn:
    """One run on one target; every text in its ``tally`` is masked. ``cells`` are by clause."""

    label: str
    run_result: RunResult
    cells: Mapping[str, Cell]

    @cached_property
    def violations(self) -> tuple[Violation, ...]:
        """The violations by clause, and of one clause by rule, as they were found."""
        return tuple(sorted(self.run_result.violations, key=lambda found: (place(found.clause), found.rule)))

    @cached_property
    def groups(self) -> tuple[ViolationGroup, ...]:
        """Equal violations together: the strongest level first, then what went wrong first."""
        found: dict[tuple[str, str, str], list[Violation]] = {}
        for one in sorted(self.run_result.violations, key=self._moment):
            found.setdefault((one.level, one.clause, one.rule), []).append(one)
        groups = [ViolationGroup(tuple(ones)) for ones in found.values()]
        return tuple(sorted(groups, key=lambda group: LEVELS.index(group.example.level)))

    def _moment(self, violation: Violation) -> tuple[int, float, tuple[int, str], str]:
        """Return when it happened: scenarios in the order in which they ran, requests in theirs."""
        ran = self.run_result.played
        scenario = ran.index(violation.test_name) if violation.test_name in ran else len(ran)
        moment = inf if violation.seq is None else float(violation.seq)
        return scenario, moment, place(violation.clause), violation.rule

    @cached_property
    def tried(self) -> tuple[str, ...]:
        """The clauses that were tried."""
        return in_order(self.run_result.tried)

    @cached_property
    def not_tried(self) -> tuple[str, ...]:
        """The clauses that could have been tried and were not."""
        return tuple(c for c, cell in self.cells.items() if cell.state in ("not run", "not tried"))

    @property
    def checks(self) -> int:
        """How many occasions there were to break a clause."""
        return self.run_result.tried.total()


@dataclass(frozen=True)
class Summary:
    """Several runs beside one another."""

    columns: tuple[TargetColumn, ...]

    @cached_property
    def families(self) -> tuple[ClauseGroup, ...]:
        """Every clause that one of the runs could try, by family."""
        return families({clause for column in self.columns for clause in column.cells})

    @cached_property
    def tried(self) -> frozenset[str]:
        """The clauses that were tried on one target at least."""
        return frozenset(clause for column in self.columns for clause in column.tried)

    @cached_property
    def violations(self) -> tuple[tuple[TargetColumn, Violation], ...]:
        """All violations, target by target."""
        return tuple((column, violation) for column in self.columns for violation in column.violations)

    @cached_property
    def groups(self) -> tuple[tuple[TargetColumn, ViolationGroup], ...]:
        """All groups of equal violations, target by target."""
        return tuple((column, group) for column in self.columns for group in column.groups)

    @cached_property
    def failing(self) -> int:
        """How many violations make a run fail, at the level that was asked for."""
        return sum(len(column.run_result.failing) for column in self.columns)

    @cached_property
    def faults(self) -> tuple[tuple[TargetColumn, HarnessError], ...]:
        """All errors of the suite itself."""
        return tuple((column, fault) for column in self.columns for fault in column.run_result.harness)

    @property
    def checks(self) -> int:
        """How many checks there were on all targets."""
        return sum(column.checks for column in self.columns)

    @property
    def exit_code(self) -> int:
        """1 if a run has violations; else 2 if one could not run, the suite failed or nothing ran; else 0."""
        codes = {column.run_result.exit_code for column in self.columns}
        return FOUND if FOUND in codes else COULD_NOT_RUN if COULD_NOT_RUN in codes or not codes else PASSED

    @property
    def verdict(self) -> str:
        """``passed``, ``failed`` or ``could not run``."""
        return _VERDICTS[self.exit_code]

    def cell(self, clause: str, column: TargetColumn) -> Cell:
        """Return what became of the clause there."""
        return column.cells.get(clause, NOT_ASKED)


def summarise(run_results: Iterable[RunResult]) -> Summary:
    """Return the figures of these runs, in their order; no text in them bears a token (C-SEC-1)."""
    clean = [sanitized(run_result) for run_result in run_results]
    return Summary(
        tuple(TargetColumn(*item, _cells(item[1])) for item in zip(_labels(clean), clean, strict=True))
    )


def left_out(column: TargetColumn) -> tuple[SkippedGroup, ...]:
    """Return what was not run on this target and what was not tried, reason by reason."""
    names: dict[str, list[str]] = {}
    clauses: dict[str, list[str]] = {}
    for left in column.run_result.not_run:
        names.setdefault(left.reason, []).append(left.name)
    for clause in column.not_tried:
        for reason in column.cells[clause].reasons:
            clauses.setdefault(reason, []).append(clause)
    return tuple(
        SkippedGroup(reason, tuple(dict.fromkeys(names.get(reason, ()))), tuple(clauses.get(reason, ())))
        for reason in (*names, *(clauses.keys() - names.keys()))
    )


def _cells(run_result: RunResult) -> dict[str, Cell]:
    found = Counter(violation.clause for violation in run_result.violations)
    return {clause: _cell(clause, run_result, found[clause]) for clause in in_order(asked_of(run_result))}


def _cell(clause: str, run_result: RunResult, violations: int) -> Cell:
    tried = run_result.tried[clause]
    reasons = tuple(dict.fromkeys(left.reason for left in run_result.not_run if clause in left.clauses))
    if violations:
        return Cell("failed", tried, violations, reasons)
    if tried:
        return Cell("passed", tried, 0, reasons)
    return Cell("not run", reasons=reasons) if reasons else Cell("not tried", reasons=(_why_not(run_result),))


def _why_not(run_result: RunResult) -> str:
    return _SUITE_BROKE if run_result.harness else NOBODY_TRIES


def _labels(run_results: Sequence[RunResult]) -> Iterator[str]:
    """Yield names to tell the runs apart by: subject and target, the seed where that is not enough."""
    names = [
        " on ".join(filter(None, (run_result.subject, run_result.target))) or "unnamed"
        for run_result in run_results
    ]
    seeded = [
        f"{name}, seed {run_result.seed}" if names.count(name) > 1 else name
        for name, run_result in zip(names, run_results, strict=True)
    ]
    for nth, name in enumerate(seeded):
        yield name if seeded.count(name) == 1 else f"{name}, run {seeded[: nth + 1].count(name)}"

"""What was found, as JUnit XML for CI: a suite for each target, a case for each clause and rule."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite
from junitparser.junitparser import FinalResult

from nemocontract.reports.clause_groups import place, sentence
from nemocontract.reports.format import SUITE_NOT_CLIENT, counted, in_full
from nemocontract.reports.sanitize import one_line, shortened
from nemocontract.reports.summary import Summary, TargetColumn, summarise
from nemocontract.results import RunResult, Violation

_MESSAGE_MOST: Final = 500
_ANY_RULE: Final = "every check"
_OF_THE_SUITE: Final = "suite"
_FAULT: Final = "fault of the suite"


def as_junit(summary: Summary) -> str:
    """Return the document as text, with its declaration.

    A rule with several violations is one failed case that has them all; weaker ones stand in its output.
    A run in which nothing was tried holds an error, so that nobody takes it for passed.
    """
    document = JUnitXml("nemocontract")
    columns = summary.columns or summarise([RunResult("no target")]).columns
    suites = [_suite(column) for column in columns]
    for suite in suites:
        document.add_testsuite(suite)
    document.tests, document.failures, document.errors = (
        sum(getattr(suite, name) for suite in suites) for name in ("tests", "failures", "errors")
    )
    document.time = round(sum(column.run_result.took_s for column in columns), 3)
    written = BytesIO()
    document.write(written)
    # "><" is only between elements: in texts it is escaped
    return f"{written.getvalue().decode('utf-8').replace('><', '>' + chr(10) + '<')}\n"


def _suite(column: TargetColumn) -> TestSuite:
    suite = TestSuite(column.label)
    for name, value in _properties(column):
        suite.add_property(name, value)
    suite.add_testcases([*_tried(column), *_left_out(column), *_faults(column), *_nothing(column)])
    suite.time = round(column.run_result.took_s, 3)  # of the whole run: single checks are not timed
    return suite


def _properties(column: TargetColumn) -> Iterator[tuple[str, str]]:
    yield "target", column.run_result.target
    yield "subject", column.run_result.subject
    yield "seed", str(column.run_result.seed)
    yield "checks", str(column.checks)
    yield "clauses tried", ", ".join(column.tried)
    yield "clauses not tried", ", ".join(column.not_tried)


def _tried(column: TargetColumn) -> Iterator[TestCase]:
    found: dict[tuple[str, str], list[Violation]] = {}
    for violation in column.violations:
        found.setdefault((violation.clause, violation.rule), []).append(violation)
    for clause, rule in sorted(_keys(column) | set(found), key=lambda key: (place(key[0]), key[1])):
        violations = found.get((clause, rule), [])
        failing = [one for one in violations if one in column.run_result.failing]
        checks = column.run_result.rules[clause, rule] or column.run_result.tried[clause]
        text = f"{counted(checks, 'check')}. {sentence(clause)}".strip()
        if violations and not failing:
            weaker = "\n\n".join(in_full(one, column) for one in violations)
            text = f"{text}\n\nWeaker than the level that fails a run:\n\n{weaker}"
        yield _case(clause, rule, _failure(failing, column) if failing else None, text)


def _keys(column: TargetColumn) -> set[tuple[str, str]]:
    """Return the clauses and rules that were tried; a clause without counted rules stands alone."""
    by_rule = {clause for clause, _ in column.run_result.rules}
    by_rule |= {violation.clause for violation in column.violations}
    return {
        *column.run_result.rules,
        *((clause, _ANY_RULE) for clause in column.tried if clause not in by_rule),
    }


def _left_out(column: TargetColumn) -> Iterator[TestCase]:
    reasons: dict[tuple[str, str], list[str]] = {}
    for left in column.run_result.not_run:
        for clause in left.clauses:
            reasons.setdefault((clause, left.name), []).append(left.reason)
    for (clause, name), item in reasons.items():
        also_tried = (clause, name) in column.run_result.rules  # readers tell cases apart by their names
        text = "; ".join(dict.fromkeys(item))
        yield _case(clause, f"{name} (left out)" if also_tried else name, _result(Skipped, text, "not run"))


def _faults(column: TargetColumn) -> Iterator[TestCase]:
    fields: dict[str, list[str]] = {}
    for fault in column.run_result.harness:
        fields.setdefault(fault.name, []).append(fault.message)
    for name, texts in fields.items():
        text = "\n\n".join([SUITE_NOT_CLIENT, *texts])
        last = texts[0].strip().rpartition("\n")[2]
        yield _case(
            _OF_THE_SUITE, name, _result(Error, f"fault of the suite: {last}", "fault of the suite", text)
        )


def _nothing(column: TargetColumn) -> Iterator[TestCase]:
    if not column.checks:
        text = "nothing was tried on this target"
        yield _case(_OF_THE_SUITE, "anything at all", _result(Error, text, "could not run"))


def _failure(violations: list[Violation], column: TargetColumn) -> FinalResult:
    first = violations[0]
    more = f" (and {len(violations) - 1:,} more)" if len(violations) > 1 else ""
    text = "\n\n".join(in_full(violation, column) for violation in violations)
    return _result(Failure, f"expected {first.expected}; seen {first.seen}{more}", first.level, text)


def _result(kind: type[FinalResult], message: str, type_: str, text: str = "") -> FinalResult:
    result = kind(shortened(one_line(message), _MESSAGE_MOST), type_)
    result.text = text or message
    return result


def _case(clause: str, name: str, result: FinalResult | None = None, text: str = "") -> TestCase:
    case = TestCase(one_line(name), clause, 0.0)
    if result is not None:
        case.result = result
    if text:
        case.system_out = text
    return case

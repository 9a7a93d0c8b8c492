"""The words of a report: its headline, and a violation's facts by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from nemocontract.clauses import LEVELS, SOURCE_NAMES
from nemocontract.reports.clause_groups import sentence
from nemocontract.reports.sanitize import one_line
from nemocontract.reports.summary import Cell, Summary, TargetColumn, ViolationGroup
from nemocontract.results import FOUND, PASSED, Violation

SUITE_NOT_CLIENT: Final = "Faults of the suite itself: they say nothing of the client or the server."
_NAMES_MOST: Final = 6
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IRREGULAR: Final = {
    "fault of the suite": "faults of the suite",
    "test": "tests",
    "kind of violation": "kinds of violations",
}


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, as in ``1,234 checks``."""
    return f"{count:,} {noun if count == 1 else _IRREGULAR.get(noun, f'{noun}s')}"


def headline(summary: Summary) -> str:
    """Return all that the runs come to in one line, the result first."""
    found = counted(summary.failing, "violation")
    tried = f"{counted(len(summary.tried), 'clause')}, {counted(summary.checks, 'check')}"
    obstacles = "; ".join(_obstacles(summary))
    weaker = _weaker(summary)
    if summary.exit_code == PASSED:
        parts = [f"passed: {tried}, {found}", weaker]
    elif summary.exit_code == FOUND:
        parts = [f"failed: {found}: {tried}", weaker, obstacles]
    else:
        parts = [f"could not run: {obstacles}", f"{tried}, {found}", weaker]
    return "; ".join(part for part in (*parts, _not_tried(summary)) if part)


def _weaker(summary: Summary) -> str:
    """Return how many violations do not make the run fail, with the option that lets them."""
    more = len(summary.violations) - summary.failing
    levels = {one.level for column in summary.columns for one in column.violations}
    weakest = next((level for level in reversed(LEVELS) if level in levels), "advice")
    return (
        f"{counted(more, 'weaker violation')} (--level {weakest} fails on {'it' if more == 1 else 'them'})"
        * bool(more)
    )


def when(at_ms: int) -> str:
    """Return backend time in ISO 8601, UTC, to the millisecond."""
    try:
        moment = _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError:
        return f"{at_ms} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run_facts(column: TargetColumn) -> Iterator[str]:
    """Yield what a run amounts to: its seed, its length, and how much was tried."""
    yield f"seed {column.run_result.seed}"
    yield f"{column.run_result.took_s:,.1f} s"
    yield counted(len(column.run_result.played), "test")
    yield counted(len(column.tried), "clause")
    yield counted(column.checks, "check")
    yield counted(len(column.violations), "violation")
    if column.run_result.inconclusive:
        yield f"{len(column.run_result.inconclusive):,} inconclusive"


def cell_text(cell: Cell) -> str:
    """Return what became of a clause on a target, in a few words."""
    checks = counted(cell.tried, "check")
    words = {
        "failed": f"{counted(cell.violations, 'violation')} in {checks}",
        "passed": checks,
        "not asked": "not asked",
    }
    return words.get(cell.state, cell.state)


def request(violation: Violation) -> str:
    """Return which request a violation is about; nothing where it is about none."""
    number = "" if violation.seq is None else f"request {violation.seq}"
    known = violation.where if number in violation.where else f"{number}, {violation.where}"
    return one_line(known).strip(", ")


def facts(violation: Violation) -> Iterator[tuple[str, str]]:
    """Yield what is known of a violation, by name; the command that shows it again is not among it."""
    text = sentence(violation.clause, violation.responsible)
    known = {
        "user typed": violation.user_line,
        "user read": violation.output,
        "expected": violation.expected,
        "seen": violation.seen,
        "clause": f"{violation.clause}: {text}" if text else violation.clause,
        "source": source(violation),
        "rule": one_line(violation.rule),
        "responsible": f"the {violation.responsible}",
        "where": request(violation),
        "request": violation.request,
        "answer": violation.answer,
        "backend time": "" if violation.at_ms is None else when(violation.at_ms),
        "scenario": one_line(violation.test_name),
        "steps": "\n".join(f"{nth}. {line}" for nth, line in enumerate(violation.trace, start=1)),
    }
    yield from ((name, text) for name, text in known.items() if text)


def source(violation: Violation) -> str:
    """Return how binding the broken obligation is, and which document says so."""
    name = SOURCE_NAMES.get(violation.source)
    return f"{violation.level}, by {name}" if name else violation.level


def occasions(group: ViolationGroup) -> str:
    """Return how often a violation was seen and where, nothing for a single one."""
    if len(group.violations) == 1:
        return ""
    names = group.scenarios
    more = f" and {len(names) - _NAMES_MOST} more" if len(names) > _NAMES_MOST else ""
    where = f", in {', '.join(names[:_NAMES_MOST])}{more}" if names else ""
    return f"seen {len(group.violations):,} times{where}; this is the first"


def in_full(violation: Violation, column: TargetColumn) -> str:
    """Return a violation as plain text, a fact a line, with the command to replay it."""
    replay = (("replay", violation.replay),) if violation.replay else ()
    known = (("target", column.label), *facts(violation), *replay)
    return "\n".join(f"{name}:{_indented(text)}" for name, text in known)


def _indented(text: str) -> str:
    return f"\n{text}".replace("\n", "\n    ") if "\n" in text else f" {text}"


def _obstacles(summary: Summary) -> Iterator[str]:
    if not summary.columns:
        yield "there was no run at all"
    for column in summary.columns:
        if not column.checks:
            yield "nothing was tried" if len(summary.columns) == 1 else f"nothing was tried on {column.label}"
    if any(column.run_result.interrupted for column in summary.columns):
        yield "the run was interrupted"
    if summary.faults:
        yield counted(len(summary.faults), "fault of the suite")


def _not_tried(summary: Summary) -> str:
    if len(summary.columns) == 1:
        return f"{counted(len(summary.columns[0].not_tried), 'clause')} not tried"
    left = [f"{len(column.not_tried):,} on {column.label}" for column in summary.columns]
    return f"clauses not tried: {', '.join(left)}" if left else ""

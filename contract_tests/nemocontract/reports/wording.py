"""The words of a report: its headline, and one finding's facts by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from nemocontract.finding import Finding
from nemocontract.reports.border import one_line
from nemocontract.reports.families import sentence
from nemocontract.reports.summary import Cell, Column, Summary
from nemocontract.tally import FOUND, PASSED

SUITE_NOT_CLIENT: Final = "Faults of the suite itself: they say nothing of the client or the server."
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_IRREGULAR: Final = {
    "fault of the suite": "faults of the suite",
    "trial or case": "trials or cases",
}


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, as in ``1,234 checks``."""
    return f"{count:,} {noun if count == 1 else _IRREGULAR.get(noun, f'{noun}s')}"


def headline(summary: Summary) -> str:
    """Return all that the runs come to in one line, the verdict first."""
    found = counted(len(summary.findings), "finding")
    tried = f"{counted(len(summary.tried), 'clause')}, {counted(summary.checks, 'check')}"
    obstacles = "; ".join(_obstacles(summary))
    if summary.exit_code == PASSED:
        parts = [f"passed: {tried}, {found}"]
    elif summary.exit_code == FOUND:
        parts = [f"FOUND {found}: {tried}", obstacles]
    else:
        parts = [f"could not run: {obstacles}", f"{tried}, {found}"]
    return "; ".join(part for part in (*parts, _not_tried(summary)) if part)


def when(at_ms: int) -> str:
    """Return backend time in ISO 8601, UTC, to the millisecond."""
    try:
        moment = _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError:
        return f"{at_ms} ms"
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def run_facts(column: Column) -> Iterator[str]:
    """Yield what a run amounts to: its seed, its length, and how much was tried."""
    yield f"seed {column.tally.seed}"
    yield f"{column.tally.took_s:,.1f} s"
    yield counted(len(column.tally.played), "trial or case")
    yield counted(len(column.tried), "clause")
    yield counted(column.checks, "check")
    yield counted(len(column.findings), "finding")


def cell_text(cell: Cell) -> str:
    """Return what became of a clause on a target, in a few words."""
    checks = counted(cell.tried, "check")
    words = {
        "found": f"{counted(cell.findings, 'finding')} in {checks}",
        "held": checks,
        "not asked": "not asked",
    }
    return words.get(cell.state, cell.state)


def request(finding: Finding) -> str:
    """Return which request a finding is about; nothing where it is about none."""
    number = "" if finding.seq is None else f"request {finding.seq}"
    known = finding.where if number in finding.where else f"{number}, {finding.where}"
    return one_line(known).strip(", ")


def facts(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what is known of a finding, by name; the command that shows it again is not among it."""
    told = sentence(finding.clause, finding.whose)
    known = {
        "clause": f"{finding.clause}: {told}" if told else finding.clause,
        "rule": one_line(finding.rule),
        "whose": f"the {finding.whose}'s",
        "expected": finding.expected,
        "seen": finding.seen,
        "request": request(finding),
        "backend time": "" if finding.at_ms is None else when(finding.at_ms),
        "trial": one_line(finding.trial),
        "story": "\n".join(f"{nth}. {line}" for nth, line in enumerate(finding.story, start=1)),
    }
    yield from ((name, text) for name, text in known.items() if text)


def in_full(finding: Finding, column: Column) -> str:
    """Return a finding as plain text, a fact a line, with the command to replay it."""
    replay = (("replay", finding.replay),) if finding.replay else ()
    known = (("target", column.label), *facts(finding), *replay)
    return "\n".join(f"{name}:{_indented(text)}" for name, text in known)


def _indented(text: str) -> str:
    return f"\n{text}".replace("\n", "\n    ") if "\n" in text else f" {text}"


def _obstacles(summary: Summary) -> Iterator[str]:
    if not summary.columns:
        yield "there was no run at all"
    for column in summary.columns:
        if not column.checks:
            yield "nothing was tried" if len(summary.columns) == 1 else f"nothing was tried on {column.label}"
    if summary.faults:
        yield counted(len(summary.faults), "fault of the suite")


def _not_tried(summary: Summary) -> str:
    if len(summary.columns) == 1:
        return f"{counted(len(summary.columns[0].not_tried), 'clause')} not tried"
    left = [f"{len(column.not_tried):,} on {column.label}" for column in summary.columns]
    return f"clauses not tried: {', '.join(left)}" if left else ""

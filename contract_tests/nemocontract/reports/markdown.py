"""What was found, as Markdown for the summary of a CI job: a verdict, a table, violations to unfold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from nemocontract.reports.clause_groups import ClauseGroup
from nemocontract.reports.format import SUITE_NOT_CLIENT, counted, headline, in_full, occasions
from nemocontract.reports.sanitize import one_line, shortened
from nemocontract.reports.summary import Summary, TargetColumn, left_out
from nemocontract.results import COULD_NOT_RUN, FOUND, PASSED

_SIGNS: Final = {PASSED: "✅", FOUND: "❌", COULD_NOT_RUN: "⚠️"}
_MARKUP: Final = re.compile(r"[\\`*_\[\]<>&|~$@#]|:(?=//)|(?<=www)\.")  # GitHub makes links of bare addresses
_FENCE: Final = re.compile(r"`{3,}")
_TEXT_MOST: Final = 4000
_TITLE_MOST: Final = 200
_UNFOLDING_MOST: Final = 50  # of violations and of faults: GitHub takes no summary over 1 MiB


def as_markdown(summary: Summary) -> str:
    """Return the text; equal violations are shown once, with a count."""
    parts = [f"## {_SIGNS[summary.exit_code]} {_plain(headline(summary), _TEXT_MOST)}"]
    if summary.families:
        parts.append("\n".join(_table(summary)))
    for unfolding in (_violations(summary), _not_run(summary), _faults(summary)):
        parts += unfolding
    return "\n\n".join(parts) + "\n"


def _table(summary: Summary) -> Iterator[str]:
    yield _row(["Clauses", *(column.label for column in summary.columns)])
    yield f"|{' --- |' * (len(summary.columns) + 1)}"
    for family in summary.families:
        yield _row([family.title, *(_cell(family, column) for column in summary.columns)])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_plain(cell) for cell in cells)} |"


def _cell(family: ClauseGroup, column: TargetColumn) -> str:
    cells = [column.cells[clause] for clause in family.clauses if clause in column.cells]
    if not cells:
        return "not asked"
    tried = sum(cell.tried > 0 for cell in cells)
    found = sum(cell.violations for cell in cells)
    text = (
        f"{tried} of {counted(len(cells), 'clause')}, {counted(sum(cell.tried for cell in cells), 'check')}"
    )
    return f"{text}, ❌ {counted(found, 'violation')}" if found else text


def _violations(summary: Summary) -> Iterator[str]:
    for column, group in summary.groups[:_UNFOLDING_MOST]:
        example = group.example
        often = f" ({len(group.violations):,} times)" if len(group.violations) > 1 else ""
        title = f"{example.level}: {example.clause} {example.rule} on {column.label}{often}: "
        yield _unfolding(f"❌ {title}expected {example.expected}", _fenced(in_full(example, column)))
        if often:
            yield f"{_plain(occasions(group), _TEXT_MOST)}."
    if len(summary.groups) > _UNFOLDING_MOST:
        kinds = counted(len(summary.groups), "kind of violation")
        yield f"The first {_UNFOLDING_MOST} of {kinds} are shown here."


def _not_run(summary: Summary) -> Iterator[str]:
    for column in summary.columns:
        if lines := list(_reasons(column)):
            title = f"{counted(len(column.not_tried), 'clause')} not tried on {column.label}"
            yield _unfolding(title, "\n".join(lines))


def _reasons(column: TargetColumn) -> Iterator[str]:
    for left in left_out(column):
        names = [f"{counted(len(left.names), 'test')} left out"] if left.names else []
        clauses = [f"not tried: {', '.join(left.clauses)}"] if left.clauses else []
        yield f"- {_plain(left.reason, _TEXT_MOST)} ({_plain('; '.join(names + clauses), _TEXT_MOST)})"


def _faults(summary: Summary) -> Iterator[str]:
    if summary.faults:
        yield f"**{SUITE_NOT_CLIENT}**"
    for column, fault in summary.faults[:_UNFOLDING_MOST]:
        yield _unfolding(f"⚠️ {fault.name} on {column.label}", _fenced(fault.message))
    if (more := len(summary.faults) - _UNFOLDING_MOST) > 0:
        yield f"And {counted(more, 'fault of the suite')} more."


def _unfolding(title: str, inside: str) -> str:
    """Return a block that unfolds; ``inside`` is Markdown."""
    return f"<details><summary>{_plain(title)}</summary>\n\n{inside}\n\n</details>"


def _fenced(text: str) -> str:
    """Return the text as a block of code, in a fence longer than any in it."""
    fence = "`" * max((len(run) + 1 for run in _FENCE.findall(text)), default=3)
    return f"{fence}text\n{shortened(text, _TEXT_MOST)}\n{fence}"


def _plain(text: str, most: int = _TITLE_MOST) -> str:
    """Return the text as one line that Markdown and HTML both show as it is."""
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[0])};", shortened(one_line(text), most))

"""What was found, for a terminal: clauses and how often, what was left out and why, findings in full."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from nemocontract.reports.clause_groups import families
from nemocontract.reports.format import SUITE_NOT_CLIENT, facts, headline, occasions, run_facts
from nemocontract.reports.sanitize import one_line, shortened
from nemocontract.reports.summary import (
    SkippedGroup,
    Summary,
    TargetColumn,
    left_out,
    summarise,
)
from nemocontract.results import COULD_NOT_RUN, FOUND, PASSED, RunResult, Violation

_STYLES: Final = {PASSED: "bold green", FOUND: "bold red", COULD_NOT_RUN: "bold yellow"}
_COLORS: Final = {"must": "bold red", "should": "bold yellow", "advice": "bold cyan"}
_TEXT_MOST: Final = 2000
_NAMES_MOST: Final = 6
_NARROWEST: Final = 20
_NAME_MOST: Final = 30


def tell(run_results: Iterable[RunResult], console: Console) -> None:
    """Print what these runs have found; the last line is the verdict.

    Equal violations are shown once, with a count; the XML has all. Replay commands are never broken or cut.
    Without colors nothing is lost, and what the encoding of the console lacks is written out.
    """
    summary = summarise(run_results)
    teller = _TerminalReport(console)
    for column in summary.columns:
        teller.column(column)
    teller.violations(summary)
    teller.faults(summary)
    teller.whole(headline(summary), _STYLES[summary.exit_code])


class _TerminalReport:
    def __init__(self, console: Console) -> None:
        self._console = console

    def column(self, column: TargetColumn) -> None:
        self.line(column.label, "bold")
        self.line(", ".join(run_facts(column)), indent=2)
        self.pairs([(family.title, _tried(family.clauses, column)) for family in families(column.tried)])
        for nth, left in enumerate(left_out(column)):
            if nth == 0:
                self.line("not run:", "yellow", indent=2)
            self.line(left.reason, indent=4)
            for item in _left_out(left):
                self.line(item, indent=6)
        for one in column.run_result.inconclusive:
            self.line(f"inconclusive: {one.name}: {one.reason}", "yellow", indent=2)
        self.line("")

    def violations(self, summary: Summary) -> None:
        for nth, (column, group) in enumerate(summary.groups, start=1):
            level = group.example.level
            self.line(f"{level}: violation {nth} of {len(summary.groups)} on {column.label}", _COLORS[level])
            if often := occasions(group):
                self.line(often, indent=2)
            self.violation(group.example)

    def violation(self, violation: Violation) -> None:
        self.pairs([(name, shortened(text, _TEXT_MOST)) for name, text in facts(violation)])
        if violation.replay:
            self.line("replay", indent=2)
            self.whole(violation.replay)
        self.line("")

    def faults(self, summary: Summary) -> None:
        if summary.faults:
            self.line(SUITE_NOT_CLIENT, "bold yellow")
        for column, fault in summary.faults:
            self.line(f"{fault.name} on {column.label}", indent=2)
            self.line(f"{fault.message}\n", indent=4)

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        """Print text, broken between words at the console's width."""
        self._hang(" " * indent, text, style)

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Print names and texts in two columns."""
        names = [self._shown(shortened(one_line(name), _NAME_MOST)) for name, _ in pairs]
        wide = max(map(cell_len, names), default=0)
        for name, (_, text) in zip(names, pairs, strict=True):
            self._hang(f"  {name}{' ' * (wide - cell_len(name))}  ", text)

    def whole(self, text: str, style: str = "") -> None:
        """Print text that somebody copies or looks for: a line of it stays one line."""
        self._console.print(self._text(text, style), soft_wrap=True)

    def _hang(self, lead: str, text: str, style: str = "") -> None:
        wide = cell_len(lead)
        world = max(self._console.width - wide, _NARROWEST)
        for nth, line in enumerate(self._text(text, style).wrap(self._console, world, overflow="fold")):
            whole = Text(lead if nth == 0 else " " * wide) + line
            whole.rstrip()
            self._console.print(whole, soft_wrap=True)

    def _text(self, text: str, style: str = "") -> Text:
        return Text(self._shown(text), style=style)

    def _shown(self, text: str) -> str:
        """Return the text with what the console's encoding lacks written out."""
        encoding = self._console.encoding
        return text.encode(encoding, "backslashreplace").decode(encoding)


def _tried(clauses: Iterable[str], column: TargetColumn) -> str:
    return "  ".join(_count(clause, column) for clause in clauses)


def _count(clause: str, column: TargetColumn) -> str:
    cell = column.cells[clause]
    found = f" FAILED {cell.violations}" if cell.violations else ""
    return f"{clause}:{cell.tried}{found}"


def _left_out(left: SkippedGroup) -> Iterable[str]:
    if left.names:
        shown, more = left.names[:_NAMES_MOST], len(left.names) - _NAMES_MOST
        yield f"left out: {', '.join(shown)}{f' and {more} more' if more > 0 else ''}"
    if left.clauses:
        yield f"not tried: {', '.join(left.clauses)}"

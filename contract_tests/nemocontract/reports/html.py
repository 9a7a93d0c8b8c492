"""What was found, as one page of HTML that needs nothing else: no network, no script."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from jinja2 import Environment, StrictUndefined, Template

from nemocontract.clauses import ANSWERED
from nemocontract.reports.clause_groups import sentence
from nemocontract.reports.format import (
    SUITE_NOT_CLIENT,
    cell_text,
    counted,
    headline,
    occasions,
    request,
    run_facts,
    source,
    when,
)
from nemocontract.reports.summary import Summary, left_out

_TEMPLATE: Final = "page.html.j2"
_SIGNS: Final = {"failed": "✗", "passed": "✓", "not run": "–", "not tried": "–", "not asked": "·"}
_KNOWN: Final = {
    "answered": ANSWERED,
    "cell_text": cell_text,
    "counted": counted,
    "occasions": occasions,
    "request": request,
    "run_facts": run_facts,
    "sentence": sentence,
    "source": source,
    "signs": _SIGNS,
    "suite_not_client": SUITE_NOT_CLIENT,
    "when": when,
}


def as_page(summary: Summary) -> str:
    """Return the page as text; whatever a text of the runs holds, it is shown and never interpreted."""
    first: dict[tuple[str, str], int] = {}
    for nth, (column, group) in enumerate(summary.groups, start=1):
        first.setdefault((column.label, group.example.clause), nth)
    not_run = [(column, reasons) for column in summary.columns if (reasons := left_out(column))]
    return _template().render(summary=summary, headline=headline(summary), first=first, not_run=not_run)


@cache
def _template() -> Template:
    world = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    world.globals.update(_KNOWN)
    return world.from_string(files(__package__).joinpath(_TEMPLATE).read_text("utf-8"))

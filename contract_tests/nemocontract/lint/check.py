"""Every check asked about one document, its findings in order and each told once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from nemocontract.lint.attribution import check_attribution
from nemocontract.lint.document import Document
from nemocontract.lint.draft_map import check_draft_map
from nemocontract.lint.endpoints import check_endpoints
from nemocontract.lint.error_table import check_error_table
from nemocontract.lint.exports import check_exports
from nemocontract.lint.finding import LEVELS, LintFinding
from nemocontract.lint.front_matter import check_front_matter
from nemocontract.lint.gui import check_gui
from nemocontract.lint.missing import check_missing
from nemocontract.lint.numbers import check_numbers
from nemocontract.lint.requests import check_requests
from nemocontract.lint.routing import check_routing
from nemocontract.lint.session_id import check_session_id
from nemocontract.lint.streams import check_streams

CHECKS: Final[tuple[Callable[[Document], Iterable[LintFinding]], ...]] = (
    check_front_matter,
    check_endpoints,
    check_requests,
    check_session_id,
    check_attribution,
    check_numbers,
    check_error_table,
    check_routing,
    check_gui,
    check_draft_map,
    check_streams,
    check_exports,
    check_missing,
)


def lint(document: Document) -> list[LintFinding]:
    """Return what is wrong with a document, by line; a second finding of one clause on a line is left out."""
    return in_order(violation for check in CHECKS for violation in check(document))


def in_order(violations: Iterable[LintFinding]) -> list[LintFinding]:
    """Return findings by line and level, without those that say the same of the same line."""
    return list(_once(sorted(violations, key=lambda one: (one.line, LEVELS.index(one.level), one.clause))))


def _once(violations: Iterable[LintFinding]) -> Iterator[LintFinding]:
    names: set[tuple[int, str, str]] = set()
    for one in violations:
        key = (one.line, one.clause, one.protocol)
        if key not in names:
            names.add(key)
            yield one

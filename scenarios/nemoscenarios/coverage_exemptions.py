"""Why some things are shown by no scenario: reasons as data, in ``holes.yaml``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import Field

from . import strict_yaml
from .terms import StrictModel

# The protocol's clauses, by family: how many each has.
_FAMILIES = {
    "ENV": 4,
    "AUTH": 8,
    "SES": 3,
    "SSE": 13,
    "CRE": 5,
    "STA": 4,
    "UPL": 6,
    "REN": 12,
    "C-AUTH": 3,
    "C-ATT": 1,
    "C-SES": 1,
    "C-ROU": 1,
    "C-SSE": 5,
    "C-GUI": 1,
    "C-REN": 2,
    "C-SEC": 1,
    "C-UX": 1,
}
CLAUSES = tuple(f"{family}-{nth}" for family, count in _FAMILIES.items() for nth in range(1, count + 1))
HOLES_FILE = Path(__file__).with_name("holes.yaml")


class CoverageExemption(StrictModel):
    """Cells of a table that stay empty: all whose row and column are named; none named means all."""

    table: str = Field(description="Which table.")
    rows: list[str] = Field(default_factory=list, description="Its rows.")
    columns: list[str] = Field(default_factory=list, description="Its columns.")
    why: str = Field(min_length=10, description="The reason, in a sentence.")

    def covers(self, table: str, row: str, column: str) -> bool:
        """Tell whether this is the reason for a cell."""
        fits = row in (self.rows or [row]) and column in (self.columns or [column])
        return fits and table == self.table


@cache
def all_holes() -> tuple[CoverageExemption, ...]:
    """Return all reasons, in the order of the file."""
    text = strict_yaml.read(HOLES_FILE.read_text(encoding="utf-8")).value
    return tuple(CoverageExemption.model_validate(one) for one in text)


def reason(table: str, row: str, column: str) -> str:
    """Return why a cell is empty: the first reason that covers it, or nothing."""
    return next((hole.why for hole in all_holes() if hole.covers(table, row, column)), "")

"""docs/FAULTS.md lists exactly the faults there are, with their fields and defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from nemofake.faults import ANY, FAULTS, TARGETS
from nemofake.faults.rules import MATCH_FIELDS

TEXT = (Path(__file__).parents[2] / "docs" / "FAULTS.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| `([a-z_]+)` \| (.*) \| (.+) \|")
ROWS = {found[1]: (found[2], found[3]) for line in TEXT.splitlines() if (found := ROW.fullmatch(line))}


def shown(value: Any) -> str:
    """Return a default as the table has it."""
    if value in (None, False, ()):
        return ""
    return "yes" if value is True else f"`{value}`"


def test_faults_and_rows_of_the_document_are_the_same() -> None:
    assert set(ROWS) == set(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_row_has_the_faults_fields_and_defaults(name: str) -> None:
    cell, seen = ROWS[name]
    values = {found[1]: found[2] or "" for found in re.finditer(r"`([a-z_]+)`(?: = (`[^`]*`|yes))?", cell)}
    assert values == {field.name: shown(field.default) for field in fields(FAULTS[name])}  # type: ignore[arg-type]
    assert seen.endswith(".")


def test_document_has_every_match_field() -> None:
    for name in MATCH_FIELDS:
        assert f"| `{name}`" in TEXT or f"`{name}`" in TEXT
    for target in (ANY, *TARGETS):
        assert f"`{target}`" in TEXT

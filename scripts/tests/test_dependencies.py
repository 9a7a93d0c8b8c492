"""docs/DEPENDENCIES.md and pyproject.toml say the same, and every licence is the one that is installed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (?P<name>[\w.\[\]-]+) \| (?P<bound>[^|]*?) ?\| (?P<licence>[^|]+) \| (?P<why>[^|]+) \|")
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+(?:\[\w+\])?)(?P<bound>[^;]*)")
# What a package's metadata may say in place of the identifier.
SPELLINGS = {
    "BSD-2-Clause": "BSD 2-Clause|BSD License",
    "BSD-3-Clause": "BSD License",
    "MIT": "MIT License",
    "Apache-2.0": "Apache Software License",
    "OFL-1.1": "SIL Open Font License",
    "LGPL-3.0-only": "GNU Lesser General Public License v3",
}


def declared() -> dict[str, tuple[str, str]]:
    """Return the bound of each requirement and the section it belongs to."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"package": project["dependencies"], **project["optional-dependencies"]}
    rows = {}
    for group, requirements in groups.items():
        for requirement in requirements:
            found = _REQUIREMENT.match(requirement)
            assert found
            if not found["name"].startswith("nemofake"):
                rows[found["name"]] = (found["bound"].strip(), group)
    return rows


def documented() -> Iterator[tuple[str, re.Match[str]]]:
    """Return the rows of the document with the section that each stands in."""
    section = ""
    for line in (ROOT / "docs" / "DEPENDENCIES.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.split("`")[1] if "`" in line else "package"
        elif (row := ROW.fullmatch(line)) and row["name"] != "package":
            yield section, row


def test_document_has_the_requirements_of_the_project_with_their_bounds() -> None:
    told = {row["name"]: (row["bound"].strip(), section) for section, row in documented()}
    assert told == declared()


@pytest.mark.parametrize("row", [pytest.param(row, id=row["name"]) for _, row in documented()])
def test_licence_is_that_of_the_installed_package(row: re.Match[str]) -> None:
    assert row["why"].strip()
    try:
        about = distribution(row["name"].partition("[")[0]).read_text("METADATA") or ""
    except PackageNotFoundError:
        pytest.skip(f"{row['name']} is not installed, so its licence cannot be read")
    lines = (line for line in about.splitlines() if line.startswith(("License", "Classifier: License")))
    stated = " ".join(lines)
    if stated.strip() in ("", "License: UNKNOWN"):
        pytest.skip(f"the metadata of the installed {row['name']} names no licence")
    for licence in row["licence"].split(" OR "):
        assert re.search(f"{re.escape(licence)}|{SPELLINGS.get(licence, licence)}", stated), stated

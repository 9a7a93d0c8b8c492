"""Every clause of docs/PROTOCOL.md is proven by a test, and nobody speaks of one that is not there.

Tests are read, not run: what counts is ``@pytest.mark.clause("AUTH-5", …)`` on a test, on its class, or in a
file's ``pytestmark``.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import ACTIONS
from nemofake.settings import Settings
from nemofake.wire.profile import SWITCHES
from nemoscenarios import model

ROOT = Path(__file__).parents[2]
PROTOCOL = (ROOT / "docs" / "PROTOCOL.md").read_text(encoding="utf-8")
ROOMS = ("fake_backend", "client", "contract_tests", "scenarios")

ID = r"(?:ENV|AUTH|SES|SSE|CRE|STA|UPL|REN|C-[A-Z]{2,4})-[0-9]+"
SEEN = r"verified-live 20[0-9]{2}-[01][0-9]-[0-3][0-9]"
STATUS = re.compile(rf"documented(, {SEEN})?(, assumed: .+)?|assumed|{SEEN}")
SETTINGS = {
    "parameters": {field.name for field in fields(Parameters)},
    "settings": {field.name for field in fields(Settings)},
    "given": set(model.Given.model_fields),
    "triggers": set(ACTIONS),
    "profile": {name for names in SWITCHES.values() for name in names},
}


class Row(NamedTuple):
    """One clause of the document."""

    id: str
    what: str
    status: str
    setting: str


class Claim(NamedTuple):
    """A clause that a test says it proves, and where."""

    id: str
    where: str


def rows(text: str) -> list[Row]:
    """Return all lines that look like a clause's row, whatever their cells."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(ID, cells[0]):
            found.append(Row(*cells) if len(cells) == 4 else Row(cells[0], "", "", ""))
    return found


ROWS = rows(PROTOCOL)
IDS = {row.id for row in ROWS}


# -- what tests claim ------------------------------------------------------------------------------


def claims(source: str, where: str) -> Iterator[Claim]:
    """Yield what the tests of one file claim to prove."""
    module = ast.parse(source)
    tests = [node for node in ast.walk(module) if _is_test(node)]
    if tests:
        yield from _assigned(module, where)
    for node in ast.walk(module):
        if _is_test(node) or (isinstance(node, ast.ClassDef) and any(map(_is_test, node.body))):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            for decorator in node.decorator_list:
                yield from _marks(decorator, where)


def _is_test(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test")


def _assigned(module: ast.Module, where: str) -> Iterator[Claim]:
    """Yield the marks of ``pytestmark = …``, one or a list."""
    for node in module.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(t) == "pytestmark" for t in node.targets):
            several = isinstance(node.value, ast.List | ast.Tuple)
            for mark in node.value.elts if several else [node.value]:  # type: ignore[attr-defined]
                yield from _marks(mark, where)


def _marks(mark: ast.expr, where: str) -> Iterator[Claim]:
    """Yield the clauses of a mark, also of one among a parameter's ``marks=``."""
    for node in ast.walk(mark):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"pytest.mark.clause", "mark.clause"}:
            place = f"{where}:{node.lineno}"
            if not node.args:
                yield Claim("(no clause)", place)
            for argument in node.args:
                literal = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                yield Claim(argument.value if literal else f"({ast.unparse(argument)})", place)  # type: ignore[attr-defined]


def _all_claims() -> list[Claim]:
    files = sorted(path for world in (*ROOMS, ".") for path in (ROOT / world / "tests").glob("**/*.py"))
    found: list[Claim] = []
    for path in files:
        found += claims(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())
    return found


CLAIMS = _all_claims()


# -- the document ----------------------------------------------------------------------------------


def test_every_clause_stands_in_the_document_once() -> None:
    assert [name for name, count in Counter(row.id for row in ROWS).items() if count > 1] == []


def test_every_family_of_clauses_is_there_and_numbered_without_a_gap() -> None:
    families: dict[str, set[int]] = {}
    for name in IDS:
        family, _, number = name.rpartition("-")
        families.setdefault(family, set()).add(int(number))
    backend = {"ENV", "AUTH", "SES", "SSE", "CRE", "STA", "UPL", "REN"}
    client = {"AUTH", "ATT", "SES", "ROU", "SSE", "GUI", "REN", "SEC", "UX"}
    assert set(families) == backend | {f"C-{name}" for name in client}
    assert {name for name, numbers in families.items() if numbers != set(range(1, len(numbers) + 1))} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_clause_has_a_text_and_a_valid_status(row: Row) -> None:
    assert row.what, "a row has four cells: id, what, status, setting"
    assert STATUS.fullmatch(row.status)


def test_settings_in_the_document_exist() -> None:
    named = set(re.findall(r"`(parameters|settings|given|triggers|profile)\.([a-z0-9_-]+)`", PROTOCOL))
    wrong = {f"{kind}.{name}" for kind, name in named if name not in SETTINGS[kind] | {"x"}}
    assert wrong == set()


def test_every_setting_cell_holds_settings_or_a_dash() -> None:
    one = r"`(?:parameters|settings|given|triggers|profile)\.[a-z0-9_-]+`"
    assert [row.id for row in ROWS if not re.fullmatch(rf"—|{one}(, {one})*", row.setting)] == []


def test_document_names_every_parameter() -> None:
    assert {name for name in SETTINGS["parameters"] if f"`parameters.{name}`" not in PROTOCOL} == set()


# -- the tests -------------------------------------------------------------------------------------


def test_every_clause_is_proven_by_a_test() -> None:
    missing = sorted(IDS - {claim.id for claim in CLAIMS})
    assert not missing, f"no test is marked with {', '.join(missing)}"


def test_no_test_claims_a_clause_that_does_not_exist() -> None:
    assert [claim for claim in CLAIMS if claim.id not in IDS] == []


def test_no_source_speaks_of_a_clause_that_does_not_exist() -> None:
    pattern, wrong = re.compile(rf"(?<![\w-]){ID}\b"), []
    for path in sorted(path for world in ROOMS for path in (ROOT / world).glob("**/*.py")):
        if path != Path(__file__):
            found = set(pattern.findall(path.read_text(encoding="utf-8"))) - IDS
            wrong += [f"{path.relative_to(ROOT).as_posix()}: {name}" for name in sorted(found)]
    assert wrong == []


# -- the reading itself ----------------------------------------------------------------------------


def ids_in(source: str) -> list[str]:
    return [claim.id for claim in claims(source, "x.py")]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("@pytest.mark.clause('A-1', 'A-2')\ndef test_x(): ...", ["A-1", "A-2"]),
        ("@mark.clause('A-1')\nasync def test_x(): ...", ["A-1"]),
        ("@pytest.mark.clause('A-1')\nclass TestX:\n def test_y(self): ...", ["A-1"]),
        ("class TestX:\n @pytest.mark.clause('A-1')\n def test_y(self): ...", ["A-1"]),
        ("pytestmark = pytest.mark.clause('A-1')\ndef test_x(): ...", ["A-1"]),
        ("pytestmark = [pytest.mark.slow, pytest.mark.clause('A-1')]\ndef test_x(): ...", ["A-1"]),
        ("@x([pytest.param(1, marks=pytest.mark.clause('A-1'))])\ndef test_x(n): ...", ["A-1"]),
        ("@pytest.mark.clause()\ndef test_x(): ...", ["(no clause)"]),
        ("@pytest.mark.clause(*NAMES)\ndef test_x(): ...", ["(*NAMES)"]),
        ("# @pytest.mark.clause('A-1')\ndef test_x(): ...", []),
        ("def test_x():\n '@pytest.mark.clause(\"A-1\")'", []),
        ("@pytest.mark.clause('A-1')\ndef helper(): ...", []),
        ("@pytest.mark.clause('A-1')\nclass TestX:\n pass", []),
        ("pytestmark = pytest.mark.clause('A-1')", []),
    ],
)
def test_only_a_mark_on_a_test_counts(source: str, found: list[str]) -> None:
    assert ids_in(source) == found


def test_a_row_with_too_few_or_too_many_cells_is_seen() -> None:
    good, short, long = rows(
        "| SSE-1 | a | assumed | — |\n| SSE-2 | a | assumed |\n| SSE-3 | a | b | c | — |"
    )
    assert good == Row("SSE-1", "a", "assumed", "—")
    assert (short.what, long.what) == ("", "")

"""The scenario room says everything for itself; here it is held against the rooms that have the things."""

from __future__ import annotations

import itertools
import json
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from nemoclient import StreamEnd, errors
from nemofake import faults
from nemofake.http.app import DATA_PLANE
from nemofake.scenario_loader import ScenarioRegistry
from nemoscenarios import (
    PACKAGED,
    Scenario,
    ScenarioError,
    ScenarioStore,
    coverage_exemptions,
    parse,
    schema_text,
)
from nemoscenarios import (
    fault_rules as fault_table,
)
from nemoscenarios import terms as words
from nemoscenarios.loader import SCHEMA_FILE

PROTOCOL = (Path(__file__).parents[2] / "docs" / "PROTOCOL.md").read_text(encoding="utf-8")
SCENARIO = "id: sample\ntitle: T\nclauses: [AUTH-1]\nstatus: assumed\n"
# A value of each kind of parameter, and one that is none.
VALUES: tuple[Any, ...] = (
    0,
    1,
    2,
    0.5,
    502,
    307,
    1001,
    True,
    "x",
    "crlf",
    "character",
    "a\nb",
    "",
    ["x"],
    [1],
    10**17,
)


def tree(kind: type[Exception]) -> set[str]:
    return {kind.__name__} | {name for child in kind.__subclasses__() for name in tree(child)}


def test_a_step_can_end_with_each_error_of_the_client_and_no_other() -> None:
    assert set(get_args(words.Outcome)) == {"ok"} | tree(errors.NemoError) - {"NemoError"}


def test_a_chat_can_end_as_the_client_has_it() -> None:
    assert set(get_args(words.Ending)) == {ending.value for ending in StreamEnd}


def test_requests_are_named_as_the_journal_names_them() -> None:
    routes: set[Any] = {getattr(route, "name", "") for area in DATA_PLANE for route in area.routes}
    assert set(get_args(words.Traffic)) == routes | {"any", "unknown"}


def test_there_are_the_same_faults_on_both_sides_with_the_same_parameters() -> None:
    theirs = {name: {f.name for f in fields(fault)} for name, fault in faults.FAULTS.items()}  # type: ignore[arg-type]
    assert {name: set(known) for name, known in fault_table.PARAMETERS.items()} == theirs


@pytest.mark.parametrize("fault", sorted(faults.FAULTS))
def test_both_sides_let_a_fault_fault_rule_the_same_operations(fault: str) -> None:
    ours = {target for target in faults.TARGETS if fault_table.applies_to(fault, target)}
    assert ours == faults.FAULTS[fault].applies_to


PARAMETERS = [(name, key) for name, known in fault_table.PARAMETERS.items() for key in known]


@pytest.mark.parametrize(("fault", "key"), PARAMETERS)
def test_both_sides_take_the_same_values(fault: str, key: str) -> None:
    aim = {"fault": fault, "on": "upload" if fault_table.applies_to(fault, "upload") else "chat"}
    fault_rules = [{**aim, key: value} for value in VALUES]
    assert [_loads(one) for one in fault_rules] == [_is_taken(one) for one in fault_rules]


def _loads(fault_rule: dict[str, Any]) -> bool:
    try:
        return bool(parse(f"{SCENARIO}faults: [{json.dumps(fault_rule)}]", "sample.yaml").faults)
    except ScenarioError as error:
        return not str(error).startswith("sample.yaml:5: faults.0.")


def _is_taken(fault_rule: dict[str, Any]) -> bool:
    try:
        return bool(faults.parse_fault_rule(fault_rule))
    except ValueError:
        return False


@pytest.mark.parametrize(
    "aim", [{"nth": 1}, {"share": 0.5}, {"from_ms": 5, "until_ms": 6}, {"on": "cdn.render"}]
)
def test_a_fault_rule_is_aimed_as_the_fake_aims_it(aim: dict[str, Any]) -> None:
    values = {"fault": "cut", **aim}
    loaded = parse(f"{SCENARIO}faults: [{json.dumps(values)}]", "sample.yaml").faults[0].as_written
    assert faults.to_dict(faults.parse_fault_rule(loaded)) == values


@pytest.mark.parametrize("name", ScenarioStore().names())
def test_the_fake_takes_all_that_a_scenario_lets_fault_rule(name: str) -> None:
    book = ScenarioRegistry()
    assert len(book.fault_rules(name)) == len(book.scenario(name).faults)


def test_the_clauses_that_must_be_shown_are_those_of_the_protocol() -> None:
    rows = [line.split("|")[1].strip() for line in PROTOCOL.splitlines() if line.startswith("| ")]
    clauses = {row for row in rows if row.rpartition("-")[2].isdigit() and row.isascii() and row.isupper()}
    clauses |= {row for row in rows if row.startswith("C-")}
    assert set(coverage_exemptions.CLAUSES) == clauses


def test_no_reason_for_a_hole_is_reported_twice() -> None:
    items = [hole.model_dump_json() for hole in coverage_exemptions.all_holes()]
    assert len(set(items)) == len(items)


# -- the schema ------------------------------------------------------------------------------------


def test_the_published_schema_is_that_of_the_model() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), (
        "write it anew: nemofake scenarios schema"
    )


def test_the_schema_knows_every_key_of_a_scenario_and_describes_it() -> None:
    record = json.loads(schema_text())
    assert set(record["properties"]) == set(Scenario.model_fields)
    parts = [record, *(part for part in record["$defs"].values() if "properties" in part)]
    bare = [key for part in parts for key, value in part["properties"].items() if "description" not in value]
    assert bare == []


def test_the_schema_ties_parameters_to_their_fault() -> None:
    fault_rule = json.loads(schema_text())["$defs"]["FaultRule"]
    assert set(fault_rule["properties"]["fault"]["enum"]) == set(fault_table.PARAMETERS)
    branches = {
        one["if"]["properties"]["fault"]["const"]: one["then"]["properties"] for one in fault_rule["allOf"]
    }
    assert set(branches["stall"]) == {"after_events", "after_bytes", "at_ms", "at_end"}
    assert fault_rule["unevaluatedProperties"] is False


@pytest.mark.parametrize("path", sorted(PACKAGED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_file_names_the_schema_that_stands_beside_its_folder(path: Path) -> None:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    word, _, place = first.partition("=")
    assert word == "# yaml-language-server: $schema"
    assert (path.parent / place).resolve() == SCHEMA_FILE.resolve()


# -- what the shelf holds --------------------------------------------------------------------------


def test_there_are_more_than_sixty_scenarios_and_each_is_played_and_judged() -> None:
    store = ScenarioStore()
    scenarios = [store.load(name) for name in store.names()]
    assert len(scenarios) >= 60
    assert [
        scenario.id
        for scenario in scenarios
        if not (scenario.user and (scenario.expect or _judged(scenario)))
    ] == []


def _judged(scenario: Scenario) -> bool:
    return any(step.code is not None for step in scenario.user)


def test_scenarios_are_reported_in_english_and_in_chinese() -> None:
    store = ScenarioStore()
    chinese = [name for name in store.names() if any(ord(sign) > 0x4E00 for sign in store.load(name).title)]
    assert len(chinese) >= 3


def test_titles_tell_scenarios_apart() -> None:
    store = ScenarioStore()
    titles = [store.load(name).title for name in store.names()]
    alike = [(a, b) for a, b in itertools.combinations(titles, 2) if a == b]
    assert alike == []

"""The scenarios that come with the package: each loads, and speaks of clauses and rules that exist."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from nemofake.engine import errors, scenario
from nemofake.engine.parameters import Parameters
from nemofake.scenario_loader import ScenarioRegistry, to_config
from nemoscenarios import ScenarioStore, model

PROTOCOL = Path(__file__).parents[2] / "docs" / "PROTOCOL.md"
CLAUSE_ROW = re.compile(r"^\| ((?:C-)?[A-Z]+-\d+) \|", re.MULTILINE)
FIRST = {
    "happy-path",
    "auth-token-expired",
    "auth-token-revoked",
    "session-lost-once",
    "credits-none-anonymous",
    "credits-none-registered",
    "export-402-free-plan",
    "export-402-missing-attribution",
    "auth-429-once",
    "chat-silent-edit",
    "chat-generation-slowest",
    "export-fails-once",
    "export-orphaned-by-token",
    "upload-unsupported",
    "upload-too-large",
}
STORE = ScenarioStore()
SCENARIOS = STORE.names()


def test_the_promised_scenarios_are_there() -> None:
    assert set(SCENARIOS) >= FIRST


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_loads_under_its_own_name(name: str) -> None:
    assert STORE.load(name).id == name


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_clause_a_scenario_names_is_in_the_protocol(name: str) -> None:
    known = set(CLAUSE_ROW.findall(PROTOCOL.read_text(encoding="utf-8")))
    named = STORE.load(name).clauses
    assert len(named) == len(set(named)), "a clause is named twice"
    assert set(named) <= known


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_rule_a_scenario_sets_is_a_rule_and_takes_the_value(name: str) -> None:
    result = STORE.load(name)
    assert set(result.parameters) <= {field.name for field in fields(Parameters)}
    assert to_config(result, Parameters()).name == name


def test_titles_are_sentences_that_differ() -> None:
    titles = [STORE.load(name).title for name in SCENARIOS]
    assert len(set(titles)) == len(titles)
    assert all(title.endswith((".", "。")) and not title[0].islower() for title in titles)


def test_the_scenarios_are_what_a_backend_finds_behind_magic_tokens() -> None:
    find = ScenarioRegistry().finder(Parameters())
    assert {name for name in SCENARIOS if find(name) is not None} == set(SCENARIOS)
    assert find("no-such-scenario") is None


# The two rooms state operations, actions and codes each for itself; these are the only ties.


def test_a_file_can_name_every_operation_and_action_that_a_backend_plays() -> None:
    assert get_args(model.Operation) == scenario.OPERATIONS
    assert get_args(model.Action) == scenario.ACTIONS


def test_a_file_can_refuse_with_the_codes_of_the_catalogue_only() -> None:
    assert set(get_args(model.ErrorCode)) <= set(errors.CATALOGUE)


def test_what_a_file_can_give_is_what_a_backend_takes() -> None:
    of_the_stage = {"files", "language", "sets_token"}  # what is on the client's side
    given = {field.name for field in fields(scenario.InitialAccount)} - {"token_age_ms"}
    assert set(model.Given.model_fields) - of_the_stage == given | {"token_age_s"}
    record = model.Given().model_dump()
    assert {name: record[name] for name in given} == {
        name: getattr(scenario.InitialAccount(), name) for name in given
    }

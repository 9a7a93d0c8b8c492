"""Who sets faults: the control API, Python, a scenario, a magic token; and who is struck by them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemofake import running
from nemofake.faults import parse_fault_rule
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.settings import SettingError
from nemofake.testing import FakeServer, WorldHandle

from .fault_helpers import HOUR_S, ask, chat, chat_with_faults, last_entry, under_way, world_of
from .http_helpers import Api, failure, success, wire
from .stream_helpers import TALK, prepared

BALANCE = "/api/credits/balance/simple"
SCENARIO = """\
id: {id}
title: A scenario for a test.
clauses: [SSE-4]
status: assumed
faults:
{faults}
"""
SCENARIOS = {
    "second-balance": ["{fault: error_code, code: 2001, on: credits, nth: 2}"],
    "cut-chats": ["{fault: cut, after_events: 1, on: chat}", "{fault: bom, on: chat}"],
    "half-of-all": ["{fault: proxy_error, share: 0.5, on: credits}"],
    "calm": [],
}
CLOSE = {"fault": "close", "after_events": 2, "on": "chat", "nth": 1}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeServer]:
    """Run a fake with scenarios of our own."""
    folder = tmp_path_factory.mktemp("scenarios")
    for name, faults in SCENARIOS.items():
        lines = "\n".join(f"  - {fault}" for fault in faults) or "  []"
        (folder / f"{name}.yaml").write_text(SCENARIO.format(id=name, faults=lines))
    with running(same_ids=True, registry=ScenarioRegistry.of(folder)) as fake:
        yield fake


@pytest.fixture
def api(server: FakeServer, client: httpx.Client) -> Api:
    return world_of(server, client)


def codes(api: Api, count: int) -> list[int]:
    answers = [ask(api, "GET", BALANCE) for _ in range(count)]
    return [answer.json["code"] if answer.status == 200 else answer.status for answer in answers]


# -- the control API ----------------------------------------------------------------------------------------


def test_faults_can_be_added_listed_and_cleared(api: Api) -> None:
    assert success(api.control("GET", "faults")) == []
    assert success(api.control("POST", "faults", json=CLOSE)) == [CLOSE]
    full = {
        "fault": "missing_fields",
        "fields": ["fps"],
        "on": "state",
        "share": 0.5,
        "from_ms": 1,
        "until_ms": 9,
    }
    assert success(api.control("POST", "faults", json=full)) == [CLOSE, full]
    assert success(api.control("GET", "faults")) == [CLOSE, full] == api.world.faults()
    assert success(api.control("DELETE", "faults")) == []
    assert success(api.control("GET", "faults")) == []


def test_added_fault_applies(api: Api) -> None:
    api.control("POST", "faults", json=CLOSE)
    heard = chat_with_faults(api, TALK)
    assert (len(heard.chunks), heard.ending) == (2, "complete")
    assert last_entry(api.world)["notes"] == ["close after 2 events"]
    assert last_entry(api.world)["ending"] == "complete"


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "fault"),
        ({"fault": "nope"}, "available: bom"),
        ({"fault": 5}, "fault"),
        ({"fault": "close", "after": 1}, "field after"),
        ({"fault": "close", "after_events": "1"}, "after_events"),
        ({"fault": "close", "after_events": -1}, "after_events"),
        ({"fault": "close", "on": "chats"}, "unknown operation 'chats'"),
        ({"fault": "close", "on": 7}, "on"),
        ({"fault": "close", "nth": 0}, "nth"),
        ({"fault": "close", "share": 2}, "share"),
        ({"fault": "close", "from_ms": 9, "until_ms": 3}, "until_ms"),
        ({"fault": "bom", "on": "state"}, "allowed: chat"),
        ([], "body"),
        ("close", "body"),
    ],
)
def test_invalid_fault_is_rejected_and_named(api: Api, body: Any, named: str) -> None:
    answer = api.control("POST", "faults", json=body)
    assert answer.status_code == 400
    failure(answer, 400, named)
    assert success(api.control("GET", "faults")) == []


def test_fault_that_is_not_json_is_rejected(api: Api) -> None:
    failure(api.control("POST", "faults", content=b'{"fault":'), 400, "JSON")


# -- Python -------------------------------------------------------------------------------------------------


def test_handle_adds_the_same_faults(api: Api) -> None:
    assert api.world.add_fault("close", after_events=2, on="chat", nth=1) == [CLOSE]
    assert api.world.faults() == [CLOSE]
    api.world.clear_faults()
    assert api.world.faults() == []


def test_handle_raises_for_an_invalid_fault(api: Api) -> None:
    with pytest.raises(SettingError, match="field size: fault 'close' has"):
        api.world.add_fault("close", size=1)


def test_faults_belong_to_one_world(server: FakeServer, client: httpx.Client, api: Api) -> None:
    other = world_of(server, client)
    api.world.add_fault("proxy_error", on="credits")
    assert codes(api, 1) + codes(other, 1) == [502, 0]


def test_reset_forgets_added_faults(api: Api) -> None:
    api.world.add_fault("proxy_error")
    api.world.reset()
    assert api.world.faults() == []
    assert codes(prepared(api.world, api.client), 1) == [0]


def test_fault_added_during_a_response_leaves_it_unchanged(api: Api) -> None:
    """What is set meanwhile concerns later requests only."""
    api.world.clock.mode = "manual"
    with chat(api) as line:
        under_way(api.world)
        api.world.add_fault("cut", on="chat")
        api.world.clock.advance(HOUR_S)
        assert line.hear().ending == "complete"
    assert chat_with_faults(api).ending == "fin"


# -- scenarios ----------------------------------------------------------------------------------------------


def test_scenario_has_its_faults(server: FakeServer, client: httpx.Client) -> None:
    api = world_of(server, client, scenario="second-balance")
    assert api.world.faults() == [{"fault": "error_code", "code": 2001, "on": "credits", "nth": 2}]
    assert codes(api, 3) == [0, 2001, 0]
    api.world.reset()
    assert codes(prepared(api.world, client), 3) == [0, 2001, 0]


def test_another_scenario_replaces_scenario_faults_only(server: FakeServer, client: httpx.Client) -> None:
    api = world_of(server, client, scenario="second-balance")
    api.world.add_fault("gzip", on="state")
    api.world.set_scenario("calm")
    assert api.world.faults() == [{"fault": "gzip", "on": "state"}]
    api.world.set_scenario("cut-chats")
    assert [one["fault"] for one in api.world.faults()] == ["cut", "bom", "gzip"]
    assert chat_with_faults(api).ending == "fin"
    api.world.clear_faults()
    assert chat_with_faults(api).ending == "complete"


def test_scenario_shares_depend_on_the_seed_only(server: FakeServer, client: httpx.Client) -> None:
    first, second = (codes(world_of(server, client, scenario="half-of-all"), 20) for _ in range(2))
    assert first == second
    assert {*first} == {0, 502}


def test_invalid_fault_of_a_scenario_is_a_setting_error(tmp_path: Path) -> None:
    """The loader knows less than the faults do; what it lets through is refused before it is played."""
    (tmp_path / "odd.yaml").write_text(SCENARIO.format(id="odd", faults="  - {fault: redirect, location: ü}"))
    registry = ScenarioRegistry.of(tmp_path)
    with pytest.raises(SettingError, match="odd"):
        registry.fault_rules("odd")
    with running(registry=registry) as fake, pytest.raises(SettingError, match="odd"):
        fake.world("x", scenario="odd")


# -- magic tokens -------------------------------------------------------------------------------------------


def bearing(world: WorldHandle, client: httpx.Client, token: str) -> Api:
    api = Api(world, client)
    api.token = token
    return api


def test_magic_token_gets_its_scenarios_faults_alone(
    server: FakeServer, client: httpx.Client, api: Api
) -> None:
    magic = bearing(api.world, client, "nmv_usr_test_second-balance")
    assert [codes(one, 1)[0] for one in (magic, api, magic, api, magic)] == [0, 0, 2001, 0, 0]
    twin = bearing(api.world, client, "nmv_usr_test_second-balance.2")
    assert codes(twin, 2) == [0, 2001], "an account of its own counts for itself"
    assert chat_with_faults(bearing(api.world, client, "nmv_usr_test_cut-chats")).ending == "fin"
    assert api.world.faults() == [], "not the world's"


def test_faults_of_a_magic_token_continue_after_a_new_token(server: FakeServer, client: httpx.Client) -> None:
    """The client is the same: its second balance comes with its second token."""
    world = world_of(server, client).world
    magic = bearing(world, client, "nmv_usr_test_second-balance")
    assert codes(magic, 1) == [0]
    world.expire_token("nmv_usr_test_second-balance")
    assert codes(magic, 1) == [2001], "faults strike before the backend has a say"
    assert codes(magic, 1) == [1001]
    fresh = Api(world, client, "the-same-machine")
    world.call(lambda world: world.fault_rules._magic["nmv_usr_test_second-balance"].add(_proxy()))
    assert fresh.token
    assert codes(fresh, 1) == [502]


def _proxy() -> Any:
    return parse_fault_rule({"fault": "proxy_error", "on": "credits"})


def test_fault_of_world_and_magic_token_applies_once(server: FakeServer, client: httpx.Client) -> None:
    api = world_of(server, client, scenario="cut-chats")
    chat_with_faults(bearing(api.world, client, "nmv_usr_test_cut-chats"))
    assert sorted(last_entry(api.world)["notes"]) == ["bom", "cut after 1 event"]


def test_unknown_magic_token_has_no_faults(api: Api, client: httpx.Client) -> None:
    assert codes(bearing(api.world, client, "nmv_usr_test_no-such-scenario"), 2) == [400, 400]

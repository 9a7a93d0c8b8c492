"""Worlds made with settings of their own, listed, replaced, removed; and all of it from Python."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import running

from .http_helpers import Api, failure, success, wire
from .stream_helpers import TALK, Line, prepared, texts

if TYPE_CHECKING:
    from nemofake.testing import FakeServer, WorldHandle

_numbers = itertools.count(1)
CREDITS = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def pair(nemofake_server: FakeServer, client: httpx.Client) -> tuple[Api, Api]:
    """Return users of two fresh worlds."""
    return _user(nemofake_server, client), _user(nemofake_server, client)


def _user(server: FakeServer, client: httpx.Client, **settings: Any) -> Api:
    return Api(server.world(f"made-{next(_numbers)}", **settings), client)


# -- making, listing, removing ------------------------------------------------------------------------------


def test_worlds_are_listed_with_their_settings(nemofake_server: FakeServer, client: httpx.Client) -> None:
    name = f"listed-{next(_numbers)}"
    made = {
        "seed": 5,
        "clock": "manual",
        "scenario": "chat-silent-edit",
        "profile": "adk",
        "start_ms": 10**12,
    }
    api = Api(nemofake_server.world("default"), client)
    data = success(api.control("PUT", f"worlds/{name}", json=made))
    assert data == {
        "name": name,
        "seed": 5,
        "scenario": "chat-silent-edit",
        "profile": "adk,envelope,render-flat",
        "clock": {"mode": "manual", "now_ms": 10**12},
        "accounts": 0,
        "journal_entries": 0,
        "journal_dropped": 0,
    }
    Api(nemofake_server.world(name), client).ask_token()
    listed = {one["name"]: one for one in success(api.control("GET", "worlds"))}
    assert listed[name] == data | {"accounts": 1, "journal_entries": 1}
    assert "default" in listed


def test_world_uses_its_own_settings(nemofake_server: FakeServer, client: httpx.Client) -> None:
    rules = {"anonymous_credits": 7, "text_ms": [1000, 1000], "temporary_issue_share": "1"}
    api = _user(nemofake_server, client, parameters=rules, profile="http-status")
    assert api.credits()["total"] == 7
    assert api.call("GET", CREDITS, headers={"Authorization": "Bearer x"}).status_code == 401
    with Line(api, TALK) as line:
        line.rest()
    assert texts(line.frames).endswith("I encountered a temporary issue. Please try again later.")
    api.control("POST", "reset")
    api.token = ""
    assert api.credits()["total"] == 7, "a reset keeps the settings"


def test_recreated_world_uses_the_servers_settings(pair: tuple[Api, Api]) -> None:
    api, other = pair
    first = api.token
    success(other.control("PUT", f"worlds/{api.world.name}", json={"seed": 99}))
    assert (api.world.journal(), api.world.accounts()) == ([], [])
    api.token = ""
    assert api.token != first
    success(other.control("PUT", f"worlds/{api.world.name}"))
    api.token = ""
    assert api.token == first


def test_deleted_world_is_gone_with_its_files(nemofake_server: FakeServer, client: httpx.Client) -> None:
    api = prepared(nemofake_server.world(f"removed-{next(_numbers)}"), client)
    directory = api.world.call(lambda world: world.directory)
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "left").write_text("over")
    other = Api(nemofake_server.world("default"), client)
    assert success(other.control("DELETE", f"worlds/{api.world.name}")) == {"deleted": api.world.name}
    assert not directory.exists()
    assert api.world.name not in nemofake_server.runner.worlds.by_name
    failure(other.control("DELETE", f"worlds/{api.world.name}"), 404)
    failure(api.call("GET", CREDITS), 1001)
    assert api.world.journal()[0]["seq"] == 1, "used again, it is made anew"


def test_default_world_can_be_deleted_and_comes_back(client: httpx.Client) -> None:
    with running(seed=3) as fake:
        api = Api(fake, client)
        first = api.token
        success(api.control("DELETE", "worlds/default"))
        api.token = ""
        assert api.token == first


def test_world_limit_is_enforced(client: httpx.Client) -> None:
    with running(max_worlds=3) as fake:
        for name in ("a", "b"):
            assert client.get(f"{fake.url}/w/{name}/__fake__/health").status_code == 200
        for path in ("/__fake__/health", CREDITS):
            failure(client.get(f"{fake.url}/w/c{path}"), 400, "limit reached (3)")
        api = Api(fake, client)
        failure(api.control("PUT", "worlds/c", json={}), 400, "limit reached (3)")
        success(api.control("PUT", "worlds/b", json={"seed": 1}))
        success(api.control("DELETE", "worlds/a"))
        assert client.get(f"{fake.url}/w/c/__fake__/health").status_code == 200


# -- from Python --------------------------------------------------------------------------------------------


def test_handle_and_control_api_agree(nemofake: WorldHandle, client: httpx.Client) -> None:
    api = prepared(nemofake, client)
    user_id = nemofake.accounts()[0]["user_id"]
    assert nemofake.accounts() == success(api.control("GET", "accounts"))
    assert nemofake.update_account(user_id, plan="paid", export_blocked=True)["plan"] == "paid"
    assert nemofake.create_account(credits=9, scopes=["read"])["credits"]["available"] == 9
    assert nemofake.accounts() == success(api.control("GET", "accounts"))
    assert nemofake.journal() == json.loads(api.control("GET", "journal").content)
    clock = nemofake.clock
    assert {"mode": clock.mode, "now_ms": clock.now_ms} == success(api.control("GET", "clock"))
    nemofake.set_scenario("chat-silent-edit")
    assert success(api.control("GET", "scenario"))["name"] == "chat-silent-edit"
    nemofake.expire_token(api.token)
    failure(api.call("GET", CREDITS), 1001)
    api.token = ""
    nemofake.revoke_token(api.token)
    failure(api.call("GET", CREDITS), 1001)
    nemofake.reset()
    assert (nemofake.accounts(), nemofake.journal()) == ([], [])


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "x" * 65])
def test_handle_rejects_an_invalid_name(nemofake_server: FakeServer, name: str) -> None:
    with pytest.raises(Exception, match="world's name"):
        nemofake_server.world(name)


def test_handle_rejects_negative_advance(nemofake: WorldHandle) -> None:
    with pytest.raises(ValueError, match="seconds"):
        nemofake.clock.advance(-1)

"""Worlds made with settings of their own, listed, replaced, removed; and all of it from Python."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import running
from nemofake.engine.errors import BackendError
from nemofake.http.world_limits import MAX_BLANK
from nemofake.settings import SettingError

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


# -- how many -----------------------------------------------------------------------------------------------


def test_requests_without_accounts_count_for_no_world(client: httpx.Client) -> None:
    with running(max_worlds=2) as fake:
        users = [Api(fake.world(name), client) for name in ("default", "a")]
        tokens = [user.token for user in users]
        for number in range(MAX_BLANK + 50):
            failure(client.get(f"{fake.url}/w/n{number}{CREDITS}"), 1001)
        assert len(fake.runner.worlds.by_name) <= MAX_BLANK + 2
        assert [user.credits()["total"] for user in users] == [100, 100]
        assert [user.token for user in users] == tokens


def test_world_counts_from_its_first_account_or_change(client: httpx.Client) -> None:
    with running(max_worlds=3) as fake:
        Api(fake, client).control("GET", "health")
        user = Api(_At(f"{fake.url}/w/user"), client)  # type: ignore[arg-type]  # over HTTP alone
        assert user.token
        clock = f"{fake.url}/w/changed/__fake__/clock"
        success(client.put(clock, json={"mode": "manual"}))
        for number in range(MAX_BLANK + 50):
            client.get(f"{fake.url}/w/n{number}/__fake__/health")
        assert user.credits()["total"] == 100
        assert success(client.get(clock))["mode"] == "manual"


class _At:
    """A world that only has an address."""

    def __init__(self, url: str) -> None:
        self.url = url


def test_longest_unused_world_is_evicted_and_who_comes_back_is_told(
    client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", "nemofake"), running(max_worlds=3) as fake:
        control = Api(fake, client)
        old = prepared(fake.world("old"), client)
        directory = old.world.call(lambda world: world.directory)
        directory.mkdir(parents=True)
        own = Api(fake.world("own", seed=9), client)
        assert own.token
        assert old.credits()["total"]  # used after it
        success(control.control("PUT", "worlds/third"))
        assert sorted(fake.runner.worlds.by_name) == ["default", "old", "third"]
        for answer in (own.ask_token("another"), own.call("GET", CREDITS)):
            failure(answer, 404, "evicted", "3 worlds", "--max-worlds", "PUT /__fake__/worlds/own")
        success(control.control("PUT", "worlds/fourth"))
        assert not directory.exists()
        for answer in (old.call("GET", CREDITS), old.control("GET", "journal"), old.ask_token("")):
            if answer.request.method == "GET":
                failure(answer, 404, "evicted", "ask for a new token")
        with pytest.raises(BackendError, match="was evicted"):
            fake.world("own").journal()
        success(control.control("PUT", "worlds/own", json={"seed": 9}))
        assert own.ask_token().status_code == 200
        old.token = ""
        assert old.credits()["total"] == 100, "begun anew"
        assert len(fake.runner.worlds.by_name) == 3
    assert sum("--max-worlds" in record.message for record in caplog.records) == 1


def test_deleting_an_evicted_world_lets_anyone_use_its_name(client: httpx.Client) -> None:
    with running(max_worlds=2) as fake:
        control = Api(fake, client)
        for name in ("a", "b"):
            success(control.control("PUT", f"worlds/{name}", json={"seed": 1}))
        failure(client.get(f"{fake.url}/w/a{CREDITS}"), 404, "evicted")
        success(control.control("DELETE", "worlds/a"))
        failure(client.get(f"{fake.url}/w/a{CREDITS}"), 1001)
        failure(control.control("DELETE", "worlds/never"), 404)


def test_world_with_an_open_request_is_not_evicted(client: httpx.Client) -> None:
    with running(max_worlds=2, clock="manual") as fake:
        busy = prepared(fake.world("busy"), client)
        with Line(busy, TALK) as line:
            line.begun()
            control = Api(fake, client)
            failure(control.control("PUT", "worlds/b", json={}), 400, "limit reached (2)", "open request")
            assert "b" not in fake.runner.worlds.by_name
        busy.world.clock.advance(60)
        assert busy.credits()["total"] == 1100


@pytest.mark.parametrize("limit", [0, -1])
def test_server_without_worlds_is_refused(limit: int) -> None:
    with pytest.raises(SettingError, match="max worlds must be 1 or more"), running(max_worlds=limit):
        pass


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

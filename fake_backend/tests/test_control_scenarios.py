"""The control API's hold on a scenario: scenarios, accounts, credits, plans, tokens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import Api, failure, success, wire
from .stream_helpers import prepared

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

SCENARIOS = {
    "happy-path", "auth-token-expired", "auth-token-revoked", "session-lost-once", "credits-none-anonymous",
    "credits-none-registered", "export-402-free-plan", "export-402-missing-attribution", "auth-429-once",
    "chat-silent-edit",
    "chat-generation-slowest",
    "export-fails-once", "export-orphaned-by-token", "upload-unsupported",
    "upload-too-large",
}  # fmt: skip


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def account(api: Api) -> dict[str, Any]:
    data: dict[str, Any] = success(api.control("GET", "accounts"))[0]
    return data


# -- scenarios ----------------------------------------------------------------------------------------------


def test_listed_scenarios_can_all_be_set(api: Api) -> None:
    listed = success(api.control("GET", "scenarios"))
    names = [one["name"] for one in listed]
    assert set(names) >= SCENARIOS
    assert names == sorted(names)
    for one in listed:
        assert set(one) == {"name", "title", "clauses", "status"}
        assert success(api.control("PUT", "scenario", json={"name": one["name"]})) == one
        assert success(api.control("GET", "scenario")) == one


def test_set_scenario_applies_from_now_on(api: Api) -> None:
    data = success(api.control("PUT", "scenario", json={"name": "export-402-free-plan"}))
    assert data["name"] == "export-402-free-plan"
    assert account(api)["export_blocked"] is True
    assert account(api)["credits"]["available"] == 1100, "what an account has stays its own"
    assert api.state()["video_infos"]


def test_set_scenario_with_reset_starts_the_world_again(api: Api) -> None:
    success(api.control("PUT", "scenario", json={"name": "credits-none-anonymous", "reset": True}))
    assert success(api.control("GET", "accounts")) == []
    assert api.world.journal() == []
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    api.token = ""
    assert api.credits()["total"] == 0


def test_reset_keeps_the_scenario(api: Api) -> None:
    api.control("PUT", "scenario", json={"name": "chat-silent-edit"})
    success(api.control("POST", "reset"))
    assert success(api.control("GET", "scenario"))["name"] == "chat-silent-edit"


# -- accounts and tokens ------------------------------------------------------------------------------------


def test_an_account_shows_its_ledger_and_its_tokens(api: Api) -> None:
    shown = account(api)
    assert set(shown) == {"user_id", "registered", "plan", "export_blocked", "credits", "tokens"}
    assert (shown["registered"], shown["plan"], shown["export_blocked"]) == (False, "free", False)
    assert shown["credits"] == {"granted": 1100, "available": 1100, "frozen": 0, "consumed": 0}
    [token] = shown["tokens"]
    assert (token["token"], token["state"]) == (api.token, "live")
    assert datetime.fromisoformat(token["expires_at"]).tzinfo


@pytest.mark.clause("CRE-5", "REN-3")
def test_update_account_changes_only_given_fields(api: Api) -> None:
    user = f"accounts/{account(api)['user_id']}"
    before = account(api)
    assert success(api.control("POST", user, json={})) == before
    assert success(api.control("POST", user, json={"grant": 5}))["credits"]["available"] == 1105
    assert success(api.control("POST", user, json={"plan": "paid"}))["plan"] == "paid"
    assert success(api.control("POST", user, json={"export_blocked": True}))["export_blocked"] is True
    data = success(api.control("POST", user, json={"grant": 0, "plan": "free", "export_blocked": False}))
    assert data == before | {"credits": before["credits"] | {"granted": 1105, "available": 1105}}
    assert api.credits()["total"] == 1105


@pytest.mark.clause("AUTH-7")
def test_create_account_returns_token_with_requested_scopes(api: Api) -> None:
    data = success(api.control("POST", "accounts", json={"credits": 7, "plan": "paid", "scopes": ["read"]}))
    assert (data["registered"], data["plan"], data["credits"]["available"]) == (True, "paid", 7)
    api.token = data["tokens"][0]["token"]
    assert api.credits()["available"] == 7
    failure(api.make_session(), 403, "write")
    whole = success(api.control("POST", "accounts"))
    assert whole["tokens"][0]["token"] != api.token
    api.token = whole["tokens"][0]["token"]
    success(api.make_session())


@pytest.mark.clause("AUTH-5", "AUTH-3")
def test_revoked_token_is_invalid_and_not_replaced(api: Api) -> None:
    data = success(api.control("POST", f"tokens/{api.token}/revoke"))
    assert data["tokens"][0]["state"] == "revoked"
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    assert api.ask_token().status_code == 429


@pytest.mark.clause("AUTH-5")
def test_expired_token_is_invalid_and_can_be_replaced(api: Api) -> None:
    data = success(api.control("POST", f"tokens/{api.token}/expire"))
    assert data["tokens"][0]["state"] == "expired"
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    success(api.ask_token())


@pytest.mark.parametrize("first", ["revoke", "expire"])
@pytest.mark.parametrize("second", ["revoke", "expire"])
def test_ending_a_token_twice_succeeds(api: Api, first: str, second: str) -> None:
    success(api.control("POST", f"tokens/{api.token}/{first}"))
    success(api.control("POST", f"tokens/{api.token}/{second}"))

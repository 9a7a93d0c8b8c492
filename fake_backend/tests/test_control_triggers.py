"""Triggers and activity: the control API lets the backend behave differently, and says what is due next."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from nemofake.settings import SettingError
from nemofake.testing import WorldHandle

from .http_helpers import Api, failure, success, wire
from .stream_helpers import TALK, Line, prepared, until

CREDITS = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def codes(api: Api, count: int) -> list[int]:
    return [api.call("GET", CREDITS).json()["code"] for _ in range(count)]


# -- triggers -------------------------------------------------------------------------------------


def test_trigger_applies_to_the_next_call_of_any_client(api: Api, client: httpx.Client) -> None:
    assert codes(api, 2) == [0, 0]
    added = success(api.control("POST", "triggers", json={"on": "credits", "do": "refuse", "code": 402}))
    assert added == [{"on": "credits", "do": "refuse", "nth": 3, "code": 402}] == api.world.triggers()
    assert codes(api, 2) == [402, 0]


def test_trigger_counts_calls_from_now_on(api: Api) -> None:
    codes(api, 1)
    api.world.add_trigger("credits", "refuse", nth=2, code=409)
    assert codes(api, 3) == [0, 409, 0]


def test_trigger_on_a_chat_silences_it(api: Api) -> None:
    api.world.add_trigger("chat", "fail")
    api.say(TALK)
    assert api.world.triggers()[0]["do"] == "fail"


def test_cleared_triggers_no_longer_apply(api: Api) -> None:
    api.world.add_trigger("credits", "refuse", code=402)
    assert success(api.control("DELETE", "triggers")) == [] == api.world.triggers()
    assert codes(api, 1) == [0]


@pytest.mark.nemofake("credits-none-anonymous")
def test_triggers_of_the_scenario_come_first(nemofake: WorldHandle) -> None:
    own = nemofake.triggers()
    assert nemofake.add_trigger("credits", "refuse", code=402)[: len(own)] == own
    nemofake.clear_triggers()
    assert nemofake.triggers() == []


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"do": "refuse", "code": 402}, "on"),
        ({"on": "nope", "do": "refuse", "code": 402}, "on"),
        ({"on": "credits", "do": "nope"}, "do"),
        ({"on": "credits", "do": "refuse"}, "code"),
        ({"on": "credits", "do": "refuse", "code": 7}, "code"),
        ({"on": "credits", "do": "silence"}, "chat"),
        ({"on": "credits", "do": "refuse", "code": 402, "nth": 0}, "nth"),
        ({"on": "credits", "do": "refuse", "code": 402, "typo": 1}, "typo"),
    ],
)
def test_impossible_trigger_is_rejected_and_named(api: Api, body: dict[str, object], named: str) -> None:
    failure(api.control("POST", "triggers", json=body), 400, named)
    assert api.world.triggers() == []
    if "typo" not in body and {"on", "do"} <= body.keys():
        with pytest.raises(SettingError, match=named):
            api.world.add_trigger(**body)  # type: ignore[arg-type]


# -- activity -------------------------------------------------------------------------------------


@pytest.mark.nemofake(clock="manual")
def test_activity_of_a_quiet_world_has_nothing_open(nemofake: WorldHandle) -> None:
    activity = nemofake.activity()
    assert (activity["open_requests"], activity["next_send_ms"], activity["stalled"]) == (0, None, False)
    assert activity["now_ms"] == nemofake.clock.now_ms


@pytest.mark.nemofake(clock="manual")
def test_activity_of_an_open_stream_says_when_it_sends_next(api: Api) -> None:
    with Line(api, TALK).begun():
        until(lambda: api.world.activity()["next_send_ms"] is not None)
        activity = success(api.control("GET", "activity"))
        assert (activity["open_requests"], activity["response_started"]) == (1, True)
        assert activity["next_change_ms"] is not None
        for _ in range(20):  # a step at a time, never beyond what is due
            now = api.world.activity()
            if now["response_bytes"] > activity["response_bytes"]:
                break
            assert now["next_send_ms"] > now["now_ms"]
            api.world.clock.advance((now["next_send_ms"] - now["now_ms"]) / 1000)
        assert api.world.activity()["response_bytes"] > activity["response_bytes"]
        api.world.clock.advance(60)
        assert api.world.activity()["next_change_ms"] is None


@pytest.mark.nemofake(clock="manual")
def test_activity_of_a_stalled_response_says_so(api: Api) -> None:
    api.world.add_fault("stall", on="chat")
    with Line(api, TALK):
        until(lambda: bool(api.world.activity()["stalled"]))
        assert api.world.activity()["next_send_ms"] is None

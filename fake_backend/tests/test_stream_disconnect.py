"""A client that goes away stops nothing: a turn has the same outcome without listeners (SSE-11)."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .http_helpers import Api, connect, head, wire
from .stream_helpers import (
    EDIT,
    GENERATE,
    Line,
    open_streams,
    photo,
    prepared,
    running_turns,
    turns,
    until,
)

if TYPE_CHECKING:
    from nemofake.http.worlds import World
    from nemofake.testing import FakeServer, WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual")
HOUR_S = 3600
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


@pytest.fixture(scope="module")
def undisturbed(nemofake_server: FakeServer, client: httpx.Client) -> dict[str, dict[str, Any]]:
    """Return what becomes of a world whose client reads to the end."""
    return {text: _listened(nemofake_server, client, text) for text in (EDIT, GENERATE)}


def _listened(server: FakeServer, client: httpx.Client, text: str) -> dict[str, Any]:
    api = prepared(server.world(f"hangup-twin-{next(_numbers)}"), client)
    with Line(api, text) as line:
        line.rest()
    api.world.clock.advance(HOUR_S)
    return photo(api) | {"frames": len(line.frames)}


def ended(api: Api) -> dict[str, Any]:
    """Return a world's state an hour on."""
    api.world.clock.advance(HOUR_S)
    return photo(api)


@pytest.mark.clause("SSE-11", "CRE-3")
@settings(max_examples=25)
@given(text=st.sampled_from([EDIT, GENERATE]), data=st.data(), reset=st.booleans())
def test_disconnect_after_any_event_changes_nothing(
    nemofake_server: FakeServer,
    client: httpx.Client,
    undisturbed: dict[str, dict[str, Any]],
    text: str,
    data: Any,
    reset: bool,
) -> None:
    twin = dict(undisturbed[text])
    count = data.draw(st.integers(0, twin.pop("frames") - 1))
    world = nemofake_server.world(f"hangup-{next(_numbers)}", clock="manual")
    api = prepared(world, client)
    with Line(api, text) as line:
        line.begun()
        while len(line.frames) < count:
            world.clock.advance(0.5)
            line.now()
        line.wait_for_disconnect(reset=reset)
    until(lambda: open_streams(world) == 0)
    [turn] = turns(world)
    assert turn["ending"] == "client-gone"
    assert len(turn["response"]["events"]) == len(line.frames)
    assert running_turns(world) == 1
    assert ended(api) == twin
    world.delete()


@pytest.mark.clause("SSE-11")
@MANUAL
def test_client_that_reads_nothing_starts_the_operation(
    api: Api, undisturbed: dict[str, dict[str, Any]]
) -> None:
    with Line(api, GENERATE) as line:
        until(lambda: open_streams(api.world) == 1)
        line.wait_for_disconnect()
    until(lambda: open_streams(api.world) == 0)
    assert [turn["ending"] for turn in turns(api.world)] == ["client-gone"]
    assert ended(api) == {key: value for key, value in undisturbed[GENERATE].items() if key != "frames"}


@pytest.mark.clause("SSE-11")
@pytest.mark.parametrize("clock", ["auto", "manual"])
def test_disconnect_with_the_request_does_all_or_nothing(
    nemofake_server: FakeServer, client: httpx.Client, undisturbed: dict[str, dict[str, Any]], clock: str
) -> None:
    """Its last byte and its FIN may be read together: then nobody is there to ask for anything."""
    api = prepared(nemofake_server.world(f"hangup-{next(_numbers)}", clock=clock), client)
    untouched = photo(api)
    with Line(api, GENERATE) as line:
        line.wait_for_disconnect()
    until(lambda: [turn for turn in turns(api.world) if turn["ending"]])
    everything = {key: value for key, value in undisturbed[GENERATE].items() if key != "frames"}
    assert ended(api) in (everything, untouched)


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("body", [b"", b'{"session_id":'])
def test_partial_request_changes_nothing_and_is_recorded(
    api: Api, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = photo(api)
    fields = (f"Authorization: Bearer {api.token}", "Content-Type: application/json", "Content-Length: 99")
    with connect(api.world.url) as line:
        line.sendall(head("POST", f"{api.world.url}/run_sse", *fields) + body)
        until(lambda: turns(api.world) or _opened(api.world))
    [entry] = until(lambda: [one for one in api.world.journal()[-1:] if one["ending"]])
    assert (entry["ending"], entry["response"]) == ("client-gone", None)
    assert photo(api) == before
    assert caplog.records == []


def _opened(world: WorldHandle) -> bool:
    return bool(world.journal()[-1]["request"]["path"] == "/run_sse")


@pytest.mark.clause("SSE-11")
@MANUAL
def test_state_poll_after_disconnect_counts_as_30_s(api: Api, undisturbed: dict[str, dict[str, Any]]) -> None:
    """Under ``auto`` nothing else would move time: polling as the protocol says brings the result."""
    with Line(api, GENERATE) as line:
        line.begun()
        line.wait_for_disconnect()
    until(lambda: open_streams(api.world) == 0)
    start = api.world.clock.now_ms
    api.world.clock.mode = "auto"
    for poll in itertools.count(1):
        api.state()
        assert api.world.clock.now_ms - start == 30_000 * poll
        if not running_turns(api.world):
            break
    assert 100 <= 30 * poll < 330
    api.state()
    assert api.world.clock.now_ms - start == 30_000 * poll, "nothing is under way: reading moves no time"
    assert ended(api) == {key: value for key, value in undisturbed[GENERATE].items() if key != "frames"}


@pytest.mark.clause("SSE-11")
def test_disconnect_on_auto_clock_keeps_the_result(api: Api, undisturbed: dict[str, dict[str, Any]]) -> None:
    with Line(api, GENERATE) as line:
        line.at_least(1)
        line.wait_for_disconnect(reset=True)
    until(lambda: open_streams(api.world) == 0)
    for _ in range(11):
        api.state()
    assert running_turns(api.world) == 0
    assert ended(api) == {key: value for key, value in undisturbed[GENERATE].items() if key != "frames"}


@pytest.mark.clause("SSE-11", "SSE-12")
@MANUAL
def test_abandoned_turn_does_not_disturb_a_new_one(api: Api) -> None:
    start = api.credits()["total"]
    with Line(api, GENERATE) as first:
        first.begun()
        first.wait_for_disconnect()
    until(lambda: open_streams(api.world) == 0)
    with Line(api, GENERATE) as second:
        second.begun()
        assert api.credits()["frozen"] == 200
        api.world.clock.advance(HOUR_S)
        second.now()
    assert second.ending == "close"
    assert api.credits() == {"available": start - 200, "frozen": 0, "total": start - 200}
    assert len(api.state()["generated_media"]) == 2


@MANUAL
def test_disconnects_leave_no_task_and_no_waiter(api: Api) -> None:
    def tasks(_world: World) -> int:
        return len(asyncio.all_tasks())

    before = api.world.call(tasks)
    lines = [Line(api, "hello").begun() for _ in range(20)]
    assert open_streams(api.world) == 20
    for line in lines:
        line.wait_for_disconnect()
    until(lambda: open_streams(api.world) == 0)
    until(lambda: api.world.call(tasks) <= before)
    api.world.clock.advance(HOUR_S)
    assert running_turns(api.world) == 0

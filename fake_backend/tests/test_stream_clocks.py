"""Chat streams under each clock: what arrives when, and when ``advance`` answers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from .http_helpers import Api, wire
from .stream_helpers import EDIT, GENERATE, TALK, Line, open_streams, photo, prepared, turns, until

if TYPE_CHECKING:
    from nemofake.testing import FakeServer, WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual")
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


@pytest.fixture(scope="module")
def scripts(nemofake_server: FakeServer, client: httpx.Client) -> dict[str, list[tuple[int, bytes]]]:
    """Return what each message brings, undisturbed: (ms after its start, frame), the close last."""
    return {text: _undisturbed(nemofake_server, client, text) for text in (TALK, EDIT, GENERATE)}


def _undisturbed(server: FakeServer, client: httpx.Client, text: str) -> list[tuple[int, bytes]]:
    api = prepared(server.world(f"clocks-twin-{next(_numbers)}"), client)
    with Line(api, text) as line:
        line.rest()
    turn = turns(api.world)[-1]
    times = [event["at_ms"] - turn["at_ms"] for event in turn["response"]["events"]]
    return [*zip(times, line.frames, strict=True), (turn["ended_at_ms"] - turn["at_ms"], b"")]


Script = list[tuple[int, bytes]]


@pytest.mark.clause("SSE-2", "SSE-4")
@given(data=st.data(), text=st.sampled_from([TALK, EDIT, GENERATE]))
def test_advance_delivers_exactly_what_is_due(
    nemofake_server: FakeServer, client: httpx.Client, scripts: dict[str, Script], data: Any, text: str
) -> None:
    """``advance`` answers after the due events have been sent: they lie in the socket by then."""
    script = scripts[text]
    edges = st.sampled_from([at_ms - offset for at_ms, _ in script for offset in (1, 0)])
    stops = sorted(data.draw(st.lists(st.one_of(edges, st.integers(0, 60_000)), max_size=8)))
    world = nemofake_server.world(f"clocks-{next(_numbers)}", clock="manual")
    api = prepared(world, client)
    now_ms = 0
    with Line(api, text) as line:
        line.begun()
        for stop_ms in (*stops, max([*stops[-1:], script[-1][0]])):
            world.clock.advance((stop_ms - now_ms) / 1000)
            now_ms = stop_ms
            line.now()
            assert line.frames == [frame for at_ms, frame in script if at_ms <= now_ms and frame]
            assert (line.ending == "close") == (now_ms >= script[-1][0])
    assert open_streams(world) == 0
    world.delete()


@pytest.mark.clause("SSE-2")
@MANUAL
def test_advance_is_exact_to_the_millisecond(api: Api, scripts: dict[str, Script]) -> None:
    with Line(api, GENERATE) as line:
        line.begun()
        first_ms = scripts[GENERATE][0][0]
        api.world.clock.advance((first_ms - 1) / 1000)
        assert line.now() == []
        api.world.clock.advance(0.001)
        assert len(line.now()) == 1


@MANUAL
def test_manual_clock_does_not_move_by_reading(api: Api) -> None:
    with Line(api, GENERATE) as line:
        line.begun()
        start = api.world.clock.now_ms
        for _ in range(3):
            api.state()
            api.credits()
        assert api.world.clock.now_ms == start
        assert line.now() == []
        assert api.world.clock.advance(0) == start


@pytest.mark.clause("SSE-7")
def test_auto_clock_ends_where_the_stream_closes(api: Api, scripts: dict[str, Script]) -> None:
    start = api.world.clock.now_ms
    with Line(api, GENERATE) as line:
        line.rest()
    assert line.frames == [frame for _, frame in scripts[GENERATE] if frame]
    assert api.world.clock.now_ms - start == scripts[GENERATE][-1][0]


@pytest.mark.nemofake(clock="x100000")
def test_fast_clock_waits_and_sends_the_same(api: Api, scripts: dict[str, Script]) -> None:
    with Line(api, EDIT) as line:
        line.rest()
    assert line.frames == [frame for _, frame in scripts[EDIT] if frame]
    turn = turns(api.world)[-1]
    assert turn["ended_at_ms"] - turn["at_ms"] >= scripts[EDIT][-1][0]


@pytest.mark.nemofake(clock="real")
def test_advance_of_a_running_clock_sends_what_it_passed(api: Api, scripts: dict[str, Script]) -> None:
    with Line(api, EDIT) as line:
        line.begun()
        assert line.now() == []
        api.world.clock.advance(9_999)
        line.now()
        assert line.ending == "close"
    assert line.frames == [frame for _, frame in scripts[EDIT] if frame]


@MANUAL
@pytest.mark.parametrize("mode", ["auto", "x1000000"])
def test_open_stream_follows_a_change_of_mode(api: Api, scripts: dict[str, Script], mode: str) -> None:
    with Line(api, GENERATE) as line:
        line.begun()
        api.world.clock.advance(60)
        early = len(line.now())
        api.control("PUT", "clock", json={"mode": mode})
        line.rest()
        assert 0 < early < len(line.frames)
    assert line.frames == [frame for _, frame in scripts[GENERATE] if frame]


@pytest.mark.nemofake(clock="real")
def test_running_clock_can_be_stopped_during_a_stream(api: Api, scripts: dict[str, Script]) -> None:
    with Line(api, TALK) as line:
        line.begun()
        api.world.clock.mode = "manual"
        stopped = api.world.clock.now_ms
        assert api.world.clock.now_ms == stopped
        assert line.now() == []
        api.world.clock.advance(20)
        line.now()
    assert line.frames == [frame for _, frame in scripts[TALK] if frame]
    assert line.ending == "close"


@pytest.mark.parametrize("clock", ["auto", "manual", "x100000"])
def test_journal_has_due_times_under_any_clock(
    nemofake_server: FakeServer, client: httpx.Client, scripts: dict[str, Script], clock: str
) -> None:
    api = prepared(nemofake_server.world(f"clocks-{next(_numbers)}", clock=clock, start_ms=10**12), client)
    with Line(api, EDIT) as line:
        line.begun()
        if clock == "manual":
            api.world.clock.advance(31)
        line.rest()
    turn = until(lambda: next((one for one in turns(api.world) if one["ending"]), None))
    started = turn["response"]["events"][0]["at_ms"] - scripts[EDIT][0][0]
    items = [event["at_ms"] - started for event in turn["response"]["events"]]
    assert items == [at_ms for at_ms, frame in scripts[EDIT] if frame]
    assert 0 <= started - turn["at_ms"] < 60_000


def test_events_do_not_depend_on_the_clock(nemofake_server: FakeServer, client: httpx.Client) -> None:
    """Ids, drafts and ledgers are the same whether time jumped, was stepped, or ran."""
    photos = []
    for clock in ("auto", "manual", "x1000000"):
        world = nemofake_server.world(f"clocks-{next(_numbers)}", clock=clock, start_ms=10**12)
        api = prepared(world, client)
        for text in (EDIT, TALK, GENERATE):
            with Line(api, text) as line:
                line.begun()
                while clock == "manual" and not line.ending:
                    world.clock.advance(7)
                    line.now()
                line.rest()
        result = photo(api)
        photos.append(result)
    assert photos[0] == photos[1] == photos[2]


# -- reset and removal under an open stream -----------------------------------------------------------------


@pytest.mark.parametrize("ending", ["reset", "replaced", "deleted", "scenario"])
@MANUAL
def test_deleted_world_cuts_its_open_streams(api: Api, ending: str) -> None:
    world = api.world
    with Line(api, GENERATE) as line:
        line.begun()
        world.clock.advance(60)
        line.now()
        if ending == "replaced":
            api.control("PUT", f"worlds/{world.name}", json={"clock": "manual"})
        elif ending == "deleted":
            api.control("DELETE", f"worlds/{world.name}")
        elif ending == "scenario":
            api.control("PUT", "scenario", json={"name": "happy-path", "reset": True})
        else:
            api.control("POST", "reset")
        line.rest()
        assert line.ending == "cut"
    assert open_streams(world) == 0
    assert turns(world) == []


@MANUAL
def test_change_of_scenario_leaves_open_streams_unchanged(api: Api, scripts: dict[str, Script]) -> None:
    with Line(api, GENERATE) as line:
        line.begun()
        api.world.clock.advance(60)
        api.world.set_scenario("chat-silent-edit")
        api.world.clock.advance(300)
        line.now()
    assert line.ending == "close"
    assert line.frames == [frame for _, frame in scripts[GENERATE] if frame]

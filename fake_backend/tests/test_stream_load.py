"""Many streams at once, slow readers and readers that never read: nobody waits for anybody else."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from nemofake import running
from nemofake.http import clock as pacing

from .http_helpers import Api, wire
from .stream_helpers import (
    EDIT,
    GENERATE,
    TALK,
    Line,
    open_streams,
    prepared,
    running_turns,
    texts,
    turns,
    until,
)

if TYPE_CHECKING:
    from nemofake.testing import FakeServer, WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual")
# A stream of some 300 kB, far more than the narrow pipe of these tests holds.
TALKATIVE = {"heartbeat_interval_ms": 40, "generation_ms": [300_000, 300_000]}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


# -- many at once -------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-2", "SSE-4")
@MANUAL
def test_two_hundred_streams_of_one_world_are_separate(api: Api) -> None:
    lines = [Line(api, TALK) for _ in range(200)]
    try:
        for line in lines:
            assert line.begun().status == 200
        assert open_streams(api.world) == 200
        api.world.clock.advance(60)
        for line in lines:
            line.now()
            assert line.ending == "close"
            assert texts(line.frames)
    finally:
        for line in lines:
            line.socket.close()
    assert [turn["ending"] for turn in turns(api.world)] == ["complete"] * 200


def test_two_hundred_requests_in_parallel_are_all_answered(api: Api) -> None:
    url, headers = api.world.url, {"Authorization": f"Bearer {api.token}"}
    expected = api.credits()

    def ask(_nth: int) -> dict[str, int]:
        answer = httpx.get(
            f"{url}/api/credits/balance/simple", headers=headers, trust_env=False, verify=False
        )
        body: dict[str, int] = answer.json()["data"]
        return body

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(ask, range(200))) == [expected] * 200


@MANUAL
def test_sessions_are_edited_at_the_same_time_without_meeting(
    nemofake: WorldHandle, client: httpx.Client
) -> None:
    users = [Api(nemofake, client, f"client-{nth}") for nth in range(8)]
    for user in users:
        user.upload_urls("https://example.test/walk_12s.mp4")
    for account in nemofake.accounts():
        nemofake.update_account(account["user_id"], grant=1000)
    lines = [Line(user, f'add a title "Mine {nth}" at the start') for nth, user in enumerate(users)]
    for line in lines:
        line.begun()
    nemofake.clock.advance(60)
    for nth, (user, line) in enumerate(zip(users, lines, strict=True)):
        line.now()
        line.socket.close()
        assert line.ending == "close"
        text = str(user.state()["draft"])
        assert [other for other in range(8) if f"Mine {other}'" in text] == [nth]
        assert user.credits()["total"] == 1050


def test_streams_of_several_worlds_run_in_parallel(nemofake_server: FakeServer, client: httpx.Client) -> None:
    """Each world's bytes are what they are alone, whatever the clock of its neighbours."""
    worlds = [
        nemofake_server.world(f"crowd-{next(_numbers)}", clock=clock, start_ms=10**12)
        for clock in ("auto", "manual", "x100000", "real")
    ]
    lines = [Line(prepared(world, client), EDIT) for world in worlds]
    for line in lines:
        line.begun()
    for world in worlds[1::2]:
        world.clock.advance(60)
    for line in lines:
        line.rest()
        line.socket.close()
    assert len({tuple(line.frames) for line in lines}) == 1
    assert {line.ending for line in lines} == {"close"}


def test_auto_clock_keeps_parallel_streams_in_order(api: Api) -> None:
    """Time goes to what is due next for any of them: a short turn is not late because of a long one."""
    api.world.clock.mode = "manual"
    with Line(api, GENERATE) as long, Line(api, TALK) as short:
        long.begun()
        short.begun()
        api.world.clock.mode = "auto"
        long.rest()
        short.rest()
    first, second = turns(api.world)
    assert second["ended_at_ms"] - second["at_ms"] <= 15_000
    assert first["ended_at_ms"] - first["at_ms"] >= 100_000


# -- who does not read --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow() -> Iterator[FakeServer]:
    """Yield a server whose sockets hold little, so that a stream soon waits for its reader."""
    with running(same_ids=True) as fake:
        fake.runner.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        yield fake


@pytest.fixture
def stuck(narrow: FakeServer, client: httpx.Client) -> Iterator[tuple[Api, Line]]:
    """Yield a user whose stream is stuck, since it does not read."""
    world = narrow.world(f"stuck-{next(_numbers)}", clock="manual", parameters=TALKATIVE)
    api = prepared(world, client)
    with Line(api, GENERATE, receive_buffer=4096) as line:
        until(lambda: open_streams(world) == 1)
        yield api, line
    until(lambda: open_streams(world) == 0)
    world.delete()


@pytest.mark.clause("SSE-11")
def test_client_that_never_reads_blocks_no_other(
    stuck: tuple[Api, Line], narrow: FakeServer, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, line = stuck
    monkeypatch.setattr(pacing, "_IDLE_TIMEOUT_S", 0.05)
    start = api.credits()["total"]
    now_ms = api.world.clock.now_ms
    assert api.world.clock.advance(400) == now_ms + 400_000
    assert open_streams(api.world) == 1, "it is stuck, not done"
    assert api.world.clock.advance(1) == now_ms + 401_000
    # Its own world goes on, its operation is complete, and others never noticed.
    assert running_turns(api.world) == 0
    assert api.credits() == {"available": start - 100, "frozen": 0, "total": start - 100}
    assert len(api.state()["generated_media"]) == 1
    other = prepared(narrow.world(f"free-{next(_numbers)}"), client)
    assert other.say(TALK).status_code == 200
    with Line(api, TALK) as second:
        second.begun()
        api.world.clock.advance(60)
        assert texts(second.now())
    line.wait_for_disconnect(reset=True)
    until(lambda: open_streams(api.world) == 0)
    assert turns(api.world)[0]["ending"] == "client-gone"


def test_auto_clock_continues_despite_a_stuck_stream(
    stuck: tuple[Api, Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    api, _line = stuck
    monkeypatch.setattr(pacing, "_IDLE_TIMEOUT_S", 0.05)
    api.world.clock.advance(100)
    api.world.clock.mode = "auto"
    until(lambda: api.state() and running_turns(api.world) == 0)
    assert open_streams(api.world) == 1, "it is stuck, not done"
    assert api.say(TALK).status_code == 200


@pytest.mark.clause("SSE-2", "SSE-4")
def test_slow_client_gets_every_byte(
    stuck: tuple[Api, Line], narrow: FakeServer, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    api, line = stuck
    monkeypatch.setattr(pacing, "_IDLE_TIMEOUT_S", 0.05)
    api.world.clock.advance(400)
    line.rest()
    assert line.ending == "close"
    twin = prepared(narrow.world(f"quick-{next(_numbers)}", parameters=TALKATIVE), client)
    with Line(twin, GENERATE) as quick:
        quick.rest()
    assert line.frames == quick.frames


def test_stuck_stream_does_not_prevent_shutdown() -> None:
    threads = threading.active_count()
    with running(clock="manual", parameters=TALKATIVE) as fake, wire() as client:
        fake.runner.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        api = prepared(fake, client)
        line = Line(api, GENERATE, receive_buffer=4096).begun()
        fake.call(lambda world: world.clock.advance(400_000))
    line.socket.close()
    assert threading.active_count() == threads

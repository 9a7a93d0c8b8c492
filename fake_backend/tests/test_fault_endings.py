"""How answers end under faults: final chunk, FIN, RST or silence, at the very spot, seen on a bare socket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .fault_helpers import (
    HOUR_S,
    QUIET_S,
    Heard,
    ask,
    chat,
    chat_with_faults,
    frames,
    last_entry,
    serves,
    sleepers,
    tasks,
    under_way,
    world_of,
)
from .http_helpers import Api, wire
from .stream_helpers import EDIT, TALK, photo, prepared, until

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

ENDINGS = {"close": "complete", "cut": "fin", "reset": "rst", "stall": "open"}
IN_JOURNAL = {"close": "complete", "cut": "cut", "reset": "cut", "stall": None}
BREAKING = pytest.mark.parametrize("name", ENDINGS)
CHINESE = '在开头加标题"夜晚"'


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture(params=[("auto", "typed"), ("manual", "adk")], ids="-".join)
def setting(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return a clock and a dialect; each of them once."""
    pair: tuple[str, str] = request.param
    return pair


@pytest.fixture
def dialect(setting: tuple[str, str]) -> str:
    return setting[1]


@pytest.fixture
def api(nemofake_server: FakeServer, client: httpx.Client, setting: tuple[str, str]) -> Api:
    return world_of(nemofake_server, client, clock=setting[0], profile=setting[1])


@pytest.fixture
def auto(nemofake_server: FakeServer, client: httpx.Client) -> Api:
    return world_of(nemofake_server, client)


@pytest.fixture
def manual(nemofake_server: FakeServer, client: httpx.Client) -> Api:
    return world_of(nemofake_server, client, clock="manual")


@pytest.fixture(scope="module")
def plain(nemofake_server: FakeServer, client: httpx.Client) -> dict[str, bytes]:
    """Return what the same edit brings in each dialect where nothing strikes."""
    return {
        d: chat_with_faults(world_of(nemofake_server, client, profile=d), EDIT).body for d in ("typed", "adk")
    }


def due(api: Api, text: str = EDIT) -> list[int]:
    """Return when the events of a message come, ms after it, as a world like this one has them."""
    chat_with_faults(api, text)
    turn = last_entry(api.world)
    return [event["at_ms"] - turn["at_ms"] for event in turn["response"]["events"]]


def struck(api: Api, name: str, **spot: Any) -> Heard:
    """Return an edit's answer that ends at a spot, having checked how it ends."""
    patience_s = QUIET_S if name == "stall" else 10.0
    heard = chat_with_faults(api, EDIT, {"fault": name, **spot}, patience_s=patience_s)
    assert heard.status == 200
    assert heard.ending == ENDINGS[name]
    assert (b"0\r\n\r\n" in heard.raw[-5:]) == (name == "close")
    entry = last_entry(api.world)
    [note] = entry["notes"]
    assert note.startswith(f"{name} ")
    assert entry["ending"] in (IN_JOURNAL[name], "client-gone" if name == "stall" else None)
    assert b"".join(_sent(entry)) == heard.body, "the journal has what went out"
    return heard


def _sent(entry: dict[str, Any]) -> list[bytes]:
    """Return the bytes of an entry's events, read from the journal."""
    sent = []
    for event in entry["response"]["events"]:
        raw = event.get("raw")
        if raw is None and event["data"] in ("", None):
            sent.append(b"data:\n\n")
        elif raw is None:
            result = json.dumps(event["data"], ensure_ascii=False, separators=(",", ":"))
            sent.append(f"data: {result}\n\n".encode())
        else:
            sent.append(raw.encode())
    return sent


# -- where --------------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-4")
@BREAKING
@pytest.mark.parametrize("count", [0, 1, 2])
def test_ending_after_events_applies_there(
    api: Api, plain: dict[str, bytes], dialect: str, name: str, count: int
) -> None:
    heard = struck(api, name, after_events=count)
    assert heard.body == b"".join(frames(plain[dialect])[:count])


@pytest.mark.clause("SSE-4")
def test_clean_close_keeps_the_connection(auto: Api) -> None:
    auto.world.add_fault("close", after_events=1, on="chat")
    with chat(auto, EDIT) as line:
        assert line.hear().ending == "complete"
        line._line.sendall(b"GET /__fake__/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line._line.recv(65536).startswith(b"HTTP/1.1 200 OK")


@BREAKING
def test_ending_without_position_applies_after_the_head(api: Api, name: str) -> None:
    assert struck(api, name).body == b""


@BREAKING
@pytest.mark.parametrize("count", [1, 37, 150])
def test_ending_after_bytes_applies_there(
    api: Api, plain: dict[str, bytes], dialect: str, name: str, count: int
) -> None:
    assert struck(api, name, after_bytes=count).body == plain[dialect][:count]


@BREAKING
def test_ending_at_end_replaces_the_proper_end(
    api: Api, plain: dict[str, bytes], dialect: str, name: str
) -> None:
    if name == "close":
        heard = chat_with_faults(api, EDIT, {"fault": name, "at_end": True})
        assert (heard.ending, heard.body) == ("complete", plain[dialect])
        assert last_entry(api.world)["notes"] == [], "the proper end is no fault"
    else:
        assert struck(api, name, at_end=True).body == plain[dialect]


@BREAKING
def test_ending_at_ms_applies_at_engine_time(
    api: Api, plain: dict[str, bytes], dialect: str, name: str
) -> None:
    """The second event is not yet there: time alone strikes, to the millisecond."""
    _, second_ms, *_ = due(api, EDIT)
    api.world.reset()
    again = prepared(api.world, api.client)
    heard = struck(again, name, at_ms=second_ms - 1)
    assert heard.body == frames(plain[dialect])[0]
    if again.world.clock.mode == "auto":
        assert again.world.clock.now_ms - last_entry(again.world)["at_ms"] == second_ms - 1


@BREAKING
def test_ending_at_ms_is_exact_to_the_millisecond(manual: Api, name: str) -> None:
    manual.world.add_fault(name, at_ms=3_000, on="chat")
    with chat(manual) as line:
        under_way(manual.world)
        manual.world.clock.advance(2.999)
        assert line.hear(QUIET_S).ending == "open"
        manual.world.clock.advance(0.001)
        assert line.hear(QUIET_S).ending == ENDINGS[name]
        assert line.hear(QUIET_S).body == b""


@BREAKING
@pytest.mark.parametrize("spot", [{"after_events": 99}, {"after_bytes": 10**6}, {"at_ms": 10**8}])
def test_ending_after_the_response_changes_nothing(
    api: Api, plain: dict[str, bytes], dialect: str, name: str, spot: dict[str, int]
) -> None:
    heard = chat_with_faults(api, EDIT, {"fault": name, **spot})
    assert (heard.ending, heard.body) == ("complete", plain[dialect])
    assert last_entry(api.world)["notes"] == []


@BREAKING
def test_ending_with_several_positions_applies_at_the_first(
    auto: Api, plain: dict[str, bytes], name: str
) -> None:
    heard = struck(auto, name, after_events=3, after_bytes=10, at_end=True)
    assert heard.body == plain["typed"][:10]


# -- stalls -------------------------------------------------------------------------------------------------


def test_stalled_connection_stays_open_and_silent(manual: Api) -> None:
    manual.world.add_fault("stall", after_events=1, on="chat")
    with chat(manual, EDIT) as line:
        under_way(manual.world)
        manual.world.clock.advance(60)
        before = line.hear(QUIET_S)
        assert (before.ending, len(before.chunks)) == ("open", 1)
        for _ in range(3):
            manual.world.clock.advance(HOUR_S)
        assert line.hear(QUIET_S).raw == before.raw
        assert last_entry(manual.world)["ending"] is None
    until(lambda: last_entry(manual.world)["ending"] == "client-gone")
    assert sleepers(manual.world) == 0


def test_advance_does_not_wait_for_a_stalled_response(manual: Api) -> None:
    """Two real seconds is how long it would wait for a stream that is behind."""
    manual.world.add_fault("stall", after_events=1)
    with chat(manual, EDIT):
        under_way(manual.world)
        manual.world.clock.advance(60)
        start_s = time.monotonic()
        manual.world.clock.advance(60)
        assert time.monotonic() - start_s < 1


def test_advance_does_not_wait_for_a_waiting_response(manual: Api) -> None:
    manual.world.add_fault("drip", size=1, every_ms=60_000, on="chat")
    with chat(manual, EDIT) as line:
        under_way(manual.world)
        start_s = time.monotonic()
        for seconds in (60, 60, 60):
            manual.world.clock.advance(seconds)
        assert time.monotonic() - start_s < 1
        assert len(line.hear(QUIET_S).body) in (2, 3)


def test_stall_moves_no_time_and_polls_do(auto: Api) -> None:
    """The backend works on; a client that reads the state sees it happen, 30 s a read."""
    heard = struck(auto, "stall", after_events=1)
    stalled_ms = auto.world.clock.now_ms
    assert stalled_ms - last_entry(auto.world)["at_ms"] < 30_000
    assert len(heard.chunks) == 1
    assert auto.state()["draft"]
    assert auto.world.clock.now_ms - stalled_ms == 30_000


@pytest.mark.parametrize("ending", ["reset", "delete"])
def test_stalled_response_ends_with_its_world(manual: Api, ending: str) -> None:
    manual.world.add_fault("stall", after_events=0, on="chat")
    with chat(manual) as line:
        under_way(manual.world)
        assert line.hear(QUIET_S).ending == "open"
        getattr(manual.world, ending)()
        assert line.hear().ending == "fin"


@pytest.mark.parametrize("ending", ["reset", "delete"])
@pytest.mark.parametrize("fault", [{"fault": "delay"}, {"fault": "heartbeats_only"}, {"fault": "drip"}])
def test_waiting_response_ends_with_its_world(manual: Api, ending: str, fault: dict[str, Any]) -> None:
    manual.world.add_fault(**fault, on="chat")
    with chat(manual) as line:
        under_way(manual.world)
        getattr(manual.world, ending)()
        assert line.hear().ending == "fin"


@pytest.mark.parametrize("fault", [{"fault": "delay"}, {"fault": "heartbeats_only"}, {"fault": "drip"}])
def test_client_that_disconnects_ends_the_wait(
    nemofake_server: FakeServer, manual: Api, fault: dict[str, Any]
) -> None:
    manual.world.add_fault(**fault, on="chat")
    before = tasks(nemofake_server)
    with chat(manual, EDIT) as line:
        under_way(manual.world)
        manual.world.clock.advance(3)
        line.wait_for_disconnect()
    until(lambda: sleepers(manual.world) == 0 and tasks(nemofake_server) <= before)
    assert last_entry(manual.world)["ending"] == "client-gone"
    manual.world.clock.advance(HOUR_S)
    assert manual.credits()["frozen"] == 0


# -- before the head ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("after_backend", [True, False])
@pytest.mark.parametrize("reset", [True, False])
def test_no_answer_sends_not_a_byte(api: Api, after_backend: bool, reset: bool) -> None:
    start = api.credits()["total"]
    heard = chat_with_faults(
        api, EDIT, {"fault": "no_answer", "after_backend": after_backend, "reset": reset}
    )
    assert (heard.raw, heard.ending) == (b"", "rst" if reset else "fin")
    entry = last_entry(api.world)
    assert (entry["response"], entry["ending"]) == (None, "cut")
    assert entry["request"]["body"]["new_message"], "the request was taken"
    api.world.clear_faults()
    api.world.clock.advance(HOUR_S)
    assert api.credits()["total"] == start - (50 if after_backend else 0)
    assert bool(api.state()["draft"]) == after_backend


def test_close_after_a_long_request_is_a_fin(auto: Api) -> None:
    """Closing over bytes that nobody has read would send an RST in its place."""
    auto.world.add_fault("no_answer", after_backend=False)
    body = {"session_id": auto.session_id, "new_message": {"parts": [{"text": "x" * 3_000_000}]}}
    assert ask(auto, "POST", "/run_sse", body).ending == "fin"


# -- inside a character, inside a value ---------------------------------------------------------------------


@pytest.mark.parametrize("clean", [False, True])
def test_cut_inside_splits_a_character(api: Api, clean: bool) -> None:
    heard = chat_with_faults(api, CHINESE, {"fault": "cut_inside", "what": "character", "clean": clean})
    assert heard.ending == ("complete" if clean else "fin")
    with pytest.raises(UnicodeDecodeError):
        heard.body.decode()
    assert heard.body[:-1].decode().isascii()
    assert heard.body[-1] >= 0xC0


@pytest.mark.parametrize("clean", [False, True])
def test_cut_inside_splits_a_json_value(api: Api, plain: dict[str, bytes], dialect: str, clean: bool) -> None:
    heard = chat_with_faults(api, EDIT, {"fault": "cut_inside", "nth_event": 2, "clean": clean})
    first, second, *_ = frames(plain[dialect])
    assert heard.ending == ("complete" if clean else "fin")
    assert heard.body.startswith(first)
    assert second.startswith(heard.body.removeprefix(first))
    assert b"{" in heard.body.removeprefix(first)
    assert not heard.body.endswith(b"\n")


def test_cut_inside_without_such_a_position_changes_nothing(auto: Api) -> None:
    heard = chat_with_faults(auto, TALK, {"fault": "cut_inside", "what": "character"})
    assert heard.body.isascii()
    assert heard.ending == "complete"
    assert last_entry(auto.world)["notes"] == []


# -- afterwards ---------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-11", "CRE-3")
@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "close", "after_events": 1},
        {"fault": "cut", "after_events": 0},
        {"fault": "reset", "after_bytes": 5},
        {"fault": "stall", "at_ms": 2_000},
        {"fault": "no_answer"},
        {"fault": "proxy_error", "after_backend": True},
        {"fault": "error_code", "after_backend": True},
        {"fault": "redirect", "after_backend": True},
        {"fault": "heartbeats_only", "minutes": 1},
        {"fault": "plain_text"},
        {"fault": "cut_inside"},
        {"fault": "delay"},
        {"fault": "drip"},
        {"fault": "gzip"},
    ],
    ids=str,
)
def test_endings_do_not_change_the_backend(
    nemofake_server: FakeServer, client: httpx.Client, fault: dict[str, Any]
) -> None:
    photos = []
    for faults in ((), (fault,)):
        api = world_of(nemofake_server, client, clock="manual")
        chat_with_faults(api, EDIT, *faults, patience_s=QUIET_S if fault["fault"] == "stall" else 10)
        api.world.clear_faults()
        api.world.clock.advance(HOUR_S)
        photos.append(photo(api))
    assert photos[0] == photos[1]


@BREAKING
def test_server_continues_after_every_ending(nemofake_server: FakeServer, api: Api, name: str) -> None:
    before = tasks(nemofake_server)
    for _ in range(3):
        struck(api, name, after_events=1)
        api.world.clear_faults()
    until(lambda: sleepers(api.world) == 0 and tasks(nemofake_server) <= before)
    assert serves(nemofake_server)
    assert chat_with_faults(api, EDIT).ending == "complete"

"""What each fault does to a stream, as a bare socket hears it, in both dialects, under both clocks."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .fault_helpers import (
    HOUR_S,
    QUIET_S,
    Heard,
    chat,
    chat_with_faults,
    frames,
    last_entry,
    read_events,
    under_way,
    world_of,
)
from .http_helpers import Api, wire
from .stream_helpers import EDIT, TALK

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

CLOCKS = ("auto", "manual")
DIALECTS = ("typed", "adk")
HEARTBEAT = b'data: {"type":"heartbeat"}\n\n'
EXTRA = {"nested": [1, None, "x"]}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture(params=CLOCKS)
def clock(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def api(nemofake_server: FakeServer, client: httpx.Client, clock: str, dialect: str) -> Api:
    return world_of(nemofake_server, client, clock=clock, profile=dialect)


@pytest.fixture(scope="module")
def plain(nemofake_server: FakeServer, client: httpx.Client) -> dict[tuple[str, str], bytes]:
    """Return what the same request brings where nothing strikes: dialect and message to the body."""
    bodies = {}
    for dialect in DIALECTS:
        for text in (TALK, EDIT):
            heard = chat_with_faults(world_of(nemofake_server, client, profile=dialect), text)
            assert heard.ending == "complete"
            bodies[dialect, text] = heard.body
    return bodies


Plain = dict[tuple[str, str], bytes]


def struck(api: Api, name: str, say: str = TALK, **own: Any) -> Heard:
    """Return a whole stream with one fault; it is a good HTTP answer, and the journal says what was done."""
    heard = chat_with_faults(api, say, {"fault": name, **own})
    assert heard.status == 200
    assert heard.headers["content-type"].startswith("text/event-stream")
    assert heard.ending == "complete"
    [note] = last_entry(api.world)["notes"]
    assert note.split()[0] == name
    assert last_entry(api.world)["ending"] == "complete"
    return heard


# -- bytes around and between events ------------------------------------------------------------------------


def test_bom_is_sent_first_and_once(api: Api, plain: Plain, dialect: str) -> None:
    assert struck(api, "bom").body == b"\xef\xbb\xbf" + plain[dialect, TALK]


@pytest.mark.parametrize(("style", "end"), [("crlf", b"\r\n"), ("cr", b"\r")])
def test_line_ends_changes_every_line(api: Api, plain: Plain, dialect: str, style: str, end: bytes) -> None:
    body = struck(api, "line_ends", style=style).body
    assert body == plain[dialect, TALK].replace(b"\n", end)
    assert body.endswith(end * 2)


def test_comments_come_before_every_event(api: Api, plain: Plain, dialect: str) -> None:
    body = struck(api, "comments", text="keep-alive").body
    assert frames(body)[0::2] == [b": keep-alive\n\n"] * len(frames(plain[dialect, TALK]))
    assert frames(body)[1::2] == frames(plain[dialect, TALK])


def test_empty_data_comes_before_every_event(api: Api, plain: Plain, dialect: str) -> None:
    body = struck(api, "empty_data", count=2).body
    assert body == b"".join(b"data:\n\ndata:\n\n" + frame for frame in frames(plain[dialect, TALK]))


def test_repeat_event_sends_it_three_times(api: Api, plain: Plain, dialect: str) -> None:
    first, second, *others = frames(plain[dialect, TALK])
    assert struck(api, "repeat_event", nth_event=2, times=3).body == b"".join(
        [first, second, second, second, *others]
    )


def test_malformed_event_comes_between_valid_events(api: Api, plain: Plain, dialect: str) -> None:
    first, *others = frames(plain[dialect, TALK])
    body = struck(api, "malformed_event", nth_event=2, data='{"a":').body
    assert frames(body) == [first, b'data: {"a":\n\n', *others]


def test_split_data_writes_json_over_several_lines(api: Api, plain: Plain, dialect: str) -> None:
    body = struck(api, "split_data").body
    assert read_events(body) == read_events(plain[dialect, TALK])
    for frame in frames(body):
        lines = frame.split(b"\n")[:-2]
        assert len(lines) > 2
        assert lines[0].startswith(b"data: ")
        assert lines[1].startswith(b"data:")


def test_extra_event_fields_adds_unknown_fields(api: Api, plain: Plain, dialect: str) -> None:
    def without(value: Any) -> Any:
        if isinstance(value, dict):
            assert value.pop("x_unknown") == EXTRA
            return {key: without(item) for key, item in value.items()}
        return [without(item) for item in value] if isinstance(value, list) else value

    events = read_events(struck(api, "extra_event_fields").body)
    assert [without(event) for event in events] == read_events(plain[dialect, TALK])


# -- other pieces, the same bytes ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_chunking_limits_chunk_size(api: Api, plain: Plain, dialect: str, size: int) -> None:
    heard = chat_with_faults(api, TALK, {"fault": "chunking", "size": size})
    assert heard.body == plain[dialect, TALK]
    assert max(map(len, heard.chunks)) <= size
    assert (len(heard.chunks) == len(heard.body)) == (size == 1)
    assert bool(last_entry(api.world)["notes"]) == (size < 100_000), "what changed nothing is not told"


def test_chunking_0_sends_everything_at_the_end(api: Api, plain: Plain, dialect: str) -> None:
    api.world.add_fault("chunking", size=0, on="chat")
    with chat(api) as line:
        if api.world.clock.mode == "manual":
            under_way(api.world)
            api.world.clock.advance(4)
            assert line.hear(QUIET_S).body == b""
            api.world.clock.advance(HOUR_S)
        assert line.hear().chunks == [plain[dialect, TALK]]


def test_drip_waits_between_pieces(api: Api, plain: Plain, dialect: str) -> None:
    heard = struck(api, "drip", size=16, every_ms=100)
    assert heard.body == plain[dialect, TALK]
    assert max(map(len, heard.chunks)) == 16
    times = [event["at_ms"] for event in last_entry(api.world)["response"]["events"]]
    assert len(times) == len(heard.chunks)
    assert times[0] - last_entry(api.world)["at_ms"] >= 2_000, "no sooner than the event itself"
    assert min(later - sooner for sooner, later in itertools.pairwise(times)) == 100


def test_gzip_compresses_event_by_event(api: Api, plain: Plain, dialect: str) -> None:
    heard = struck(api, "gzip")
    assert heard.headers["content-encoding"] == "gzip"
    unpacker = zlib.decompressobj(31)
    pieces = [unpacker.decompress(chunk) for chunk in heard.chunks]
    assert b"".join(pieces) == plain[dialect, TALK]
    assert unpacker.eof
    assert all(piece.endswith(b"\n\n") for piece in pieces[:-1]), "no event waits for the next"


# -- other events -------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-10")
@pytest.mark.parametrize("text", [TALK, EDIT])
def test_temporary_issue_comes_last_in_the_dialect(api: Api, plain: Plain, dialect: str, text: str) -> None:
    body = struck(api, "temporary_issue", text, text="I encountered a temporary issue")
    assert body.body.startswith(plain[dialect, text])
    noise = json.loads(body.body.removeprefix(plain[dialect, text]).removeprefix(b"data: "))
    spoken = {"type": "text", "content": "I encountered a temporary issue"}
    if dialect == "typed":
        assert noise == spoken
        return
    model = next(event for event in reversed(read_events(plain[dialect, text])) if "content" in event)
    assert noise["content"] == {"parts": [{"text": spoken["content"]}], "role": "model"}
    for key in ("invocationId", "author", "actions", "nodeInfo", "timestamp"):
        assert noise[key] == model[key]
    assert list(noise) == list(model), "a whole text, as the reply before it"
    assert noise["id"] not in {event.get("id") for event in read_events(plain[dialect, text])}


@pytest.mark.clause("SSE-6")
def test_heartbeats_only_lasts_as_long_as_set(api: Api) -> None:
    start_ms = api.world.clock.now_ms
    heard = struck(api, "heartbeats_only", minutes=2.25, every_s=30)
    assert heard.chunks == [HEARTBEAT] * 4
    entry = last_entry(api.world)
    assert [e["at_ms"] - start_ms for e in entry["response"]["events"]] == [30_000, 60_000, 90_000, 120_000]
    if api.world.clock.mode == "auto":
        assert entry["ended_at_ms"] - start_ms == 135_000


def test_plain_text_has_the_event_stream_type(api: Api) -> None:
    assert struck(api, "plain_text", text="upstream: nobody\n").body == b"upstream: nobody\n"


# -- the head -----------------------------------------------------------------------------------------------


def test_content_type_fault_leaves_the_events_unchanged(api: Api, plain: Plain, dialect: str) -> None:
    heard = chat_with_faults(api, TALK, {"fault": "content_type", "value": "text/html; charset=x"})
    assert heard.headers["content-type"] == "text/html; charset=x"
    assert (heard.status, heard.body, heard.ending) == (200, plain[dialect, TALK], "complete")


def test_delayed_response_is_complete_and_on_time(api: Api, plain: Plain, dialect: str) -> None:
    start_ms = api.world.clock.now_ms
    api.world.add_fault("delay", ms=5_000, on="chat")
    with chat(api) as line:
        if api.world.clock.mode == "manual":
            under_way(api.world)
            api.world.clock.advance(4.999)
            assert line.hear(QUIET_S).raw == b""
            api.world.clock.advance(0.001)
            assert line.hear(QUIET_S).status == 200
            api.world.clock.advance(HOUR_S)
        assert line.hear().body == plain[dialect, TALK]
    entry = last_entry(api.world)
    assert entry["response"]["at_ms"] - start_ms == 5_000
    assert all(event["at_ms"] >= start_ms + 5_000 for event in entry["response"]["events"])

"""Chat streams as bytes on a socket: head, chunks, order, ending, dialects, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_kit import Api, failure, wire
from .stream_kit import EDIT, GENERATE, TALK, Line, kinds, payloads, prepared, texts, turns

if TYPE_CHECKING:
    from nemofake.server import WorldHandle

MINUTE_MS = 60_000
MANUAL = pytest.mark.nemofake(clock="manual")
LOUD = pytest.mark.nemofake(rules={"silent_share": 0.0})
SILENT = pytest.mark.nemofake(rules={"silent_share": 1.0})


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def said(api: Api, text: str) -> list[bytes]:
    with Line(api, text) as line:
        line.rest()
    assert line.ending == "close"
    return line.frames


# -- SSE-1, SSE-2, SSE-4: the shape -------------------------------------------------------------------------


@pytest.mark.clause("SSE-2")
@MANUAL
def test_the_head_comes_at_once_before_any_event_is_due(api: Api) -> None:
    with Line(api, TALK) as line:
        line.begun()
        assert line.status == 200
        assert line.headers["content-type"].partition(";")[0] == "text/event-stream"
        assert line.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in line.headers
        assert line.now() == []
        assert line.ending == ""


@pytest.mark.clause("SSE-2", "SSE-4")
@pytest.mark.parametrize("text", [TALK, EDIT, GENERATE])
def test_each_event_is_one_chunk_of_its_own_and_the_final_chunk_closes(api: Api, text: str) -> None:
    frames = said(api, text)
    assert frames
    payloads(frames)  # fails for a chunk of several events, or of half a one


@pytest.mark.clause("SSE-4")
@LOUD
@pytest.mark.parametrize("text", [TALK, EDIT, GENERATE])
def test_no_event_says_that_the_stream_ends(api: Api, text: str) -> None:
    assert set(kinds(said(api, text))) <= {"text", "tool_call", "tool_result", "heartbeat", "empty"}


@pytest.mark.clause("SSE-4")
def test_the_connection_serves_on_after_a_stream(api: Api) -> None:
    with Line(api, TALK) as line:
        line.rest()
        line.socket.sendall(b"GET /__fake__/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert line.socket.recv(65536).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.clause("SSE-1", "SES-3")
@pytest.mark.parametrize(
    "change",
    [
        {},
        {"app_name": "nemo_agent", "user_id": "me"},
        {"appName": "nemo_agent", "userId": "me"},
        {"streaming": True},
        {"streaming": False, "stateDelta": {"a": [1, None]}, "x": None},
    ],
)
def test_optional_and_unknown_fields_are_accepted(api: Api, change: dict[str, Any]) -> None:
    message = {"role": "user", "parts": [{"text": TALK, "thought": False}], "extra": 1}
    body = {"session_id": api.session_id, "new_message": message, **change}
    with Line(api, "", body=body) as line:
        line.rest()
    assert line.status == 200
    assert texts(line.frames)


@pytest.mark.clause("SSE-1")
def test_camel_case_and_snake_case_are_the_same_request(api: Api, nemofake_server: Any) -> None:
    camel = {"appName": "nemo_agent", "userId": "me", "sessionId": api.session_id}
    with Line(api, "", body={**camel, "newMessage": {"parts": [{"text": TALK}]}}) as line:
        line.rest()
    twin = prepared(nemofake_server.world(f"{api.world.name}-twin"), api.client)
    assert (line.status, line.frames) == (200, said(twin, TALK))


@pytest.mark.clause("SSE-1")
def test_all_parts_of_a_message_are_read(api: Api) -> None:
    parts = [{"text": "hello"}, {"inlineData": {}}, {"text": EDIT}]
    with Line(api, "", body={"session_id": api.session_id, "new_message": {"parts": parts}}) as line:
        line.rest()
    assert "tool_call" in kinds(line.frames)


@pytest.mark.clause("SSE-2", "ENV-2", "SES-2", "ENV-4")
def test_what_is_refused_is_an_envelope_and_no_stream(api: Api) -> None:
    good = {"session_id": api.session_id, "new_message": {"parts": [{"text": TALK}]}}
    before = api.everything()
    table: list[tuple[dict[str, Any], int, str]] = [
        ({"session_id": "1" * 19}, 1002, ""),
        ({"user_id": "anon_0000000000000000"}, 1002, ""),
        ({"app_name": "other_agent"}, 404, "app_name"),
        ({"new_message": {"parts": []}}, 400, "new_message.parts"),
        ({"new_message": {"parts": [{}]}}, 400, "new_message.parts"),
        ({"new_message": {"parts": [{"text": " \n"}]}}, 400, "new_message.parts"),
        ({"new_message": {"parts": [{"text": 5}]}}, 400, "new_message.parts"),
        ({"new_message": {"parts": [{"text": "x" * 20_001}]}}, 400, "new_message.parts"),
        ({"new_message": "hello"}, 400, "new_message"),
        ({"session_id": 7}, 400, "session_id"),
        ({"streaming": "yes"}, 400, "streaming"),
    ]
    for change, code, named in table:
        failure(api.call("POST", "/run_sse", json={**good, **change}), code, named)
    failure(api.call("POST", "/run_sse", json=good, headers={"Authorization": None}), 1001)
    assert api.everything() == before
    assert api.call("POST", "/run_sse", json=good).status_code == 200


@pytest.mark.clause("SSE-2", "CRE-4")
def test_too_few_credits_is_an_envelope_with_nothing_frozen(
    nemofake: WorldHandle, client: httpx.Client
) -> None:
    nemofake.play("no-credits-anonymous")
    api = Api(nemofake, client)
    failure(api.say(GENERATE), 2001)
    assert api.credits() == {"available": 0, "frozen": 0, "total": 0}


@pytest.mark.clause("ENV-3")
@pytest.mark.nemofake(profile="http-status")
def test_a_profile_moves_the_code_of_an_early_refusal_into_the_status(api: Api) -> None:
    body = {"session_id": "1" * 19, "new_message": {"parts": [{"text": TALK}]}}
    assert api.call("POST", "/run_sse", json=body).status_code == 404


def test_a_message_at_the_limit_passes(api: Api) -> None:
    assert api.say("hello " + "x" * (20_000 - 6)).headers["content-type"].startswith("text/event-stream")


# -- SSE-3: dialects ----------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-3", "SSE-13")
@LOUD
def test_the_typed_dialect_has_four_flat_kinds_and_empty_lines(api: Api) -> None:
    fields = {
        "text": ["type", "content"],
        "tool_call": ["type", "name", "args"],
        "tool_result": ["type", "name", "result"],
        "heartbeat": ["type"],
    }
    events = payloads(said(api, GENERATE))
    assert {told["type"] for told in events if told} == set(fields)
    assert None in events
    for told in filter(None, events):
        assert list(told) == fields[told["type"]]
    names = {told["name"] for told in events if told and "name" in told}
    assert names == {"generate_video_with_seedance", "edit_multitrack"}


@pytest.mark.clause("SSE-3")
def test_every_tool_call_has_its_result_after_it(api: Api) -> None:
    open_calls: list[str] = []
    for told in filter(None, payloads(said(api, GENERATE))):
        if told["type"] == "tool_call":
            open_calls.append(told["name"])
        if told["type"] == "tool_result":
            open_calls.remove(told["name"])
    assert open_calls == []


@pytest.mark.clause("SSE-3")
@pytest.mark.nemofake(profile="adk", rules={"silent_share": 0.0})
def test_the_adk_profile_speaks_adk_events(api: Api) -> None:
    with Line(api, EDIT) as line:
        line.rest()
    events = [told for frame in line.frames for told in payloads(_apart(frame)) if told and "content" in told]
    parts = [part for told in events for part in told["content"]["parts"]]
    assert {key for part in parts for key in part} == {"functionCall", "functionResponse", "text"}
    assert len({told["invocationId"] for told in events}) == 1
    assert {told["author"] for told in events} == {"nemo_agent"}
    pieces = [told["content"]["parts"][0]["text"] for told in events if told.get("partial")]
    whole = [told for told in events if "text" in told["content"]["parts"][0] and not told.get("partial")]
    assert ["".join(pieces)] == [told["content"]["parts"][0]["text"] for told in whole]
    call = next(part["functionCall"] for part in parts if "functionCall" in part)
    result = next(part["functionResponse"] for part in parts if "functionResponse" in part)
    assert (call["id"], call["name"]) == (result["id"], result["name"])


@pytest.mark.clause("SSE-3")
@pytest.mark.nemofake(profile="adk", rules={"silent_share": 0.0})
def test_without_streaming_adk_leaves_out_the_pieces(api: Api) -> None:
    body = {"session_id": api.session_id, "new_message": {"parts": [{"text": TALK}]}, "streaming": False}
    with Line(api, "", body=body) as line:
        line.rest()
    assert not [frame for frame in line.frames if b'"partial":true' in frame]
    assert b'"text":' in line.frames[-1]


def _apart(chunk: bytes) -> list[bytes]:
    """Return the frames of a chunk: the last piece of an ADK reply brings the whole along."""
    return [frame + b"\n\n" for frame in chunk.split(b"\n\n")[:-1]]


# -- SSE-5, SSE-6, SSE-7, SSE-8, SSE-10: what comes when ----------------------------------------------------


@pytest.mark.clause("SSE-5")
@SILENT
def test_a_silent_edit_closes_without_a_word_and_is_applied(api: Api) -> None:
    before = api.state()["draft"]
    frames = said(api, EDIT)
    assert {"tool_call", "tool_result"} <= set(kinds(frames))
    assert texts(frames) == ""
    assert api.state()["draft"] != before


@pytest.mark.clause("SSE-5")
@SILENT
@pytest.mark.parametrize("text", [TALK, GENERATE])
def test_only_edits_close_silently(api: Api, text: str) -> None:
    assert texts(said(api, text)) != ""


@pytest.mark.clause("SSE-5")
@LOUD
def test_an_edit_that_is_not_silent_ends_with_words(api: Api) -> None:
    assert kinds(said(api, EDIT))[-1] == "text"


@pytest.mark.clause("SSE-6")
@pytest.mark.parametrize("text", [TALK, EDIT, GENERATE])
def test_a_sign_of_life_comes_every_ten_seconds_of_engine_time(api: Api, text: str) -> None:
    said(api, text)
    turn = turns(api.world)[-1]
    beats = [
        event["at_ms"] - turn["at_ms"]
        for event in turn["response"]["events"]
        if event["data"] in ("", {"type": "heartbeat"})
    ]
    assert beats == list(range(10_000, turn["ended_at_ms"] - turn["at_ms"], 10_000))


@pytest.mark.clause("SSE-6")
def test_both_spellings_of_a_sign_of_life_occur(api: Api) -> None:
    assert {"heartbeat", "empty"} <= set(kinds(said(api, GENERATE)))


@pytest.mark.clause("SSE-7")
@pytest.mark.parametrize(("text", "low", "high"), [(TALK, 5, 15), (EDIT, 10, 30), (GENERATE, 100, 300)])
def test_a_stream_lasts_as_long_as_its_kind_of_work(api: Api, text: str, low: int, high: int) -> None:
    said(api, text)
    turn = turns(api.world)[-1]
    assert low * 1000 <= turn["ended_at_ms"] - turn["at_ms"] <= high * 1000


@pytest.mark.clause("SSE-7", "SSE-11")
@pytest.mark.nemofake(clock="manual", rules={"generation_ms": [20 * MINUTE_MS, 20 * MINUTE_MS]})
def test_the_server_closes_at_15_minutes_to_the_millisecond_and_the_work_goes_on(api: Api) -> None:
    world, start = api.world, api.credits()["total"]
    with Line(api, GENERATE) as line:
        line.begun()
        world.clock.advance(15 * 60 - 0.001)
        line.now()
        assert line.ending == ""
        world.clock.advance(0.001)
        line.now()
        assert line.ending == "close"
    assert texts(line.frames) == ""
    assert api.credits()["frozen"] == 100
    world.clock.advance(5 * 60)
    assert api.credits() == {"available": start - 100, "frozen": 0, "total": start - 100}
    assert len(api.state()["generated_media"]) == 1


@pytest.mark.clause("SSE-8")
@MANUAL
def test_the_state_shows_the_raw_clip_before_what_is_added_to_it(api: Api) -> None:
    seen: list[int] = []
    with Line(api, GENERATE) as line:
        line.begun()
        while not line.ending:
            api.world.clock.advance(1)
            state = api.state()
            assert bool(state["generated_media"]) == ("tool_result" in kinds(line.frames + line.now()))
            tracks = len(state["draft"].get("t", []))
            seen += [tracks] if [tracks] != seen[-1:] else []
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert len(seen) > 2, "the clip lands by itself, then more"


@pytest.mark.clause("SSE-10")
@pytest.mark.nemofake(rules={"temporary_issue_share": 1.0, "silent_share": 0.0})
def test_a_stream_can_end_with_the_noise_text_after_its_reply(api: Api) -> None:
    told = [one["content"] for one in payloads(said(api, TALK)) if one and one["type"] == "text"]
    assert len(told) > 1
    assert told[-1].startswith("I encountered a temporary issue")


@pytest.mark.clause("SSE-10")
@LOUD
def test_the_noise_is_off_unless_asked_for(api: Api) -> None:
    assert all("temporary issue" not in texts(said(api, text)) for text in (TALK, EDIT))


# -- SSE-12: twice ------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-12", "CRE-2")
def test_the_same_message_again_is_a_second_operation_and_charged_again(api: Api) -> None:
    start = api.credits()["total"]
    said(api, GENERATE)
    assert api.credits()["total"] == start - 100
    said(api, GENERATE)
    assert api.credits() == {"available": start - 200, "frozen": 0, "total": start - 200}
    assert len(api.state()["generated_media"]) == 2


@pytest.mark.clause("CRE-3", "CRE-1")
@MANUAL
def test_the_price_is_frozen_from_the_head_to_the_end(api: Api) -> None:
    start = api.credits()["total"]
    with Line(api, GENERATE) as line:
        line.begun()
        assert api.credits() == {"available": start - 100, "frozen": 100, "total": start}
        while not line.ending:
            assert api.credits()["frozen"] == 100
            api.world.clock.advance(5)
            line.now()
    assert api.credits() == {"available": start - 100, "frozen": 0, "total": start - 100}

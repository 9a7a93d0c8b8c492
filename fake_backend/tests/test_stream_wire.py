"""Chat streams as bytes on a socket: head, chunks, order, ending, dialects, refusals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import Api, failure, wire
from .stream_helpers import EDIT, GENERATE, TALK, Line, kinds, payloads, prepared, texts

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

MINUTE_MS = 60_000
MANUAL = pytest.mark.nemofake(clock="manual")
LOUD = pytest.mark.nemofake(parameters={"silent_share": 0.0})
SILENT = pytest.mark.nemofake(parameters={"silent_share": 1.0})


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
def test_head_is_sent_before_any_event_is_due(api: Api) -> None:
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
def test_event_is_one_chunk_and_final_chunk_closes(api: Api, text: str) -> None:
    frames = said(api, text)
    assert frames
    payloads(frames)  # fails for a chunk of several events, or of half a one


@pytest.mark.clause("SSE-4")
@LOUD
@pytest.mark.parametrize("text", [TALK, EDIT, GENERATE])
def test_stream_has_no_end_event(api: Api, text: str) -> None:
    assert set(kinds(said(api, text))) <= {"text", "tool_call", "tool_result", "heartbeat", "empty"}


@pytest.mark.clause("SSE-4")
def test_connection_continues_after_a_stream(api: Api) -> None:
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
def test_camel_case_and_snake_case_are_equivalent(api: Api, nemofake_server: Any) -> None:
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
def test_rejected_chat_is_an_envelope_without_stream(api: Api) -> None:
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
def test_too_few_credits_is_an_envelope_without_freeze(nemofake: WorldHandle, client: httpx.Client) -> None:
    nemofake.set_scenario("credits-none-anonymous")
    api = Api(nemofake, client)
    failure(api.say(GENERATE), 2001)
    assert api.credits() == {"available": 0, "frozen": 0, "total": 0}


@pytest.mark.clause("ENV-3")
@pytest.mark.nemofake(profile="http-status")
def test_profile_http_status_applies_to_rejected_chat(api: Api) -> None:
    body = {"session_id": "1" * 19, "new_message": {"parts": [{"text": TALK}]}}
    assert api.call("POST", "/run_sse", json=body).status_code == 404


def test_message_at_the_limit_passes(api: Api) -> None:
    assert api.say("hello " + "x" * (20_000 - 6)).headers["content-type"].startswith("text/event-stream")


# -- SSE-3: dialects ----------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-3", "SSE-13")
@LOUD
def test_typed_dialect_has_four_kinds_and_empty_data(api: Api) -> None:
    fields = {
        "text": ["type", "content"],
        "tool_call": ["type", "name", "args"],
        "tool_result": ["type", "name", "result"],
        "heartbeat": ["type"],
    }
    events = payloads(said(api, GENERATE))
    assert {event["type"] for event in events if event} == set(fields)
    assert None in events
    for event in filter(None, events):
        assert list(event) == fields[event["type"]]
    names = {event["name"] for event in events if event and "name" in event}
    assert names == {"generate_video_with_seedance", "edit_multitrack"}


@pytest.mark.clause("SSE-3")
def test_tool_call_is_followed_by_its_result(api: Api) -> None:
    open_calls: list[str] = []
    for event in filter(None, payloads(said(api, GENERATE))):
        if event["type"] == "tool_call":
            open_calls.append(event["name"])
        if event["type"] == "tool_result":
            open_calls.remove(event["name"])
    assert open_calls == []


@pytest.mark.clause("SSE-3")
@pytest.mark.nemofake(profile="adk", parameters={"silent_share": 0.0})
def test_profile_adk_sends_adk_events(api: Api) -> None:
    with Line(api, EDIT) as line:
        line.rest()
    events = [
        event for frame in line.frames for event in payloads(_apart(frame)) if event and "content" in event
    ]
    parts = [part for event in events for part in event["content"]["parts"]]
    assert {key for part in parts for key in part} == {"functionCall", "functionResponse", "text"}
    assert len({event["invocationId"] for event in events}) == 1
    assert {event["author"] for event in events} == {"nemo_agent"}
    pieces = [event["content"]["parts"][0]["text"] for event in events if event.get("partial")]
    whole = [event for event in events if "text" in event["content"]["parts"][0] and not event.get("partial")]
    assert ["".join(pieces)] == [event["content"]["parts"][0]["text"] for event in whole]
    call = next(part["functionCall"] for part in parts if "functionCall" in part)
    result = next(part["functionResponse"] for part in parts if "functionResponse" in part)
    assert (call["id"], call["name"]) == (result["id"], result["name"])


@pytest.mark.clause("SSE-3")
@pytest.mark.nemofake(profile="adk", parameters={"silent_share": 0.0})
def test_adk_without_streaming_omits_partial_events(api: Api) -> None:
    body = {"session_id": api.session_id, "new_message": {"parts": [{"text": TALK}]}, "streaming": False}
    with Line(api, "", body=body) as line:
        line.rest()
    assert not [frame for frame in line.frames if b'"partial":true' in frame]
    assert b'"text":' in line.frames[-1]


def _apart(chunk: bytes) -> list[bytes]:
    """Return the frames of a chunk: the last piece of an ADK reply brings the whole along."""
    return [frame + b"\n\n" for frame in chunk.split(b"\n\n")[:-1]]

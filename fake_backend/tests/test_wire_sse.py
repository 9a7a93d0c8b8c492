"""Both stream dialects to the byte; the adk ones against bytes measured of Google ADK."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.turns import Empty, Event, EventBody, Heartbeat, Text, ToolCall, ToolResult
from nemofake.wire import AdkVersion, Encoder, Profile, encoder, error_frame

ADK = Profile(events="adk")
INVOCATION = "5838f4ae-a2e2-451b-b82f-6e58ae0e6831"
IDS = ("25b87b00-ba6e-4142-b653-d8f943c00cf7", "770ef53d-3265-4318-bbaa-ade0ad637f5b")
T = 1_795_328_538_579
CALL_ID = "bf18f517-0f03-46ad-a6ec-d984bd61a0b3"


def typed() -> Encoder:
    return encoder(Profile(), invocation_id=INVOCATION)


def adk(version: AdkVersion = "v2", *, streaming: bool = True) -> Encoder:
    return encoder(ADK, invocation_id=INVOCATION, version=version, streaming=streaming)


def joined(stream: Encoder, event: Event) -> bytes:
    return b"".join(stream.frames(event))


def event(body: EventBody, event_id: str = IDS[0], at_ms: int = T) -> Event:
    return Event(at_ms, event_id, body)


def frames(data: bytes) -> list[Any]:
    """Take a stream apart as strictly as the format allows."""
    blocks = data.split(b"\n\n")
    assert blocks.pop() == b""
    assert all(block.startswith(b"data: ") and b"\n" not in block and b"\r" not in block for block in blocks)
    return [json.loads(block[6:]) for block in blocks]


@pytest.mark.clause("SSE-2", "SSE-3")
@pytest.mark.parametrize(
    ("body", "frame"),
    [
        (Text('Hi "you"\n片段', False), 'data: {"type":"text","content":"Hi \\"you\\"\\n片段"}\n\n'),
        (Text("", True), ""),
        (
            ToolCall("edit_multitrack", {"a": [1]}, "c"),
            'data: {"type":"tool_call","name":"edit_multitrack","args":{"a":[1]}}\n\n',
        ),
        (
            ToolResult("edit_multitrack", MappingProxyType({"status": "ok"}), "c"),
            'data: {"type":"tool_result","name":"edit_multitrack","result":{"status":"ok"}}\n\n',
        ),
        (Heartbeat(), 'data: {"type":"heartbeat"}\n\n'),
        (Empty(), "data:\n\n"),
    ],
)
def test_typed_events_match_the_document(body: EventBody, frame: str) -> None:
    assert joined(typed(), event(body)) == frame.encode()


@pytest.mark.clause("SSE-6")
@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize("body", [Heartbeat(), Empty()])
def test_heartbeats_are_the_same_in_both_dialects(body: EventBody, version: AdkVersion) -> None:
    assert joined(adk(version), event(body)) == joined(typed(), event(body))


ACTIONS = '{"stateDelta":{},"artifactDelta":{},"requestedAuthConfigs":{},"requestedToolConfirmations":{}}'
ACTOR = f'"invocationId":"e-{INVOCATION}","author":"nemo_agent","actions":{ACTIONS}'
NODE = ',"nodeInfo":{"path":"nemo_agent@1"}'
TAIL = f'"id":"{IDS[0]}","timestamp":1795328538.579}}\n\n'


@pytest.mark.clause("SSE-3")
def test_adk_partial_and_final_text_match_measured_bytes() -> None:
    """What google-adk 2.13.0 sends, usage figures left out."""
    piece = (
        f'data: {{"content":{{"parts":[{{"text":"Let me "}}],"role":"model"}},"partial":true,{ACTOR}{NODE},'
    )
    assert joined(adk(), event(Text("Let me ", False))) == (piece + TAIL).encode()
    last = joined(adk(), event(Text("Done.", True)))
    content = '"content":{"parts":[{"text":"Done."}],"role":"model"}'
    whole = f'data: {{{content},"finishReason":"STOP",{ACTOR}{NODE},'
    assert last.endswith((whole + TAIL).encode())
    assert len(frames(last)) == 2


@pytest.mark.clause("SSE-3")
def test_adk_v1_has_no_node_info() -> None:
    piece = f'data: {{"content":{{"parts":[{{"text":"Hel"}}],"role":"model"}},"partial":true,{ACTOR},'
    assert joined(adk("v1"), event(Text("Hel", False))) == (piece + TAIL).encode()


@pytest.mark.clause("SSE-3", "SSE-13")
@pytest.mark.parametrize(("version", "node"), [("v1", ""), ("v2", NODE)])
def test_adk_calls_and_results_match_measured_bytes(version: AdkVersion, node: str) -> None:
    call = event(ToolCall("make_clip", {"prompt": "cat"}, CALL_ID))
    assert (
        joined(adk(version), call)
        == (
            f'data: {{"content":{{"parts":[{{"functionCall":{{"id":"adk-{CALL_ID}","args":{{"prompt":"cat"}},'
            f'"name":"make_clip"}}}}],"role":"model"}},"finishReason":"STOP",{ACTOR}{node},'
            f'"longRunningToolIds":[],{TAIL}'
        ).encode()
    )
    result = event(ToolResult("make_clip", {"status": "success"}, CALL_ID))
    assert (
        joined(adk(version), result)
        == (
            f'data: {{"content":{{"parts":[{{"functionResponse":{{"id":"adk-{CALL_ID}","name":"make_clip",'
            f'"response":{{"status":"success"}}}}}}],"role":"user"}},{ACTOR}{node},{TAIL}'
        ).encode()
    )


@pytest.mark.clause("SSE-3")
def test_adk_text_before_a_call_is_in_the_same_event() -> None:
    stream = adk()
    joined(stream, event(Text("Let me ", False)))
    joined(stream, event(Text("see.", False), IDS[1]))
    (turn,) = frames(joined(stream, event(ToolCall("make_clip", {}, "x"), "third")))
    assert [list(part) for part in turn["content"]["parts"]] == [["text"], ["functionCall"]]
    assert turn["content"]["parts"][0]["text"] == "Let me see."
    assert turn["id"] == IDS[0]
    assert frames(joined(stream, event(Text("Now.", True))))[-1]["content"]["parts"] == [{"text": "Now."}]


pieces_of_text = st.lists(st.text(max_size=12), min_size=1, max_size=6)


def replies(stream: Encoder, pieces: list[str]) -> list[Any]:
    last = len(pieces) - 1
    events = (event(Text(text, n == last), f"id-{n}", T + n) for n, text in enumerate(pieces))
    return frames(b"".join(joined(stream, one) for one in events))


@pytest.mark.clause("SSE-3")
@given(pieces_of_text, st.sampled_from(["v1", "v2"]))
def test_adk_final_text_repeats_its_pieces(pieces: list[str], version: AdkVersion) -> None:
    events = replies(adk(version), pieces)
    partial = [one["content"]["parts"][0]["text"] for one in events if one.get("partial")]
    whole = [one["content"]["parts"][0]["text"] for one in events if "partial" not in one]
    assert partial == list(filter(None, pieces))
    assert whole == (["".join(pieces)] if partial else [])


@pytest.mark.clause("SSE-3")
@given(pieces_of_text.filter(any))
def test_adk_v2_shares_one_id_and_v1_does_not(pieces: list[str]) -> None:
    assert len({one["id"] for one in replies(adk("v2"), pieces)}) == 1
    v1 = [one["id"] for one in replies(adk("v1"), pieces)]
    assert len(set(v1)) == len(v1)
    assert UUID(v1[-1]).version == 4
    assert v1 == [one["id"] for one in replies(adk("v1"), pieces)]


@pytest.mark.clause("SSE-1", "SSE-3")
@given(pieces_of_text, st.sampled_from(["v1", "v2"]))
def test_adk_without_streaming_sends_only_final_text(pieces: list[str], version: AdkVersion) -> None:
    events = replies(adk(version, streaming=False), pieces)
    assert [one["content"]["parts"][0]["text"] for one in events] == list(filter(None, ["".join(pieces)]))
    assert not any("partial" in one for one in events)


short = st.text(max_size=8)
bodies: st.SearchStrategy[EventBody] = st.one_of(
    st.builds(Text, short, st.booleans()),
    st.builds(ToolCall, short, st.dictionaries(short, short, max_size=2), short),
    st.builds(ToolResult, short, st.dictionaries(short, st.none() | st.integers(), max_size=2), short),
)


@pytest.mark.clause("SSE-2")
@given(st.lists(bodies, max_size=6), st.sampled_from([typed, adk, lambda: adk("v1")]))
def test_every_frame_is_one_line_of_json(said: list[EventBody], new: Any) -> None:
    stream = new()
    for at_ms, body in enumerate(said):
        frames(joined(stream, event(body, at_ms=at_ms)))


@pytest.mark.clause("SSE-9")
@given(st.text(st.characters(categories=("Cs", "Lo"))))
def test_lone_surrogates_are_encoded_in_streams(text: str) -> None:
    for stream in (typed(), adk()):
        joined(stream, event(Text(text, True))).decode("utf-8")


@pytest.mark.clause("SSE-10")
def test_temporary_issue_is_a_text_event() -> None:
    (frame,) = frames(joined(typed(), event(Text("I encountered a temporary issue", True))))
    assert frame == {"type": "text", "content": "I encountered a temporary issue"}


@pytest.mark.clause("SSE-3")
def test_error_frames_match_measured_bytes() -> None:
    message = 'kaboom "quoted"\nnewline'
    assert error_frame("RuntimeError", message, 1_795_328_536_399) == (
        b'data: {"error": "RuntimeError: kaboom \\"quoted\\"\\nnewline", "error_details": '
        b'{"error_type": "RuntimeError", "error_message": "kaboom \\"quoted\\"\\nnewline", '
        b'"timestamp": 1795328536.399}}\n\n'
    )
    assert error_frame("RuntimeError", message, 0, version="v1") == (
        b'data: {"error": "kaboom "quoted"\nnewline"}\n\n'
    )

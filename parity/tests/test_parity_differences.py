"""Where the vendor's protocol and ADK part: each difference of docs/PARITY.md, and that it is still one.

A test here shows both sides. Should one of them change, its row in the table is wrong.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from parity.normalize import SIGNS_OF_LIFE, agents_own, payloads, script_of
from parity.servers import ADK_VERSION, AdkSide, FakeSide, message, new_session_id
from parity.wire import PATIENCE_S, Line

OpenWorld = Callable[..., FakeSide]

GENERATE = "generate a 5 second video of a city street"
WAITING = {"turns": [{"says": ["Let me see."], "waits": True}]}
KEEPALIVE_S = 16.0  # FastAPI's own event streams ping after 15


@pytest.fixture(scope="module", autouse=True)
def silence(adk: AdkSide) -> Iterator[Line]:
    """Hold a stream of ADK's open whose agent works without a sign, from before the first test on."""
    with adk.line(adk.open(WAITING)) as line:
        line.next()
        yield line


def test_it_is_the_version_that_the_table_is_of(adk: AdkSide) -> None:
    assert adk.get("/version")["version"] == ADK_VERSION


@pytest.mark.clause("SSE-6")
def test_adk_keeps_silent_while_an_agent_works_and_the_vendor_does_not(
    silence: Line, ours: OpenWorld
) -> None:
    assert set(ours().play(GENERATE).chunks) >= SIGNS_OF_LIFE
    assert silence.is_quiet(max(0.1, silence.opened_s + KEEPALIVE_S - time.monotonic()))


@pytest.mark.clause("SSE-11")
def test_a_hang_up_cancels_the_run_in_adk_and_stops_nothing_here(adk: AdkSide, ours: OpenWorld) -> None:
    session_id = adk.open(WAITING)
    with adk.line(session_id) as line:
        line.next()
    aborted = until(lambda: adk.session(session_id)["events"][1:])
    assert aborted[-1]["errorCode"] == "INVOCATION_ABORTED"

    world = ours(clock="manual")
    with world.line(GENERATE) as line:
        line.begun()
    world.world.clock.advance(301)
    assert world.state()["draft"]["t"]


@pytest.mark.clause("SSE-3")
def test_a_model_that_counts_its_tokens_adds_usage_metadata_and_nothing_else(adk: AdkSide) -> None:
    counts = {"prompt_token_count": 10, "candidates_token_count": 5, "total_token_count": 15}
    (plain,) = payloads(adk.play({"turns": [{"says": ["Done."]}]}, streaming=False).chunks)
    (counted,) = payloads(adk.play({"turns": [{"says": ["Done."], "usage": counts}]}, streaming=False).chunks)
    assert set(counted) - set(plain) == {"usageMetadata"}
    assert list(counted)[2] == "usageMetadata"


@pytest.mark.clause("SSE-3", "STA-1")
def test_an_agent_that_keeps_its_draft_in_the_session_shows_it_in_the_state_delta(
    adk: AdkSide, ours: OpenWorld
) -> None:
    call = {"name": "edit_multitrack", "args": {}, "result": {"status": "ok"}, "draft": {"t": []}}
    result = payloads(adk.play({"turns": [{"calls": [call]}]}).chunks)
    assert [event["actions"]["stateDelta"] for event in result] == [{}, {"draft": {"t": []}}]
    for event in payloads(split(agents_own(ours().play(GENERATE).chunks))):
        assert event["actions"]["stateDelta"] == {}


def split(chunks: list[bytes]) -> list[bytes]:
    return [part + b"\n\n" for chunk in chunks for part in chunk.split(b"\n\n")[:-1]]


@pytest.mark.clause("SSE-1")
def test_a_request_silent_on_streaming_gets_no_pieces_of_adk_and_pieces_here(
    adk: AdkSide, ours: OpenWorld
) -> None:
    script = script_of(ours("typed").play("hello").chunks)
    session_id = adk.open(script)
    with Line(adk.url, message(session_id, "hello"), {}) as real:
        assert not any("partial" in event for event in payloads(real.whole().chunks))
    assert any("partial" in event for event in payloads(split(ours().play("hello").chunks)))


@pytest.mark.clause("SSE-3", "CRE-3")
def test_what_breaks_in_the_middle_is_an_error_frame_in_adk_and_words_here(
    adk: AdkSide, ours: OpenWorld
) -> None:
    """LlmAgent tells it twice: an event with an errorCode first, then the frame."""
    call = {"name": "edit_multitrack", "args": {}, "raises": "kaboom"}
    for script in ({"turns": [{"raises": "kaboom"}]}, {"turns": [{"calls": [call]}]}):
        *_, event, frame = payloads(adk.play(script).chunks)
        assert (event["errorCode"], event["errorMessage"]) == ("RuntimeError", "kaboom")
        assert list(frame) == ["error", "error_details"]
    *work, words = payloads(split(agents_own(ours(scenario="chat-edit-fails").play(GENERATE).chunks)))
    assert {"status": "error"} in [
        part["functionResponse"]["response"]
        for event in work
        for part in event["content"]["parts"]
        if "functionResponse" in part
    ]
    assert "text" in words["content"]["parts"][0]


@pytest.mark.clause("SSE-3")
def test_times_have_more_digits_in_adk(adk: AdkSide, ours: OpenWorld) -> None:
    """Ours count engine milliseconds."""
    (real,) = payloads(adk.play({"turns": [{"says": ["Done."]}]}, streaming=False).chunks)
    assert isinstance(real["timestamp"], float)
    for event in payloads(split(agents_own(ours().play("hello").chunks))):
        assert round(event["timestamp"], 3) == event["timestamp"]


# -- before the stream: ADK's own refusals, and the vendor's envelope --------------------------------------


def sent(session_id: str, *without: str, **changed: Any) -> dict[str, Any]:
    fields = {**message(session_id, "hello"), **changed}
    return {key: value for key, value in fields.items() if key not in without}


Case = tuple[Callable[[str], dict[str, Any]], Any, Any]

# what is sent; what ADK's LlmAgent answers; what the fake answers
REFUSALS: dict[str, Case] = {
    "session unknown": (lambda _: sent(new_session_id()), (404, ["detail"]), (200, 1002)),
    "session_id missing": (lambda sid: sent(sid, "session_id"), (422, ["detail"]), (400, 400)),
    "new_message missing": (lambda sid: sent(sid, "new_message"), "stream", (400, 400)),
    "no parts": (lambda sid: sent(sid, new_message={"parts": []}), "stream", (400, 400)),
    "app unknown": (lambda sid: sent(sid, app_name="ghost"), (404, ["detail"]), (404, 404)),
    "app_name missing": (lambda sid: sent(sid, "app_name"), (400, ["detail"]), "stream"),
    "user_id missing": (lambda sid: sent(sid, "user_id"), (422, ["detail"]), "stream"),
    "a part with an unknown key": (
        lambda sid: sent(sid, new_message={"parts": [{"text": "hello", "txt": "?"}]}),
        (422, ["detail"]),
        "stream",
    ),
    "camelCase": (
        lambda sid: {"appName": "nemo_agent", "userId": "me", "sessionId": sid} | only_message(sid),
        "stream",
        "stream",
    ),
}


def only_message(session_id: str) -> dict[str, Any]:
    return {"newMessage": message(session_id, "hello")["new_message"]}


def outcome(line: Line) -> Any:
    """Return how a request was met: a stream, a stream of one error frame, or a refusal and its form."""
    if line.body:
        record = json.loads(line.body)
        return line.status, record.get("code", list(record))
    (first, *_) = payloads(split(agents_own(line.chunks)))
    return (line.status, first["error_details"]["error_type"]) if "error" in first else "stream"


@pytest.mark.clause("SSE-1", "SSE-2", "ENV-3", "ENV-4", "SES-2")
@pytest.mark.parametrize("case", REFUSALS)
def test_what_comes_in_place_of_a_stream_is_adks_own_there_and_an_envelope_here(
    adk: AdkSide, ours: OpenWorld, case: str
) -> None:
    body, theirs, ourselves = REFUSALS[case]
    with Line(adk.url, body(adk.open({"turns": [{"says": ["Done."]}]})), {}) as real:
        assert outcome(real.whole()) == theirs
    world = ours()
    with Line(world.world.url, body(world.session_id), world.headers) as fake:
        assert outcome(fake.whole()) == ourselves


@pytest.mark.clause("SSE-1", "ENV-4")
@pytest.mark.parametrize("without", ["parts", "new_message"])
def test_a_message_without_words_breaks_a_bare_agent_of_adks_but_not_an_llm_agent(
    adk: AdkSide, without: str
) -> None:
    """LlmAgent asks its model all the same, as the table of refusals above shows."""
    fields = {"app_name": "bare_agent", "new_message": {"parts": []}}
    session_id = adk.open({"events": []}, app="bare_agent")
    body = {key: value for key, value in sent(session_id, **fields).items() if key != without}
    with Line(adk.url, body, {}) as line:
        assert outcome(line.whole()) == (200, "ValueError")


@pytest.mark.clause("AUTH-6")
def test_adk_asks_nobody_who_they_are_and_the_vendor_does(adk: AdkSide, ours: OpenWorld) -> None:
    assert outcome(adk.play({"turns": [{"says": ["Done."]}]})) == "stream"
    world = ours()
    with Line(world.world.url, message(world.session_id, "hello"), {}) as line:
        assert outcome(line.whole()) == (200, 1001)


def until(look: Callable[[], Any]) -> Any:
    """Return what a look gives once it is something."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline_s, "waited in vain"
    return found

"""One scenario, told by google-adk and by the fake's ``adk`` dialect: the same bytes but for ids and times.

The scenario is taken from the fake's ``typed`` dialect, so that no ``adk`` byte of ours goes into what ADK is
told to say. All answers are read off bare sockets by the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from parity.normalize import agents_own, levelled, payload, payloads, script_of
from parity.servers import AdkSide, FakeSide
from parity.wire import Line

from nemofake.wire import error_frame

OpenWorld = Callable[..., FakeSide]

SCENARIOS = {
    "talk": "hello",
    "generate": "generate a 5 second video of a city street",
    "generate-zh": "生成一段5秒的城市夜景视频",
}
EDIT = 'add the title "Night \\"Walk\\" é 夜" at the start, then make it black and white'
scenario = pytest.mark.parametrize("text", SCENARIOS.values(), ids=SCENARIOS)


def split(chunks: list[bytes]) -> list[bytes]:
    """Return events apart that came in one chunk."""
    return [part + b"\n\n" for chunk in chunks for part in chunk.split(b"\n\n")[:-1]]


def both(adk: AdkSide, ours: OpenWorld, text: str, **more: Any) -> tuple[Line, Line]:
    """Return the real answer and ours to one message with the same scenario behind it."""
    return adk.play(script_of(ours("typed").play(text).chunks), text=text, **more), ours().play(text, **more)


def edited(ours: OpenWorld, profile: str, text: str, **rules: Any) -> Line:
    """Return our answer to an edit of a clip that was made before it."""
    world = ours(profile, rules)
    world.world.update_account(world.user_id, grant=1000)
    world.play(SCENARIOS["generate"])
    return world.play(text)


@pytest.mark.clause("SSE-3")
@scenario
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "whole"])
def test_the_same_scenario_is_the_same_bytes(
    adk: AdkSide, ours: OpenWorld, text: str, streaming: bool
) -> None:
    real, fake = both(adk, ours, text, streaming=streaming)
    assert split(fake.chunks), "there is something to compare"
    assert levelled(split(agents_own(fake.chunks))) == levelled(real.chunks)


@pytest.mark.clause("SSE-3")
def test_an_edit_is_the_same_bytes(adk: AdkSide, ours: OpenWorld) -> None:
    real = adk.play(script_of(edited(ours, "typed", EDIT).chunks))
    fake = edited(ours, "adk", EDIT)
    assert any("functionCall" in str(event) for event in payloads(real.chunks))
    assert levelled(split(agents_own(fake.chunks))) == levelled(real.chunks)


@pytest.mark.clause("SSE-5", "SSE-4")
def test_an_edit_without_words_is_the_same_bytes(adk: AdkSide, ours: OpenWorld) -> None:
    real = adk.play(script_of(edited(ours, "typed", EDIT, silent_share=1.0).chunks))
    fake = edited(ours, "adk", EDIT, silent_share=1.0)
    assert levelled(agents_own(fake.chunks)) == levelled(real.chunks)
    assert not any("text" in part for event in payloads(real.chunks) for part in event["content"]["parts"])
    assert (real.ending, fake.ending) == ("terminal", "terminal")


@pytest.mark.clause("SSE-4")
def test_a_run_that_says_nothing_is_a_head_and_a_terminal_chunk(adk: AdkSide, ours: OpenWorld) -> None:
    real = adk.play({"turns": []})
    silenced = ours(scenario="chat-silent-edit-chinese", parameters={"heartbeat_interval_ms": 0})
    fake = silenced.play("hello")
    for line in (real, fake):
        assert (line.status, line.chunks, line.ending) == (200, [], "terminal")


@pytest.mark.clause("SSE-2")
@scenario
def test_heads_agree_in_status_type_and_framing(adk: AdkSide, ours: OpenWorld, text: str) -> None:
    """Besides, ADK's bears ``server: uvicorn``, and ours a Date of engine time."""
    real, fake = both(adk, ours, text)
    assert (real.status, fake.status) == (200, 200)
    assert set(real.headers) - set(fake.headers) == {("server", "uvicorn"), *dated(real)}
    assert set(fake.headers) - set(real.headers) == {*dated(fake)}


def dated(line: Line) -> set[tuple[str, str]]:
    return {(name, value) for name, value in line.headers if name == "date"}


@pytest.fixture(params=["real", "fake"])
def answer(request: pytest.FixtureRequest, adk: AdkSide, ours: OpenWorld) -> Line:
    """Return each side's answer to a message that brings tools and words."""
    if request.param == "fake":
        return ours().play(SCENARIOS["generate"])
    return adk.play(script_of(ours("typed").play(SCENARIOS["generate"]).chunks))


@pytest.mark.clause("SSE-2", "SSE-4")
@pytest.mark.parametrize("answer", ["real", "fake"], indirect=True)
def test_each_event_is_one_chunk_of_its_own_and_the_terminal_chunk_closes(answer: Line) -> None:
    assert all(payload(chunk) for chunk in agents_own(answer.chunks))
    assert answer.ending == "terminal"


@pytest.mark.clause("SSE-2")
def test_lines_are_data_lines_with_a_line_feed_and_nothing_else(answer: Line) -> None:
    text = b"".join(answer.chunks)
    assert b"\r" not in text
    assert {line[:5] for line in text.split(b"\n")} == {b"data:", b""}


@pytest.mark.clause("SSE-3")
def test_keys_come_in_the_order_of_adks_model(answer: Line) -> None:
    order = ["content", "partial", "finishReason", "invocationId", "author", "actions", "nodeInfo"]
    order += ["longRunningToolIds", "id", "timestamp"]
    for event in payloads(split(agents_own(answer.chunks))):
        assert [key for key in order if key in event] == list(event)


@pytest.mark.clause("SSE-3")
def test_pieces_share_an_id_with_the_whole_that_repeats_them(answer: Line) -> None:
    said = [e for e in payloads(split(agents_own(answer.chunks))) if "text" in e["content"]["parts"][0]]
    *pieces, whole = said
    assert pieces
    assert all(piece["partial"] is True for piece in pieces)
    assert "partial" not in whole
    assert (
        "".join(piece["content"]["parts"][0]["text"] for piece in pieces)
        == whole["content"]["parts"][0]["text"]
    )
    assert len({event["id"] for event in said}) == 1


@pytest.mark.clause("SSE-3", "SSE-13")
def test_each_call_is_followed_by_its_response(answer: Line) -> None:
    parts = [e["content"]["parts"][0] for e in payloads(split(agents_own(answer.chunks)))]
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    responses = [part["functionResponse"] for part in parts if "functionResponse" in part]
    assert calls
    assert [(one["id"], one["name"]) for one in calls] == [(one["id"], one["name"]) for one in responses]
    assert len({one["id"] for one in calls}) == len(calls)
    events = payloads(split(agents_own(answer.chunks)))
    assert len({event["invocationId"] for event in events}) == 1
    assert [event["timestamp"] for event in events] == sorted(event["timestamp"] for event in events)


# -- an agent that breaks ----------------------------------------------------------------------------------

KABOOM = 'kaboom "quoted" 夜\nnewline'


@pytest.mark.clause("SSE-3")
def test_the_frame_of_an_agent_that_breaks_is_the_same_bytes(adk: AdkSide, ours: OpenWorld) -> None:
    """Our agent never breaks by itself: the frame is put on the wire by a fault, and the end after it."""
    event = {"content": {"parts": [{"text": "before"}], "role": "model"}}
    real = adk.play({"events": [event], "raises": KABOOM}, app="bare_agent")
    fake = ours()
    frame = error_frame("RuntimeError", KABOOM, fake.world.clock.now_ms)
    fake.world.add_fault("malformed_event", nth_event=2, data=frame[6:-2].decode(), on="chat")
    fake.world.add_fault("close", after_events=2, on="chat")
    struck = fake.play(SCENARIOS["generate"])
    assert levelled(split(struck.chunks)[-1:]) == levelled(real.chunks[-1:])
    assert (len(real.chunks), real.ending) == (2, "terminal")
    assert (len(split(struck.chunks)), struck.ending) == (2, "terminal")

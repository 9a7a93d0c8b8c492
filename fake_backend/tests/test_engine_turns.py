"""A chat turn in time: how long it takes, when it gives signs of life, when its stream closes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import ScenarioConfig
from nemofake.engine.turns import Empty, Heartbeat, Text, ToolCall, ToolResult

GENERATE = "generate a 5 second clip of a city at night"
TITLE = 'add a title "Hello" at the start'
KINDS = {"text": "hello", "edit": TITLE, "generation": GENERATE}
RANGES = {"text": (5_000, 15_000), "edit": (10_000, 30_000), "generation": (100_000, 300_000)}
MINUTE = 60_000


def chat(fake: Any, message: str, **session: Any) -> Any:
    """Let a new user send a message in a new session, and let everything come of it."""
    ann = fake.user(f"user-{len(fake.world.accounts)}", grant=1_000)
    turn = ann.chat(ann.project(**session), message)
    fake.tick(60 * MINUTE)
    return turn


@pytest.mark.clause("SSE-7")
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_turn_takes_its_documented_time_and_the_whole_range_of_it(fake: Any, kind: str) -> None:
    low, high = RANGES[kind]
    ann = fake.user(grant=100_000)
    turns = [ann.chat(ann.project(), KINDS[kind]) for _ in range(150)]
    lengths = [turn.ends_at_ms - turn.started_at_ms for turn in turns]
    assert all(low <= length <= high for length in lengths)
    assert min(lengths) < low + (high - low) // 10
    assert max(lengths) > high - (high - low) // 10
    assert [turn.closes_at_ms for turn in turns] == [turn.ends_at_ms for turn in turns]


@pytest.mark.clause("SSE-7", "SSE-8")
def test_a_message_that_generates_and_edits_takes_the_time_of_a_generation(fake: Any) -> None:
    turn = chat(fake, f"{GENERATE} and {TITLE}")
    assert 100_000 <= turn.ends_at_ms - turn.started_at_ms <= 300_000


@pytest.mark.clause("SSE-6")
@given(st.integers(0, 2**32), st.sampled_from(sorted(KINDS)))
def test_there_is_a_sign_of_life_every_ten_seconds_in_both_spellings(
    helpers: Any, seed: int, kind: str
) -> None:
    turn = chat(helpers.Fake(seed=seed), KINDS[kind])
    beats = [e for e in turn.events if isinstance(e.body, Heartbeat | Empty)]
    due = range(turn.started_at_ms + 10_000, turn.closes_at_ms, 10_000)
    assert [beat.at_ms for beat in beats] == list(due)
    assert [type(beat.body) for beat in beats] == [Empty if nth % 2 else Heartbeat for nth in range(len(due))]


@pytest.mark.clause("SSE-6")
@pytest.mark.parametrize(("interval_ms", "beats"), [(0, 0), (4_000, 4), (20_000, 0), (19_999, 1)])
def test_the_interval_of_the_signs_of_life_is_a_setting(helpers: Any, interval_ms: int, beats: int) -> None:
    rules = Parameters(edit_ms=(20_000, 20_000), heartbeat_interval_ms=interval_ms)
    turn = chat(helpers.Fake(ScenarioConfig(parameters=rules)), TITLE)
    assert sum(isinstance(e.body, Heartbeat | Empty) for e in turn.events) == beats


@pytest.mark.clause("SSE-3", "SSE-4", "SSE-13")
@given(st.integers(0, 2**32), st.sampled_from(sorted(KINDS)))
def test_events_come_in_order_each_tool_call_with_its_result_and_the_words_last(
    helpers: Any, seed: int, kind: str
) -> None:
    turn = chat(helpers.Fake(seed=seed), KINDS[kind])
    times = [event.at_ms for event in turn.events]
    assert times == sorted(times)
    assert all(turn.started_at_ms < at <= turn.closes_at_ms for at in times)
    assert len({event.event_id for event in turn.events}) == len(times)
    said = [e.body for e in turn.events if not isinstance(e.body, Heartbeat | Empty)]
    texts = [body for body in said if isinstance(body, Text)]
    tools = said[: len(said) - len(texts)]
    assert said == tools + texts
    assert [text.last for text in texts] == [False] * (len(texts) - 1) + [True] * bool(texts)
    for call, result in zip(tools[::2], tools[1::2], strict=True):
        assert isinstance(call, ToolCall)
        assert isinstance(result, ToolResult)
        assert (call.name, call.call_id) == (result.name, result.call_id)
    assert {tool.name for tool in tools} <= {"generate_video_with_seedance", "edit_multitrack"}
    assert bool(tools) == (kind != "text")
    assert max(Counter(tool.call_id for tool in tools).values(), default=2) == 2


@pytest.mark.clause("SSE-7", "SSE-11", "CRE-3")
@pytest.mark.parametrize("length_ms", [15 * MINUTE - 1, 15 * MINUTE, 15 * MINUTE + 1, 40 * MINUTE])
def test_the_server_closes_after_fifteen_minutes_and_the_work_goes_on(helpers: Any, length_ms: int) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=Parameters(generation_ms=(length_ms, length_ms))))
    ann = fake.user()
    session_id = ann.session()
    turn = ann.chat(session_id, GENERATE)
    assert turn.closes_at_ms - turn.started_at_ms == min(length_ms, 15 * MINUTE)
    fake.to(turn.closes_at_ms)
    shown = helpers.events_of(turn)
    if length_ms > 15 * MINUTE:
        assert ann.balance() == {"available": 0, "frozen": 100, "total": 100}
    fake.to(turn.ends_at_ms)
    assert ann.balance() == {"available": 0, "frozen": 0, "total": 0}
    assert ann.draft(session_id)["t"]
    assert helpers.events_of(turn) == shown
    assert all(at <= 15 * MINUTE for at, *_ in shown)


@pytest.mark.clause("SSE-7")
@given(st.integers(0, 2**32), st.sampled_from(sorted(KINDS)), st.integers(1_000, 20_000))
def test_who_sleeps_until_the_next_due_time_misses_nothing(
    helpers: Any, seed: int, kind: str, limit: int
) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=Parameters(stream_limit_ms=limit)), seed=seed)
    ann = fake.user()
    turn = ann.chat(ann.project(), KINDS[kind])
    seen = 0
    while fake.now < turn.closes_at_ms:
        due_ms = turn.next_due_ms(fake.now)
        assert fake.now < due_ms <= turn.closes_at_ms
        fake.to(due_ms)
        assert all(event.at_ms == due_ms for event in turn.events[seen:])
        seen = len(turn.events)
    fake.tick(60 * MINUTE)
    assert len(turn.events) == seen


@pytest.mark.clause("SSE-7")
@given(st.integers(0, 2**32), st.integers(0, 40), st.sampled_from(sorted(KINDS)))
def test_even_the_shortest_turn_does_its_work_before_it_speaks_of_it(
    helpers: Any, seed: int, length_ms: int, kind: str
) -> None:
    span = (length_ms, length_ms)
    rules = replace(Parameters(silent_share=0.0), text_ms=span, edit_ms=span, generation_ms=span)
    turn = chat(helpers.Fake(ScenarioConfig(parameters=rules), seed=seed), KINDS[kind])
    assert turn.state == "completed"
    tools = [nth for nth, e in enumerate(turn.events) if isinstance(e.body, ToolCall | ToolResult)]
    texts = [nth for nth, e in enumerate(turn.events) if isinstance(e.body, Text)]
    assert texts
    assert max(tools, default=-1) < min(texts)


@pytest.mark.clause("SSE-9", "SES-1")
def test_the_reply_is_in_the_language_of_the_session(fake: Any) -> None:
    def chinese(turn: Any) -> bool:
        return any("一" <= c <= "鿿" for e in turn.events if isinstance(e.body, Text) for c in e.body.content)

    assert not chinese(chat(fake, "hello"))
    assert not chinese(chat(fake, "hello", language="en"))
    assert chinese(chat(fake, "hello", language="zh"))


@pytest.mark.clause("SSE-3", "SSE-12")
def test_two_turns_share_no_id(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id = ann.project()
    turns = [ann.chat(session_id, TITLE) for _ in range(2)]
    fake.tick(MINUTE)
    seen = [{turn.turn_id, *(e.event_id for e in turn.events), *call_ids(turn)} for turn in turns]
    assert min(map(len, seen)) >= 4
    assert not seen[0] & seen[1]


def call_ids(turn: Any) -> set[str]:
    return {event.body.call_id for event in turn.events if isinstance(event.body, ToolCall)}


@pytest.mark.clause("SSE-11")
def test_a_session_knows_which_of_its_turns_are_running(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    session = fake.backend.find_session(ann.token(), "me", session_id)
    turns = [ann.chat(session_id, message) for message in (GENERATE, TITLE, "hello")]
    while session.running:
        assert session.running == [turn.turn_id for turn in turns if turn.ends_at_ms > fake.now]
        fake.to(fake.backend.next_due_ms)
    assert fake.now == max(turn.ends_at_ms for turn in turns)


@pytest.mark.clause("SSE-8")
@given(
    st.integers(0, 2**32), st.sampled_from([GENERATE, TITLE, f"{GENERATE}, then regenerate it, cut silences"])
)
def test_what_is_foreseen_comes_true_where_nobody_interferes(helpers: Any, seed: int, message: str) -> None:
    turn = chat(helpers.Fake(seed=seed), message)
    stages = turn.turn_plan.steps
    assert turn.session.timeline == [s.preview.timeline for s in stages if s.preview.changed][-1]
    foreseen = [s.preview.generated for s in stages if s.preview.generated]
    assert turn.session.generated == foreseen
    results = [e.body.result for e in turn.events if isinstance(e.body, ToolResult)]
    assert results == [s.preview.result for s in stages if s.preview.changed]

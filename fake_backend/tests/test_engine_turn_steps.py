"""A generation in stages: the raw clip lands first, the rest is added by itself, the state shows each."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from nemofake.engine.scenario import Trigger
from nemofake.engine.turns import ToolResult

GENERATE = "generate a 5 second clip of a city at night"
TITLE = 'add a title "Hello" at the start'


def states_of(fake: Any, ann: Any, session_id: str, turn: Any) -> list[Any]:
    """Return the session's state after each moment at which anything happens, from the message on."""
    states = [ann.state(session_id)["state"]]
    while fake.now < turn.ends_at_ms:
        fake.to(fake.backend.next_due_ms)
        states.append(ann.state(session_id)["state"])
    return states


def kinds(state: Any) -> tuple[int, ...]:
    return tuple(sorted(track["tt"] for track in state["draft"].get("t", [])))


@pytest.mark.clause("SSE-8", "STA-2")
def test_the_raw_clip_lands_alone_and_music_title_and_effects_follow_one_by_one(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.project()
    states = states_of(fake, ann, session_id, ann.chat(session_id, GENERATE))
    steps = [state for nth, state in enumerate(states) if nth == 0 or state != states[nth - 1]]
    assert steps[0]["draft"] == {}
    assert steps[0]["generated_media"] == []
    assert kinds(steps[1]) == (0,)
    assert len(steps) >= 4
    assert {1, 7} <= set(kinds(steps[-1]))
    for earlier, later in pairwise(steps[1:]):
        assert len(later["draft"]["t"]) - len(earlier["draft"]["t"]) in (0, 1)
        assert len(later["generated_media"]) == 1


@pytest.mark.clause("SSE-8", "SSE-3")
def test_the_state_has_a_change_by_the_time_its_tool_result_is_on_the_stream(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.project()
    turn = ann.chat(session_id, GENERATE)
    seen, before = 0, ann.state(session_id)
    while fake.now < turn.ends_at_ms:
        fake.to(fake.backend.next_due_ms)
        results = [e for e in turn.events[seen:] if isinstance(e.body, ToolResult)]
        seen, after = len(turn.events), ann.state(session_id)
        assert (after != before) == bool(results)
        before = after


@pytest.mark.clause("SSE-8", "CRE-2")
def test_what_a_generation_adds_by_itself_is_in_its_price(fake: Any) -> None:
    ann = fake.user()
    ann.chat(ann.project(), GENERATE)
    assert ann.balance() == {"available": 0, "frozen": 100, "total": 100}


@pytest.mark.clause("STA-1", "SSE-8")
def test_a_generated_clip_is_listed_with_its_length_and_can_be_found_by_its_address(
    fake: Any, helpers: Any
) -> None:
    ann = fake.user()
    session_id = ann.project()
    turn = ann.chat(session_id, GENERATE)
    fake.to(turn.ends_at_ms)
    [clip] = ann.state(session_id)["state"]["generated_media"]
    assert clip["duration"] == 5
    path = clip["url"].removeprefix("https://cdn.test")
    assert fake.backend.generated(fake.now, path).media_id == clip["media_id"]
    assert helpers.refusal(lambda: fake.backend.generated(fake.now, path + "x"))[0] == 404


@pytest.mark.clause("SSE-8")
def test_every_instruction_of_one_message_is_done(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    turn = ann.chat(session_id, f"cut silences, {TITLE} and add lo-fi background music at 30% volume")
    fake.to(turn.ends_at_ms)
    draft = ann.draft(session_id)
    assert kinds({"draft": draft}) == (0, 1, 7)
    assert draft["t"][0]["d"] < 10_000
    assert sum(isinstance(event.body, ToolResult) for event in turn.events) == 3


@pytest.mark.clause("CRE-3", "SSE-8")
def test_a_generation_that_fails_leaves_nothing_behind_it(fake: Any) -> None:
    fake.set_scenario(Trigger(on="chat", do="fail"))
    ann = fake.user(grant=100)
    session_id = ann.project()
    turn = ann.chat(session_id, f"{GENERATE} and {TITLE}")
    before = ann.state(session_id)
    assert all(state == before["state"] for state in states_of(fake, ann, session_id, turn))
    assert turn.state == "failed"
    assert ann.balance() == {"available": 200, "frozen": 0, "total": 200}
    results = [event.body for event in turn.events if isinstance(event.body, ToolResult)]
    assert [result.result for result in results] == [{"status": "error"}]

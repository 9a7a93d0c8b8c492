"""Replies that do not come (SSE-5) and noise after those that do (SSE-10)."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import Any

import pytest

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import ScenarioConfig
from nemofake.engine.turns import Text, ToolCall, ToolResult

TITLE = 'add a title "Hello" at the start'
NOISE = "I encountered a temporary issue"
HOUR = 3_600_000


def texts(turn: Any) -> list[str]:
    return [event.body.content for event in turn.events if isinstance(event.body, Text)]


def chats(fake: Any, message: str, count: int) -> Iterator[Any]:
    """Send a message again and again, each time in a session of its own that has footage."""
    ann = fake.user(grant=150 * count)
    token = ann.token()
    for _ in range(count):
        turn = fake.backend.start_turn(token, "me", ann.project(), message)
        fake.backend.run_due(turn.ends_at_ms)
        yield turn


def rules(**changes: Any) -> ScenarioConfig:
    return ScenarioConfig(parameters=Parameters(heartbeat_interval_ms=0, token_lifetime_ms=10**15, **changes))


@pytest.mark.clause("SSE-5")
def test_three_in_ten_edits_close_without_a_word(helpers: Any) -> None:
    count, share, silent = 10_000, 0.30, 0
    fake = helpers.Fake(rules(), seed=42)
    ann = fake.user()
    token, session_id = ann.token(), ann.project()
    for nth in range(count):
        turn = fake.backend.start_turn(token, "me", session_id, "unmute" if nth % 2 else "mute")
        fake.backend.run_due(turn.ends_at_ms)
        assert turn.turn_plan.kind == "edit"
        silent += not texts(turn)
    assert abs(silent - count * share) < 3 * sqrt(count * share * (1 - share))


@pytest.mark.clause("SSE-5")
@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_silent_edits_can_be_none_or_all(helpers: Any, share: float) -> None:
    fake = helpers.Fake(rules(silent_share=share))
    assert [not texts(turn) for turn in chats(fake, TITLE, 100)] == [share == 1.0] * 100


@pytest.mark.clause("SSE-5")
def test_a_silent_edit_is_applied_and_charged_like_any_other(helpers: Any) -> None:
    silent, loud = (helpers.Fake(rules(silent_share=share)) for share in (1.0, 0.0))
    ends = []
    for fake in (silent, loud):
        ann = fake.user()
        session_id = ann.project()
        turn = ann.chat(session_id, TITLE)
        fake.tick(HOUR)
        tools = [e for e in helpers.events_of(turn) if e[2] in ("ToolCall", "ToolResult")]
        ends.append((ann.draft(session_id), ann.balance(), tools))
    assert ends[0] == ends[1]
    assert ends[0][0]["t"]
    assert len(ends[0][2]) == 2


@pytest.mark.clause("SSE-5")
@pytest.mark.parametrize("message", ["hello", "你好", "generate a 5 second clip of a city at night"])
def test_only_edits_are_silent(helpers: Any, message: str) -> None:
    fake = helpers.Fake(rules(silent_share=1.0))
    assert all("".join(texts(turn)) for turn in chats(fake, message, 20))


@pytest.mark.clause("SSE-5")
def test_a_silent_stream_holds_tool_events_and_nothing_else_but_signs_of_life(helpers: Any) -> None:
    fake = helpers.Fake(rules(silent_share=1.0))
    for turn in chats(fake, TITLE, 10):
        assert [type(event.body) for event in turn.events] == [ToolCall, ToolResult]


@pytest.mark.clause("SSE-10")
@pytest.mark.parametrize("message", ["hello", TITLE])
def test_noise_comes_after_a_normal_reply_and_does_not_replace_it(helpers: Any, message: str) -> None:
    quiet, noisy = (helpers.Fake(rules(silent_share=0.0, temporary_issue_share=s)) for s in (0.0, 1.0))
    for clean, turn in zip(chats(quiet, message, 10), chats(noisy, message, 10), strict=True):
        *reply, noise = texts(turn)
        assert noise.startswith(NOISE)
        assert reply == texts(clean)
        assert NOISE not in "".join(reply)


@pytest.mark.clause("SSE-10")
def test_noise_is_off_by_default_and_its_share_is_a_setting(helpers: Any) -> None:
    count = 1_000
    assert not any(NOISE in "".join(texts(turn)) for turn in chats(helpers.Fake(rules()), "hello", 100))
    some = helpers.Fake(rules(temporary_issue_share=0.25), seed=42)
    noisy = sum(NOISE in "".join(texts(turn)) for turn in chats(some, "hello", count))
    assert abs(noisy - count * 0.25) < 5 * sqrt(count * 0.25 * 0.75)


@pytest.mark.clause("SSE-10", "SSE-5")
def test_a_silent_edit_has_no_noise_either(helpers: Any) -> None:
    fake = helpers.Fake(rules(silent_share=1.0, temporary_issue_share=1.0))
    assert not any(texts(turn) for turn in chats(fake, TITLE, 10))

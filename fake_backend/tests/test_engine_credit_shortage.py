"""Too few credits: a refusal that leaves no trace, and what can be had for nothing (CRE-4)."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.scenario import InitialAccount, ScenarioConfig

GENERATE = "generate a 5 second clip of a city at night"
TITLE = 'add a title "Hello" at the start'
BOTH = "generate a 4 second clip of a dog, speed it up 2x"
FREE = [
    "hello",
    "你好",
    "export",
    "导出",
    "qwfp zxcv",
    "呜哩哇啦",
    "thanks",
    "what can you do?",
    "remove the music",
]


@pytest.mark.clause("CRE-4")
@pytest.mark.parametrize(
    ("credits_", "message"),
    [(99, GENERATE), (49, TITLE), (0, TITLE), (100, BOTH), (149, BOTH)],
)
def test_one_credit_too_few_is_a_refusal_that_leaves_no_trace(
    helpers: Any, credits_: int, message: str
) -> None:
    fake = helpers.Fake(ScenarioConfig(account=InitialAccount(credits=credits_)))
    ann = fake.user()
    session_id = ann.project()
    before = helpers.photo(fake.backend)
    assert helpers.refusal(lambda: ann.chat(session_id, message))[0] == 2001
    assert helpers.photo(fake.backend) == before
    assert fake.backend.next_due_ms is None


@pytest.mark.clause("CRE-4")
def test_what_is_frozen_for_one_message_cannot_pay_for_another(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    turn = ann.chat(ann.project(), GENERATE)
    other = ann.project()
    assert helpers.refusal(lambda: ann.chat(other, TITLE))[0] == 2001
    fake.to(turn.ends_at_ms)
    assert helpers.refusal(lambda: ann.chat(other, TITLE))[0] == 2001


@pytest.mark.clause("CRE-4", "CRE-2")
@pytest.mark.parametrize("message", FREE)
def test_talk_needs_no_credits(helpers: Any, message: str) -> None:
    fake = helpers.Fake(ScenarioConfig(account=InitialAccount(credits=0)))
    ann = fake.user()
    assert ann.chat(ann.project(), message).turn_plan.kind == "text"

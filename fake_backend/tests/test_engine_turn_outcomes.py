"""What a scenario lets become of work: silenced, failed, done for a session that is forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.scenario import Trigger
from nemofake.engine.turns import Text

TITLE = 'add a title "Hello" at the start'
HOUR = 3_600_000


@pytest.mark.clause("SES-2", "SSE-11", "CRE-3")
def test_work_in_a_forgotten_session_is_done_and_charged_all_the_same(fake: Any) -> None:
    fake.set_scenario(Trigger(on="chat", do="delete-session", nth=1))
    ann = fake.user(grant=1_000)
    session_id = ann.project()
    turn = ann.chat(session_id, TITLE)
    fake.to(turn.ends_at_ms)
    assert turn.state == "completed"
    assert ann.balance() == {"available": 1_050, "frozen": 0, "total": 1_050}


@pytest.mark.clause("SSE-5", "SSE-11")
@pytest.mark.parametrize("message", [TITLE, "hello", "generate a 5 second clip of a city at night"])
def test_any_reply_can_be_silenced(fake: Any, message: str) -> None:
    fake.set_scenario(Trigger(on="chat", do="silence"))
    ann = fake.user(grant=1_000)
    session_id = ann.project()
    turn = ann.chat(session_id, message)
    fake.tick(HOUR)
    assert turn.state == "completed"
    assert not [event for event in turn.events if isinstance(event.body, Text)]


@pytest.mark.clause("CRE-3")
@pytest.mark.parametrize("message", [TITLE, "generate a 5 second clip of a city at night"])
def test_any_work_can_fail_and_says_so(fake: Any, message: str) -> None:
    fake.set_scenario(Trigger(on="chat", do="fail"))
    ann = fake.user(grant=1_000)
    session_id = ann.project()
    draft = ann.draft(session_id)
    turn = ann.chat(session_id, message)
    fake.tick(HOUR)
    assert turn.state == "failed"
    assert ann.draft(session_id) == draft
    assert ann.balance() == {"available": 1_100, "frozen": 0, "total": 1_100}


@pytest.mark.clause("REN-6", "REN-4")
def test_a_render_that_fails_by_scenario_stays_failed_and_one_with_a_new_id_succeeds(
    fake: Any, helpers: Any
) -> None:
    fake.set_scenario(Trigger(on="render.submit", do="fail", nth=1))
    ann = fake.user(grant=1_000)
    session_id = ann.project()
    ann.export(session_id, "first")
    ann.export(session_id, "second")
    fake.tick(HOUR)
    assert (ann.status("first")[0], ann.status("second")) == ("failed", ("completed", 100))
    assert helpers.refusal(lambda: ann.export(session_id, "first"))[0] == 409
    assert helpers.refusal(lambda: ann.download("first"))[0] == 409

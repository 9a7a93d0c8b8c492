"""What work costs, when it is paid, when it is given back (CRE-2, CRE-3, CRE-4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import ScenarioConfig, Trigger

GENERATE = "generate a 5 second clip of a city at night"
TITLE = 'add a title "Hello" at the start'
BOTH = "generate a 4 second clip of a dog, speed it up 2x"
MUSIC = "add lo-fi background music at 30% volume"
FREE = ["hello", "导出", "qwfp zxcv", "呜哩哇啦", "what can you do?", "remove the music"]
PARTS = [
    GENERATE,
    TITLE,
    MUSIC,
    *FREE,
    "regenerate it",
    "cut silences",
    "speed it up 2x",
    "生成一段5秒的海边日落视频",
]
HOUR = 3_600_000
FAIL = Trigger(on="chat", do="fail")


def money(client: Any) -> tuple[int, int]:
    balance = client.balance()
    return balance["available"], balance["frozen"]


@pytest.mark.clause("CRE-2", "CRE-3")
@pytest.mark.parametrize(
    ("message", "price"),
    [(GENERATE, 100), (TITLE, 50), (f"{TITLE} and {MUSIC}", 50), (BOTH, 150)]
    + [(message, 0) for message in FREE],
)
def test_a_price_is_frozen_at_the_start_and_consumed_at_the_end(fake: Any, message: str, price: int) -> None:
    ann = fake.user(grant=100)
    turn = ann.chat(ann.project(), message)
    assert money(ann) == (200 - price, price)
    fake.to(turn.ends_at_ms - 1)
    assert money(ann) == (200 - price, price)
    fake.tick(1)
    assert money(ann) == (200 - price, 0)
    assert ann.token().account.ledger.consumed == price


@pytest.mark.clause("CRE-2")
def test_prices_are_settings(helpers: Any) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=Parameters(generation_price=7, editing_price=0)))
    ann = fake.user()
    for message, left in [(GENERATE, 93), (TITLE, 93), (GENERATE, 86)]:
        ann.chat(ann.project(), message)
        fake.tick(HOUR)
        assert money(ann) == (left, 0)


@pytest.mark.clause("CRE-2")
def test_editing_is_paid_for_once_per_session_and_anew_in_the_next(fake: Any) -> None:
    ann = fake.user()
    for left in (50, 0):
        session_id = ann.project()
        for message in (TITLE, MUSIC, TITLE):
            ann.chat(session_id, message)
            fake.tick(HOUR)
            assert money(ann) == (left, 0)


@pytest.mark.clause("CRE-2", "SSE-12")
def test_every_clip_is_paid_for_and_the_same_message_again_is_a_second_clip(fake: Any) -> None:
    ann = fake.user(grant=200)
    session_id = ann.project()
    first, again = ann.chat(session_id, GENERATE), ann.chat(session_id, GENERATE)
    assert money(ann) == (100, 200)
    assert first.turn_id != again.turn_id
    fake.tick(HOUR)
    assert money(ann) == (100, 0)
    media = ann.state(session_id)["state"]["generated_media"]
    assert len({clip["media_id"] for clip in media}) == 2


@pytest.mark.clause("CRE-2")
def test_two_clips_in_one_message_are_two_clips(fake: Any) -> None:
    ann = fake.user(grant=200)
    session_id = ann.project()
    turn = ann.chat(session_id, f"{GENERATE}, then generate a 3 second clip of a cat")
    assert money(ann) == (100, 200)
    fake.to(turn.ends_at_ms)
    assert len(ann.state(session_id)["state"]["generated_media"]) == 2


@pytest.mark.clause("CRE-2", "CRE-3")
@given(
    fates=st.lists(st.booleans(), min_size=2, max_size=4),
    lengths=st.lists(st.integers(10_000, 30_000), min_size=4, max_size=4),
    gaps=st.lists(st.integers(0, 12_000), min_size=4, max_size=4),
)
def test_first_edits_that_run_together_share_one_fee(
    helpers: Any, fates: Any, lengths: Any, gaps: Any
) -> None:
    fake = helpers.Fake()
    ann = fake.user()
    session_id, turns = ann.project(), []
    for fails, length, gap in zip(fates, lengths, gaps, strict=False):
        fake.set_scenario(*[FAIL] * fails, parameters=Parameters(edit_ms=(length, length)))
        turns.append((ann.chat(session_id, TITLE), fails))
        assert sum(money(ann)) in (50, 100)
        fake.tick(gap)
    fake.tick(HOUR)
    assert money(ann) == (100 if all(fates) else 50, 0)
    assert [turn.state for turn, _ in turns] == ["failed" if fails else "completed" for fails in fates]


@pytest.mark.clause("CRE-3")
def test_an_edit_that_failed_is_free_and_the_next_one_pays(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.project()
    fake.set_scenario(replace(FAIL, nth=1))
    turn = ann.chat(session_id, TITLE)
    assert money(ann) == (50, 50)
    fake.to(turn.ends_at_ms)
    assert money(ann) == (100, 0)
    assert ann.draft(session_id) == {}
    ann.chat(session_id, TITLE)
    assert money(ann) == (50, 50)
    fake.tick(HOUR)
    assert money(ann) == (50, 0)


@pytest.mark.clause("CRE-2", "CRE-3", "SSE-12")
def test_an_edit_that_was_free_because_it_had_nothing_to_do_does_nothing(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id = ann.project()
    fake.set_scenario(parameters=Parameters(edit_ms=(10_000, 10_000), text_ms=(15_000, 15_000)))
    ann.chat(session_id, MUSIC)
    late = ann.chat(session_id, "remove the music")
    assert money(ann) == (50, 50)
    fake.set_scenario(parameters=Parameters(edit_ms=(10_000, 10_000), text_ms=(150_000, 150_000)))
    slow = ann.chat(session_id, "remove the music")
    fake.tick(HOUR)
    assert {late.turn_plan.kind, slow.turn_plan.kind} == {"text"}
    assert [track["tt"] for track in ann.draft(session_id)["t"]] == [0, 1], "nobody paid to remove the music"


@pytest.mark.clause("CRE-2", "CRE-3")
@given(messages=st.lists(st.lists(st.sampled_from(PARTS), min_size=1, max_size=4), min_size=1, max_size=4))
def test_what_lands_is_what_was_paid_for(helpers: Any, messages: list[list[str]]) -> None:
    fake = helpers.Fake()
    ann = fake.user(grant=10_000)
    session_id, ledger = ann.project(), ann.token().account.ledger
    for parts in messages:
        before, spent = ann.state(session_id), ledger.consumed
        turn = ann.chat(session_id, ", then ".join(parts))
        price = ledger.frozen
        fake.tick(HOUR)
        after = ann.state(session_id)
        assert ledger.consumed - spent == price
        landed = len(after["state"]["generated_media"]) - len(before["state"]["generated_media"])
        assert price - 100 * landed in (0, 50)
        # Music that is added and removed again leaves the state as it was, and is an edit.
        assert (turn.turn_plan.kind == "text") == (not turn.changed)
        assert turn.changed or after == before
        assert price or turn.turn_plan.kind != "generation"


@pytest.mark.clause("CRE-2", "SSE-8")
def test_a_clip_can_be_made_anew_in_the_message_that_asked_for_it_and_is_paid_for_twice(fake: Any) -> None:
    ann = fake.user(grant=200)
    session_id = ann.session()
    turn = ann.chat(session_id, f"{GENERATE}, then regenerate it")
    fake.to(turn.ends_at_ms)
    assert len(ann.state(session_id)["state"]["generated_media"]) == 2
    assert money(ann) == (100, 0)


@pytest.mark.clause("CRE-3", "SSE-11")
def test_every_request_first_lets_happen_what_is_due(fake: Any) -> None:
    ann, bob = fake.user(), fake.client("bob")
    turn = ann.chat(ann.project(), GENERATE)
    fake.now = turn.ends_at_ms
    assert money(ann) == (0, 0)
    fake.now += HOUR
    assert bob.connect().issued_at_ms == fake.now

"""The agent inside a session: what a question, an undo and several clauses cost and leave (CRE-2, SSE-7)."""

from __future__ import annotations

from typing import Any

import pytest

MUSIC = "add lo-fi background music at 30% volume"


def money(client: Any) -> tuple[int, int]:
    balance = client.balance()
    return balance["available"], balance["frozen"]


def say(fake: Any, client: Any, session_id: str, message: str) -> Any:
    turn = client.chat(session_id, message)
    fake.to(turn.ends_at_ms)
    return turn


def draft(client: Any, session_id: str) -> Any:
    return client.state(session_id)["state"]["draft"]


@pytest.mark.clause("CRE-2", "SSE-7")
@pytest.mark.parametrize(
    "message",
    ["add flurb music", "mute it if it is loud", "make a trailer", "generate a -5 second clip", "锟斤拷"],
)
def test_a_question_is_a_text_turn_that_freezes_and_changes_nothing(fake: Any, message: str) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    before = draft(ann, session_id)
    turn = ann.chat(session_id, message)
    assert turn.turn_plan.kind == "text"
    assert money(ann) == (200, 0)
    fake.to(turn.ends_at_ms)
    assert money(ann) == (200, 0)
    assert draft(ann, session_id) == before


@pytest.mark.clause("CRE-2")
def test_undo_and_redo_are_free_and_restore_the_state(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    say(fake, ann, session_id, MUSIC)
    first, paid = draft(ann, session_id), money(ann)
    say(fake, ann, session_id, "speed it up 2x and remove the music")
    second = draft(ann, session_id)
    assert second != first
    say(fake, ann, session_id, "undo")
    assert draft(ann, session_id) == first
    say(fake, ann, session_id, "redo")
    assert draft(ann, session_id) == second
    assert money(ann) == paid


@pytest.mark.clause("CRE-2")
def test_undo_of_an_unpaid_generation_charges_no_editing_fee(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.session()
    say(fake, ann, session_id, "generate a 5 second clip of a city at night")
    paid = money(ann)
    say(fake, ann, session_id, "undo")
    assert draft(ann, session_id) == {}
    assert money(ann) == paid
    assert len(ann.state(session_id)["state"]["generated_media"]) == 1


def test_what_is_understood_is_done_and_paid_and_the_rest_is_asked_about(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    turn = say(fake, ann, session_id, f"{MUSIC}. Then flurb the gromp")
    assert [track["m"]["name"] for track in draft(ann, session_id)["t"]] == ["Video", "BGM"]
    assert money(ann) == (150, 0)
    assert [fragment.topic for fragment in turn.fragments] == ["music.done", "ask.words"]


def test_clips_are_known_by_the_names_of_the_uploads_of_their_session(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    name = ann.state(session_id)["state"]["video_infos"][0]["filename"]
    say(fake, ann, session_id, f"mute {name}")
    (track,) = draft(ann, session_id)["t"]
    assert all(segment["m"].get("muted") for segment in track["sg"])

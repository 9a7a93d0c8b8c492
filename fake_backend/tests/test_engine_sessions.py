"""A session, its footage and what its state shows (SES-1, STA-1, UPL-2, UPL-5, UPL-6)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.errors import BackendError
from nemofake.engine.library import file_type, safe_name, simulated

FORMATS = {
    "video": ("mp4", "mov", "avi", "webm", "mkv"),
    "image": ("jpg", "png", "gif", "webp"),
    "audio": ("mp3", "wav", "m4a", "aac"),
}
HOST = "https://files.test/"


@pytest.mark.clause("SES-1")
def test_a_session_has_ids_of_nineteen_digits_and_names_its_user(fake: Any) -> None:
    ann = fake.user()
    token = ann.token()
    data = fake.backend.create_session(token, "me", "project", "en")
    assert set(data) == {"task_id", "session_id", "user_id"}
    for name in ("task_id", "session_id"):
        assert re.fullmatch(r"[1-9]\d{18}", data[name])
    assert data["task_id"] != data["session_id"]
    assert data["user_id"] == token.account.user_id


@pytest.mark.clause("SES-1")
@pytest.mark.parametrize(("asked", "spoken"), [(None, "en"), ("", "en"), ("en", "en"), ("zh", "zh")])
def test_a_session_speaks_english_unless_reported_otherwise(
    fake: Any, asked: str | None, spoken: str
) -> None:
    ann = fake.user()
    session_id = ann.session(asked)
    assert fake.backend.find_session(ann.token(), "me", session_id).language == spoken


@pytest.mark.clause("STA-1", "STA-2")
def test_the_state_of_a_new_session_is_complete_and_empty(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    state = ann.state(session_id)
    assert set(state) == {"session_id", "task_id", "task_name", "user_id", "state"}
    assert (state["session_id"], state["task_name"]) == (session_id, "project")
    assert state["user_id"] == ann.token().account.user_id
    assert state["state"] == {
        "draft": {},
        "video_infos": [],
        "canvas_config": {"width": 1080, "height": 1920},
        "video_analyses": [],
        "generated_media": [],
    }


@pytest.mark.clause("STA-1")
def test_changing_an_answer_does_not_change_the_backend(fake: Any) -> None:
    ann = fake.user(grant=100)
    session_id = ann.session()
    ann.upload(session_id)
    fake.to(ann.chat(session_id, "cut silences").ends_at_ms)
    before = repr(ann.state(session_id))
    state = ann.state(session_id)["state"]
    state["draft"]["t"][0]["sg"].clear()
    state["video_infos"][0].clear()
    state["video_analyses"][0]["silences"].clear()
    state["canvas_config"].clear()
    assert repr(ann.state(session_id)) == before


@pytest.mark.clause("UPL-2", "STA-1")
def test_an_upload_answers_with_the_facts_and_the_state_shows_the_same(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    answer = ann.upload(session_id, helpers.footage("my walk.mp4", 12_345))
    [file] = answer["files"]
    assert answer["session_state_applied"] is True
    assert (file["filename"], file["file_type"], file["duration"]) == ("my walk.mp4", "video", 12.345)
    assert (file["width"], file["height"], file["fps"], file["hash"]) == (1920, 1080, 30.0, "a" * 64)
    assert file["cdn_url"].startswith("https://cdn.test/")
    state = ann.state(session_id)["state"]
    assert state["video_infos"] == [file]
    [found] = state["video_analyses"]
    assert found["media_id"] == file["media_id"]
    assert found["silences"] == [{"start": 2_000, "end": 4_000}, {"start": 7_500, "end": 9_000}]
    assert state["draft"] == {}


@pytest.mark.clause("UPL-1", "UPL-5")
def test_several_files_arrive_together_in_order_and_each_has_its_own_address(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    ann.upload(session_id, helpers.footage("a.mp4"), helpers.footage("b.mp4"))
    ann.upload(session_id, helpers.footage("a.mp4"))
    files = ann.state(session_id)["state"]["video_infos"]
    assert [file["filename"] for file in files] == ["a.mp4", "b.mp4", "a.mp4"]
    assert len({file["cdn_url"] for file in files}) == 3
    assert len({file["media_id"] for file in files}) == 3


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize(("kind", "ending"), [(k, e) for k, endings in FORMATS.items() for e in endings])
def test_every_documented_format_is_accepted_in_any_case(kind: str, ending: str) -> None:
    assert file_type(f"clip.{ending}") == file_type(f"my.clip.{ending.upper()}") == kind


@pytest.mark.clause("UPL-3")
@given(st.text(max_size=300))
def test_any_other_name_is_4001(name: str) -> None:
    known = name.rpartition(".")[2].lower() in sum(FORMATS.values(), ()) and "." in name
    if not known or len(name) > 255:
        with pytest.raises(BackendError) as caught:
            file_type(name)
        assert caught.value.code == 4001


@pytest.mark.clause("UPL-2")
@given(st.text(max_size=300))
def test_a_name_in_an_address_is_plain(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", safe_name(name))


@pytest.mark.clause("UPL-6")
@given(st.text())
def test_a_url_of_any_shape_gives_a_file_or_a_refusal(helpers: Any, url: str) -> None:
    randomness = helpers.Fake().world.randomness
    for text in (url, HOST + url, f"{HOST}{url}.mp4"):
        code = 0
        try:
            file = simulated(text, randomness)
        except BackendError as error:
            code = error.code
        else:
            assert file.duration_ms > 0 or file.file_type == "image"
        assert code in (0, 400, 4001)


@pytest.mark.clause("UPL-6", "UPL-2")
@pytest.mark.parametrize(
    ("name", "kind", "seconds"),
    [
        ("walk_12s.mp4", "video", 12),
        ("walk-9-seconds.mov", "video", 9),
        ("Song%2030s.mp3?download=1#now", "audio", 30),
        ("still_12s.png", "image", 0),
    ],
)
def test_a_url_promises_what_its_name_says(helpers: Any, name: str, kind: str, seconds: int) -> None:
    randomness = helpers.Fake().world.randomness
    file = simulated(HOST + name, randomness)
    assert (file.file_type, file.duration_ms) == (kind, seconds * 1000)
    assert file.has_audio == (kind != "image")
    assert bool(file.width) == bool(file.height) == (kind != "audio")
    assert simulated(HOST + name, randomness) == file
    assert simulated(HOST + "other_" + name, randomness).hash != file.hash

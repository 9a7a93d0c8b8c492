"""Sessions, their state and the balance over a real socket: one's own, and nothing of anybody else's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import Api, failure, success, wire

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

SESSION = "/api/tasks/me/with-session/nemo_agent"
CLAIM = "/api/auth/claim-token"
EDIT = 'add the title "Hello" at the start'
STATE_KEYS = ["draft", "video_infos", "canvas_config", "video_analyses", "generated_media"]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.fixture
def other(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client, "other")


# -- sessions -----------------------------------------------------------------------------------------------


@pytest.mark.clause("SES-1")
def test_session_has_two_ids_of_19_digits_and_an_owner(api: Api) -> None:
    user_id = api.world.accounts()[0]["user_id"] if api.token else ""
    seen: set[str] = set()
    for body in ({}, {"language": "en"}, {"language": "zh"}, {"language": None}, {"task_name": "名字 😀"}):
        data = success(api.make_session(**body))
        assert set(data) == {"task_id", "session_id", "user_id"}
        assert data["user_id"] == user_id
        for key in ("task_id", "session_id"):
            assert len(data[key]) == 19
            assert data[key].isdigit()
            assert not data[key].startswith("0")
            seen.add(data[key])
    assert len(seen) == 10


@pytest.mark.clause("SES-1")
def test_same_name_twice_creates_two_sessions(api: Api) -> None:
    first, second = (success(api.make_session(task_name="project")) for _ in range(2))
    assert first["session_id"] != second["session_id"]
    assert success(api.call("GET", api.state_path(first["session_id"])))["task_name"] == "project"


def visits(api: Api, session_id: str, user: str = "me") -> list[httpx.Response]:
    """Return what each route that names a session answers for this one."""
    message = {"session_id": session_id, "user_id": user, "new_message": {"parts": [{"text": "hello"}]}}
    render = {"id": "r1", "sessionId": session_id, "draft": {"t": [{"sg": [{"s": 0, "d": 1}]}]}}
    urls = {"urls": ["http://h/a_5s.mp4"]}
    answers = [
        api.call("GET", api.state_path(session_id, user)),
        api.call("POST", api.upload_path(session_id, user), json=urls),
        api.call("POST", api.upload_path(session_id, user), files={"files": ("a.mp4", b"x")}),
        api.call("POST", "/run_sse", json=message),
    ]
    if user == "me":
        answers.append(api.call("POST", "/api/render/proxy/lambda", json=render))
        answers.append(api.call("POST", CLAIM, json={"session_id": session_id, "task_id": "1"}))
    return answers


@pytest.mark.clause("SES-2", "SSE-2")
def test_foreign_session_is_unknown(api: Api, other: Api) -> None:
    success(other.upload_urls("http://h/a_5s.mp4"))
    before, strangers = api.everything() | {"": api.token}, ("1", "", "x" * 256, "0" * 19, "😀", api.token)
    names = set()
    for session_id in (other.session_id, *filter(None, strangers)):
        for answer in visits(api, session_id):
            failure(answer, 1002)
            names.add((answer.status_code, answer.content, tuple(answer.headers.raw)))
    assert len(names) == 1
    # Only the account behind `api` is new.
    after = api.everything()
    assert after["sessions"] == before["sessions"]
    assert after["renders"] == {}


@pytest.mark.clause("SES-2")
@pytest.mark.nemofake(scenario="session-lost-once")
def test_deleted_session_is_unknown_and_a_new_one_stays(api: Api) -> None:
    for answer in visits(api, api.session_id):
        failure(answer, 1002)
    again = success(api.make_session())["session_id"]
    assert success(api.call("GET", api.state_path(again)))


@pytest.mark.clause("SES-3")
def test_user_in_path_is_me_or_own_id(api: Api, other: Api) -> None:
    own = success(api.make_session())["user_id"]
    foreign = success(other.make_session())["user_id"]
    for answer in visits(api, api.session_id, own)[:2]:
        assert success(answer)
    assert success(api.call("POST", SESSION.replace("me", own), json={"task_name": "p"}))
    before, items = api.everything(), set()
    for user in (foreign, "ME", "anon_unknown", "%20me", "me%00", "*"):
        for answer in visits(api, api.session_id, user):
            items.add(answer.content)
        items.add(api.call("POST", SESSION.replace("/me/", f"/{user}/"), json={"task_name": "p"}).content)
    assert items == {b'{"code":1002,"message":"Session not found","data":null}'}
    assert api.everything() == before


@pytest.mark.clause("SES-2", "AUTH-6")
def test_sessions_belong_to_one_world(api: Api, nemofake_server: Any, client: httpx.Client) -> None:
    session = api.session_id
    elsewhere = Api(nemofake_server.world("elsewhere"), client)
    try:
        elsewhere.token = api.token
        failure(elsewhere.call("GET", elsewhere.state_path(session)), 1001)
        elsewhere.token = success(elsewhere.ask_token("of another id"))["token"]
        failure(elsewhere.call("GET", elsewhere.state_path(session)), 1002)
    finally:
        elsewhere.world.delete()


# -- state --------------------------------------------------------------------------------------------------


@pytest.mark.clause("STA-1", "STA-2")
def test_new_session_has_empty_draft_and_canvas(api: Api) -> None:
    made = success(api.make_session(task_name="my film"))
    data = success(api.call("GET", api.state_path(made["session_id"])))
    assert list(data) == ["session_id", "task_id", "task_name", "user_id", "state"]
    assert data | {"state": 0} == made | {"task_name": "my film", "state": 0}
    assert list(data["state"]) == STATE_KEYS
    assert data["state"]["draft"] == {}
    assert set(data["state"]["canvas_config"]) == {"width", "height"}
    assert [data["state"][key] for key in ("video_infos", "video_analyses", "generated_media")] == [
        [],
        [],
        [],
    ]


@pytest.mark.clause("STA-2", "STA-3", "STA-1")
def test_edit_creates_tracks_and_segments_in_ms(api: Api) -> None:
    success(api.upload_urls("http://h/walk_12s.mp4"))
    assert api.state()["draft"] == {}
    assert api.say(EDIT).status_code == 200
    draft = api.state()["draft"]
    assert {0, 7} <= {track["tt"] for track in draft["t"]}
    ends = []
    for track in draft["t"]:
        assert track["sg"]
        assert isinstance(track["m"], dict)
        for segment in track["sg"]:
            assert isinstance(segment["s"], int)
            assert isinstance(segment["d"], int)
            assert segment["d"] > 0
            ends.append(segment["s"] + segment["d"])
    assert draft["d"] == max(ends) == 12_000


@pytest.mark.clause("STA-1")
def test_reading_state_changes_nothing(api: Api) -> None:
    success(api.upload_urls("http://h/walk_12s.mp4", "http://h/song_30s.mp3"))
    before = api.everything()
    answers = {api.call("GET", api.state_path()).content for _ in range(20)}
    assert len(answers) == 1
    assert api.everything() == before


@pytest.mark.clause("STA-1", "UPL-2")
def test_media_urls_start_with_the_clients_base_url(api: Api) -> None:
    success(api.upload_urls("http://h/walk_12s.mp4"))
    assert api.state()["video_infos"][0]["cdn_url"].startswith(f"{api.world.url}/cdn/")
    answer = api.call("GET", api.state_path(), headers={"Host": "fake.example:80"})
    name = api.world.url.rpartition("/w/")[2]
    assert answer.json()["data"]["state"]["video_infos"][0]["cdn_url"].startswith(
        f"http://fake.example:80/w/{name}/cdn/"
    )


# -- credits ------------------------------------------------------------------------------------------------


@contextmanager
def streaming(api: Api, text: str) -> Iterator[Iterator[str]]:
    """Send a message and hold its stream open."""
    body = {"session_id": api.session_id, "new_message": {"parts": [{"text": text}]}}
    headers = {"Authorization": f"Bearer {api.token}"}
    with api.client.stream("POST", f"{api.world.url}/run_sse", json=body, headers=headers) as answer:
        assert answer.status_code == 200
        yield answer.iter_lines()


@pytest.mark.clause("CRE-1", "CRE-2", "CRE-3")
@pytest.mark.nemofake(clock="manual", parameters={"edit_ms": [20_000, 20_000]})
def test_balance_total_is_available_plus_frozen(api: Api) -> None:
    success(api.upload_urls("http://h/walk_12s.mp4"))
    seen = [api.credits()]
    with streaming(api, EDIT) as lines:
        for _ in range(21):
            seen.append(api.credits())
            api.world.clock.advance(1)
        assert len(list(lines)) > 1
    seen.append(api.credits())
    assert all(balance["available"] + balance["frozen"] == balance["total"] for balance in seen)
    assert all(set(balance) == {"available", "frozen", "total"} for balance in seen)
    steps = [seen[0], *(after for before, after in pairwise(seen) if after != before)]
    assert steps == [
        {"available": 100, "frozen": 0, "total": 100},
        {"available": 50, "frozen": 50, "total": 100},
        {"available": 50, "frozen": 0, "total": 50},
    ]


@pytest.mark.clause("CRE-1", "CRE-5")
def test_grant_is_visible_and_reading_is_free(api: Api) -> None:
    user = success(api.make_session())["user_id"]
    account = success(api.control("POST", f"accounts/{user}", json={"grant": 1000}))
    assert account["credits"] == {"granted": 1100, "available": 1100, "frozen": 0, "consumed": 0}
    assert {tuple(api.credits().values()) for _ in range(20)} == {(1100, 0, 1100)}


@pytest.mark.clause("CRE-2", "REN-2")
def test_talk_uploads_state_and_export_are_free(api: Api) -> None:
    api.say("hello")
    success(api.upload_urls("http://h/walk_12s.mp4"))
    api.state()
    assert api.submit().status_code == 200
    assert api.finished()["status"] == "completed"
    assert api.credits() == {"available": 100, "frozen": 0, "total": 100}

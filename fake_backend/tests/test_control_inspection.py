"""Views of a world: requests by page, sessions, credits and render jobs at any moment, live events."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import running

from .http_helpers import Api, failure, success, wire
from .stream_helpers import EDIT, prepared

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual", parameters={"silent_share": 0.0})


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def view(api: Api, path: str, **query: Any) -> Any:
    return success(api.control("GET", path, params=query))


def user_id(api: Api) -> str:
    (account,) = success(api.control("GET", "accounts"))
    return str(account["user_id"])


# -- requests -----------------------------------------------------------------------------------------------


def test_requests_are_paged_oldest_first(api: Api) -> None:
    before = view(api, "requests")["total"]
    for _ in range(5):
        api.credits()
    page = view(api, "requests", offset=before + 1, limit=2)
    assert (page["total"], page["offset"], page["dropped"]) == (before + 5, before + 1, 0)
    assert [item["seq"] for item in page["items"]] == [before + 2, before + 3]
    assert page["items"][0] | {"at_ms": 0} == {
        "seq": before + 2,
        "operation": "credits",
        "method": "GET",
        "path": "/api/credits/balance/simple",
        "at_ms": 0,
        "duration_ms": 0,
        "status": 200,
        "code": 0,
        "ending": "complete",
        "faults": [],
        "scenario": None,
    }
    assert view(api, "requests", offset=1000)["items"] == []


def test_requests_filter_needs_every_word(api: Api) -> None:
    api.world.add_fault("proxy_error", on="credits")
    api.call("GET", "/api/credits/balance/simple")
    found = view(api, "requests", text="GET Proxy_Error")
    assert [item["operation"] for item in found["items"]] == ["credits"]
    assert found["items"][0]["faults"]
    assert view(api, "requests", text="POST proxy_error")["total"] == 0


def test_requests_mask_tokens_in_paths_and_name_the_scenario_of_a_magic_token(api: Api) -> None:
    magic = "nmv_usr_test_chat-silent-edit.one"
    api.client.get(f"{api.world.url}/x?token={api.token}", headers={"authorization": f"Bearer {magic}"})
    item = view(api, "requests")["items"][-1]
    assert api.token not in item["path"]
    assert item["scenario"] == "chat-silent-edit"


@pytest.mark.parametrize(
    ("query", "named"), [({"limit": "x"}, "limit"), ({"limit": 501}, "limit"), ({"bad": 1}, "bad")]
)
def test_requests_wrong_query_is_a_400_that_names_it(api: Api, query: dict[str, Any], named: str) -> None:
    failure(api.control("GET", "requests", params=query), 400, f"query {named}")


# -- sessions, credits, render jobs at a moment -----------------------------------------------------------


@pytest.mark.nemofake(parameters={"silent_share": 0.0})
def test_session_has_its_draft_after_each_edit_and_at_any_moment(api: Api) -> None:
    started_ms = api.world.clock.now_ms
    api.say(EDIT)
    api.say('add the title "Hello"')
    detail = view(api, f"sessions/{api.session_id}")
    drafts = [revision["draft"] for revision in detail["revisions"]]
    assert drafts[-1] == api.state()["draft"]
    assert len(drafts) >= 2
    assert drafts[0] != drafts[-1]
    times = [revision["at_ms"] for revision in detail["revisions"]]
    assert times == sorted(times)
    earlier = view(api, f"sessions/{api.session_id}", at_ms=times[0])
    assert [revision["draft"] for revision in earlier["revisions"]] == drafts[:1]
    assert view(api, f"sessions/{api.session_id}", at_ms=started_ms)["revisions"] == []
    (listed,) = view(api, "sessions", at_ms=times[0])
    assert (listed["session_id"], listed["revisions"]) == (api.session_id, 1)
    failure(api.control("GET", "sessions/1"), 404)


@pytest.mark.nemofake(parameters={"silent_share": 0.0})
def test_credits_are_steps_in_time(api: Api) -> None:
    api.session_id  # noqa: B018  # makes the account
    api.say(EDIT)
    steps = view(api, f"accounts/{user_id(api)}/credits")
    assert [(s["available"], s["frozen"], s["consumed"]) for s in steps] == [
        (100, 0, 0),
        (1_100, 0, 0),  # a grant of `prepared`
        (1_050, 50, 0),
        (1_050, 0, 50),
    ]
    assert view(api, f"accounts/{user_id(api)}/credits", at_ms=steps[2]["at_ms"]) == steps[:3]
    failure(api.control("GET", "accounts/nobody/credits"), 404)


@MANUAL
@pytest.mark.clause("REN-6")
def test_render_job_is_shown_as_it_was(api: Api) -> None:
    success_or_job = api.submit("r1")
    assert success_or_job.status_code == 200
    created_ms = api.world.clock.now_ms
    assert [(job["state"], job["progress"]) for job in view(api, "renders")] == [("pending", 0)]
    api.world.clock.advance(120)
    (done,) = view(api, "renders")
    assert (done["state"], done["progress"]) == ("completed", 100)
    middle_ms = (created_ms + done["ended_at_ms"]) // 2
    (then,) = view(api, "renders", at_ms=middle_ms)
    assert (then["state"], then["video"], then["ended_at_ms"]) == ("processing", None, None)
    assert 0 < then["progress"] < 100
    assert view(api, "renders", at_ms=created_ms - 1) == []


@MANUAL
def test_video_of_a_job_is_served_without_a_journal_entry(api: Api) -> None:
    api.submit("r1")
    api.world.clock.advance(120)
    (job,) = view(api, "renders")
    before = view(api, "requests")["total"]
    answer = api.control("GET", f"videos/{job['video']}")
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.content[4:8] == b"ftyp"
    assert view(api, "requests")["total"] == before
    failure(api.control("GET", "videos/none.mp4"), 404)


def test_views_change_nothing_that_a_client_sees(api: Api) -> None:
    api.say(EDIT)
    before = api.everything(), api.world.journal()[:-1]
    for path in ("requests", "sessions", f"sessions/{api.session_id}", "renders", "findings", "fault-types"):
        view(api, path)
    assert (api.everything(), api.world.journal()[: len(before[1])]) == before


# -- faults, findings, archive, live -----------------------------------------------------------------------


def test_fault_types_can_be_added_as_described(api: Api) -> None:
    types = {one["name"]: one for one in view(api, "fault-types")}
    assert types["close"]["fields"][0] == {"name": "after_events", "type": "number", "default": None}
    assert set(types) >= {"cut", "delay", "proxy_error"}
    assert all(one["description"] and one["operations"] for one in types.values())


def test_findings_name_what_the_client_has_not_kept(api: Api) -> None:
    api.say(EDIT)
    found = view(api, "findings")
    assert found["available"]
    assert found["judged"] == view(api, "requests")["total"]
    assert "C-ATT-1" in {item["clause"] for item in found["items"]}


def test_archive_without_database_says_what_to_do(api: Api) -> None:
    failure(api.control("GET", "archive"), 404, "--db")


def test_archive_is_the_stored_world(tmp_path: Path) -> None:
    with running(db=str(tmp_path / "worlds.db")) as server:
        httpx.post(f"{server.url}/api/auth/anonymous-token", headers={"X-Client-Id": "a"})
        answer = httpx.get(f"{server.url}/__fake__/archive")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert json.loads(archive.read("world.json"))["name"] == "default"
        assert b"issue_token" in archive.read("commands.ndjson")


def test_live_stream_tells_of_requests_and_resets(api: Api) -> None:
    with api.client.stream("GET", f"{api.world.url}/__fake__/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        states = (json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: "))
        first = next(states)
        api.credits()
        assert next(states)["requests"] == first["requests"] + 1
        api.world.reset()
        assert next(states) == first | {"requests": 0, "accounts": 0, "sessions": 0, "resets": 1} | {
            "clock": {"mode": "auto", "now_ms": first["clock"]["now_ms"]}
        }


def test_live_stream_ends_with_its_world(api: Api) -> None:
    with api.client.stream("GET", f"{api.world.url}/__fake__/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        api.client.delete(f"{api.world.url}/__fake__/worlds/{api.world.name}")
        assert not any(line.startswith("data") for line in lines)


def test_every_view_needs_the_admin_token() -> None:
    with running(admin_token="secret") as server:
        for path in ("requests", "sessions", "renders", "events", "findings", "archive", "videos/x.mp4"):
            failure(httpx.get(f"{server.url}/__fake__/{path}"), 403, "X-Admin-Token")

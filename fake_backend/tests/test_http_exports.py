"""Exports over a real socket: submitted, followed, refused, failed, cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import (
    ATTRIBUTION,
    DRAFT,
    Api,
    failure,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

SUBMIT = "/api/render/proxy/lambda"
nested = pytest.mark.nemofake(profile="render-nested")
by_hand = pytest.mark.nemofake(clock="manual")


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


def at(text: str) -> datetime:
    """Read a date of the wire."""
    return datetime.fromisoformat(text)


# -- submitting ---------------------------------------------------------------------------------------------


@pytest.mark.clause("REN-1", "REN-6", "REN-7")
@pytest.mark.parametrize(
    "extra", [{}, {"output": None}, {"output": {}}, {"output": {"format": "mp4", "quality": "high"}}]
)
def test_submitted_export_is_pending_without_envelope(api: Api, extra: dict[str, Any]) -> None:
    answer = api.submit("render_1767225600", extra=extra)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"id", "status", "progress", "createdAt"}
    assert (body["id"], body["status"], body["progress"]) == ("render_1767225600", "pending", 0)
    assert at(body["createdAt"]) == parsedate_to_datetime(answer.headers["date"])


@pytest.mark.clause("REN-1", "ENV-4")
def test_export_names_the_session_in_camel_case(api: Api) -> None:
    body = {"id": "r1", "session_id": api.session_id, "draft": DRAFT}
    failure(api.call("POST", SUBMIT, json=body), 400, "sessionId")


@pytest.mark.clause("REN-1", "ENV-4")
@pytest.mark.parametrize("render_id", ["", "a/b", "a b", "a\n", "é", "a?b", "a#b", "%2e", "x" * 129, "\x00"])
def test_render_id_that_fits_no_path_is_400(api: Api, render_id: str) -> None:
    before = api.credits(), api.session_id, api.everything()
    failure(api.submit(render_id), 400, "field id")
    assert (api.credits(), api.session_id, api.everything()) == before


@pytest.mark.clause("REN-3")
def test_free_plan_needs_each_attribution_header(api: Api) -> None:
    before = api.credits(), api.session_id, api.everything()
    gaps: list[dict[str, str | None]] = [{name: value} for name in ATTRIBUTION for value in (None, "", " ")]
    for gap in (*gaps, dict.fromkeys(ATTRIBUTION)):
        answer = api.submit(headers={k: v if v is None else v.strip() for k, v in gap.items()})
        assert answer.status_code == 402
        failure(answer, 402, "X-Skill")
    assert (api.credits(), api.session_id, api.everything()) == before
    assert api.submit().status_code == 200


@pytest.mark.clause("REN-3")
def test_paid_plan_needs_no_header_and_blocked_account_is_402(api: Api) -> None:
    user = success(api.make_session())["user_id"]
    bare = dict.fromkeys(ATTRIBUTION)
    api.world.update_account(user, plan="paid")
    assert api.submit("r1", headers=bare).status_code == 200
    api.world.update_account(user, export_blocked=True)
    failure(api.submit("r2"), 402)
    failure(api.submit("r2", headers=bare), 402)
    api.world.update_account(user, export_blocked=False, plan="free")
    failure(api.submit("r2", headers=bare), 402)
    assert api.submit("r2").status_code == 200


@pytest.mark.clause("REN-3")
@pytest.mark.parametrize("scenario", ["export-402-free-plan", "export-402-missing-attribution"])
def test_scenarios_set_plan_and_export_right(api: Api, scenario: str) -> None:
    api.token = f"nmv_usr_test_{scenario}"
    failure(api.submit(headers=dict.fromkeys(ATTRIBUTION)), 402)
    assert api.submit().status_code == (402 if scenario == "export-402-free-plan" else 200)


@pytest.mark.clause("REN-4")
@pytest.mark.parametrize("profile", ["render-flat", "render-nested"])
def test_reused_render_id_is_409_and_the_job_continues(
    nemofake_server: Any, client: httpx.Client, profile: str
) -> None:
    api = Api(nemofake_server.world(f"used-{profile}", profile=profile), client)
    routes = ["lambda", "draft"] if profile == "render-nested" else ["lambda"]
    assert api.submit("r1").status_code == 200
    for route in routes:
        answer = api.submit("r1", route=route)
        assert answer.status_code == 409
        failure(answer, 409, "r1")
    assert api.submit("r2").status_code == 200
    done = api.finished("r1")
    assert done.get("data", done)["status"] == "completed"
    failure(api.submit("r1"), 409)
    api.world.delete()


@pytest.mark.clause("REN-4", "REN-10")
def test_render_ids_belong_to_their_token(api: Api, other: Api) -> None:
    assert api.submit("r1").status_code == other.submit("r1").status_code == 200
    other.call("POST", f"{SUBMIT}/r1/cancel")
    first, second = api.finished("r1"), other.finished("r1")
    assert (first["status"], second["status"]) == ("completed", "cancelled")


# -- following ----------------------------------------------------------------------------------------------


@pytest.mark.clause("REN-6", "REN-7")
@by_hand
def test_job_progress_rises_and_ends_after_30_to_90_s(api: Api) -> None:
    created = at(api.submit().json()["createdAt"])
    seen = []
    for _ in range(92):
        seen.append(api.job().json())
        api.world.clock.advance(1)
    order = ["pending", "processing", "completed"]
    ranks = [order.index(item["status"]) for item in seen]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2}
    progress = [item["progress"] for item in seen]
    assert progress == sorted(progress)
    assert all((item["progress"] == 100) == (item["status"] == "completed") for item in seen)
    assert all(item["progress"] == 0 for item in seen if item["status"] == "pending")
    took = at(seen[-1]["completedAt"]) - created
    assert timedelta(seconds=30) <= took <= timedelta(seconds=90)
    assert ranks.index(2) == -(-took // timedelta(seconds=1))  # the first whole second at which it is over
    for item in seen:
        more = {"completedAt", "output"} if item["status"] == "completed" else set()
        assert set(item) == {"id", "status", "progress", "createdAt"} | more


@pytest.mark.clause("REN-6", "REN-7")
@by_hand
@pytest.mark.parametrize("seconds", [0, 1, 29, 95])
def test_job_poll_moves_no_time_on_a_manual_clock(api: Api, seconds: int) -> None:
    api.submit()
    api.world.clock.advance(seconds)
    assert len({api.job().content for _ in range(5)}) == 1


@pytest.mark.clause("REN-6")
def test_job_poll_counts_as_30_s_on_the_auto_clock(api: Api) -> None:
    api.submit()
    assert "completed" in [api.job().json()["status"] for _ in range(3)]
    done = api.job()
    assert api.job().content == done.content  # a finished job costs no more time
    assert api.job().headers["date"] == done.headers["date"]


@pytest.mark.clause("REN-7")
@nested
def test_profile_nested_has_its_shape_on_both_routes(api: Api) -> None:
    for route, path in (("lambda", "lambda/"), ("draft", "")):
        body = api.submit(route, route=route).json()
        assert body.keys() == {"success", "data"}
        assert body["success"] is True
        assert body["data"] | {"createdAt": 0} == {
            "id": route,
            "status": "pending",
            "progress": 0,
            "createdAt": 0,
        }
        done = api.finished(route, path)["data"]
        assert set(done) == {"id", "status", "progress", "createdAt", "completedAt", "outputUrl"}
        assert api.client.get(done["outputUrl"]).headers["content-type"] == "video/mp4"
        assert api.job(route, "").content == api.job(route).content


@pytest.mark.clause("REN-7")
def test_older_routes_exist_only_in_profile_nested(api: Api) -> None:
    api.submit()
    failure(api.submit("r2", route="draft"), 404, "render-nested")
    failure(api.job(route=""), 404, "render-nested")


@pytest.mark.clause("REN-7", "REN-5", "REN-11")
@nested
def test_profile_nested_keeps_the_error_envelope(api: Api) -> None:
    for route in ("lambda", "draft"):
        failure(api.submit(draft={}, route=route), 400)
    for route in ("lambda/", ""):
        failure(api.job("unknown", route), 404)


# -- failing ------------------------------------------------------------------------------------------------


@pytest.mark.clause("REN-6", "REN-7", "REN-9")
@pytest.mark.parametrize("profile", ["render-flat", "render-nested"])
def test_failed_export_can_be_repeated_with_a_new_id(
    nemofake_server: Any, client: httpx.Client, profile: str
) -> None:
    world = nemofake_server.world(f"fails-{profile}", profile=profile, scenario="export-fails-once")
    api = Api(world, client)
    api.submit("first")
    result = api.finished("first")
    result = result.get("data", result)
    assert result["status"] == "failed"
    assert result["progress"] < 100
    assert result["error"]
    assert not {"output", "outputUrl", "completedAt"} & set(result)
    failure(api.call("GET", "/api/render/proxy/first/download"), 409, "failed")
    failure(api.submit("first"), 409)
    api.submit("second")
    done = api.finished("second")
    assert done.get("data", done)["status"] == "completed"
    world.delete()


# -- cancelling ---------------------------------------------------------------------------------------------


@pytest.mark.clause("REN-12", "REN-9")
@by_hand
@pytest.mark.parametrize("seconds", [0, 20])
def test_cancelled_job_stays_cancelled(api: Api, seconds: int) -> None:
    api.submit()
    api.world.clock.advance(seconds)
    before = api.job().json()
    answer = api.call("POST", f"{SUBMIT}/r1/cancel")
    assert answer.status_code == 200
    assert answer.json() == before | {"status": "cancelled"}
    api.world.clock.advance(100)
    assert api.job().json() == answer.json()
    again = api.call("POST", f"{SUBMIT}/r1/cancel")
    assert again.status_code == 409
    failure(again, 409, "cancelled")
    failure(api.call("GET", "/api/render/proxy/r1/download"), 409, "cancelled")
    failure(api.submit("r1"), 409)


@pytest.mark.clause("REN-12")
def test_finished_job_cannot_be_cancelled(api: Api) -> None:
    api.submit()
    done = api.finished()
    failure(api.call("POST", f"{SUBMIT}/r1/cancel"), 409, "completed")
    assert api.job().json() == done


@pytest.mark.clause("REN-12")
@nested
def test_profile_nested_shapes_cancellation(api: Api) -> None:
    api.submit()
    body = api.call("POST", f"{SUBMIT}/r1/cancel").json()
    assert (body["success"], body["data"]["status"]) == (True, "cancelled")

"""Whose job an export is: its token's, and unknown to everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import (
    DRAFT,
    Api,
    failure,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

SUBMIT = "/api/render/proxy/lambda"


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


def visits(api: Api, render_id: str) -> list[tuple[int, bytes, Any]]:
    """Return what each route that names a job answers for this one."""
    answers = [
        api.job(render_id),
        api.call("POST", f"{SUBMIT}/{render_id}/cancel"),
        api.call("GET", f"/api/render/proxy/{render_id}/download"),
        api.call("GET", f"/api/render/proxy/{render_id}/download", headers={"Range": "bytes=0-1"}),
        api.job(render_id),
    ]
    for answer in answers:
        assert answer.status_code == 404
        failure(answer, 404)
    return [
        (answer.status_code, answer.content.replace(render_id.encode(), b"ID"), answer.headers)
        for answer in answers
    ]


@pytest.mark.clause("REN-10", "REN-11")
@pytest.mark.parametrize("finished", [False, True])
def test_foreign_job_is_unknown_and_unchanged(api: Api, other: Api, finished: bool) -> None:
    other.submit("theirs")
    if finished:
        other.finished("theirs")
    assert api.token
    before = api.everything()
    assert visits(api, "theirs") == visits(api, "nobody")
    assert api.everything() == before
    assert other.finished("theirs")["status"] == "completed"


@pytest.mark.clause("REN-10", "AUTH-5")
@pytest.mark.nemofake(scenario="export-orphaned-by-token")
def test_job_is_orphaned_by_a_new_token(api: Api) -> None:
    assert api.submit().status_code == 200
    failure(api.job(), 1001)
    api.token = success(api.ask_token())["token"]
    assert visits(api, "r1") == visits(api, "r0")


@pytest.mark.clause("REN-10", "SES-2")
def test_export_of_a_foreign_session_is_1002(api: Api, other: Api) -> None:
    body = {"id": "r1", "sessionId": other.session_id, "draft": DRAFT}
    answer = api.call("POST", SUBMIT, json=body)
    failure(answer, 1002)
    assert answer.content == api.call("POST", SUBMIT, json=body | {"sessionId": "1"}).content
    failure(api.job("r1"), 404)

"""Where an error code travels: in the envelope, in the HTTP status, by profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from .http_helpers import (
    ATTRIBUTION,
    Api,
    failure,
    wire,
)
from .http_routes import (
    BODIES,
    CREDITS,
    SESSION,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def refusals(api: Api) -> Iterator[tuple[int, httpx.Response]]:
    """Provoke each refusal that needs no scenario, as (code, answer)."""
    api.world.create_account(plan="paid", scopes=["read"])
    reader = api.world.accounts()[-1]["tokens"][0]["token"]
    yield 1001, api.call("GET", CREDITS, headers={"Authorization": "Bearer none"})
    yield 1002, api.call("GET", api.state_path("1"))
    yield 2001, poor(api)
    yield 4001, api.upload(("a.txt", b"text"))
    yield 400, api.call("POST", SESSION, json={})
    yield 402, api.submit(headers=dict.fromkeys(ATTRIBUTION))
    yield 403, api.call("POST", SESSION, json=BODIES[SESSION], headers={"Authorization": f"Bearer {reader}"})
    yield 404, api.job("unknown")
    yield 405, api.call("DELETE", CREDITS)
    api.submit("twice")
    yield 409, api.submit("twice")
    yield 429, api.ask_token()


def poor(api: Api) -> httpx.Response:
    """Ask for more than a magic token's account can pay."""
    beggar = Api(api.world, api.client)
    beggar.token = "nmv_usr_test_credits-none-anonymous"
    return beggar.say("generate a 5 second clip of the sea")


STRICT = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
SMALL = {"max_upload_bytes": 10}


@pytest.mark.clause("ENV-3", "ENV-2", "CRE-4", "SSE-2")
def test_error_code_maps_to_http_status(api: Api) -> None:
    for code, answer in refusals(api):
        failure(answer, code)
        assert answer.status_code == (200 if code > 999 else code)


@pytest.mark.clause("ENV-3")
@pytest.mark.nemofake(profile="http-status")
def test_profile_http_status_gives_codes_their_own_status(api: Api) -> None:
    for code, answer in refusals(api):
        failure(answer, code)
        assert answer.status_code == STRICT.get(code, code)
        assert answer.headers.get("www-authenticate") == ("Bearer" if code == 1001 else None)


@pytest.mark.clause("ENV-3", "UPL-4")
@pytest.mark.parametrize(("profile", "status"), [("", 200), ("http-status", 413)])
def test_code_4002_follows_the_profile(
    nemofake_server: Any, client: httpx.Client, profile: str, status: int
) -> None:
    world = nemofake_server.world(f"too-large-{status}", profile=profile, parameters=SMALL)
    answer = Api(world, client).upload(("a.mp4", b"x" * 11))
    world.delete()
    failure(answer, 4002)
    assert answer.status_code == status

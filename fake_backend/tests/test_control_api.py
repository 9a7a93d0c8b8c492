"""The control API: clock, admin token, apart from the data plane and out of its journal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake import __version__, running
from nemofake.http.routes import control, inspection

from .http_helpers import Api, failure, success, wire
from .stream_helpers import EDIT, Line, photo, prepared

if TYPE_CHECKING:
    from nemofake.testing import FakeServer, WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual")
_numbers = itertools.count(1)

# Every route: method, template, an example of its path, a body it takes.
ROUTES: list[tuple[str, str, str, Any]] = [
    ("GET", "/health", "health", None),
    ("GET", "/version", "version", None),
    ("GET", "/clock", "clock", None),
    ("PUT", "/clock", "clock", {"mode": "manual"}),
    ("POST", "/clock/advance", "clock/advance", {"seconds": 0.5}),
    ("POST", "/reset", "reset", None),
    ("GET", "/journal", "journal", None),
    ("GET", "/scenario", "scenario", None),
    ("PUT", "/scenario", "scenario", {"name": "chat-silent-edit"}),
    ("GET", "/scenarios", "scenarios", None),
    ("GET", "/faults", "faults", None),
    ("POST", "/faults", "faults", {"fault": "delay"}),
    ("DELETE", "/faults", "faults", None),
    ("GET", "/activity", "activity", None),
    ("GET", "/triggers", "triggers", None),
    ("POST", "/triggers", "triggers", {"on": "credits", "do": "refuse", "code": 402}),
    ("DELETE", "/triggers", "triggers", None),
    ("GET", "/accounts", "accounts", None),
    ("POST", "/accounts", "accounts", {}),
    ("POST", "/accounts/{user_id}", "accounts/nobody", {}),
    ("POST", "/tokens/{token}/revoke", "tokens/none/revoke", None),
    ("POST", "/tokens/{token}/expire", "tokens/none/expire", None),
    ("GET", "/worlds", "worlds", None),
    ("PUT", "/worlds/{name}", "worlds/one", {}),
    ("DELETE", "/worlds/{name}", "worlds/one", None),
    ("GET", "/requests", "requests", None),
    ("GET", "/sessions", "sessions", None),
    ("GET", "/sessions/{session_id}", "sessions/1", None),
    ("GET", "/accounts/{user_id}/credits", "accounts/nobody/credits", None),
    ("GET", "/renders", "renders", None),
    ("GET", "/videos/{name}", "videos/none.mp4", None),
    ("GET", "/fault-types", "fault-types", None),
    ("GET", "/findings", "findings", None),
    ("GET", "/archive", "archive", None),
]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def paths(router: Any) -> set[tuple[str, str]]:
    """Return method and template of every route that is documented."""
    shown = [route for route in router.routes if route.include_in_schema]
    return {(method, route.path.removeprefix("/__fake__")) for route in shown for method in route.methods}


def test_routes_of_this_file_are_complete() -> None:
    routers = (control.router, control.health_router, inspection.router)
    documented = set().union(*map(paths, routers))
    # The event stream, which does not end, has tests of its own.
    assert {(method, template) for method, template, _, _ in ROUTES} == documented - {("GET", "/events")}


# -- health, version, clock ---------------------------------------------------------------------------------


def test_health_and_version_are_returned(api: Api) -> None:
    assert success(api.control("GET", "health")) == {"status": "ok"}
    assert success(api.control("GET", "version")) == {"name": "nemofake", "version": __version__}


@pytest.mark.parametrize("mode", ["auto", "manual", "real", "x60", "x0.5"])
def test_the_clock_is_read_and_set(api: Api, mode: str) -> None:
    before = success(api.control("GET", "clock"))
    assert before == {"mode": "auto", "now_ms": before["now_ms"]}
    data = success(api.control("PUT", "clock", json={"mode": mode}))
    assert data["mode"] == mode
    assert data["now_ms"] >= before["now_ms"]
    assert success(api.control("GET", "clock"))["mode"] == mode


@given(seconds=st.one_of(st.integers(0, 10**6), st.integers(0, 10**9).map(lambda ms: ms / 1000)))
def test_advance_moves_the_clock_by_milliseconds(
    nemofake_server: FakeServer, client: httpx.Client, seconds: float
) -> None:
    api = Api(nemofake_server.world("control-advance", clock="manual"), client)
    before_ms = success(api.control("GET", "clock"))["now_ms"]
    data = success(api.control("POST", "clock/advance", json={"seconds": seconds}))
    assert data == {"mode": "manual", "now_ms": before_ms + round(seconds * 1000)}


@MANUAL
def test_advance_responds_when_everything_due_has_happened(api: Api) -> None:
    with Line(api, EDIT) as line:
        line.begun()
        api.control("POST", "clock/advance", json={"seconds": 31})
        line.now()
        assert line.ending == "close"
    assert api.credits()["frozen"] == 0


@pytest.mark.nemofake(start_ms=253_402_300_799_000)
def test_advance_beyond_the_last_date_breaks_nothing(api: Api) -> None:
    for _ in range(3):
        success(api.control("POST", "clock/advance", json={"seconds": 10 * 365 * 24 * 3600}))
    assert success(api.ask_token("another"))["expires_at"].startswith("9999-12-31")
    har = api.control("GET", "journal?format=har").json()
    assert har["log"]["entries"][-1]["startedDateTime"].startswith("9999-12-31")


# -- apart from the data plane ------------------------------------------------------------------------------


def test_no_control_request_is_in_the_journal(api: Api) -> None:
    before = api.world.journal()
    for method, _, path, body in ROUTES:
        if path != "reset":
            api.control(method, path, json=body)
    api.control("GET", "nothing")
    api.client.get(f"{api.world.url}/__fake__")
    assert api.world.journal() == before


def test_control_api_ignores_auth_and_scenario(api: Api) -> None:
    for name in ("auth-token-expired", "credits-none-anonymous", "export-402-free-plan", "upload-too-large"):
        success(api.control("PUT", "scenario", json={"name": name, "reset": True}))
        for method, template, path, _ in ROUTES:
            if method == "GET" and "{" not in template and path != "archive":
                assert api.control(method, path).status_code == 200


@pytest.mark.nemofake(profile="adk,http-status,render-nested")
def test_control_api_is_the_same_in_every_profile(api: Api) -> None:
    success(api.control("GET", "clock"))
    failure(api.control("GET", "nothing"), 404)
    failure(api.control("POST", "clock/advance", json={}), 400, "seconds")


@pytest.mark.parametrize(
    "path",
    ["/api/__fake__/clock", "/__fake__clock", "/__FAKE__/clock", "/api/../__fake__x/clock", "/_fake_/clock"],
)
def test_control_api_has_only_its_own_path(api: Api, path: str) -> None:
    answer = api.client.get(api.world.url + path)
    failure(answer, 404)


def test_data_plane_is_not_reached_through_control_path(api: Api) -> None:
    failure(api.control("GET", "api/credits/balance/simple"), 404)
    failure(api.control("POST", "run_sse", json={}), 404)


# -- the admin token ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Iterator[FakeServer]:
    with running(admin_token="open-sesame-42", clock="manual") as fake:
        yield fake


@pytest.mark.parametrize(
    "text", [None, "", "open-sesame-4", "open-sesame-422", "Bearer open-sesame-42", "öffne"]
)
def test_control_api_without_admin_token_is_forbidden(
    guarded: FakeServer, client: httpx.Client, text: str | None
) -> None:
    world = guarded.world(f"guarded-{next(_numbers)}")
    api = prepared(world, client)
    before = photo(api)
    headers = {} if text is None else {"X-Admin-Token": text.encode()}
    for method, _, path, body in [*ROUTES[1:], ("GET", "", "nothing", None)]:  # health needs none
        answer = api.control(method, path, json=body, headers=headers)
        assert answer.status_code == 403, path
        assert "open-sesame" not in failure(answer, 403, "X-Admin-Token")
    assert photo(api) == before
    assert success(api.make_session())


def test_admin_token_opens_control_api_in_every_world(guarded: FakeServer, client: httpx.Client) -> None:
    headers = {"X-Admin-Token": "open-sesame-42"}
    for world in (guarded, guarded.world("other")):
        assert success(Api(world, client).control("GET", "clock", headers=headers))["mode"] == "manual"


@pytest.mark.clause("C-SEC-1")
def test_admin_token_is_masked_in_the_journal(guarded: FakeServer, client: httpx.Client) -> None:
    world = guarded.world("leaky")
    api = prepared(world, client)
    headers = {"X-Admin-Token": "open-sesame-42"}
    api.call("GET", "/api/credits/balance/simple?is=open-sesame-42", headers=headers)
    api.call("POST", "/run_sse", json={"session_id": "open-sesame-42"})
    for style in ("json", "ndjson", "har"):
        text = api.control("GET", f"journal?format={style}", headers=headers).text
        assert "sesame" not in text
    assert "sesame" not in str(world.journal())

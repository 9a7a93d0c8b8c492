"""The control API: every route with good and bad input, apart from the data plane and out of the journal."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake import __version__, running
from nemofake.http.routes import control

from .http_kit import Api, failure, success, wire
from .stream_kit import EDIT, TALK, Line, photo, prepared

if TYPE_CHECKING:
    from nemofake.server import Fake, WorldHandle

MANUAL = pytest.mark.nemofake(clock="manual")
SCENARIOS = {
    "happy-path", "expired-token", "revoked-token", "session-not-found", "no-credits-anonymous",
    "no-credits-registered", "export-402-free-plan", "export-402-missing-attribution", "rate-limited-token",
    "silent-edit", "slow-generation", "render-fails-once", "orphaned-render", "unsupported-file",
    "file-too-large",
}  # fmt: skip
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
    ("PUT", "/scenario", "scenario", {"name": "silent-edit"}),
    ("GET", "/scenarios", "scenarios", None),
    ("GET", "/faults", "faults", None),
    ("POST", "/faults", "faults", {"fault": "delay"}),
    ("DELETE", "/faults", "faults", None),
    ("GET", "/accounts", "accounts", None),
    ("POST", "/accounts", "accounts", {}),
    ("POST", "/accounts/{user_id}", "accounts/nobody", {}),
    ("POST", "/tokens/{token}/revoke", "tokens/none/revoke", None),
    ("POST", "/tokens/{token}/expire", "tokens/none/expire", None),
    ("GET", "/worlds", "worlds", None),
    ("PUT", "/worlds/{name}", "worlds/one", {}),
    ("DELETE", "/worlds/{name}", "worlds/one", None),
]


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def account(api: Api) -> dict[str, Any]:
    told: dict[str, Any] = success(api.control("GET", "accounts"))[0]
    return told


def paths(router: Any) -> set[tuple[str, str]]:
    """Return method and template of every route that is documented."""
    shown = [route for route in router.routes if route.include_in_schema]
    return {(method, route.path.removeprefix("/__fake__")) for route in shown for method in route.methods}


def test_the_table_of_this_file_has_every_route() -> None:
    assert {(method, template) for method, template, _, _ in ROUTES} == paths(control.router)


# -- health, version, clock ---------------------------------------------------------------------------------


def test_health_and_version(api: Api) -> None:
    assert success(api.control("GET", "health")) == {"status": "ok"}
    assert success(api.control("GET", "version")) == {"name": "nemofake", "version": __version__}


@pytest.mark.parametrize("mode", ["auto", "manual", "real", "x60", "x0.5"])
def test_the_clock_is_read_and_set(api: Api, mode: str) -> None:
    before = success(api.control("GET", "clock"))
    assert before == {"mode": "auto", "now_ms": before["now_ms"]}
    told = success(api.control("PUT", "clock", json={"mode": mode}))
    assert told["mode"] == mode
    assert told["now_ms"] >= before["now_ms"]
    assert success(api.control("GET", "clock"))["mode"] == mode


@given(seconds=st.one_of(st.integers(0, 10**6), st.integers(0, 10**9).map(lambda ms: ms / 1000)))
def test_advance_moves_by_the_millisecond_and_tells_the_time(
    nemofake_server: Fake, client: httpx.Client, seconds: float
) -> None:
    api = Api(nemofake_server.world("control-advance", clock="manual"), client)
    before_ms = success(api.control("GET", "clock"))["now_ms"]
    told = success(api.control("POST", "clock/advance", json={"seconds": seconds}))
    assert told == {"mode": "manual", "now_ms": before_ms + round(seconds * 1000)}


@MANUAL
def test_advance_answers_when_everything_due_has_settled(api: Api) -> None:
    with Line(api, EDIT) as line:
        line.begun()
        api.control("POST", "clock/advance", json={"seconds": 31})
        line.now()
        assert line.ending == "close"
    assert api.credits()["frozen"] == 0


@pytest.mark.nemofake(start_ms=253_402_300_799_000)
def test_the_end_of_all_dates_breaks_nothing(api: Api) -> None:
    for _ in range(3):
        success(api.control("POST", "clock/advance", json={"seconds": 10 * 365 * 24 * 3600}))
    assert success(api.ask_token("another"))["expires_at"].startswith("9999-12-31")
    har = success_json(api.control("GET", "journal?format=har"))
    assert har["log"]["entries"][-1]["startedDateTime"].startswith("9999-12-31")


def success_json(answer: httpx.Response) -> Any:
    assert answer.status_code == 200
    return answer.json()


# -- journal ------------------------------------------------------------------------------------------------


def traffic(api: Api) -> None:
    """Let every kind of exchange happen once, with a token in as many places as clients put it."""
    api.say(TALK)
    api.upload(("clip.mp4", b"nothing like a film"))
    api.call("GET", f"/api/credits/balance/simple?token={api.token}")
    api.call("POST", "/run_sse", content=json.dumps({"session_id": api.token}))
    api.call(
        "POST", "/run_sse", json={"session_id": api.token, "new_message": {"parts": [{"text": api.token}]}}
    )
    api.say(f"my token is {api.token}")
    api.call("POST", "/api/auth/claim-token", json={"task_id": "1", "session_id": api.session_id})
    api.call("GET", f"/{api.token}")
    api.control("POST", f"tokens/{api.token}/revoke")
    api.call("GET", "/api/credits/balance/simple", headers={"Cookie": "sid=geheimnis-123"})


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize("style", ["json", "ndjson", "har"])
def test_no_journal_shows_a_token(api: Api, style: str) -> None:
    traffic(api)
    text = api.control("GET", f"journal?format={style}").text
    assert api.token not in text
    assert api.token.removeprefix("nmv_usr_") not in text
    assert "geheimnis" not in text
    assert "nmv_usr_***" in text


def test_the_journal_comes_as_json_by_default(api: Api) -> None:
    traffic(api)
    answer = api.control("GET", "journal")
    assert answer.headers["content-type"] == "application/json"
    entries = answer.json()
    assert entries == api.world.journal()
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries == api.control("GET", "journal?format=json").json()
    operations = ["token.issue", "session.create", "upload", "chat"]
    assert [entry["operation"] for entry in entries][: len(operations)] == operations


def test_ndjson_is_the_same_one_a_line(api: Api) -> None:
    traffic(api)
    answer = api.control("GET", "journal?format=ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = answer.content.split(b"\n")
    assert lines.pop() == b""
    assert [json.loads(line) for line in lines] == api.control("GET", "journal").json()


def test_har_has_what_har_1_2_demands(api: Api) -> None:
    traffic(api)
    log = success_json(api.control("GET", "journal?format=har"))["log"]
    assert (log["version"], log["creator"]) == ("1.2", {"name": "nemofake", "version": __version__})
    assert len(log["entries"]) == len(api.world.journal())
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= set(entry)
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo
        assert entry["time"] == sum(entry["timings"][part] for part in ("send", "wait", "receive"))
        common = {"httpVersion", "cookies", "headers", "headersSize", "bodySize"}
        assert common | {"method", "url", "queryString"} <= set(entry["request"])
        assert common | {"status", "statusText", "content", "redirectURL"} <= set(entry["response"])
        assert {"size", "mimeType"} <= set(entry["response"]["content"])
        for named in (
            entry["request"]["headers"] + entry["request"]["queryString"] + entry["response"]["headers"]
        ):
            assert set(named) == {"name", "value"}


def test_an_open_exchange_is_in_the_journal_without_an_ending(api: Api) -> None:
    api.world.clock.mode = "manual"
    with Line(api, TALK) as line:
        line.begun()
        assert api.world.journal()[-1]["ending"] is None
        for style in ("json", "ndjson", "har"):
            assert api.control("GET", f"journal?format={style}").status_code == 200
        api.world.clock.advance(60)
        assert api.world.journal()[-1]["ending"] == "complete"


def test_a_journal_keeps_the_newest_of_too_many() -> None:
    with running(max_journal_entries=3) as fake, wire() as client:
        api = Api(fake, client)
        for nth in range(5):
            api.ask_token(f"c{nth}")
        assert [entry["seq"] for entry in fake.journal()] == [3, 4, 5]
        assert api.control("GET", "journal?format=har").json()["log"]["comment"].startswith("2 older")


# -- scenarios ----------------------------------------------------------------------------------------------


def test_all_scenarios_are_listed_and_can_be_played(api: Api) -> None:
    listed = success(api.control("GET", "scenarios"))
    names = [one["name"] for one in listed]
    assert set(names) >= SCENARIOS
    assert names == sorted(names)
    for one in listed:
        assert set(one) == {"name", "title", "clauses", "status"}
        assert success(api.control("PUT", "scenario", json={"name": one["name"]})) == one
        assert success(api.control("GET", "scenario")) == one


def test_a_new_scenario_is_played_from_now_on(api: Api) -> None:
    told = success(api.control("PUT", "scenario", json={"name": "export-402-free-plan"}))
    assert told["name"] == "export-402-free-plan"
    assert account(api)["export_blocked"] is True
    assert account(api)["credits"]["available"] == 1100, "what an account has stays its own"
    assert api.state()["video_infos"]


def test_with_reset_the_world_begins_anew_with_it(api: Api) -> None:
    success(api.control("PUT", "scenario", json={"name": "no-credits-anonymous", "reset": True}))
    assert success(api.control("GET", "accounts")) == []
    assert api.world.journal() == []
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    api.token = ""
    assert api.credits()["total"] == 0


def test_the_scenario_outlives_a_reset(api: Api) -> None:
    api.control("PUT", "scenario", json={"name": "silent-edit"})
    success(api.control("POST", "reset"))
    assert success(api.control("GET", "scenario"))["name"] == "silent-edit"


# -- accounts and tokens ------------------------------------------------------------------------------------


def test_an_account_shows_its_ledger_and_its_tokens(api: Api) -> None:
    shown = account(api)
    assert set(shown) == {"user_id", "registered", "plan", "export_blocked", "credits", "tokens"}
    assert (shown["registered"], shown["plan"], shown["export_blocked"]) == (False, "free", False)
    assert shown["credits"] == {"granted": 1100, "available": 1100, "frozen": 0, "consumed": 0}
    [token] = shown["tokens"]
    assert (token["token"], token["state"]) == (api.token, "live")
    assert datetime.fromisoformat(token["expires_at"]).tzinfo


@pytest.mark.clause("CRE-5", "REN-3")
def test_each_field_of_an_account_changes_by_itself(api: Api) -> None:
    user = f"accounts/{account(api)['user_id']}"
    before = account(api)
    assert success(api.control("POST", user, json={})) == before
    assert success(api.control("POST", user, json={"grant": 5}))["credits"]["available"] == 1105
    assert success(api.control("POST", user, json={"plan": "paid"}))["plan"] == "paid"
    assert success(api.control("POST", user, json={"export_blocked": True}))["export_blocked"] is True
    told = success(api.control("POST", user, json={"grant": 0, "plan": "free", "export_blocked": False}))
    assert told == before | {"credits": before["credits"] | {"granted": 1105, "available": 1105}}
    assert api.credits()["total"] == 1105


@pytest.mark.clause("AUTH-7")
def test_a_registered_account_comes_with_a_token_of_the_asked_scopes(api: Api) -> None:
    told = success(api.control("POST", "accounts", json={"credits": 7, "plan": "paid", "scopes": ["read"]}))
    assert (told["registered"], told["plan"], told["credits"]["available"]) == (True, "paid", 7)
    api.token = told["tokens"][0]["token"]
    assert api.credits()["available"] == 7
    failure(api.make_session(), 403, "write")
    whole = success(api.control("POST", "accounts"))
    assert whole["tokens"][0]["token"] != api.token
    api.token = whole["tokens"][0]["token"]
    success(api.make_session())


@pytest.mark.clause("AUTH-5", "AUTH-3")
def test_a_revoked_token_is_bad_and_its_client_may_not_ask_again(api: Api) -> None:
    told = success(api.control("POST", f"tokens/{api.token}/revoke"))
    assert told["tokens"][0]["state"] == "revoked"
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    assert api.ask_token().status_code == 429


@pytest.mark.clause("AUTH-5")
def test_an_expired_token_is_bad_and_its_client_may_ask_again(api: Api) -> None:
    told = success(api.control("POST", f"tokens/{api.token}/expire"))
    assert told["tokens"][0]["state"] == "expired"
    failure(api.call("GET", "/api/credits/balance/simple"), 1001)
    success(api.ask_token())


@pytest.mark.parametrize("first", ["revoke", "expire"])
@pytest.mark.parametrize("second", ["revoke", "expire"])
def test_ending_a_token_twice_is_no_fault(api: Api, first: str, second: str) -> None:
    success(api.control("POST", f"tokens/{api.token}/{first}"))
    success(api.control("POST", f"tokens/{api.token}/{second}"))


# -- bad input ----------------------------------------------------------------------------------------------

BAD: list[tuple[str, str, Any, int, str]] = [
    ("PUT", "clock", None, 400, "mode"),
    ("PUT", "clock", {"mode": "fast"}, 400, "fast"),
    ("PUT", "clock", {"mode": 60}, 400, "mode"),
    ("PUT", "clock", {"mode": "x" * 10**6}, 400, "mode"),
    ("PUT", "clock", {"mode": "auto", "speed": 2}, 400, "speed"),
    ("POST", "clock/advance", None, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": -0.001}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": "5"}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": True}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": None}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": 1e300}, 400, "seconds"),
    ("POST", "clock/advance", {"seconds": 1, "minutes": 1}, 400, "minutes"),
    ("POST", "clock/advance", b'{"seconds": NaN}', 400, ""),
    ("POST", "clock/advance", b'{"seconds": Infinity}', 400, ""),
    ("POST", "clock/advance", b'{"seconds": 1', 400, ""),
    ("POST", "clock/advance", b"[1]", 400, ""),
    ("POST", "clock/advance", b"null", 400, ""),
    ("POST", "clock/advance", b"\xff\xfe", 400, ""),
    ("POST", "clock/advance", b"[" * 100_000, 400, ""),
    ("POST", "reset", {"seed": 5}, 400, "seed"),
    ("GET", "journal?format=xml", None, 400, "xml"),
    ("GET", "journal?format=", None, 400, "format"),
    ("PUT", "scenario", None, 400, "name"),
    ("PUT", "scenario", {"name": "no-such-story"}, 400, "no-such-story"),
    ("PUT", "scenario", {"name": "../happy-path"}, 400, "happy-path"),
    ("PUT", "scenario", {"name": ""}, 400, ""),
    ("PUT", "scenario", {"name": "x" * 10**6}, 400, "name"),
    ("PUT", "scenario", {"name": "silent-edit", "reset": "yes"}, 400, "reset"),
    ("PUT", "scenario", {"name": "silent-edit", "restart": True}, 400, "restart"),
    ("POST", "accounts", {"credits": -1}, 400, "credits"),
    ("POST", "accounts", {"credits": 1.5}, 400, "credits"),
    ("POST", "accounts", {"plan": "gold"}, 400, "plan"),
    ("POST", "accounts", {"scopes": ["admin"]}, 400, "scopes"),
    ("POST", "accounts", {"scopes": "read"}, 400, "scopes"),
    ("POST", "accounts", {"grant": 5}, 400, "grant"),
    ("POST", "accounts/nobody", {"grant": 5}, 404, "nobody"),
    ("POST", "accounts/USER", {"grant": -5}, 400, "grant"),
    ("POST", "accounts/USER", {"grant": 10**400}, 400, "grant"),
    ("POST", "accounts/USER", {"grant": "5"}, 400, "grant"),
    ("POST", "accounts/USER", {"plan": "Paid"}, 400, "plan"),
    ("POST", "accounts/USER", {"plan": "paid\n"}, 400, "plan"),
    ("POST", "accounts/USER", {"export_blocked": 1}, 400, "export_blocked"),
    ("POST", "accounts/USER", {"grant": 5, "blocked": True}, 400, "blocked"),
    ("POST", "tokens/nmv_usr_none/revoke", None, 404, ""),
    ("POST", "tokens/nmv_usr_none/expire", None, 404, ""),
    ("POST", "tokens/TOKEN/revoke", {"when": "later"}, 400, "when"),
    ("POST", "tokens/TOKEN/expire", {"when": "later"}, 400, "when"),
    ("POST", "tokens/TOKEN/renew", None, 404, ""),
    ("PUT", "worlds/WORLD", {"seed": "7"}, 400, "seed"),
    ("PUT", "worlds/WORLD", {"clock": "fast"}, 400, "fast"),
    ("PUT", "worlds/WORLD", {"scenario": "none"}, 400, "none"),
    ("PUT", "worlds/WORLD", {"profile": "loud"}, 400, "loud"),
    ("PUT", "worlds/WORLD", {"profile": "typed,adk"}, 400, "adk"),
    ("PUT", "worlds/WORLD", {"start_ms": -1}, 400, "start_ms"),
    ("PUT", "worlds/WORLD", {"rules": {"silence": 1}}, 400, "silence"),
    ("PUT", "worlds/WORLD", {"rules": {"silent_share": 2}}, 400, "silent_share"),
    ("PUT", "worlds/WORLD", {"rules": {"text_ms": 5}}, 400, "text_ms"),
    ("PUT", "worlds/WORLD", {"rules": [1]}, 400, "rules"),
    ("PUT", "worlds/WORLD", {"admin_token": "x"}, 400, "admin_token"),
    ("PUT", "worlds/.hidden", {}, 404, ""),
    ("PUT", "worlds/a%20b", {}, 404, ""),
    ("PUT", "worlds/" + "x" * 65, {}, 404, ""),
    ("DELETE", "worlds/never-made", None, 404, "never-made"),
    ("DELETE", "worlds/..%2f..", None, 404, ""),
    ("GET", "", None, 404, ""),
    ("GET", "nothing", None, 404, "nothing"),
    ("GET", "clock/advance", None, 404, ""),
    ("POST", "health", None, 404, ""),
    ("PATCH", "clock", {"mode": "auto"}, 404, ""),
]


@pytest.mark.clause("ENV-4")
def test_bad_input_is_named_and_changes_nothing(api: Api) -> None:
    names = {"USER": account(api)["user_id"], "TOKEN": api.token, "WORLD": api.world.name}
    before = _all_of(api)
    for method, path, body, code, named in BAD:
        for placeholder, name in names.items():
            path = path.replace(placeholder, name)
        sent = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        answer = api.control(method, path, **sent)
        assert answer.status_code == code, (method, path, answer.text[:200])
        message = failure(answer, code, named)
        assert len(message) < 1000
        assert "Traceback" not in message
        assert _all_of(api) == before, (method, path)


def _all_of(api: Api) -> Any:
    clock, scenario = api.control("GET", "clock").json(), api.control("GET", "scenario").json()
    worlds = [one["name"] for one in success(api.control("GET", "worlds"))]
    return api.everything(), clock, scenario, len(api.world.journal()), worlds


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE"])
def test_other_methods_are_refused_and_change_nothing(api: Api, method: str) -> None:
    before = _all_of(api)
    assert api.control(method, "clock").status_code in (404, 405)
    assert _all_of(api) == before


@pytest.mark.clause("ENV-4")
def test_a_body_beyond_all_bounds_is_refused(client: httpx.Client) -> None:
    with running(max_json_bytes=1000) as fake:
        api = Api(fake, client)
        failure(api.control("PUT", "clock", content=b" " * 1001), 400, "1000")
        success(api.control("PUT", "clock", content=b'{"mode":"manual"}' + b" " * (1000 - 17)))


def test_a_body_is_read_whatever_its_content_type_says(api: Api) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = api.control("PUT", "clock", content=b'{"mode":"manual"}', headers={"Content-Type": kind})
        assert success(answer)["mode"] == "manual"


# -- apart from the data plane ------------------------------------------------------------------------------


def test_no_control_request_is_in_the_journal(api: Api) -> None:
    before = api.world.journal()
    for method, _, path, body in ROUTES:
        if path != "reset":
            api.control(method, path, json=body)
    api.control("GET", "nothing")
    api.client.get(f"{api.world.url}/__fake__")
    assert api.world.journal() == before


def test_control_needs_no_bearer_token_and_minds_no_story(api: Api) -> None:
    for name in SCENARIOS:
        success(api.control("PUT", "scenario", json={"name": name, "reset": True}))
        for method, _, path, _ in ROUTES:
            if method == "GET":
                assert api.control(method, path).status_code == 200


@pytest.mark.nemofake(profile="adk,http-status,render-nested")
def test_control_answers_the_same_in_every_profile(api: Api) -> None:
    success(api.control("GET", "clock"))
    failure(api.control("GET", "nothing"), 404)
    failure(api.control("POST", "clock/advance", json={}), 400, "seconds")


@pytest.mark.parametrize(
    "path",
    ["/api/__fake__/clock", "/__fake__clock", "/__FAKE__/clock", "/api/../__fake__x/clock", "/_fake_/clock"],
)
def test_control_lives_under_its_own_path_only(api: Api, path: str) -> None:
    answer = api.client.get(api.world.url + path)
    failure(answer, 404)


def test_a_data_route_is_not_reached_through_control(api: Api) -> None:
    failure(api.control("GET", "api/credits/balance/simple"), 404)
    failure(api.control("POST", "run_sse", json={}), 404)


# -- the admin token ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def guarded() -> Iterator[Fake]:
    with running(admin_token="open-sesame-42", clock="manual") as fake:
        yield fake


@pytest.mark.parametrize(
    "told", [None, "", "open-sesame-4", "open-sesame-422", "Bearer open-sesame-42", "öffne"]
)
def test_where_an_admin_token_is_set_nothing_of_control_opens_without_it(
    guarded: Fake, client: httpx.Client, told: str | None
) -> None:
    world = guarded.world(f"guarded-{next(_numbers)}")
    api = prepared(world, client)
    before = photo(api)
    headers = {} if told is None else {"X-Admin-Token": told.encode()}
    for method, _, path, body in [*ROUTES, ("GET", "", "nothing", None)]:
        answer = api.control(method, path, json=body, headers=headers)
        assert answer.status_code == 403, path
        assert "open-sesame" not in failure(answer, 403, "X-Admin-Token")
    assert photo(api) == before
    assert success(api.make_session())


def test_the_admin_token_opens_control_in_every_world(guarded: Fake, client: httpx.Client) -> None:
    headers = {"X-Admin-Token": "open-sesame-42"}
    for world in (guarded, guarded.world("other")):
        assert success(Api(world, client).control("GET", "clock", headers=headers))["mode"] == "manual"


@pytest.mark.clause("C-SEC-1")
def test_the_admin_token_is_in_no_journal(guarded: Fake, client: httpx.Client) -> None:
    world = guarded.world("leaky")
    api = prepared(world, client)
    headers = {"X-Admin-Token": "open-sesame-42"}
    api.call("GET", "/api/credits/balance/simple?is=open-sesame-42", headers=headers)
    api.call("POST", "/run_sse", json={"session_id": "open-sesame-42"})
    for style in ("json", "ndjson", "har"):
        text = api.control("GET", f"journal?format={style}", headers=headers).text
        assert "sesame" not in text
    assert "sesame" not in str(world.journal())

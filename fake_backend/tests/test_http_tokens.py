"""Tokens over a real socket: who gets one, how long it lives, what it opens, what a claim token does not."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_kit import ATTRIBUTION, DRAFT, TIMEOUT_S, Api, code_of, exchange, failure, head, success, wire

if TYPE_CHECKING:
    from nemofake.server import WorldHandle

DAY_S = 24 * 3600
WEEK_S = 7 * DAY_S
ASK = "/api/auth/anonymous-token"
CLAIM = "/api/auth/claim-token"
CREDITS = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def code(answer: httpx.Response) -> int:
    """Return an answer's code, 0 for what comes without envelope (REN-7, SSE-2)."""
    kind = answer.headers.get("content-type", "")
    told: int = answer.json().get("code", 0) if kind == "application/json" else 0
    return told


# -- asking for one -----------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-1")
def test_a_new_client_gets_a_token_with_100_credits_for_7_days(api: Api) -> None:
    answer = api.ask_token("7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1")
    data = success(answer)
    assert set(data) == {"token", "user_id", "credits", "expires_at"}
    assert data["token"].startswith("nmv_usr_")
    assert data["user_id"].startswith("anon_")
    assert data["credits"] == 100
    told = datetime.fromisoformat(data["expires_at"])
    assert told.tzinfo == UTC
    assert told == parsedate_to_datetime(answer.headers["date"]) + timedelta(days=7)
    api.token = data["token"]
    assert api.credits() == {"available": 100, "frozen": 0, "total": 100}


@pytest.mark.clause("AUTH-1")
def test_a_body_is_neither_needed_nor_minded(api: Api) -> None:
    bodies = (b"", b"{}", b"\xff{", b"x" * 100_000)
    for nth, body in enumerate(bodies):
        headers = {"X-Client-Id": f"c{nth}", "Content-Type": "application/json"}
        assert success(api.client.post(api.world.url + ASK, headers=headers, content=body))


@pytest.mark.clause("AUTH-1")
def test_clients_are_strangers_to_each_other(api: Api) -> None:
    told = [success(api.ask_token(f"c{nth}")) for nth in range(5)]
    assert len({data["token"] for data in told}) == len({data["user_id"] for data in told}) == 5


@pytest.mark.clause("AUTH-2")
@pytest.mark.parametrize("value", [None, "", " ", "\t "])
def test_no_client_id_is_400_and_no_token(api: Api, value: str | None) -> None:
    fields = [] if value is None else [f"X-Client-Id: {value}"]
    sent = head("POST", api.world.url + ASK, "Content-Length: 0", *fields)
    status, _, body = exchange(api.world.url, sent)
    assert (status, code_of(body)) == (400, 400)
    assert "X-Client-Id" in json.loads(body)["message"]
    assert api.world.accounts() == []


@pytest.mark.clause("AUTH-2")
def test_an_overlong_client_id_is_400(api: Api) -> None:
    failure(api.ask_token("x" * 257), 400, "X-Client-Id")
    assert api.world.accounts() == []


@pytest.mark.clause("AUTH-2")
@pytest.mark.nemofake(rules={"client_id_must_be_uuid": True})
def test_a_setting_asks_for_real_uuids(api: Api) -> None:
    failure(api.ask_token("c1"), 400, "UUID")
    assert success(api.ask_token("7C1DE02F-52bb-4a3c-a5a7-4c1df3a8f0a1"))


# -- limits -------------------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-3", "AUTH-5")
@pytest.mark.nemofake(clock="manual")
def test_the_wait_that_retry_after_names_is_exact(api: Api) -> None:
    first = success(api.ask_token())["token"]
    api.world.clock.advance(DAY_S + 0.5)
    answer = api.ask_token()
    assert answer.status_code == 429
    failure(answer, 429)
    wait_s = int(answer.headers["retry-after"])
    assert wait_s == 6 * DAY_S  # whole seconds, rounded up
    api.world.clock.advance(wait_s - 0.501)
    failure(api.ask_token(), 429)
    api.world.clock.advance(0.001)
    assert success(api.ask_token())["token"] != first


@pytest.mark.clause("AUTH-3")
def test_a_refused_request_makes_no_account(api: Api) -> None:
    api.ask_token()
    before = api.everything()
    for _ in range(3):
        failure(api.ask_token(), 429)
    assert api.everything() == before


@pytest.mark.clause("AUTH-3")
@pytest.mark.nemofake(scenario="rate-limited-token")
def test_a_transient_429_lets_the_one_retry_through(api: Api) -> None:
    answer = api.ask_token()
    failure(answer, 429)
    assert answer.headers["retry-after"] == "30"
    assert success(api.ask_token())["credits"] == 100


def from_address(world: WorldHandle, address: str) -> Iterator[httpx.Response]:
    """Ask for token after token, each as a new client at this address."""
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    with httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False) as client:
        for nth in itertools.count():
            yield Api(world, client).ask_token(f"{address} {nth}")


@pytest.mark.clause("AUTH-4")
@pytest.mark.nemofake(clock="manual")
def test_an_address_gets_10_tokens_in_7_days_and_others_are_not_minded(nemofake: WorldHandle) -> None:
    crowd, other = from_address(nemofake, "127.0.0.2"), from_address(nemofake, "127.0.0.3")
    for _ in range(10):
        assert success(next(crowd))
        nemofake.clock.advance(3600)
    answer = next(crowd)
    failure(answer, 429)
    assert int(answer.headers["retry-after"]) == WEEK_S - 10 * 3600
    assert success(next(other))
    nemofake.clock.advance(WEEK_S - 10 * 3600)
    assert success(next(crowd))
    failure(next(crowd), 429)
    crowd.close()  # type: ignore[attr-defined]  # a generator, which closes its client
    other.close()  # type: ignore[attr-defined]


# -- life and death -----------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-5")
@pytest.mark.nemofake(clock="manual")
def test_a_token_lives_to_the_last_millisecond_of_7_days(api: Api) -> None:
    session = api.session_id
    api.world.clock.advance(WEEK_S - 0.001)
    assert api.credits()["total"] == 100
    api.world.clock.advance(0.001)
    failure(api.call("GET", CREDITS), 1001)
    api.token = success(api.ask_token())["token"]
    assert api.credits()["total"] == 100
    failure(api.call("GET", api.state_path(session)), 1002)  # another account, as far as anyone can tell


@pytest.mark.clause("AUTH-5", "AUTH-3")
def test_a_revoked_token_is_dead_and_its_client_must_wait(api: Api) -> None:
    assert api.credits()
    assert success(api.control("POST", f"tokens/{api.token}/revoke"))["tokens"][0]["state"] == "revoked"
    failure(api.call("GET", CREDITS), 1001)
    failure(api.ask_token(), 429)


@pytest.mark.clause("AUTH-5")
def test_an_expired_token_is_dead_and_its_client_may_ask_again(api: Api) -> None:
    assert api.credits()
    assert success(api.control("POST", f"tokens/{api.token}/expire"))["tokens"][0]["state"] == "expired"
    failure(api.call("GET", CREDITS), 1001)
    assert success(api.ask_token())


@pytest.mark.clause("AUTH-5")
def test_ending_a_token_that_is_unknown_is_404(api: Api) -> None:
    for event in ("revoke", "expire"):
        failure(api.control("POST", f"tokens/nmv_usr_unknown/{event}"), 404)


# -- what a token opens -------------------------------------------------------------------------------------


def doors(api: Api) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Return each endpoint that needs a token, with a body that is right where the token is."""
    session = api.session_id
    task = success(api.call("GET", api.state_path()))["task_id"]
    message = {"session_id": session, "new_message": {"parts": [{"text": "hello"}]}}
    render = {"id": "r1", "sessionId": session, "draft": DRAFT}
    return {
        "write claim": ("POST", CLAIM, {"json": {"task_id": task, "session_id": session}}),
        "write session": ("POST", "/api/tasks/me/with-session/nemo_agent", {"json": {"task_name": "p"}}),
        "write chat": ("POST", "/run_sse", {"json": message}),
        "read credits": ("GET", CREDITS, {}),
        "read state": ("GET", api.state_path(), {}),
        "upload files": ("POST", api.upload_path(), {"json": {"urls": ["http://h/a_5s.mp4"]}}),
        "render submit": ("POST", "/api/render/proxy/lambda", {"json": render}),
        "read job": ("GET", "/api/render/proxy/lambda/r1", {}),
        "read film": ("GET", "/api/render/proxy/r1/download", {}),
        "render cancel": ("POST", "/api/render/proxy/lambda/r1/cancel", {}),
    }


@pytest.mark.clause("AUTH-6", "SSE-2")
def test_every_other_endpoint_refuses_every_bad_bearer_alike(api: Api) -> None:
    dead = success(api.ask_token("dead"))["token"]
    api.world.revoke(dead)
    old = success(api.ask_token("old"))["token"]
    api.world.expire(old)
    good = api.token
    bad = [
        None, "", "Bearer", "Basic Zm9vOmJhcg==", good, f"Token {good}", f"Bearer{good}", f"Bearer {good}x",
        f"Bearer {good[:-1]}", f"Bearer x {good}", f"Bearer {good} x", f"Bearer\t{good}",
        f"Bearer {good.upper()}", "Bearer nmv_usr_test_unknown-story", "Bearer \xe9", "Bearer " + "x" * 5000,
        f"Bearer {dead}", f"Bearer {old}",
    ]  # fmt: skip
    rooms, before = doors(api), api.everything()
    for method, path, options in rooms.values():
        answers = {
            api.call(
                method, path, headers={"Authorization": None if b is None else b.encode("latin-1")}, **options
            )
            for b in bad
        }
        assert {(a.status_code, a.content) for a in answers} == {
            (200, b'{"code":1001,"message":"Token is invalid or has expired","data":null}')
        }
    assert api.everything() == before


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize("form", ["Bearer {}", "bearer {}", "BEARER {}", "Bearer   {}", "  Bearer {}  "])
def test_the_scheme_is_spelled_as_one_likes(api: Api, form: str) -> None:
    sent = head("GET", api.world.url + CREDITS, "Authorization:" + form.format(api.token))
    assert code_of(exchange(api.world.url, sent)[2]) == 0


@pytest.mark.clause("AUTH-7")
@pytest.mark.parametrize("held", [[], ["read"], ["write"], ["upload"], ["render"], ["read", "render"], ["*"]])
def test_a_registered_token_opens_what_its_scopes_say(api: Api, held: list[str]) -> None:
    account = success(api.control("POST", "accounts", json={"scopes": held, "plan": "paid"}))
    bearer = {"Authorization": f"Bearer {account['tokens'][0]['token']}"}
    for name, (method, path, options) in doors(api).items():
        answer = api.call(method, path, headers=bearer, **options)
        scope = name.partition(" ")[0]
        if scope in held or held == ["*"]:
            # Let in: what it then meets is another's session, or a job that is not its own.
            assert code(answer) in (0, 1002, 404), name
        else:
            assert answer.status_code == 403
            failure(answer, 403, repr(scope))


@pytest.mark.clause("AUTH-7")
def test_a_registered_token_holds_all_scopes_unless_told_otherwise(api: Api) -> None:
    api.token = success(api.control("POST", "accounts", json={"plan": "paid"}))["tokens"][0]["token"]
    for method, path, options in doors(api).values():
        assert code(api.call(method, path, **options)) in (0, 409)  # the film is not ready yet


@pytest.mark.clause("AUTH-7", "REN-3")
def test_an_anonymous_token_opens_all_and_exports_with_attribution(api: Api) -> None:
    assert code(api.submit(headers=dict.fromkeys(ATTRIBUTION))) == 402
    for method, path, options in doors(api).values():
        assert code(api.call(method, path, **options)) in (0, 409)


@pytest.mark.clause("AUTH-7")
def test_a_scope_that_does_not_exist_is_refused(api: Api) -> None:
    before = api.everything()
    failure(api.control("POST", "accounts", json={"scopes": ["read", "fly"]}), 400, "scopes")
    assert api.everything() == before


# -- claim tokens -------------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-8")
def test_a_claim_token_is_for_a_session_and_opens_nothing(api: Api) -> None:
    rooms = doors(api)
    method, path, options = rooms["write claim"]
    first, second = (success(api.call(method, path, **options)) for _ in range(2))
    for data in (first, second):
        assert set(data) == {"claim_token", "expires_in"}
        assert data["claim_token"].startswith("clm_")
        assert data["expires_in"] == 604_800
    assert first["claim_token"] != second["claim_token"]
    bearer = {"Authorization": f"Bearer {first['claim_token']}"}
    for method, path, options in rooms.values():
        failure(api.call(method, path, headers=bearer, **options), 1001)


@pytest.mark.clause("AUTH-8", "SES-2")
def test_a_claim_for_any_but_ones_own_session_is_1002(api: Api, client: httpx.Client) -> None:
    other = Api(api.world, client, "other")
    task = success(api.call("GET", api.state_path()))["task_id"]
    foreign = success(other.call("GET", other.state_path()))["task_id"]
    pairs = [("1", task), (other.session_id, foreign), (api.session_id, foreign), (api.session_id, "x")]
    answers = [api.call("POST", CLAIM, json={"session_id": s, "task_id": t}) for s, t in pairs]
    assert len({answer.content for answer in answers}) == 1
    failure(answers[0], 1002)


# -- tokens from outside ------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-6")
def test_a_magic_token_is_an_account_of_its_own(api: Api) -> None:
    told = []
    for value in ("nmv_usr_test_happy-path", "nmv_usr_test_happy-path.two"):
        api.token = value
        assert api.credits() == {"available": 100, "frozen": 0, "total": 100}
        told.append(success(api.make_session())["user_id"])
    assert told[0] != told[1]


@pytest.mark.clause("AUTH-5", "AUTH-3")
@pytest.mark.parametrize(("story", "then"), [("expired-token", 0), ("revoked-token", 429)])
def test_a_magic_token_that_is_dead_leads_on_into_its_story(api: Api, story: str, then: int) -> None:
    api.token = f"nmv_usr_test_{story}"
    for _ in range(2):
        failure(api.call("GET", CREDITS), 1001)
    assert code(api.ask_token()) == then

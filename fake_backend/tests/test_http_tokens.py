"""Tokens over a real socket: who gets one, when, and how long it lives."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import (
    TIMEOUT_S,
    Api,
    code_of,
    exchange,
    failure,
    head,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

DAY_S = 24 * 3600
WEEK_S = 7 * DAY_S
ASK = "/api/auth/anonymous-token"
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
    body: int = answer.json().get("code", 0) if kind == "application/json" else 0
    return body


# -- asking for one -----------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-1")
def test_new_client_gets_100_credits_for_7_days(api: Api) -> None:
    answer = api.ask_token("7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1")
    data = success(answer)
    assert set(data) == {"token", "user_id", "credits", "expires_at"}
    assert data["token"].startswith("nmv_usr_")
    assert data["user_id"].startswith("anon_")
    assert data["credits"] == 100
    result = datetime.fromisoformat(data["expires_at"])
    assert result.tzinfo == UTC
    assert result == parsedate_to_datetime(answer.headers["date"]) + timedelta(days=7)
    api.token = data["token"]
    assert api.credits() == {"available": 100, "frozen": 0, "total": 100}


@pytest.mark.clause("AUTH-1")
def test_token_request_needs_no_body(api: Api) -> None:
    bodies = (b"", b"{}", b"\xff{", b"x" * 100_000)
    for nth, body in enumerate(bodies):
        headers = {"X-Client-Id": f"c{nth}", "Content-Type": "application/json"}
        assert success(api.client.post(api.world.url + ASK, headers=headers, content=body))


@pytest.mark.clause("AUTH-1")
def test_clients_get_separate_accounts(api: Api) -> None:
    items = [success(api.ask_token(f"c{nth}")) for nth in range(5)]
    assert len({data["token"] for data in items}) == len({data["user_id"] for data in items}) == 5


@pytest.mark.clause("AUTH-2")
@pytest.mark.parametrize("value", [None, "", " ", "\t "])
def test_missing_client_id_is_400(api: Api, value: str | None) -> None:
    fields = [] if value is None else [f"X-Client-Id: {value}"]
    sent = head("POST", api.world.url + ASK, "Content-Length: 0", *fields)
    status, _, body = exchange(api.world.url, sent)
    assert (status, code_of(body)) == (400, 400)
    assert "X-Client-Id" in json.loads(body)["message"]
    assert api.world.accounts() == []


@pytest.mark.clause("AUTH-2")
def test_too_long_client_id_is_400(api: Api) -> None:
    failure(api.ask_token("x" * 257), 400, "X-Client-Id")
    assert api.world.accounts() == []


@pytest.mark.clause("AUTH-2")
@pytest.mark.nemofake(parameters={"client_id_must_be_uuid": True})
def test_client_id_must_be_a_uuid_if_set(api: Api) -> None:
    failure(api.ask_token("c1"), 400, "UUID")
    assert success(api.ask_token("7C1DE02F-52bb-4a3c-a5a7-4c1df3a8f0a1"))


# -- limits -------------------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-3", "AUTH-5")
@pytest.mark.nemofake(clock="manual")
def test_retry_after_is_exact(api: Api) -> None:
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
def test_rejected_token_request_creates_no_account(api: Api) -> None:
    api.ask_token()
    before = api.everything()
    for _ in range(3):
        failure(api.ask_token(), 429)
    assert api.everything() == before


@pytest.mark.clause("AUTH-3")
@pytest.mark.nemofake(scenario="auth-429-once")
def test_transient_429_allows_the_retry(api: Api) -> None:
    answer = api.ask_token()
    failure(answer, 429)
    assert answer.headers["retry-after"] == "30"
    assert success(api.ask_token())["credits"] == 100


def can_bind(address: str) -> bool:
    """Say whether this machine lets a client choose an address of the loopback network."""
    with socket.socket() as line:
        try:
            line.bind((address, 0))
        except OSError:
            return False
    return True


def from_address(world: WorldHandle, address: str) -> Iterator[httpx.Response]:
    """Ask for token after token, each as a new client at this address."""
    transport = httpx.HTTPTransport(local_address=address, verify=False)
    with httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False) as client:
        for nth in itertools.count():
            yield Api(world, client).ask_token(f"{address} {nth}")


@pytest.mark.clause("AUTH-4")
@pytest.mark.skipif(not can_bind("127.0.0.2"), reason="only 127.0.0.1 is to be had here")
@pytest.mark.nemofake(clock="manual")
def test_address_gets_10_tokens_in_7_days(nemofake: WorldHandle) -> None:
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
def test_token_is_valid_to_the_last_millisecond(api: Api) -> None:
    session = api.session_id
    api.world.clock.advance(WEEK_S - 0.001)
    assert api.credits()["total"] == 100
    api.world.clock.advance(0.001)
    failure(api.call("GET", CREDITS), 1001)
    api.token = success(api.ask_token())["token"]
    assert api.credits()["total"] == 100
    failure(api.call("GET", api.state_path(session)), 1002)  # another account, as far as anyone can tell


@pytest.mark.clause("AUTH-5", "AUTH-3")
def test_revoked_token_is_invalid_and_client_must_wait(api: Api) -> None:
    assert api.credits()
    assert success(api.control("POST", f"tokens/{api.token}/revoke"))["tokens"][0]["state"] == "revoked"
    failure(api.call("GET", CREDITS), 1001)
    failure(api.ask_token(), 429)


@pytest.mark.clause("AUTH-5")
def test_expired_token_is_invalid_and_client_gets_another(api: Api) -> None:
    assert api.credits()
    assert success(api.control("POST", f"tokens/{api.token}/expire"))["tokens"][0]["state"] == "expired"
    failure(api.call("GET", CREDITS), 1001)
    assert success(api.ask_token())


@pytest.mark.clause("AUTH-5")
def test_ending_an_unknown_token_is_404(api: Api) -> None:
    for event in ("revoke", "expire"):
        failure(api.control("POST", f"tokens/nmv_usr_unknown/{event}"), 404)


# -- tokens from outside ------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-6")
def test_magic_token_has_its_own_account(api: Api) -> None:
    items = []
    for value in ("nmv_usr_test_happy-path", "nmv_usr_test_happy-path.two"):
        api.token = value
        assert api.credits() == {"available": 100, "frozen": 0, "total": 100}
        items.append(success(api.make_session())["user_id"])
    assert items[0] != items[1]


@pytest.mark.clause("AUTH-5", "AUTH-3")
@pytest.mark.parametrize(("scenario", "then"), [("auth-token-expired", 0), ("auth-token-revoked", 429)])
def test_invalid_magic_token_continues_its_scenario(api: Api, scenario: str, then: int) -> None:
    api.token = f"nmv_usr_test_{scenario}"
    for _ in range(2):
        failure(api.call("GET", CREDITS), 1001)
    assert code(api.ask_token()) == then

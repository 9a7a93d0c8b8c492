"""Every row of the error table, and one tree of errors that tells a user nothing technical."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import respx

from nemoclient import AsyncNemoClient, Attribution, NemoClient, errors

REFUSALS: list[tuple[int, int, type[errors.NemoError]]] = [
    (1001, 200, errors.AuthenticationFailed),
    (1001, 401, errors.AuthenticationFailed),
    (1002, 200, errors.SessionNotFound),
    (1002, 404, errors.SessionNotFound),
    (2001, 200, errors.OutOfCredits),
    (2001, 403, errors.OutOfCredits),
    (4001, 200, errors.UnsupportedFile),
    (4001, 415, errors.UnsupportedFile),
    (4002, 200, errors.FileTooLarge),
    (4002, 413, errors.FileTooLarge),
    (400, 400, errors.RequestRejected),
    (402, 402, errors.ExportBlocked),
    (403, 403, errors.Forbidden),
    (409, 409, errors.RequestRejected),
    (429, 429, errors.RateLimited),
    (405, 405, errors.RequestRejected),
    (12, 200, errors.ProtocolError),
    (5555, 200, errors.RequestRejected),
]


@pytest.mark.clause("ENV-2", "ENV-3", "C-UX-1")
@pytest.mark.parametrize(("code", "status", "kind"), REFUSALS)
def test_every_code_is_an_error_of_its_own(
    side: Any, service: Any, kit: Any, code: int, status: int, kind: Any
) -> None:
    service.first("GET /state", *[kit.refusal(code, status)] * 9)
    with pytest.raises(errors.NemoError) as caught:
        side.call("state")
    assert type(caught.value) is kind
    assert "nmv_usr" not in f"{caught.value} {caught.value.detail} {caught.value!r}"
    assert str(code) in caught.value.detail


@pytest.mark.clause("ENV-3")
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.AuthenticationFailed),
        (404, errors.SessionNotFound),
        (413, errors.FileTooLarge),
        (415, errors.UnsupportedFile),
        (402, errors.ExportBlocked),
        (403, errors.Forbidden),
        (422, errors.RequestRejected),
        (429, errors.RateLimited),
        (500, errors.ServiceUnavailable),
        (502, errors.ServiceUnavailable),
        (302, errors.ProtocolError),
    ],
)
def test_a_status_without_an_envelope_is_understood(side: Any, service: Any, status: int, kind: Any) -> None:
    service.first("GET /state", *[lambda _: httpx.Response(status, html="<b>nginx</b>")] * 9)
    with pytest.raises(errors.NemoError) as caught:
        side.call("state")
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"<html>", b'{"code":0}', b'{"code":0,"data":null}', b"[" * 100_000]
)
def test_a_success_that_makes_no_sense_violates_the_protocol(side: Any, service: Any, body: bytes) -> None:
    service.first("GET /state", lambda _: httpx.Response(200, content=body))
    with pytest.raises(errors.ProtocolError):
        side.call("state")


@pytest.mark.clause("C-AUTH-2")
def test_1001_renews_the_token_and_repeats_the_request_once(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /credits", kit.refusal(1001))
    assert side.call("credits").total == 100
    first, second = service.sent("/credits")
    assert first.headers["authorization"] != second.headers["authorization"]
    assert service.tokens == 2
    assert "Your access had ended, so you go on with a new account." in side.texts()


@pytest.mark.clause("C-AUTH-2")
def test_1001_for_ever_ends_after_one_repetition(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /credits", *[kit.refusal(1001)] * 99)
    with pytest.raises(errors.AuthenticationFailed):
        side.call("credits")
    assert (len(service.sent("/credits")), service.tokens) == (2, 2)


@pytest.mark.clause("C-AUTH-2", "C-AUTH-3", "AUTH-5")
def test_a_renewal_that_is_rate_limited_is_a_failed_authentication(
    side: Any, service: Any, clock: Any, kit: Any
) -> None:
    side.call("connect")
    service.first("GET /credits", kit.refusal(1001))
    service.first("POST /anonymous-token", *[kit.refusal(429, 429, **{"retry-after": "99"})] * 9)
    with pytest.raises(errors.AuthenticationFailed) as caught:
        side.call("credits")
    assert isinstance(caught.value.__cause__, errors.RateLimited)
    assert clock.sleeps == [30.0]
    assert len(service.sent("/credits")) == 1


@pytest.mark.clause("C-AUTH-2", "C-SES-1", "AUTH-5")
def test_with_the_token_goes_the_session(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /state", kit.refusal(1001), kit.refusal(1002))
    side.call("state")
    assert (service.tokens, service.sessions) == (2, 2)
    assert len(service.sent("/state")) == 3
    assert "The earlier project is gone; a new one has begun." in side.texts()


@pytest.mark.clause("C-SES-1")
def test_1002_makes_a_new_session(side: Any, service: Any, kit: Any) -> None:
    service.first("GET /state", kit.refusal(1002))
    side.call("state")
    assert service.sessions == 2
    old, new = service.sent("/state")
    assert old.url.path != new.url.path


@pytest.mark.clause("C-AUTH-3")
def test_429_waits_thirty_seconds_and_tries_once_more(side: Any, service: Any, clock: Any, kit: Any) -> None:
    service.first("POST /anonymous-token", kit.refusal(429, 429))
    assert side.call("connect").session_id
    assert clock.sleeps == [30.0]
    assert "The service is busy; trying again in 30 s." in side.texts()


@pytest.mark.clause("C-AUTH-3", "AUTH-3")
def test_429_twice_is_reported_with_the_time_to_wait(side: Any, service: Any, clock: Any, kit: Any) -> None:
    service.first("POST /anonymous-token", *[kit.refusal(429, 429, **{"retry-after": "604800"})] * 9)
    with pytest.raises(errors.RateLimited) as caught:
        side.call("connect")
    assert caught.value.retry_after_s == 604_800
    assert len(service.sent("/anonymous-token")) == 2


@pytest.mark.parametrize("given", ["", "soon", "-3", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_retry_after_that_is_no_number_is_unknown(side: Any, service: Any, kit: Any, given: str) -> None:
    service.first("POST /anonymous-token", *[kit.refusal(429, 429, **{"retry-after": given})] * 9)
    with pytest.raises(errors.RateLimited) as caught:
        side.call("connect")
    assert caught.value.retry_after_s is None


def test_a_guest_without_credits_gets_the_address_to_register_at(side: Any, service: Any, kit: Any) -> None:
    """Section 1, row 2001: the id is the one from create-session."""
    service.first("POST /run_sse", kit.refusal(2001))
    with pytest.raises(errors.OutOfCredits) as caught:
        side.chat()
    assert caught.value.registration_url == "https://nemovideo.com/register?bind=anon_1"
    assert caught.value.registration_url in str(caught.value)


def test_a_registered_account_without_credits_is_reported_to_top_up(
    side: Any, service: Any, kit: Any
) -> None:
    service.first("POST /tasks", kit.ok({"task_id": "t", "session_id": "1", "user_id": "user_7"}))
    service.first("POST /run_sse", kit.refusal(2001))
    with pytest.raises(errors.OutOfCredits, match=r"^Top up credits in your account$") as caught:
        side.chat()
    assert caught.value.registration_url is None


def test_402_is_about_the_plan_and_not_about_credits(
    side: Any, service: Any, kit: Any, tmp_path: Any
) -> None:
    service.draft = kit.CANONICAL
    service.first("POST /render", kit.refusal(402, 402))
    with pytest.raises(errors.ExportBlocked, match=r"^Register or upgrade your plan to unlock export\.$"):
        side.call("export", tmp_path / "film.mp4")
    assert list(tmp_path.glob("*.mp4")) == []


@pytest.mark.clause("AUTH-2")
def test_400_for_the_client_id_makes_a_new_one_and_retries(side: Any, service: Any, kit: Any) -> None:
    service.first("POST /anonymous-token", kit.refusal(400, 400))
    side.call("connect")
    first, second = (request.headers["x-client-id"] for request in service.sent("/anonymous-token"))
    assert first != second


@pytest.mark.clause("C-UX-1", "C-SEC-1")
def test_no_error_says_a_code_a_token_or_json_to_a_user() -> None:
    def kinds(kind: type[errors.NemoError]) -> list[type[errors.NemoError]]:
        return [kind, *(below for sub in kind.__subclasses__() for below in kinds(sub))]

    assert len(kinds(errors.NemoError)) == 17
    for kind in kinds(errors.NemoError):
        error = kind(detail='1001: {"token": "nmv_usr_secret"} Bearer nmv_x clm_secret')
        assert not re.search(r"[{}]|nmv_|\b[1-4]\d{2,3}\b(?! MB)|HTTP", str(error)), kind
        assert "secret" not in error.detail
        assert str(error)
        assert f"{kind.__name__}" in str(errors.__doc__).split()


def test_a_read_is_tried_three_times_and_a_write_once(side: Any, service: Any, clock: Any) -> None:
    down = httpx.ReadError("reset")
    service.first("GET /credits", down, lambda _: httpx.Response(502, html="bad gateway"))
    assert side.call("credits").total == 100
    assert clock.sleeps == [1.0, 2.0]
    service.first("POST /claim-token", down)
    with pytest.raises(errors.ServiceUnavailable):
        side.call("claim_link")
    assert len(service.sent("/claim-token")) == 1


def test_a_read_that_never_works_is_unreachable(side: Any, service: Any) -> None:
    service.first("GET /credits", *[httpx.ConnectError("down")] * 9)
    with pytest.raises(errors.ServiceUnavailable):
        side.call("credits")
    assert len(service.sent("/credits")) == 3


@pytest.mark.parametrize("data", [{}, {"token": 7}, {"token": ""}, {"token": "tök"}, {"token": "a\nb"}, []])
def test_a_token_that_is_none_violates_the_protocol(side: Any, service: Any, kit: Any, data: Any) -> None:
    service.first("POST /anonymous-token", kit.ok(data))
    with pytest.raises(errors.ProtocolError):
        side.call("connect")


@pytest.mark.parametrize("data", [{}, {"session_id": None}, {"session_id": ""}])
def test_a_session_without_an_id_violates_the_protocol(side: Any, service: Any, kit: Any, data: Any) -> None:
    service.first("POST /tasks", kit.ok(data))
    with pytest.raises(errors.ProtocolError):
        side.call("connect")


@pytest.mark.parametrize("claim", ["", "nmv_usr_oops", None])
@pytest.mark.clause("C-SEC-1", "AUTH-8")
def test_no_token_gets_into_an_address(side: Any, service: Any, kit: Any, claim: Any) -> None:
    service.first("POST /claim-token", kit.ok({"claim_token": claim}))
    with pytest.raises(errors.ProtocolError):
        side.call("claim_link")


def test_it_works_with_routes_of_respx() -> None:
    """The same table over a third-party mock of httpx, so that our own small service proves nothing alone."""
    router = respx.Router(base_url="http://api.test", assert_all_called=True)
    envelope = {"code": 0, "message": "success"}
    session = {"session_id": "1", "task_id": "2", "user_id": "anon_3"}
    router.post("/api/auth/anonymous-token", headers={"X-Skill-Source": "s"}).respond(
        json={**envelope, "data": {"token": "nmv_usr_1", "user_id": "anon_3"}}
    )
    router.post(
        "/api/tasks/me/with-session/nemo_agent",
        headers={"Authorization": "Bearer nmv_usr_1"},
        json={"task_name": "project", "language": "en"},
    ).respond(json={**envelope, "data": session})
    asked = router.get("/api/credits/balance/simple").mock(
        side_effect=[
            httpx.Response(429, json={"code": 429, "message": "slow down", "data": None}),
            httpx.Response(200, json={**envelope, "data": {"available": 1, "frozen": 2, "total": 3}}),
        ]
    )

    class Instant:
        def now(self) -> float:
            return 0.0

        def sleep(self, seconds: float) -> None:
            assert seconds == 30.0

    transport = httpx.MockTransport(router.handler)
    skill = Attribution("s", "1", "p")
    with NemoClient("http://api.test", attribution=skill, transport=transport, clock=Instant()) as client:
        assert client.credits().total == 3
    assert asked.call_count == 2


def test_an_address_that_is_none_is_refused_at_once() -> None:
    for client in (NemoClient, AsyncNemoClient):
        for address in ("ftp://x", "nonsense", "http://"):
            with pytest.raises(ValueError, match="not a web address"):
                client(address)


@pytest.mark.clause("C-SES-1")
def test_a_lost_session_is_not_used_again_where_no_new_one_was_had(side: Any, service: Any, kit: Any) -> None:
    side.call("connect")
    lost = service.sent("/tasks/")
    service.first("GET /state", kit.refusal(1002))
    service.first("POST /tasks/", kit.refusal(403, 403))
    with pytest.raises(errors.Forbidden):
        side.call("state")
    before = len(service.sent("/state/"))
    side.call("state")
    assert len(service.sent("/tasks/")) == len(lost) + 2
    assert len(service.sent("/state/")) == before + 1

"""The reference model on refusals and exports written by hand: who may what, and what a job may say next."""

from __future__ import annotations

from typing import Any

import pytest

from nemocontract.server_model.checker import body_errors

from .model_helpers import DAY_MS, SID, T0, TrafficBuilder, utc

TITLE, SPEED, TALK = 'add the title "Alpha"', "speed it up 2x", "hello"
CLIP = "generate a 5 second clip of a city at night"
PROFILES = ("typed,envelope,render-flat", "adk,http-status,render-nested")


# -- who may what --------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-5", "AUTH-6")
def test_model_token_valid_to_last_millisecond() -> None:
    path = "/api/credits/balance/simple"
    traffic = TrafficBuilder()
    traffic.issue()
    traffic.now_ms = T0 + 7 * DAY_MS - 1
    traffic.credits(100)
    traffic.now_ms += 1
    traffic.no("GET", path, 1001)
    assert not traffic.violations
    traffic.credits(100)
    traffic.no("GET", path, 403)
    traffic.now_ms -= 1
    traffic.no("GET", path, 1001)
    assert traffic.clauses == ["AUTH-5", "AUTH-6", "AUTH-6"]


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize("header", [None, "", "Bearer ", "Basic abc", "nmv_usr_1", "Bearer nmv_usr_unknown"])
def test_model_invalid_token_expects_1001(header: str | None) -> None:
    traffic = TrafficBuilder().begun()
    traffic.no("GET", "/api/credits/balance/simple", 1001, headers={"authorization": header})
    assert not traffic.violations
    traffic.no("GET", "/api/credits/balance/simple", 400, headers={"authorization": header})
    assert traffic.clauses == ["AUTH-6"]


@pytest.mark.clause("SES-2")
def test_model_other_accounts_session_same_answer_as_unknown() -> None:
    traffic = TrafficBuilder().begun()
    owner = traffic.token
    traffic.token, traffic.user_id = owner.replace("a", "b"), "anon_2"
    traffic.ok(
        "POST",
        "/api/auth/anonymous-token",
        {"token": traffic.token, "user_id": "anon_2", "credits": 100, "expires_at": utc(T0 + 7 * DAY_MS)},
        headers={"x-client-id": "c2"},
    )
    there, nowhere = (f"/api/state/nemo_agent/me/{sid}/latest" for sid in (SID, "9" * 19))
    traffic.no("GET", nowhere, 1002, words="not found")
    traffic.no("GET", there, 1002, words="not found")
    assert not traffic.violations
    traffic.no("GET", there, 1002, words="not yours")
    traffic.state()
    assert traffic.clauses == ["SES-2", "SES-2"]


@pytest.mark.clause("SES-3")
def test_model_other_user_id_expects_1002() -> None:
    traffic = TrafficBuilder().begun()
    traffic.ok("GET", f"/api/state/nemo_agent/anon_9/{SID}/latest", {})
    traffic.no("GET", f"/api/state/nemo_agent/anon_1/{SID}/latest", 1002)
    assert traffic.clauses[0] == "SES-3"
    assert traffic.clauses[-1] == "SES-3"


@pytest.mark.clause("AUTH-2", "AUTH-3")
def test_model_second_token_in_week_expects_429() -> None:
    traffic = TrafficBuilder()
    traffic.issue()
    traffic.no("POST", "/api/auth/anonymous-token", 400, headers={"x-client-id": " "})
    late = {"retry-after": str(7 * 86_400)}
    asked: dict[str, Any] = {"headers": {"x-client-id": "c1"}, "answer_headers": late}
    traffic.no("POST", "/api/auth/anonymous-token", 429, **asked)
    assert not traffic.violations
    traffic.no("POST", "/api/auth/anonymous-token", 429, **{**asked, "answer_headers": {}})
    traffic.no("POST", "/api/auth/anonymous-token", 429, **{**asked, "answer_headers": {"retry-after": "1"}})
    traffic.token, traffic.user_id = "nmv_usr_" + "c" * 32, "anon_3"
    traffic.issue()
    assert traffic.clauses == ["AUTH-3"] * 3


@pytest.mark.clause("ENV-4")
def test_model_wrong_body_expects_field_name() -> None:
    wrong = {"session_id": SID, "new_message": {"parts": [{"text": 5}]}}
    assert body_errors("chat", "application/json", wrong) == ("new_message.parts.0.text",)
    traffic = TrafficBuilder().begun()
    traffic.no("POST", "/run_sse", 400, words="new_message.parts.0.text: a string", body=wrong)
    assert not traffic.violations
    traffic.no("POST", "/run_sse", 400, words="something is wrong", body=wrong)
    traffic.observe(
        "POST", "/run_sse", '{"detail": Traceback (most recent call last): …', status=500, body=wrong
    )
    assert traffic.clauses[0] == "ENV-4"
    assert {"ENV-4", "ENV-2"} <= set(traffic.clauses[1:])


@pytest.mark.clause("ENV-1", "ENV-2", "ENV-3")
@pytest.mark.parametrize(
    ("answer", "status", "clause"),
    [
        ({"code": 0, "data": {}}, 200, "ENV-1"),
        ({"code": 0, "message": "fine", "data": {}}, 200, "ENV-1"),
        ({"code": 1001, "message": "No", "data": {}}, 200, "ENV-2"),
        ({"code": 1001, "message": "", "data": None}, 200, "ENV-2"),
        ({"code": 1001, "message": "No", "data": None}, 401, "ENV-3"),
    ],
)
def test_model_malformed_envelope_violates_env(answer: Any, status: int, clause: str) -> None:
    traffic = TrafficBuilder().begun()
    bearer = {"authorization": None} if answer["code"] else {}
    traffic.observe("GET", "/api/credits/balance/simple", answer, status=status, headers=bearer)
    assert traffic.clauses[0] == clause


# -- exports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("items", "clause"),
    [
        pytest.param(("processing", 20), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("pending", 40), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("completed", 100), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("done", 40), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("cancelled", 40), "REN-12", marks=pytest.mark.clause("REN-12")),
        pytest.param(("processing", "40%"), "REN-7", marks=pytest.mark.clause("REN-7")),
    ],
)
def test_model_job_goes_back_violates_ren_6(items: tuple[str, Any], clause: str) -> None:
    traffic = TrafficBuilder().begun()
    traffic.submit()
    traffic.now_ms += 20_000
    traffic.poll("processing", 30)
    assert not traffic.violations
    traffic.poll(*items)
    assert traffic.clauses[0] == clause


@pytest.mark.clause("REN-6")
def test_model_job_running_after_90_s_violates_ren_6() -> None:
    traffic = TrafficBuilder().begun()
    traffic.submit()
    traffic.now_ms += 89_999
    traffic.poll("processing", 30)
    assert not traffic.violations
    traffic.now_ms += 1
    traffic.poll("processing", 30)
    assert traffic.clauses == ["REN-6"]


@pytest.mark.clause("REN-3", "REN-4", "REN-5", "REN-11")
def test_model_invalid_export_expects_its_error() -> None:
    traffic = TrafficBuilder().begun()
    traffic.submit()
    traffic.submit()
    traffic.submit("r2", headers={"x-skill-source": "a"})
    traffic.submit("r3", {"t": []})
    traffic.observe("GET", "/api/render/proxy/lambda/r9", {"id": "r9"})
    assert traffic.clauses[:4] == ["REN-4", "REN-3", "REN-5", "REN-11"]


@pytest.mark.clause("REN-7")
def test_model_job_in_envelope_violates_ren_7() -> None:
    traffic = TrafficBuilder().begun()
    job = {"id": "r1", "status": "pending", "progress": 0, "createdAt": utc(T0)}
    traffic.submit(answer={"code": 0, "message": "success", "data": job})
    assert traffic.clauses == ["REN-7"]

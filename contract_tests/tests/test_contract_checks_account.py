"""The cases about envelopes, tokens, sessions, credits and uploads: no false alarm, and each can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from nemocontract.clauses import SERVER
from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.run import Budget, run_cases
from nemocontract.results import RunResult
from nemocontract.server_checks import load
from nemofake.testing import FakeServer

from .account_defects import BREAKAGES
from .account_falsifiers import Breakage
from .checks_helpers import PROFILES, answer_like, describe, fake_server, run_result_of, target

FAMILIES = (
    *("access", "credit-holds", "credits", "envelopes", "malformed"),
    *("sessions", "tokens", "upload-limits", "uploads"),
)
ALL = [one for one in load() if one.name.partition(".")[0] in FAMILIES]
CASES = [one for one in ALL if not one.slow]
PAID = [one for one in CASES if one.cost]
GOOD = {"code": 0, "message": "success"}
NONSENSE: tuple[object, ...] = (
    None,
    ["text"],
    {"code": "0", "message": 5, "data": "text"},
    {"code": True, "message": None, "data": {"state": [], "files": {}, "session_id": 7, "available": "x"}},
    {"code": 1001, "message": {}, "data": {"state": {}}},
)
HOLLOW: tuple[object, ...] = (
    *NONSENSE,
    {**GOOD, "data": {}},
    {**GOOD, "data": {"session_id": [], "task_id": {}, "files": [1], "state": 1, "available": True}},
    {**GOOD, "data": {"session_id": "1", "files": [{"hash": {}, "cdn_url": [], "duration": "2"}]}},
)  # of these some are as good as any for who asks for a token
CLAUSES = [clause for clause in SERVER if clause.startswith(("ENV-", "AUTH-", "SES-", "CRE-", "UPL-"))]


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with fake_server() as running:
        yield running


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("family", FAMILIES)
def test_checks_of_module_on_fake_all_pass(fake: FakeServer, family: str, profile: str) -> None:
    for one in (one for one in CASES if one.name.startswith(f"{family}.")):
        run_result = run_result_of(fake, [one], profile=profile)
        assert not describe(run_result)
        assert run_result.played == [one.name]
        assert set(run_result.tried) >= set(one.clauses), f"{one.name} says more than it tries"


def test_checks_every_clause_is_tried() -> None:
    said = {clause for one in CASES for clause in one.clauses}
    assert set(CLAUSES) <= said


@pytest.mark.parametrize(
    "broken",
    [pytest.param(one, id=f"{one.clause} {one.name}") for one in BREAKAGES],
)
def test_checks_planted_bug_found_under_its_clause(broken: Breakage, monkeypatch: pytest.MonkeyPatch) -> None:
    if broken.patch:
        broken.patch(monkeypatch)
    with fake_server(parameters=dict(broken.rules), **broken.settings) as fake:
        for one in (one for one in CASES if broken.clause in one.clauses):
            run_result = run_result_of(
                fake, [one], profile=broken.profile, falsify=broken.lie and broken.lie()
            )
            assert not run_result.harness, describe(run_result)
            if broken.clause in {violation.clause for violation in run_result.violations}:
                return
    pytest.fail("no case found it")


@pytest.mark.clause("UPL-4")
@pytest.mark.parametrize("limit", [500 * 1024**2, 500 * 10**6])
def test_checks_upload_limit_with_real_bytes_passes(limit: int) -> None:
    slow = [one for one in ALL if one.slow]
    with fake_server(parameters={"max_upload_bytes": limit}) as fake:
        run_result = run_result_of(fake, slow)
    assert run_result.played == ["upload-limits.full-size"]
    assert not run_result.harness, describe(run_result)
    assert {violation.clause for violation in run_result.violations} == (
        set() if limit == 500 * 1024**2 else {"UPL-4"}
    )


def test_planted_bugs_cover_every_clause() -> None:
    assert {broken.clause for broken in BREAKAGES} == set(CLAUSES)


@pytest.mark.parametrize(
    "answer", [*NONSENSE, {**GOOD, "data": []}], ids=lambda answer: json.dumps(answer)[:60]
)
def test_checks_any_wrong_answer_no_harness_error(fake: FakeServer, answer: object) -> None:
    def falsify(_request: httpx.Request, response: httpx.Response, _body: object) -> httpx.Response:
        return answer_like(response, answer)

    run_result = run_result_of(fake, CASES, falsify=falsify)
    assert not run_result.harness, describe(run_result)
    unseen = {one.name for one in CASES} - {violation.rule for violation in run_result.violations}
    assert unseen <= {"access.wildcard-scope"}  # any success will do for that one


@pytest.mark.parametrize("answer", HOLLOW, ids=lambda answer: json.dumps(answer)[:60])
def test_checks_any_wrong_session_no_harness_error(fake: FakeServer, answer: object) -> None:
    def falsify(request: httpx.Request, response: httpx.Response, value: object) -> object:
        return value if "/auth/" in request.url.path else answer_like(response, answer)

    run_result = run_result_of(fake, CASES, falsify=falsify)
    assert not run_result.harness, describe(run_result)


def test_checks_without_control_api_free_ones_run(fake: FakeServer) -> None:
    run_result, live = RunResult("live"), fake.world("live", seed=99)
    with target(fake, control=False) as at:
        at = replace(at, name="live", url=live.url)
        kept = request_token(
            ApiRecorder(at, RunResult("live"), "kept"), "5a0f3a52-6b0e-4f5a-8a53-0c5a33c2b7d1"
        ).data
        guest = ApiAccount(ApiRecorder(at, run_result, "kept"), kept["token"], kept["user_id"])
        run_cases(at, CASES, run_result, shared_account=guest)
    assert not describe(run_result)
    assert len(run_result.played) >= 24
    assert {"ENV-1", "ENV-2", "ENV-4", "AUTH-6", "AUTH-8", "SES-1", "SES-2", "SES-3", "CRE-1"} <= set(
        run_result.tried
    )
    assert len(run_result.played) + len(run_result.not_run) == len(CASES)
    (account,) = live.accounts()
    assert account["credits"]["consumed"] == 0


def test_checks_without_control_api_budget_lets_more_run(fake: FakeServer) -> None:
    run_result, live = RunResult("live"), fake.world("richer", seed=98)
    with target(fake, control=False) as at:
        run_cases(replace(at, name="live", url=live.url), PAID, run_result, allowance=Budget(9, 150))
    assert not describe(run_result)
    assert run_result.played == [one.name for one in PAID]


def test_budget_is_shared_by_all_checks(fake: FakeServer) -> None:
    run_result, live = RunResult("live"), fake.world("poorer", seed=97)
    with target(fake, control=False) as at:
        run_cases(replace(at, name="live", url=live.url), PAID, run_result, allowance=Budget(0, 149))
    assert len(run_result.played) < len(PAID)
    assert ["--max-credits" in left.reason for left in run_result.not_run] == [True] * len(run_result.not_run)


def test_checks_without_tokens_left_are_skipped(fake: FakeServer) -> None:
    live = fake.world("run-dry", seed=96)
    accounts = [one for one in CASES if one.tokens]
    for _ in range(3):
        run_result = RunResult("live")
        with target(fake, control=False) as at:
            run_cases(replace(at, name="live", url=live.url), accounts, run_result, allowance=Budget(99, 0))
        assert not describe(run_result)
        assert len(run_result.played) + len(run_result.not_run) == len(accounts)
    assert not run_result.played
    assert {left.reason for left in run_result.not_run} == {
        "this server gives no more anonymous tokens this week"
    }

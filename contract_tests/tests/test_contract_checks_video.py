"""The cases about streams, states and exports: no false alarm on the fake, and each clause can fail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from nemocontract.clauses import SERVER
from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.case import Case
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.run import Budget, run_cases
from nemocontract.recording import Event
from nemocontract.results import RunResult
from nemocontract.server_checks import drafts, events, load
from nemofake.testing import FakeServer, WorldHandle
from nemofake.wire import sse

from .account_falsifiers import Breakage
from .checks_helpers import PROFILES, answer_like, describe, fake_server, run_result_of, target
from .streams_helpers import BEAT, CALL, adk, text
from .video_defects import BREAKAGES

FAMILIES = (
    *("edit-instructions", "exports", "renders", "replies", "silent-edits"),
    *("states", "streams", "turns", "videos"),
)
CASES = [one for one in load() if one.name.partition(".")[0] in FAMILIES]
CLAUSES = [clause for clause in SERVER if clause.startswith(("SSE-", "STA-", "REN-"))]
FREE = [one for one in CASES if not (one.control or one.cost)]
READERS = [
    one
    for one in CASES
    if one.name.startswith(("states.", "edit-instructions.", "videos.edited-draft", "turns.two"))
]
PAID = [one for one in CASES if one.cost]
GOOD = {"code": 0, "message": "success"}
HOLLOW: tuple[object, ...] = (
    None,
    ["text"],
    {"code": "0", "message": 5, "data": "text"},
    {**GOOD, "data": {}},
    {**GOOD, "data": {"session_id": [], "task_id": {}, "state": 1, "available": True}},
    {
        **GOOD,
        "data": {"session_id": "1", "task_id": "2", "available": 1, "frozen": 0, "state": {"draft": []}},
    },
    {**GOOD, "status": [], "progress": "high", "output": {"url": {}}},
    {"success": True, "data": {"status": "completed", "outputUrl": 5, "progress": None}},
)
FRAMES = (
    b"data: 5\n\n",
    b"data: [null]\n\n",
    b'data: {"type":5,"content":{"parts":5}}\n\n',
    b'data: {"content":{"parts":[5,{"functionCall":5},{"text":{}}]},"partial":"yes"}\n\n',
    b'data: {"type":"text","content":"\xff\xfe\n\n',
    b": nothing\n\n",
    b"nonsense without a colon\n\n",
)
DRAFTS: tuple[object, ...] = (
    {"t": [5, {"tt": "0", "sg": [None, {"s": "a", "d": None, "m": 5}]}, {"tt": [], "sg": {}}], "d": {}},
    {"t": {}, "d": "long"},
    {"t": [{"tt": 7, "sg": [{"s": 0, "d": 1, "m": {"text": 5, "volume": {}}}]}, {}]},
)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with fake_server() as running:
        yield running


@pytest.mark.parametrize(("profile", "seed"), [*zip(PROFILES, (42, 987_654_321), strict=True)])
@pytest.mark.parametrize("family", FAMILIES)
def test_checks_of_module_on_fake_all_pass(fake: FakeServer, family: str, profile: str, seed: int) -> None:
    for one in (one for one in CASES if one.name.startswith(f"{family}.")):
        run_result = run_result_of(fake, [one], profile=profile, seed=seed)
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
        run_result = _until_found(fake, broken)
    assert broken.clause in {violation.clause for violation in run_result.violations}, describe(run_result)
    assert not run_result.harness, describe(run_result)


def _until_found(fake: FakeServer, broken: Breakage) -> RunResult:
    """Run the cases of a clause up to the first that finds it broken: the sum of all is not needed."""
    run_result = RunResult("fake")
    for one in (one for one in CASES if broken.clause in one.clauses):
        run_result.add(
            run_result_of(fake, [one], profile=broken.profile, falsify=broken.lie and broken.lie())
        )
        if broken.clause in {violation.clause for violation in run_result.violations}:
            break
    return run_result


def test_planted_bugs_cover_every_clause() -> None:
    assert {broken.clause for broken in BREAKAGES} == set(CLAUSES)


@pytest.mark.parametrize("answer", HOLLOW, ids=lambda answer: json.dumps(answer)[:60])
def test_checks_any_wrong_answer_no_harness_error(fake: FakeServer, answer: object) -> None:
    def falsify(request: httpx.Request, response: httpx.Response, value: object) -> object:
        return value if "/auth/" in request.url.path else answer_like(response, answer)

    run_result = run_result_of(fake, CASES, falsify=falsify)
    assert not run_result.harness, describe(run_result)
    assert run_result.violations


@pytest.mark.parametrize("draft", DRAFTS, ids=lambda draft: json.dumps(draft)[:60])
def test_checks_any_wrong_draft_no_harness_error(fake: FakeServer, draft: object) -> None:
    def falsify(request: httpx.Request, response: httpx.Response, value: object) -> object:
        if "/api/state/" not in request.url.path or not isinstance(value, dict) or not value.get("data"):
            return value
        return {**value, "data": {**value["data"], "state": {**value["data"]["state"], "draft": draft}}}

    run_result = run_result_of(fake, READERS, falsify=falsify)
    assert not run_result.harness, describe(run_result)


@pytest.mark.parametrize("frame", FRAMES)
def test_checks_any_wrong_event_no_harness_error(
    fake: FakeServer, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse.TypedEncoder, "frames", lambda _self, _event: [frame])
    run_result = run_result_of(fake, [one for one in CASES if one.name.startswith("streams.")])
    assert not run_result.harness, describe(run_result)
    assert {violation.clause for violation in run_result.violations} & {"SSE-2", "SSE-3"}


def test_checks_without_control_api_free_ones_run(fake: FakeServer) -> None:
    live = fake.world("video-live", seed=99)
    run_result = _alone(fake, live, _a_guest(fake, live), Budget())
    assert len(run_result.played) == len(FREE) >= 16
    assert len(run_result.played) + len(run_result.not_run) == len(CASES)
    (account,) = live.accounts()
    assert account["credits"]["consumed"] == 0


def test_checks_without_control_api_budget_lets_more_run(fake: FakeServer) -> None:
    live, cost = fake.world("video-richer", seed=98), sum(one.cost for one in PAID)
    run_result = _alone(fake, live, _a_guest(fake, live), Budget(credits=cost))
    assert {one.name for one in PAID} <= set(run_result.played)
    (account,) = live.accounts()
    assert account["credits"]["consumed"] == cost


@pytest.mark.parametrize("plan", ["free", "paid"])
def test_free_checks_any_account_passes(fake: FakeServer, plan: str) -> None:
    live = fake.world(f"video-{plan}", seed=97, profile="adk,http-status,render-nested")
    account = live.create_account(credits=0, plan=plan)
    _alone(fake, live, (account["tokens"][0]["token"], account["user_id"]), Budget())


def _a_guest(fake: FakeServer, live: WorldHandle) -> tuple[str, str]:
    with target(fake, control=False) as at:
        recorder = ApiRecorder(replace(at, url=live.url), RunResult("live"), "kept")
        payload = request_token(recorder, "5a0f3a52-6b0e-4f5a-8a53-0c5a33c2b7d1").data
    return payload["token"], payload["user_id"]


def _alone(fake: FakeServer, live: WorldHandle, account: tuple[str, str], allowance: Budget) -> RunResult:
    """Run all cases as on a server of which nothing is known, with one kept account; find nothing."""
    run_result = RunResult("live")
    with target(fake, control=False) as at:
        at = replace(at, name="live", url=live.url)
        guest = ApiAccount(ApiRecorder(at, run_result, "kept"), *account)
        run_cases(at, CASES, run_result, shared_account=guest, allowance=allowance)
    assert not describe(run_result)
    return run_result


def test_checks_have_descriptions() -> None:
    reported_of: list[Case] = [one for one in CASES if len(one.description) > 20]
    assert reported_of == CASES


@pytest.mark.clause("STA-4")
def test_summary_documented_draft_returns_documented_line() -> None:
    clip = {"s": 0, "d": 10_000, "m": {"name": "city timelapse"}}
    music = {"s": 0, "d": 10_000, "m": {"name": "Lo-fi", "volume": 0.35}}
    title = {"s": 0, "d": 3_000, "m": {"text": "Urban Dreams"}}
    draft = {"t": [{"tt": 0, "sg": [clip]}, {"tt": 1, "sg": [music]}, {"tt": 7, "sg": [title]}]}
    assert drafts.summary(draft) == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%)"
        ' 3. Title: "Urban Dreams" (0-3s)'
    )


@pytest.mark.clause("SSE-3")
def test_reply_partial_and_whole_text_returned_once() -> None:
    said = [adk("One. ", partial=True), adk("Two.", partial=True), BEAT, "", adk("One. Two."), adk(" Three.")]
    assert events.reply([Event(0, data) for data in said]) == "One. Two. Three."
    assert events.reply([Event(0, data) for data in said[:2]]) == "One. Two."
    assert events.reply([Event(0, text("One. ")), Event(0, CALL), Event(0, text("Two."))]) == "One. Two."


@pytest.mark.clause("SSE-3")
def test_kinds_event_with_parts_returns_kind_of_each() -> None:
    both = adk("Wait.", call="edit_multitrack")
    assert events.kinds([Event(0, both)]) == {"text", "call"}
    assert events.kinds([Event(0, {"invocationId": "e-1", "actions": {}})]) == set()
    strange: list[object] = [5, None, [], "text", {}, {"error": "no"}, {"type": "text"}, {"type": "done"}]
    strange += [
        {**CALL, "args": []},
        {"content": {"parts": 5}},
        {"content": {"parts": [{"functionCall": {}}]}},
    ]
    for data in strange:
        assert events.kinds([Event(0, data)]) == {"other"}, data

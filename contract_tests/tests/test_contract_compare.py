"""Drift: a stand-in agrees with the fake; each difference that is planted is listed, and nothing else."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import pytest
from click.testing import CliRunner, Result

from nemocontract.clauses import SERVER
from nemocontract.commands.compare import drift as command_drift
from nemocontract.compare.clause_map import PARTLY, marked, verified
from nemocontract.compare.compare import drift
from nemocontract.compare.fact import Comparison, Place
from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.target import Target
from nemocontract.live.recording import Recording
from nemocontract.recording.files import read_traffic
from nemocontract.recording.journal import read_records
from nemocontract.results import RunResult
from nemofake.engine.parameters import Parameters
from nemofake.scenario_runner import scenario_runner
from nemofake.settings import Settings, with_parameters

from .live_helpers import END, TRUTH, Answer, Lies, StandIn, describe, drift_of, stand_in

SEEN: Final = r"verified-live \d{4}-\d\d-\d\d"
STATUS: Final = re.compile(rf"documented(, {SEEN})?(, assumed: .+)?|assumed|{SEEN}")
DRAFT: Final = {"d": 2000, "t": [{"tt": 0, "d": 2000, "m": {}, "sg": [{"s": 0, "d": 2000, "m": {}}]}]}
CASES = (
    *("states.new", "states.uploaded", "states.edited", "sessions.new", "sessions.unknown"),
    *("streams.text-reply", "replies.english", "replies.chinese", "credits.balance", "credits.text-reply"),
    *("uploads.picture", "uploads.by-url", "uploads.unsupported", "exports.edited-draft"),
    *(
        "exports.unknown-job",
        "exports.draft-not-ready",
        "exports.attribution",
        "access.claim-token",
        "access.missing-token",
    ),
    *("access.malformed-header", "tokens.missing-client-id", "envelopes.unknown-path", "malformed.fields"),
)


def recorded(home: Path, lies: Lies = TRUTH, *cases: str, **settings: Any) -> Path:
    home.mkdir(exist_ok=True)
    with stand_in(home, lies, **settings) as live:
        _, path = live.record(*(cases or CASES), pause_s=0)
    return path


# -- no difference ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "profile", ["", "adk", "http-status", "render-nested", "adk,http-status,render-nested"]
)
def test_compare_recording_of_fake_no_difference(tmp_path: Path, profile: str) -> None:
    found = drift_of(recorded(tmp_path, profile=profile))
    assert not describe(found)
    assert found.run_result.exit_code == 0
    assert not [one for one in found.run_result.not_run if not one.clauses]
    names = found.profile.split(",")
    assert set(profile.split(",")) <= {*names, ""}
    assert len(found.verified) >= 22
    assert len(found.verified) + len(found.partly) >= 30


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_compare_recording_of_all_checks_no_difference(tmp_path: Path, seed: int) -> None:
    with stand_in(tmp_path, seed=seed) as live:
        run_result, path = live.record(pause_s=0)
    assert not run_result.violations
    assert not describe(drift_of(path))


@pytest.mark.parametrize("share", ["0", "1"])
@pytest.mark.clause("SSE-5")
def test_compare_silent_and_spoken_edits_no_difference(tmp_path: Path, share: str) -> None:
    always = rules(silent_share=share)
    path = recorded(tmp_path, TRUTH, "states.edited", "credits.first-edit", parameters=always)
    assert not describe(drift_of(path))


SCENARIOS = (
    "happy-path",
    "chat-generation-two-stages",
    "upload-all-formats",
    "stream-temporary-issue-after-reply",
    "stream-slow-chunks",
)


@pytest.mark.parametrize("profile", ["", "adk,render-nested"])
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_compare_recording_of_reference_client_no_difference(scenario: str, profile: str) -> None:
    with scenario_runner() as stage:
        traffic = read_records(stage.run(scenario, profile=profile).journal)
    assert not describe(drift(traffic, scenario, seed=5))


# -- planted differences ---------------------------------------------------------------------------


class Planted(NamedTuple):
    """A difference: how it comes about, and what is to be listed."""

    name: str
    lies: Lies
    listed: set[tuple[str, str]]
    """Clause, and what the fake has there."""
    recorded: str
    cases: tuple[str, ...] = CASES


def of(operation: str, change: Callable[[Any], Any]) -> Lies:
    """Change the JSON of the successes of one path."""

    def answer(request: httpx.Request, reported_answer: Answer) -> Answer:
        status, headers, body = reported_answer
        if operation in request.url.path and status == 200 and body.get("code", 0) == 0:
            body = change(body)
        return status, headers, body

    return Lies(answer=answer)


def with_data(**changes: Any) -> Callable[[Any], Any]:
    return lambda body: {**body, "data": {**body["data"], **changes}}


def renamed(old: str, new: str) -> Callable[[Any], Any]:
    def change(body: Any) -> Any:
        if isinstance(body, dict):
            return {new if key == old else key: change(item) for key, item in body.items()}
        return [change(item) for item in body] if isinstance(body, list) else body

    return change


def retold(**by_type: Callable[[Any], Any]) -> Lies:
    """Change events of a type."""

    def one(event: Any) -> Any:
        change = by_type.get(event.get("type", "")) if isinstance(event, dict) else None
        return change(event) if change else event

    return Lies(events=lambda events: [one(event) for event in events])


def answered(path: str, change: Callable[[Answer], Answer]) -> Lies:
    return Lies(answer=lambda request, reported: change(reported) if path in request.url.path else reported)


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in names}


def last(event: Any) -> Lies:
    return Lies(events=lambda events: [*events[:-1], event] if events and events[-1] is END else events)


def dearer(body: Any) -> Any:
    """Tell a balance as if an edit were 60."""
    spent = 100 - body["data"]["total"]
    left = 100 - spent * 60 // 50
    return {**body, "data": {**body["data"], "available": left, "total": left}}


def one_type(event: Any, **changes: Any) -> Any:
    return {**event, **changes}


PLANTED = [
    Planted(
        "a key renamed",
        of("/with-session/", renamed("session_id", "sid")),
        {("SES-1", "data.session_id: 19 digits")},
        "data.session_id: 19 digits, called sid",
        ("sessions.new",),
    ),
    Planted(
        "a type changed",
        of("/balance/simple", lambda body: with_data(frozen=str(body["data"]["frozen"]))(body)),
        {("CRE-1", "data.frozen: a number")},
        "data.frozen: a text",
    ),
    Planted(
        "a number in place of digits",
        of("/with-session/", lambda body: with_data(task_id=int(body["data"]["task_id"]))(body)),
        {("SES-1", "data.task_id: 19 digits")},
        "data.task_id: a number",
        ("sessions.new",),
    ),
    Planted(
        "a terminal event", last({"type": "done"}), {("SSE-4", "event: other, 'done': nothing")}, "there"
    ),
    Planted(
        "a tool renamed",
        retold(
            tool_call=lambda event: one_type(event, name="edit_timeline"),
            tool_result=lambda event: one_type(event, name="edit_timeline"),
        ),
        {("SSE-13", "names of tools: documented ones")},
        "names of tools: edit_timeline",
    ),
    Planted(
        "an event's key renamed",
        retold(text=renamed("content", "text")),
        {("SSE-3", "text: [].content: a text")},
        "called text",
    ),
    Planted(
        "heartbeats spelled otherwise",
        retold(heartbeat=lambda _: {"type": "ping"}),
        {("SSE-3", "event: other, 'ping': nothing")},
        "there",
    ),
    Planted(
        "status 200 for 400",
        answered("anonymous-token", lambda value: (200 if value[0] == 400 else value[0], *value[1:])),
        {("ENV-3", "HTTP status: 400")},
        "status: 200",
    ),
    Planted(
        "400 in place of success",
        answered(
            "/balance/simple", lambda value: (400, value[1], {"code": 400, "message": "no", "data": None})
        ),
        {("CRE-1", "outcome: success")},
        "outcome: code 400",
        ("credits.balance", "states.new"),
    ),
    Planted(
        "status 400 over a success",
        answered("/balance/simple", lambda value: (400 if value[0] == 200 else value[0], *value[1:])),
        {("CRE-1", "HTTP status: 200")},
        "status: 400",
        ("credits.balance",),
    ),
    Planted(
        "sessionId refused, session_id wanted",
        answered(
            "/render/proxy/lambda",
            lambda value: (
                (400, value[1], {"code": 400, "message": "field session_id", "data": None})
                if value[2].get("status")
                else value
            ),
        ),
        {("REN-1", "outcome: success"), ("REN-12", "outcome: success")},
        "outcome: ",
        ("exports.edited-draft",),
    ),
    Planted(
        "snake_case for camelCase",
        of("/render/proxy/lambda", renamed("createdAt", "created_at")),
        {("REN-7", "createdAt: a time in UTC, ISO 8601")},
        "called created_at",
        ("exports.edited-draft",),
    ),
    Planted(
        "progress as text",
        of("/render/proxy/lambda", lambda body: {**body, "progress": f"{body['progress']}%"}),
        {("REN-6", "progress: a number")},
        "progress: a text",
        ("exports.edited-draft",),
    ),
    Planted(
        "an edit at 60",
        of("/balance/simple", dearer),
        {("CRE-2", "price of an edit: 50")},
        "60",
        ("credits.first-edit",),
    ),
    Planted(
        "a sum that is none",
        of("/balance/simple", lambda body: with_data(total=body["data"]["total"] + 1)(body)),
        {("CRE-1", "total: available + frozen")},
        "another sum",
    ),
    Planted(
        "a time not in UTC",
        of(
            "anonymous-token",
            lambda body: with_data(expires_at=body["data"]["expires_at"].replace("Z", "+02:00"))(body),
        ),
        {("AUTH-1", "data.expires_at: a time in UTC, ISO 8601")},
        "not in UTC",
    ),
    Planted(
        "another grant",
        of("anonymous-token", with_data(credits=200)),
        {("AUTH-1", "data.credits, the value: 100")},
        "200",
    ),
    Planted(
        "a claim that ends sooner",
        of("claim-token", with_data(expires_in=3600)),
        {("AUTH-8", "data.expires_in, the value: 604800")},
        "3600",
    ),
    Planted(
        "null in place of an empty draft",
        of(
            "/latest",
            lambda body: with_data(
                state={**body["data"]["state"], "draft": body["data"]["state"]["draft"] or None}
            )(body),
        ),
        {("STA-2", "data.state.draft: an object")},
        "null",
        ("states.new",),
    ),
    Planted(
        "a draft's name changed",
        of("/latest", renamed("sg", "segments")),
        {("STA-2", "data.state.draft.t[].sg: a list")},
        "",
        ("states.edited",),
    ),
    Planted(
        "data that is not null in a refusal",
        Lies(
            answer=lambda _, value: (
                *value[:2],
                {**value[2], "data": {}} if value[2].get("code") else value[2],
            )
        ),
        {("ENV-2", "data: null")},
        "an object",
    ),
    Planted(
        "another content type",
        answered(
            "/latest", lambda value: (value[0], {**value[1], "content-type": "text/plain+json"}, value[2])
        ),
        {
            ("ENV-1", "header content-type: application/json"),
            ("ENV-2", "header content-type: application/json"),
        },
        "text/plain+json",
        ("states.new", "sessions.unknown"),
    ),
    Planted(
        "an object that is missing",
        of("/latest", lambda body: with_data(state=without(body["data"]["state"], "canvas_config"))(body)),
        {("STA-1", "data.state.canvas_config: an object")},
        "canvas_config: nothing",
        ("states.new",),
    ),
    Planted(
        "an object that is new",
        of("/balance/simple", with_data(plan={"name": "free", "limits": [{"clips": 1}]})),
        {("CRE-1", "data.plan: nothing")},
        "data.plan: an object",
        ("credits.balance",),
    ),
    Planted(
        "a session that is missing with another status",
        answered("/latest", lambda value: (404 if value[2]["code"] == 1002 else value[0], *value[1:])),
        {("ENV-3", "HTTP status: 200")},
        "HTTP status: 404",
        ("sessions.unknown",),
    ),
    Planted(
        "an export of another status",
        of("/render/proxy/lambda", lambda body: {**body, "status": "queued"}),
        {("REN-6", "status over time: goes forward")},
        "a status 'queued'",
        ("exports.edited-draft",),
    ),
    Planted(
        "a picture of another size",
        of(
            "/upload-video/",
            lambda body: with_data(files=[{**one, "width": 1} for one in body["data"]["files"]])(body),
        ),
        {("UPL-2", "data.files[0].width, the value: 96")},
        "the value: 1",
        ("uploads.picture",),
    ),
]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name)
def test_compare_planted_difference_only_it_is_listed(tmp_path: Path, planted: Planted) -> None:
    found = drift_of(recorded(tmp_path, planted.lies, *planted.cases))
    listed = {(violation.clause, violation.expected) for violation in found.run_result.violations}
    assert listed == planted.listed, describe(found)
    assert not found.run_result.harness
    assert all(planted.recorded in violation.seen for violation in found.run_result.violations), describe(
        found
    )
    assert found.run_result.exit_code == 1
    assert not {clause for clause, _ in planted.listed} & {*found.verified}


@pytest.mark.clause("AUTH-3")
def test_compare_429_without_retry_after_is_difference(tmp_path: Path) -> None:
    def mute(request: httpx.Request, answer: Answer) -> Answer:
        return (
            answer[0],
            {name: value for name, value in answer[1].items() if name != "retry-after"},
            answer[2],
        )

    client = "11111111-2222-4333-8444-555555555555"
    with stand_in(tmp_path, Lies(answer=mute)) as live:
        path = by_hand(live, lambda recorder: [request_token(recorder, client) for _ in range(2)])
    found = drift_of(path)
    (violation,) = found.run_result.violations
    assert (violation.clause, violation.expected) == ("AUTH-3", "header retry-after: there")
    assert violation.seen == "header retry-after: nothing"
    with stand_in(tmp_path) as live:
        path = by_hand(live, lambda recorder: [request_token(recorder, client) for _ in range(2)])
    found = drift_of(path)
    assert not describe(found)
    assert "AUTH-3" in found.verified


@pytest.mark.clause("REN-6")
@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        (None, ""),
        ({"progress": 50}, "progress over time: never falls"),
        ({"status": "pending"}, "status over time: goes forward"),
    ],
)
def test_compare_export_going_back_is_difference(
    tmp_path: Path, lie: dict[str, Any] | None, expected: str
) -> None:
    polls = itertools.count(1)

    def answer(request: httpx.Request, reported_answer: Answer) -> Answer:
        polled = request.method == "GET" and "/lambda/" in request.url.path
        if polled and next(polls) == 4 and lie:
            return (
                reported_answer[0],
                reported_answer[1],
                {**reported_answer[2], **lie, "output": None, "completedAt": None},
            )
        return reported_answer

    def export(recorder: ApiRecorder, live: StandIn) -> None:
        guest = ApiAccount(recorder, str(request_token(recorder, "c1").data["token"]))
        session = guest.new_session()
        guest.submit("render_1", session, DRAFT)
        for _ in range(5):
            live.sleep(25)
            guest.job("render_1")
        job = guest.job("render_1")
        assert isinstance(job.answer, dict)
        film = guest.call("GET", job.answer["output"]["url"], headers={"Range": "bytes=0-99"})
        assert film.status == 206
        guest.download("render_1")

    with stand_in(tmp_path, Lies(answer=answer)) as live:
        path = by_hand(live, lambda recorder: export(recorder, live))
    found = drift_of(path)
    listed = {
        violation.expected for violation in found.run_result.violations if "over time" in violation.expected
    }
    assert listed == ({expected} if expected else set()), describe(found)
    if not lie:
        assert not describe(found)
        assert {"REN-1", "REN-6", "REN-7", "REN-9"} <= {*found.verified}
        assert "REN-8" in found.partly


@pytest.mark.clause("SSE-7")
def test_compare_longer_turn_with_agreeing_clocks_is_difference(tmp_path: Path) -> None:
    path = recorded(tmp_path, TRUTH, "streams.text-reply", parameters=rules(text_ms="40000,40000"))
    found = drift_of(path)
    (violation,) = found.run_result.violations
    assert (violation.clause, violation.expected) == ("SSE-7", "how long talk takes: 5 to 15 s")
    assert violation.seen == "how long talk takes: 40.0 s"
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for nth, line in enumerate(lines):
        line["at_ms"] += nth * 5000  # a recorder whose clock was not the server's
    assert not describe(drift(read_records(lines), "another clock"))


@pytest.mark.clause("SSE-6")
def test_compare_long_turn_without_heartbeats_is_difference(tmp_path: Path) -> None:
    expected: tuple[tuple[str, set[str]], ...] = (("0", {"SSE-6"}), ("10000", set()))
    for interval, wrong in expected:
        reported_so = rules(generation_ms="200000,200000", heartbeat_interval_ms=interval)
        found = drift_of(recorded(tmp_path / interval, TRUTH, "credits.one-clip", parameters=reported_so))
        assert {violation.clause for violation in found.run_result.violations} == wrong, describe(found)


# -- what comes of it ------------------------------------------------------------------------------


def test_compare_repeated_difference_listed_once(tmp_path: Path) -> None:
    lies = of("/balance/simple", renamed("frozen", "held"))
    found = drift_of(recorded(tmp_path, lies, "credits.balance", "credits.text-reply"))
    assert len(found.run_result.violations) == 1
    assert found.run_result.tried["CRE-1"] > 5


def test_compare_missing_request_body_skipped_with_reason(tmp_path: Path) -> None:
    path = recorded(tmp_path, TRUTH, "streams.text-reply")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    lines[-1] = {**lines[-1], "response": None, "ending": None}
    found = drift(read_records(lines), "cut short")
    assert [one.reason for one in found.run_result.not_run] == ["the recording has no answer"]
    assert not describe(found)


def test_compare_truncated_answer_skipped(tmp_path: Path) -> None:
    lines = [
        json.loads(line) for line in recorded(tmp_path, TRUTH, "credits.balance").read_text().splitlines()
    ]
    lines[-1] = {
        **lines[-1],
        "ending": "cut",
        "response": {**lines[-1]["response"], "body": '{"code": 0, "da'},
    }
    found = drift(read_records(lines), "cut short")
    assert [one.reason for one in found.run_result.not_run] == ["the recorded answer did not arrive in full"]
    assert not describe(found)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_compare_gateway_answer_skipped(tmp_path: Path, status: int) -> None:
    lies = answered("/balance/simple", lambda payload: (status, payload[1], {"error": "upstream"}))
    found = drift_of(recorded(tmp_path, lies, "states.new", "credits.balance"))
    assert not describe(found)
    assert {one.reason for one in found.run_result.not_run} == {"a gateway answered, not the service"}


def test_compare_older_token_gets_its_recorded_balance(tmp_path: Path) -> None:
    with stand_in(tmp_path) as live:
        live.record("states.edited", pause_s=0)
        run_result, path = live.record("credits.balance", "credits.first-edit", pause_s=0)
    assert not run_result.violations
    assert "token.issue" not in {one.operation for one in read_traffic(path)}
    assert not describe(drift_of(path))


# -- the command -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(
        tmp_path_factory.mktemp("good"), TRUTH, "credits.balance", "states.new", "uploads.picture"
    )


def command(*args: object) -> Result:
    return CliRunner().invoke(command_drift, [str(arg) for arg in args])


def test_compare_command_no_difference_exit_0(recording: Path, tmp_path: Path) -> None:
    files = {name: tmp_path / f"report.{name}" for name in ("markdown", "html", "junit")}
    done = command(recording, *(part for name, path in files.items() for part in (f"--{name}", path)))
    assert done.exit_code == 0, done.output
    assert "verified-live 2026-01-01: " in done.output
    assert "CRE-1" in done.output.partition("verified-live")[2]
    for path in files.values():
        assert "recording-1.ndjson" in path.read_text("utf-8")


def test_compare_command_difference_exit_1(tmp_path: Path) -> None:
    path = recorded(tmp_path, of("/balance/simple", renamed("frozen", "held")), "credits.balance")
    done = command(path)
    assert done.exit_code == 1
    assert "called held" in done.output


@pytest.mark.parametrize("text", ["", "[]", "nonsense", '{"log": {"entries": []}}', "\n\n", '[{"seq": 1}]'])
def test_compare_command_unreadable_file_exit_2(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recording.ndjson"
    path.write_text(text, "utf-8")
    done = command(path)
    assert done.exit_code == 2
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "flags", [("--date", "yesterday"), ("--profile", "esperanto"), ("--mark", "/nowhere/x")]
)
def test_compare_command_wrong_option_exit_2(recording: Path, flags: tuple[str, ...]) -> None:
    assert command(recording, *flags).exit_code == 2


def test_compare_command_missing_file_exit_2(tmp_path: Path) -> None:
    assert command(tmp_path / "nothing").exit_code == 2


# -- marks -----------------------------------------------------------------------------------------

PROTOCOL = Path(__file__).parents[2] / "docs/PROTOCOL.md"


def test_marked_document_changes_status_only(recording: Path, tmp_path: Path) -> None:
    document = tmp_path / "PROTOCOL.md"
    before = PROTOCOL.read_text("utf-8")
    document.write_text(before, "utf-8")
    assert command(recording, "--mark", document, "--date", "2026-11-24").exit_code == 0
    after = document.read_text("utf-8")
    changed = [
        pair for pair in zip(before.splitlines(), after.splitlines(), strict=True) if pair[0] != pair[1]
    ]
    assert {old.split(" | ")[0] for old, _ in changed} >= {"| CRE-1", "| STA-1", "| UPL-2"}
    for old, new in changed:
        was, now = old.split(" | "), new.split(" | ")
        assert (was[:2], was[3:]) == (now[:2], now[3:])
        assert STATUS.fullmatch(now[2]), now[2]
        assert "verified-live 2026-11-24" in now[2]
    assert command(recording, "--mark", document, "--date", "2026-11-24").exit_code == 0
    assert document.read_text("utf-8") == after, "twice is once"
    command(recording, "--mark", document, "--date", "2026-12-01")
    assert document.read_text("utf-8") == after.replace("2026-11-24 |", "2026-12-01 |").replace(
        "verified-live 2026-11-24,", "verified-live 2026-12-01,"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("documented", "documented, verified-live 2026-11-24"),
        ("assumed", "verified-live 2026-11-24"),
        (
            "documented, assumed: the 10 s, too",
            "documented, verified-live 2026-11-24, assumed: the 10 s, too",
        ),
        ("documented, verified-live 2025-01-02", "documented, verified-live 2026-11-24"),
        ("verified-live 2025-01-02", "verified-live 2026-11-24"),
        (
            "documented, verified-live 2025-01-02, assumed: this",
            "documented, verified-live 2026-11-24, assumed: this",
        ),
    ],
)
def test_marked_status_gets_date(before: str, after: str) -> None:
    row = "| C-AUTH-1 | what `x` is | {} | `rules.x`, `rules.y` |\n| SSE-1 | a | assumed | — |\n"
    document = row.format(before)
    assert marked(document, {"C-AUTH-1"}, "2026-11-24") == row.format(after)
    assert marked(document, {"C-AUTH-2", "AUTH-1"}, "2026-11-24") == document
    assert STATUS.fullmatch(after)


def by_hand(live: StandIn, work: Callable[[ApiRecorder], object]) -> Path:
    """Record requests that are made by hand."""
    live.runs += 1
    path = live.home / f"by-hand-{live.runs}-{len(live.journal())}.ndjson"
    path.unlink(missing_ok=True)
    with Recording(path) as recording, httpx.Client(transport=live.transport, timeout=None) as http:
        target = Target("live", live.server.url, http, lambda: live.now_ms)
        recorder = ApiRecorder(target, RunResult("live"), "by hand")
        recorder.watchers.append(recording)
        work(recorder)
    return path


def rules(**changes: str) -> Parameters:
    return with_parameters(Settings().parameters, changes)


@pytest.mark.clause("REN-6")
def test_compare_export_too_long_is_difference(tmp_path: Path) -> None:
    def slow(body: Any) -> Any:
        return {**body, "createdAt": "2026-01-01T00:00:00Z"} if body.get("status") == "completed" else body

    with stand_in(tmp_path, of("/lambda/", slow)) as live:
        live.sleep(1000)
        path = by_hand(live, lambda recorder: _exported(recorder, live))
    assert [violation.clause for violation in drift_of(path).run_result.violations] == ["REN-6"]


def _exported(recorder: ApiRecorder, live: StandIn) -> None:
    guest = ApiAccount(recorder, str(request_token(recorder, "c1").data["token"]))
    guest.submit("render_1", guest.new_session(), DRAFT)
    live.sleep(100)
    guest.job("render_1")


# -- what is verified ------------------------------------------------------------------------------


def comparison(clause: str, path: str, recorded: str = "same") -> Comparison:
    return Comparison(Place(clause, "x", path), recorded, "same")


@pytest.mark.parametrize(
    ("found", "whole", "part"),
    [
        ([("CRE-1", "data.total")], {"CRE-1"}, set()),
        ([("SSE-5", "words")], set(), {"SSE-5"}),
        ([("CRE-2", "price of talk")], set(), {"CRE-2"}),
        (
            [("CRE-2", f"price of {what}") for what in ("talk", "an edit and talk", "a generation")],
            {"CRE-2"},
            set(),
        ),
        ([("SSE-7", "how long talk takes"), ("SSE-7", "how long an edit takes")], set(), {"SSE-7"}),
    ],
)
def test_verified_all_paths_compared_clause_in_full(
    found: list[tuple[str, str]], whole: set[str], part: set[str]
) -> None:
    assert verified([comparison(*one) for one in found]) == (tuple(whole), tuple(part))
    differs = [comparison(found[0][0], "another", "other")]
    assert verified([*(comparison(*one) for one in found), *differs]) == ((), ())


def test_partly_names_server_clauses_only() -> None:
    assert set(PARTLY) <= set(SERVER)


def test_marked_partly_verified_clause_unchanged(recording: Path, tmp_path: Path) -> None:
    document = tmp_path / "PROTOCOL.md"
    document.write_text("| AUTH-5 | a | documented | — |\n| CRE-1 | a | documented | — |\n", "utf-8")
    done = command(recording, "--mark", document, "--date", "2026-11-24")
    assert "AUTH-5" in done.output.partition("seen in part, and so not marked")[2]
    assert document.read_text("utf-8") == (
        "| AUTH-5 | a | documented | — |\n| CRE-1 | a | documented, verified-live 2026-11-24 | — |\n"
    )


# -- whatever a recording holds --------------------------------------------------------------------

ODD: Final[tuple[Any, ...]] = (None, 0, -1, "", [], {}, True, "x", 1e30, "2026", [1], {"a": 1}, [{}])


def _spots(value: Any) -> list[tuple[Any, Any]]:
    keys = [*value] if isinstance(value, dict) else [*range(len(value))] if isinstance(value, list) else []
    return [(value, key) for key in keys] + [spot for key in keys for spot in _spots(value[key])]


@pytest.mark.parametrize("seed", range(12))
def test_compare_damaged_recording_no_harness_error(recording: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = [json.loads(line) for line in recording.read_text("utf-8").splitlines()]
    for _ in range(8):
        response = chance.choice(lines)["response"]
        spots = [(response, "body"), *_spots(response["body"])] if "body" in response else []
        spots += [(event, "data") for event in response.get("events", ())]
        if spots:
            holder, key = chance.choice(spots)
            holder[key] = chance.choice(ODD)
        response["headers"][chance.choice(("date", "content-type", "retry-after"))] = str(chance.choice(ODD))
    found = drift(read_records(lines), "odd")
    assert not found.run_result.harness, describe(found)
    assert found.run_result.exit_code in (0, 1)


def test_compare_command_harness_error_exit_2(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise KeyError("oh dear")

    monkeypatch.setattr("nemocontract.compare.compare.comparisons", fails)
    done = command(recording)
    assert done.exit_code == 2
    assert "oh dear" in done.output

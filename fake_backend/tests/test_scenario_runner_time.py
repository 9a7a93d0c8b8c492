"""Time on the stage: the client's waits are the fake's, and nothing depends on how fast anybody is."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nemofake.scenario_runner import Report, scenario_runner

Plays = Callable[..., Report]

START = 1_767_225_600_000
HEAD = "title: T.\nclauses: [SSE-1]\nstatus: assumed\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def run_text(folder: Path) -> Plays:
    """Return the function that plays a scenario run_text in a few lines."""
    names = iter(range(1000))

    def run_one(text: str, seed: int = 42) -> Report:
        name = f"tale-{next(names)}"
        (folder / f"{name}.yaml").write_text(f"id: {name}\n{HEAD}{text}", encoding="utf-8")
        with scenario_runner(folder) as stage:
            return stage.run(name, seed=seed)

    return run_one


def times(report: Report, operation: str) -> list[float]:
    return [(seen.at_ms - START) / 1000 for seen in report.exchanges if seen.operation == operation]


def test_waiting_moves_both_clocks_by_what_is_waited(run_text: Plays) -> None:
    report = run_text("user: [connect, {wait_s: 30}, state, {wait_s: 0.5}, state]")
    assert times(report, "state") == [30.0, 30.5]


def test_hours_take_no_time(run_text: Plays) -> None:
    began_s = time.monotonic()
    report = run_text("user: [connect, {wait_s: 500000}, state]")
    assert times(report, "state") == [500_000.0]
    assert time.monotonic() - began_s < 30


def test_the_client_hears_each_event_when_it_is_due(run_text: Plays) -> None:
    report = run_text("agent_behavior: [{silent: false, takes_s: 100}]\nuser: [{say: hello}]")
    chat = next(record for record in report.journal if record["operation"] == "chat")
    beats = [event["at_ms"] - START for event in chat["response"]["events"] if event["at_ms"] % 10_000 == 0]
    assert beats[:4] == [10_000, 20_000, 30_000, 40_000]
    assert chat["ended_at_ms"] - START == 100_000
    assert times(report, "state") == [0.0, 100.0]


def test_who_leaves_is_gone_at_that_very_moment(run_text: Plays) -> None:
    text = (
        "agent_behavior: [{silent: false, takes_s: 500}]\n"
        "user: [connect, {say: hello, disconnect_after: 1}, state]"
    )
    report = run_text(text)
    chat = next(record for record in report.journal if record["operation"] == "chat")
    assert (chat["ending"], chat["ended_at_ms"] - START) == ("client-gone", 120_000)
    assert times(report, "state") == [0.0, 120.0]


def test_an_answer_that_is_late_takes_the_clients_time(run_text: Plays) -> None:
    report = run_text("faults: [{fault: delay, on: credits, ms: 45000}]\nuser: [connect, credits, state]")
    assert times(report, "state") == [45.0]


def test_an_answer_that_never_comes_is_waited_for_as_long_as_the_client_does(run_text: Plays) -> None:
    report = run_text(
        "faults: [{fault: stall, on: upload}]\ngiven: {files: {a.png: {}}}\n"
        "user: [{upload: [a.png], outcome: ServiceUnavailable}, state]"
    )
    assert times(report, "state") == [120.0]
    assert [line.key for line in report.lines if not line.holds] == []


def test_ids_that_the_client_draws_are_the_same_on_every_run(run_text: Plays) -> None:
    text = "faults: [{fault: error_code, on: token.issue, nth: 1, code: 400}]\nuser: [connect]"
    first, second = run_text(text), run_text(text)
    ids = [[seen.headers["x-client-id"] for seen in report.exchanges[:2]] for report in (first, second)]
    assert len(set(ids[0])) == 2
    assert ids[0][0] != ids[1][0], "scenarios are run_text by different guests"


def test_what_comes_back_is_what_was_kept(run_text: Plays) -> None:
    report = run_text("user: [connect, {restart_client: session}, state, {restart_client: token}, state]")
    assert [seen.operation for seen in report.exchanges] == [
        *("token.issue", "session.create", "state", "session.create", "state")
    ]


def test_the_environment_of_this_machine_is_not_part_of_a_scenario(
    run_text: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("NEMO_TOKEN", "nmv_usr_mine"),
        ("NEMO_CLIENT_ID", "me"),
        ("NEMO_WEB_URL", "http://x.test"),
    ):
        monkeypatch.setenv(name, value)
    report = run_text('user: [{do: claim, user_sees: ["https://nemovideo.com/"]}]')
    assert report.holds
    assert report.exchanges[0].operation == "token.issue"
    assert report.exchanges[0].headers["x-client-id"] != "me"


@pytest.mark.parametrize(
    ("send", "code"),
    [
        ("{path: '/api/state/nemo_agent/{user}/{session}/latest'}", 0),
        ("{path: '/api/state/nemo_agent/me/{session}/latest', token: former}", 1001),
        ("{path: '/api/state/nemo_agent/me/{session}/latest', token: another}", 1002),
        ("{path: '/api/state/nemo_agent/me/{session}/latest', token: none}", 1001),
        ("{path: '/api/state/nemo_agent/me/{session}/latest', token: claim}", 1001),
        (
            "{method: POST, path: /api/auth/claim-token, body: {task_id: '{task}', session_id: '{session}'}}",
            0,
        ),
        ("{path: '/api/render/proxy/lambda/{render}'}", 404),
        ("{method: POST, path: '/api/upload-video/nemo_agent/me/{session}', files: [a.png]}", 0),
    ],
)
def test_what_is_sent_by_hand_is_answered_and_never_the_clients(
    run_text: Plays, send: str, code: int
) -> None:
    report = run_text(
        "given: {files: {a.png: {}}}\ntriggers: [{on: token.issue, nth: 1, do: expire-token}]\n"
        f"user: [connect, claim, {{send: {send}, code: {code}}}]\nexpect: {{counts: {{any: 5}}}}"
    )
    assert [line.key for line in report.lines if not line.holds] == []
    assert report.exchanges[-1].by_hand

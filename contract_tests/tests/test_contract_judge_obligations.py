"""Levels, accepted readings, and the rules about loops, request shape, cut streams and silent edits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from nemocontract.clauses import ALL, SOURCES, level_of
from nemocontract.client_rules.judge import all_rules, judge
from nemocontract.client_run import ClientRun
from nemocontract.commands.judge import judge as command
from nemocontract.recording import Exchange
from nemocontract.reports import summarise
from nemocontract.reports.format import facts, headline
from nemocontract.results import RunResult

from .streams_helpers import BEAT, CALL, RESULT, TITLED, state, text
from .traffic_helpers import (
    MESSAGE,
    NEXT_SESSION,
    NEXT_TOKEN,
    SESSION,
    broken,
    evidence,
    ex,
    tried,
    words,
)

START = (ex(1, "token.issue"), ex(2, "session.create"))


# -- levels ------------------------------------------------------------------------------------------


def test_sources_every_clause_has_one() -> None:
    assert set(SOURCES) == set(ALL)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("attribution.three-headers", "must"),
        ("request-shape.accepts-event-stream", "must"),
        ("exports.ten-polls", "should"),
        ("identity.client-id-stored", "should"),
        ("shown-text.characters-whole", "should"),
        ("downloads.no-partial-file", "advice"),
        ("request-shape.unknown-message-fields", "advice"),
    ],
)
def test_rule_level_follows_its_source(name: str, level: str) -> None:
    (rule,) = [rule for rule in all_rules() if rule.name == name]
    assert rule.level == level_of(rule.source) == level


def of_levels(*clauses: str) -> RunResult:
    run_result = RunResult("fake", "a client")
    for clause in clauses:
        run_result.record_check(clause, f"a.{clause.lower()}", False, expected="x", responsible="client")
    return run_result


@pytest.mark.parametrize(
    ("clauses", "level", "code"),
    [
        (("C-AUTH-2",), "must", 1),
        (("C-SSE-4",), "must", 0),
        (("C-SSE-4",), "should", 1),
        (("C-REN-2",), "should", 0),
        (("C-REN-2",), "advice", 1),
    ],
)
def test_exit_code_depends_on_level(clauses: tuple[str, ...], level: Any, code: int) -> None:
    run_result = of_levels(*clauses)
    run_result.level = level
    assert run_result.exit_code == summarise([run_result]).exit_code == code


def test_headline_counts_weaker_violations_apart() -> None:
    run_result = of_levels("C-AUTH-2", "C-REN-2", "C-REN-2")
    run_result.level = "should"
    line = headline(summarise([run_result]))
    assert line.startswith("failed: 1 violation:")
    assert "2 weaker violations (--level advice fails on them)" in line


def test_groups_strongest_level_first_then_first_in_time() -> None:
    run_result = RunResult("fake", "a client", played=["one", "two"])
    for clause, rule, test, seq in [
        ("C-SSE-4", "late", "two", 1),
        ("C-REN-2", "weak", "one", 1),
        ("C-ATT-1", "second", "one", 7),
        ("C-UX-1", "first", "one", 3),
        ("C-ATT-1", "second", "two", 2),
    ]:
        run_result.record_check(
            clause, rule, False, expected="x", responsible="client", test_name=test, seq=seq
        )
    groups = summarise([run_result]).columns[0].groups
    assert [group.example.rule for group in groups] == ["first", "second", "late", "weak"]
    assert [len(group.violations) for group in groups] == [1, 2, 1, 1]
    assert groups[1].scenarios == ("one", "two")


def test_violation_shows_line_output_request_and_answer() -> None:
    run_result = RunResult("fake")
    chat = ex(3, "chat", headers={"accept": None})
    run = evidence(*START, chat, said=[words(MESSAGE, "Done.", first=1, last=3)])
    judge(run, run_result, rules=[r for r in all_rules() if r.name == "request-shape.accepts-event-stream"])
    (found,) = run_result.violations
    known = dict(facts(found))
    assert known["user typed"] == MESSAGE
    assert known["user read"] == "Done."
    assert known["source"] == "must, by the skill document"
    assert known["request"].startswith("POST /run_sse\n")
    assert "nmv_usr" not in known["request"]
    assert known["answer"].startswith("200, a stream")


# -- request shape -----------------------------------------------------------------------------------

ACCEPT = {"accept": "text/event-stream"}
BODY = {"app_name": "nemo_agent", "user_id": "me", "session_id": SESSION}
PARTS = {"parts": [{"text": "hi"}]}


def unknown(method: str, path: str) -> Exchange:
    return Exchange(3, "other", method, path, 0, 0, status=404, code=404)


@pytest.mark.clause("SSE-1", "SSE-2", "C-ROU-1", "C-REN-1")
@pytest.mark.parametrize(
    ("name", "exchange", "passed"),
    [
        ("accepts-event-stream", ex(3, "chat", headers=ACCEPT), True),
        ("accepts-event-stream", ex(3, "chat", headers={"accept": "text/event-stream, */*"}), True),
        ("accepts-event-stream", ex(3, "chat", headers={"accept": "*/*"}), False),
        ("accepts-event-stream", ex(3, "chat"), False),
        ("known-endpoints", ex(3, "credits"), True),
        ("known-endpoints", unknown("POST", "/api/v1/generate"), False),
        ("known-endpoints", unknown("GET", "/api/credits/balance"), False),
        ("known-endpoints", unknown("GET", "/favicon.ico"), True),
        ("message-fields", ex(3, "chat", body={**BODY, "new_message": PARTS}), True),
        ("message-fields", ex(3, "chat", body={**BODY, "newMessage": PARTS}), False),
        ("message-fields", ex(3, "chat", body={"sessionId": SESSION, "new_message": PARTS}), False),
        ("message-fields", ex(3, "chat", body={**BODY, "message": "hi"}), False),
        (
            "unknown-message-fields",
            ex(3, "chat", body={**BODY, "new_message": PARTS, "streaming": True}),
            True,
        ),
        ("unknown-message-fields", ex(3, "chat", body={**BODY, "new_message": PARTS, "prompt": "x"}), False),
        ("export-fields", ex(3, "render.submit"), True),
        (
            "export-fields",
            ex(3, "render.submit", body={"id": "r", "session_id": SESSION, "draft": {}}),
            False,
        ),
    ],
)
def test_request_shape_each_field_and_header_is_checked(name: str, exchange: Exchange, passed: bool) -> None:
    assert bool(broken(f"request-shape.{name}", evidence(*START, exchange))) is not passed


def test_unknown_endpoint_names_the_nearest_one() -> None:
    (found,) = broken("request-shape.known-endpoints", evidence(unknown("GET", "/api/credits/balance")))
    assert "GET /api/credits/balance/simple" in found.expected


def test_session_id_read_at_top_level_says_where_it_is() -> None:
    chat = ex(3, "chat", about="undefined", code=1002)
    (found,) = broken("sessions.ids-are-given", evidence(*START, chat))
    assert "data.session_id, not at the top level" in found.seen


# -- a 1001 that stays -------------------------------------------------------------------------------


def renewals(count: int) -> list[Exchange]:
    rounds = []
    for nth in range(count):
        rounds.append(ex(3 + 2 * nth, "session.create", code=1001))
        rounds.append(ex(4 + 2 * nth, "token.issue", data={"token": f"nmv_usr_round{nth:04}"}))
    return rounds


@pytest.mark.clause("C-AUTH-2")
@pytest.mark.parametrize(
    ("count", "attributed", "passed"), [(1, True, True), (2, True, False), (12, False, False)]
)
def test_new_tokens_in_a_row_are_a_loop(count: int, attributed: bool, passed: bool) -> None:
    lines = [words("credits", "…", first=1, last=40, attributed=attributed)]
    run = evidence(START[0], *renewals(count), said=lines)
    assert bool(broken("token-refresh.no-loop", run)) is not passed


# -- readings that are accepted ----------------------------------------------------------------------


def exported(*exchanges: Exchange) -> ClientRun:
    return evidence(*START, state(3), *exchanges, said=[words("export", "Register.", first=1, last=90)])


@pytest.mark.clause("REN-3")
@pytest.mark.parametrize(
    ("first", "second", "passed"),
    [
        ({"x-skill-platform": None}, {}, True),
        ({}, {}, False),
        ({"x-skill-platform": None}, {"x-skill-source": None}, False),
    ],
)
def test_402_second_submission_right_if_headers_were_missing(
    first: dict[str, None], second: dict[str, None], passed: bool
) -> None:
    run = exported(
        ex(4, "render.submit", code=402, headers=first),
        ex(5, "render.submit", about="render_2", headers=second),
    )
    assert bool(broken("error-messages.blocked-export-not-repeated", run)) is not passed


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize(
    ("apart_s", "levels"), [(30, set()), (10, {"should"}), (15, {"should"}), (5, {"must"})]
)
def test_poll_interval_of_the_api_reference_is_should(apart_s: int, levels: set[str]) -> None:
    polls = [ex(5 + nth, "render.status", at_s=40 + nth * apart_s) for nth in range(3)]
    run_result = RunResult("fake")
    judge(
        exported(ex(4, "render.submit"), *polls),
        run_result,
        rules=[rule for rule in all_rules() if rule.name == "exports.polls-30-s-apart"],
    )
    assert {found.level for found in run_result.violations} == levels


@pytest.mark.clause("C-REN-1")
def test_twenty_polls_are_a_violation_of_should() -> None:
    polls = [ex(5 + nth, "render.status", at_s=40 + nth * 30) for nth in range(20)]
    run_result = RunResult("fake")
    judge(
        exported(ex(4, "render.submit"), *polls),
        run_result,
        rules=[r for r in all_rules() if r.name == "exports.ten-polls"],
    )
    assert [(found.level, found.seen) for found in run_result.violations] == [("should", "20")]


@pytest.mark.clause("C-AUTH-2", "C-SES-1")
@pytest.mark.parametrize("session_first", [True, False])
def test_lost_token_and_session_either_is_cured_first(session_first: bool) -> None:
    new = ex(6, "token.issue", data={"token": NEXT_TOKEN})
    made = ex(8, "session.create", about=NEXT_SESSION, token=NEXT_TOKEN)
    last = ex(9, "chat", token=NEXT_TOKEN, about=NEXT_SESSION)
    middle = [made] if session_first else [ex(7, "chat", token=NEXT_TOKEN, code=1002), made]
    run = evidence(
        *START, ex(5, "chat", code=1001), new, *middle, last, said=[words(MESSAGE, "Done.", first=1, last=9)]
    )
    for name in (
        "token-refresh.request-repeated",
        "sessions.is-kept",
        "sessions.ids-are-given",
        "chat.sent-once",
    ):
        assert not broken(name, run), name


# -- cut streams, silent edits, split characters -----------------------------------------------------


def cut(*later: Exchange, attributed: bool = False) -> ClientRun:
    chat = ex(3, "chat", took_s=20, events=[(5, CALL)], ending="cut")
    return evidence(
        *START, chat, *later, said=[words(MESSAGE, "Done.", first=1, last=9, attributed=attributed)]
    )


@pytest.mark.clause("C-SSE-4")
def test_cut_stream_without_a_look_is_found_without_attribution() -> None:
    assert broken("recovery.state-read-after-cut", cut())
    assert not broken("recovery.state-read-after-cut", cut(state(4, 60)))


def silent(after: Any, *printed: str, before: Any = None, **changes: Any) -> ClientRun:
    chat = ex(4, "chat", took_s=10, events=[(5, CALL), (9, RESULT), BEAT])
    look = state(5, 15, value=after)
    said = words(MESSAGE, *[(20.0, one) for one in printed], first=4, last=5, **changes)
    return evidence(*START, state(3, value=before), chat, look, said=[said])


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize(
    ("printed", "passed"),
    [
        ("Done!", False),
        ("The edit was applied.", False),
        ("Nothing changed.", True),
        ("It did not work.", True),
    ],
)
def test_unchanged_project_is_not_called_done(printed: str, passed: bool) -> None:
    run = silent(TITLED, printed, before=TITLED)
    assert tried("silent-edits.no-change-not-called-done", run) == 1
    assert bool(broken("silent-edits.no-change-not-called-done", run)) is not passed


@pytest.mark.clause("C-SSE-3")
def test_name_of_an_uploaded_file_is_no_report_of_a_change() -> None:
    longer = json.loads(json.dumps(TITLED).replace('"d": 5000', '"d": 2000').replace('"clip"', '"clip.mp4"'))
    before = json.loads(json.dumps(TITLED).replace('"clip"', '"clip.mp4"'))
    for attributed in (True, False):
        run = silent(longer, "Uploaded: clip.mp4", before=before, attributed=attributed, files=("clip.mp4",))
        assert bool(broken("silent-edits.change-reported", run)) is not attributed


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize(("printed", "passed"), [("标题已添加", True), ("标\ufffd\ufffd已添加", False)])
def test_characters_split_between_chunks_are_whole(printed: str, passed: bool) -> None:
    chat = ex(3, "chat", events=[text("标题已添加")])
    run = evidence(*START, chat, said=[words(MESSAGE, printed, first=1, last=3)])
    assert bool(broken("shown-text.characters-whole", run)) is not passed


# -- a journal without its head ------------------------------------------------------------------------


@pytest.mark.parametrize(("options", "code"), [((), (0, 1)), (("--complete",), (2,))])
def test_judge_complete_refuses_journal_with_dropped_head(
    tmp_path: Path, options: tuple[str, ...], code: tuple[int, ...]
) -> None:
    record = {
        "seq": 9,
        "at_ms": 0,
        "ended_at_ms": 1,
        "ending": "complete",
        "notes": [],
        "request": {"method": "GET", "path": "/api/credits/balance/simple", "headers": {}},
        "response": {"status": 200, "headers": {}, "body": {"code": 0, "data": {}}, "size": 2},
    }
    file = tmp_path / "journal.json"
    file.write_text(json.dumps([{"dropped": 8}, record]), encoding="utf-8")
    result = CliRunner().invoke(command, [*options, str(file)])
    assert result.exit_code in code
    assert ("dropped its first 8 entries" in result.output) is bool(options)

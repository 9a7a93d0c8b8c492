"""The figures that reports share: never 0 when nothing ran; and the files they are written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from nemocontract.clauses import ANSWERED, CLIENT, SERVER
from nemocontract.reports import save, summarise
from nemocontract.reports.format import facts, headline, request, when
from nemocontract.results import RunResult, Violation

from .pages_helpers import page
from .reports_helpers import (
    NO_CONTROL,
    broken,
    client,
    counted_nothing,
    everywhere,
    only_skipped,
    passed,
    suite_broke,
)


@pytest.mark.parametrize(
    ("run_results", "code", "words"),
    [
        ([passed()], 0, "passed: 3 clauses, 4 checks, 0 violations; 52 clauses not tried"),
        (
            [passed("a"), passed("b")],
            0,
            "passed: 3 clauses, 8 checks, 0 violations; clauses not tried: 52 on a, 52 on b",
        ),
        ([], 2, "could not run: there was no run at all; 0 clauses, 0 checks, 0 violations"),
        ([RunResult("fake")], 2, "could not run: nothing was tried; 0 clauses, 0 checks, 0 violations"),
        ([counted_nothing()], 2, "could not run: nothing was tried; 0 clauses, 0 checks, 0 violations"),
        ([only_skipped()], 2, "could not run: nothing was tried; 0 clauses"),
        ([passed(), only_skipped()], 2, "could not run: nothing was tried on live; 3 clauses"),
        ([suite_broke()], 2, "could not run: 1 fault of the suite; 3 clauses, 4 checks, 0 violations"),
        (
            [broken()],
            1,
            "failed: 1 violation: 4 clauses, 5 checks; 1 fault of the suite; 51 clauses not tried",
        ),
        ([suite_broke(), client()], 1, "failed: 2 violations: 6 clauses, 9 checks; 1 fault of the suite"),
        (
            [RunResult("live"), broken("x")],
            1,
            "failed: 1 violation: 4 clauses, 5 checks; nothing was tried on live",
        ),
    ],
)
def test_the_verdict_is_never_0_when_nothing_ran(run_results: list[RunResult], code: int, words: str) -> None:
    summary = summarise(run_results)
    assert summary.exit_code == code
    assert headline(summary).startswith(words)
    assert headline(summary).startswith(summary.verdict)


def test_a_cell_says_what_became_of_its_clause() -> None:
    run_result = broken()
    run_result.skip("envelopes.strict", ("ENV-1",), "may cost 50 credits")
    summary = summarise([run_result, client()])
    server, subject = summary.columns
    cells = {c: summary.cell(c, server) for c in ("ENV-1", "AUTH-5", "AUTH-4", "SES-1", "C-SSE-4")}
    assert {c: (cell.state, cell.tried, cell.violations) for c, cell in cells.items()} == {
        "ENV-1": ("passed", 2, 0),
        "AUTH-5": ("failed", 1, 1),
        "AUTH-4": ("not run", 0, 0),
        "SES-1": ("not tried", 0, 0),
        "C-SSE-4": ("not asked", 0, 0),
    }
    assert cells["ENV-1"].reasons == ("may cost 50 credits",)
    assert cells["AUTH-4"].reasons == (NO_CONTROL,)
    assert set(server.cells) == set(SERVER)
    assert set(subject.cells) == {*CLIENT, *ANSWERED}
    assert [family.title for family in summary.families][-1] == "What a client owes"
    assert sum(len(family.clauses) for family in summary.families) == len(SERVER) + len(CLIENT)


def test_clauses_that_nothing_tries_are_reported_with_the_reason() -> None:
    column = summarise([passed()]).columns[0]
    assert column.cells["SES-1"].reasons == ("nothing in this run tries it",)
    after_a_fault = summarise([suite_broke()]).columns[0]
    assert "faults of the suite" in after_a_fault.cells["SES-1"].reasons[0]


def test_runs_of_one_name_are_reported_apart() -> None:
    other = passed()
    other.seed = 43
    labels = [column.label for column in summarise([passed(), other, passed(), client()]).columns]
    assert labels == [
        "fake, seed 42, run 1",
        "fake, seed 43",
        "fake, seed 42, run 2",
        "my_client:Client on fake",
    ]


def test_a_run_result_is_left_as_it_was() -> None:
    run_result = everywhere("nmv_usr_x")
    summarise([run_result])
    assert run_result.target == "nmv_usr_x"
    assert run_result.violations[0].expected == "nmv_usr_x"


def test_rules_are_counted_as_they_are_tried() -> None:
    run_result = passed()
    run_result.add(passed())
    assert run_result.rules["ENV-1", "envelopes.code"] == 2
    assert run_result.rules.total() == run_result.tried.total() == 8


@pytest.mark.parametrize(
    ("seq", "where", "reported_as"),
    [
        (None, "", ""),
        (3, "", "request 3"),
        (None, "GET /x", "GET /x"),
        (3, "GET /x", "request 3, GET /x"),
        (3, "request 3, chat:\nno answer", "request 3, chat: no answer"),
    ],
)
def test_a_request_is_reported_once(seq: int | None, where: str, reported_as: str) -> None:
    assert request(Violation("ENV-1", "r", "", "", seq=seq, where=where)) == reported_as


@pytest.mark.clause("C-SEC-1")
def test_a_run_result_masks_what_is_written_into_it() -> None:
    run_result, secret = RunResult("fake"), "nmv_usr_secret"
    run_result.record_check(
        "ENV-1", "r", False, expected=secret, seen=secret, where=secret, replay=secret, trace=(secret,)
    )
    run_result.skip("case", ("ENV-1",), secret)
    run_result.add_harness_error("case", secret)
    assert "secret" not in repr(run_result)


@pytest.mark.parametrize(("at_ms", "text"), [(0, "1970-01-01T00:00:00.000Z"), (10**18, f"{10**18} ms")])
def test_backend_time_is_reported_in_utc(at_ms: int, text: str) -> None:
    assert when(at_ms) == text


def test_a_refusal_that_a_client_must_answer_is_reported_in_the_clients_words() -> None:
    summary = summarise([client()])
    reported_of = {violation.clause: dict(facts(violation))["clause"] for _, violation in summary.violations}
    assert reported_of == {"CRE-4": f"CRE-4: {ANSWERED['CRE-4']}", "C-SSE-4": f"C-SSE-4: {CLIENT['C-SSE-4']}"}
    assert ANSWERED["CRE-4"] in page(client()).one("violation-1").text


def test_only_what_is_asked_for_is_written(tmp_path: Path) -> None:
    save([passed()], junit=str(tmp_path / "junit.xml"))
    assert [path.name for path in tmp_path.iterdir()] == ["junit.xml"]
    assert (tmp_path / "junit.xml").read_bytes().startswith(b"<?xml version='1.0' encoding='utf-8'?>")


def test_a_file_is_replaced_but_the_summary_of_a_step_is_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_the_step = tmp_path / "step.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(of_the_step))
    for _ in range(2):
        save([passed()], html=tmp_path / "page.html", markdown=of_the_step)
    assert (tmp_path / "page.html").read_text("utf-8").count("<!doctype html>") == 1
    assert of_the_step.read_text("utf-8").count("## ✅ passed") == 2


def test_a_folder_that_is_not_there_is_reported_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"no report can be written to .*there is no folder .*nowhere"
    ):
        save([passed()], junit=tmp_path / "a.xml", html=tmp_path / "nowhere" / "a.html")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        save([passed()], junit=tmp_path / "a.xml", markdown=tmp_path)
    assert not list(tmp_path.iterdir())

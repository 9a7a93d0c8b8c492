"""The report as JUnit XML: it adds up, and says what failed, what was left out, and why."""

from __future__ import annotations

from collections import Counter

import pytest
from junitparser import JUnitXml

from nemocontract.clauses import SERVER
from nemocontract.reports import summarise
from nemocontract.reports.junit import as_junit
from nemocontract.results import RunResult

from .reports_helpers import (
    AT,
    NO_CONTROL,
    REPLAY,
    broken,
    client,
    junit,
    only_skipped,
    passed,
)


def test_the_xml_has_a_suite_for_each_target_and_adds_up() -> None:
    document = JUnitXml.fromstring(as_junit(summarise([passed(), broken(), client()])).encode())
    figures = {s.name: (s.tests, s.failures, s.errors, s.skipped, s.time) for s in document}
    assert figures == {
        "fake": (4, 0, 0, 0, 1.5),
        "live": (7, 1, 1, 1, 1.5),
        "my_client:Client on fake": (5, 2, 0, 0, 0.0),
    }
    assert (document.tests, document.failures, document.errors) == (16, 3, 1)
    properties = {one.get("name"): one.get("value") for one in junit(broken()).iter("property")}
    assert properties["target"] == "live"
    assert properties["seed"] == "42"
    assert "AUTH-4" in str(properties["clauses not tried"]).split(", ")


def test_the_xml_has_a_case_for_each_clause_and_rule() -> None:
    (suite,) = junit(broken())
    cases = {(case.get("classname"), case.get("name")): case for case in suite.iter("testcase")}
    assert set(cases) == {
        ("ENV-1", "envelopes.code"),
        ("ENV-1", "envelopes.data"),
        ("AUTH-1", "tokens.first"),
        ("SSE-2", "chat.stream"),
        ("AUTH-5", "tokens.last-millisecond"),
        ("AUTH-4", "tokens.address-limit"),
        ("suite", "chat.silence"),
    }
    failure = cases["AUTH-5", "tokens.last-millisecond"].find("failure")
    assert failure is not None
    assert failure.get("message") == (
        "expected code 0 one millisecond before the end; seen 1001 bad or expired token"
    )
    for fact in (
        AT,
        REPLAY,
        "request 12, GET /api/credits",
        "2. seven days less",
        "tokens.seven-days",
        SERVER["AUTH-5"],
    ):
        assert fact in (failure.text or "")
    skipped = cases["AUTH-4", "tokens.address-limit"].find("skipped")
    assert skipped is not None
    assert skipped.get("message") == NO_CONTROL
    error = cases["suite", "chat.silence"].find("error")
    assert error is not None
    assert error.get("message") == "fault of the suite: KeyError: 'seq'"
    assert "nothing of the client" in (error.text or "")


def test_a_rule_that_finds_twice_is_one_failed_case() -> None:
    run_result = passed()
    for seen in ("first", "second"):
        run_result.record_check("ENV-2", "envelopes.null", False, expected="null", seen=seen)
    (failure,) = junit(run_result).iter("failure")
    assert failure.get("message") == "expected null; seen first (and 1 more)"
    assert "seen: second" in (failure.text or "")


def test_a_case_that_was_left_out_does_not_hide_one_that_ran() -> None:
    run_result = broken()
    run_result.skip("tokens.last-millisecond", ("AUTH-5",), "the second time over")
    names = [
        case.get("name") for case in junit(run_result).iter("testcase") if case.get("classname") == "AUTH-5"
    ]
    assert names == ["tokens.last-millisecond", "tokens.last-millisecond (left out)"]


def test_clauses_without_counted_rules_have_a_case_of_their_own() -> None:
    (case,) = junit(RunResult("fake", tried=Counter({"ENV-1": 3}))).iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("ENV-1", "every check")
    assert case.findtext("system-out") == f"3 checks. {SERVER['ENV-1']}"


@pytest.mark.parametrize("run_results", [[], [RunResult("fake")], [only_skipped()]])
def test_a_run_of_nothing_is_an_error_in_the_xml(run_results: list[RunResult]) -> None:
    root = junit(*run_results)
    assert root.get("errors") == "1"
    assert [error.get("message") for error in root.iter("error")] == ["nothing was tried on this target"]

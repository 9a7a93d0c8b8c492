"""The report in a terminal: what was tried and what was not, findings in full, commands whole."""

from __future__ import annotations

import re

import pytest

from nemocontract.reports import summarise
from nemocontract.reports.format import headline
from nemocontract.reports.junit import as_junit

from .reports_helpers import (
    AT,
    NO_CONTROL,
    REPLAY,
    broken,
    everywhere,
    passed,
    suite_broke,
    terminal_text,
)


def test_the_terminal_tells_what_was_tried_how_often_and_what_was_not() -> None:
    lines = terminal_text(passed("fake"), broken("live")).splitlines()
    assert lines[0] == "fake"
    assert lines[1] == "  seed 42, 1.5 s, 0 tests, 3 clauses, 4 checks, 0 violations"
    assert "  Envelope and errors  ENV-1:2" in lines
    assert "  Tokens               AUTH-1:1  AUTH-5:1 FAILED 1" in lines
    where = lines.index(f"    {NO_CONTROL}")
    assert lines[where + 1 : where + 3] == [
        "      left out: tokens.address-limit",
        "      not tried: AUTH-4",
    ]
    assert lines[-1] == headline(summarise([passed("fake"), broken("live")]))


def test_the_terminal_tells_a_finding_in_full() -> None:
    shown = terminal_text(broken())
    block = shown[shown.index("must: violation 1 of 1 on live") :].partition("\n\n")[0].splitlines()
    assert block[1:] == [
        "  expected      code 0 one millisecond before the end",
        "  seen          1001 bad or expired token",
        "  clause        AUTH-5: A token is good up to the last millisecond of its seven",
        "                days and 1001 from then on.",
        "  source        must, by the skill document",
        "  rule          tokens.last-millisecond",
        "  responsible   the server",
        "  where         request 12, GET /api/credits/balance/simple",
        f"  backend time  {AT}",
        "  scenario      tokens.seven-days",
        "  steps         1. a token is issued",
        "                2. seven days less a millisecond pass",
        "  replay",
        REPLAY,
    ]


@pytest.mark.parametrize("width", [60, 80, 300])
def test_nothing_is_wider_than_the_terminal_but_what_is_copied(width: int) -> None:
    lines = terminal_text(broken(), width=width).splitlines()
    assert REPLAY in lines
    others = [line for line in lines[:-1] if line != REPLAY]
    assert max(map(len, others)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_without_a_terminal_there_is_no_colour_and_with_one_the_words_are_the_same() -> None:
    plain, coloured = (
        terminal_text(broken()),
        terminal_text(broken(), force_terminal=True, color_system="standard"),
    )
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_a_fault_of_the_suite_is_reported_apart() -> None:
    shown = terminal_text(suite_broke())
    assert (
        "Faults of the suite itself: they say nothing of the client or the server.\n  chat.silence" in shown
    )
    assert "violation 1" not in shown


def test_terminal_equal_violations_shown_once_with_count() -> None:
    run_result = passed()
    for nth in range(12):
        run_result.record_check(
            "ENV-2",
            "envelopes.null",
            False,
            expected="null",
            seen=f"answer {nth}",
            test_name=f"run {nth % 2}",
        )
    shown = terminal_text(run_result)
    assert [f"answer {nth}\n" in shown for nth in range(12)] == [True] + [False] * 11
    assert "seen 12 times, in run 0, run 1; this is the first" in shown
    assert "failed: 12 violations" in shown
    assert all(f"answer {nth}" in as_junit(summarise([run_result])) for nth in range(12))


def test_a_console_of_few_letters_gets_the_rest_written_out() -> None:
    shown = terminal_text(everywhere("🎬 字幕"), encoding="ascii", width=200)
    assert r"\U0001f3ac \u5b57\u5e55" in shown

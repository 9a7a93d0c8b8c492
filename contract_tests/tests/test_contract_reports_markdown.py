"""The report as Markdown: a verdict, a table, findings to unfold, and not too long."""

from __future__ import annotations

import re

from nemocontract.reports import summarise
from nemocontract.reports.format import headline

from .pages_helpers import rendered
from .reports_helpers import (
    NO_CONTROL,
    REPLAY,
    broken,
    client,
    everywhere,
    markdown,
    passed,
)


def test_the_markdown_says_the_verdict_and_has_a_table() -> None:
    read = rendered(markdown(passed("fake"), broken("live"), client()))
    assert not read.wrong
    (title,) = read.all("h2")
    assert title.text == f"❌ {headline(summarise([passed('fake'), broken('live'), client()]))}"
    assert [cell.text for cell in read.all("th")] == ["Clauses", "fake", "live", "my_client:Client on fake"]
    cells = [cell.text for cell in read.all("td")]
    assert cells[:4] == [
        "Envelope and errors",
        "1 of 4 clauses, 2 checks",
        "1 of 4 clauses, 2 checks",
        "not asked",
    ]
    assert "2 of 8 clauses, 2 checks, ❌ 1 violation" in cells


def test_the_markdown_unfolds_findings_what_was_left_out_and_faults() -> None:
    read = rendered(markdown(broken()))
    titles = [title.text for title in read.all("summary")]
    assert titles == [
        "❌ must: AUTH-5 tokens.last-millisecond on live: expected code 0 one millisecond before the end",
        "51 clauses not tried on live",
        "⚠️ chat.silence on live",
    ]
    assert f"replay: {REPLAY}\n" in read.all("code")[0].text
    assert f"{NO_CONTROL} (1 test left out; not tried: AUTH-4)" in [item.text for item in read.all("li")]
    assert "they say nothing of the client" in read.all("strong")[0].text


def test_the_markdown_stays_below_what_a_job_may_say() -> None:
    run_result = passed()
    for nth in range(400):
        run_result.record_check("ENV-2", f"rule-{nth}", False, expected="x" * 9000, seen="y" * 9000)
        run_result.add_harness_error(f"case-{nth}", "z" * 9000)
    text = markdown(run_result)
    assert len(text.encode()) < 1024**2
    assert "The first 50 of 400 kinds of violations are shown here." in text
    assert "And 350 faults of the suite more." in text


def test_addresses_in_the_markdown_are_no_links() -> None:
    outside = re.sub(
        r"(?ms)^(`{3,})text$.*?^\1$", "", markdown(everywhere("http://evil.example www.evil.example"))
    )
    assert "evil.example" in outside
    assert "://" not in outside
    assert "www." not in outside

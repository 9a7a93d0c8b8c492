"""The report as a page: clauses by targets, findings with their timelines, nothing from elsewhere."""

from __future__ import annotations

from importlib.resources import files

import pytest

from nemocontract.clauses import CLIENT, SERVER
from nemocontract.reports import summarise
from nemocontract.reports.format import headline
from nemocontract.results import RunResult

from .pages_helpers import Page, check_page, flat, page
from .reports_helpers import (
    AT,
    NO_CONTROL,
    REPLAY,
    broken,
    client,
    passed,
)


def rows(read: Page) -> dict[str, list[str]]:
    """The matrix: what each cell of a clause's row says."""
    found: dict[str, list[str]] = {}
    clause = ""
    for element in read.all("th", "td"):
        if element.attributes.get("scope") == "row":
            clause = element.text.split()[0]
        elif element.tag == "td":
            found.setdefault(clause, []).append(flat(element.text))
    return found


def test_the_page_shows_clauses_by_targets() -> None:
    read = page(passed("fake"), broken("live"), client())
    matrix = rows(read)
    assert matrix["ENV-1"] == ["✓ 2 checks", "✓ 2 checks", "· not asked"]
    assert matrix["AUTH-5"] == [
        "– not tried nothing in this run tries it",
        "✗ 1 violation in 1 check",
        "· not asked",
    ]
    assert matrix["AUTH-4"][1] == f"– not run {NO_CONTROL}"
    assert matrix["C-SSE-4"] == ["· not asked", "· not asked", "✗ 1 violation in 2 checks"]
    assert {*SERVER, *CLIENT} <= set(matrix)
    assert NO_CONTROL in {element.attributes.get("title") for element in read.all("td")}
    assert headline(summarise([passed("fake"), broken("live"), client()])) in read.one_text("p", "headline")


def test_the_page_tells_each_finding_with_its_timeline() -> None:
    read = page(passed(), broken())
    article = flat(read.one("violation-1").text)
    for fact in ("AUTH-5", "code 0 one millisecond", "1001 bad or expired", "tokens.seven-days", REPLAY):
        assert fact in article
    steps = [flat(step.text) for step in read.all("li")]
    assert steps[:3] == [
        "a token is issued",
        "seven days less a millisecond pass",
        f"{AT} request 12, GET /api/credits/balance/simple",
    ]
    assert [link.text for link in read.all("a") if link.attributes["href"] == "#violation-1"] == [
        "1 violation in 1 check"
    ]
    assert "KeyError: 'seq'" in read.one_text("article", "fault")


@pytest.mark.parametrize("run_results", [[], [RunResult("fake")], [passed()], [passed(), broken(), client()]])
def test_the_page_stands_alone_and_reads_well_without_eyes(run_results: list[RunResult]) -> None:
    check_page(page(*run_results))


def test_the_template_is_in_the_package() -> None:
    assert files("nemocontract.reports").joinpath("page.html.j2").is_file()

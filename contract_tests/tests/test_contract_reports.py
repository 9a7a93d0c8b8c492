"""The reports: the same figures in each, every text as it is, no token, and never 0 when nothing ran."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from nemocontract.clauses import ANSWERED, CLIENT, SERVER
from nemocontract.finding import Finding, masked
from nemocontract.reports import save, summarise
from nemocontract.reports.border import clean, shortened
from nemocontract.reports.junit import as_junit
from nemocontract.reports.wording import facts, headline, request, when
from nemocontract.tally import Tally

from .contract_reports_kit import (
    AT,
    NO_CONTROL,
    REPLAY,
    Page,
    all_reports,
    broken,
    client,
    everywhere,
    flat,
    junit,
    markdown,
    page,
    passed,
    told,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "]]> <![CDATA[ & &amp; \"'",
    "\x00\x1b[2J\x07\x9b31m\x85\ud800\ufffe",
    "🎬 字幕 👩‍👩‍👧",
    "| a | b |\n|---|---|\n# head\n- item `code` ```\n````\n</details>",
    "[red]rich[/red] :smile: [link=http://x]y[/link] {{ 7*7 }} {% raw %}",
    "[a](http://evil.example) ![i](http://evil.example/i.png) http://evil.example @someone #1 $x$",
    "https:\\\\x www.evil.example <img src=http://evil.example/i.png onerror=alert(1)>",
    "word " * 4000,
    "x" * 20_000,
    "\r\n\r\n  \t",
    "\u202egnp.exe",
    "",
]


# -- figures and the verdict ---------------------------------------------------------------------------


def only_skipped() -> Tally:
    tally = Tally("live")
    tally.skip("tokens.address-limit", ("AUTH-4",), NO_CONTROL)
    return tally


def counted_nothing() -> Tally:
    return Tally("fake", tried=Counter({"ENV-1": 0}))


def suite_broke() -> Tally:
    tally = passed()
    tally.broke("chat.silence", "KeyError")
    return tally


@pytest.mark.parametrize(
    ("tallies", "code", "words"),
    [
        ([passed()], 0, "passed: 3 clauses, 4 checks, 0 findings; 52 clauses not tried"),
        (
            [passed("a"), passed("b")],
            0,
            "passed: 3 clauses, 8 checks, 0 findings; clauses not tried: 52 on a, 52 on b",
        ),
        ([], 2, "could not run: there was no run at all; 0 clauses, 0 checks, 0 findings"),
        ([Tally("fake")], 2, "could not run: nothing was tried; 0 clauses, 0 checks, 0 findings"),
        ([counted_nothing()], 2, "could not run: nothing was tried; 0 clauses, 0 checks, 0 findings"),
        ([only_skipped()], 2, "could not run: nothing was tried; 0 clauses"),
        ([passed(), only_skipped()], 2, "could not run: nothing was tried on live; 3 clauses"),
        ([suite_broke()], 2, "could not run: 1 fault of the suite; 3 clauses, 4 checks, 0 findings"),
        ([broken()], 1, "FOUND 1 finding: 4 clauses, 5 checks; 1 fault of the suite; 51 clauses not tried"),
        ([suite_broke(), client()], 1, "FOUND 2 findings: 6 clauses, 9 checks; 1 fault of the suite"),
        ([Tally("live"), broken("x")], 1, "FOUND 1 finding: 4 clauses, 5 checks; nothing was tried on live"),
    ],
)
def test_the_verdict_is_never_0_when_nothing_ran(tallies: list[Tally], code: int, words: str) -> None:
    summary = summarise(tallies)
    assert summary.exit_code == code
    assert headline(summary).startswith(words)
    assert headline(summary).startswith(summary.verdict)


def test_a_cell_says_what_became_of_its_clause() -> None:
    tally = broken()
    tally.skip("envelopes.strict", ("ENV-1",), "may cost 50 credits")
    summary = summarise([tally, client()])
    server, subject = summary.columns
    cells = {c: summary.cell(c, server) for c in ("ENV-1", "AUTH-5", "AUTH-4", "SES-1", "C-SSE-4")}
    assert {c: (cell.state, cell.tried, cell.findings) for c, cell in cells.items()} == {
        "ENV-1": ("held", 2, 0),
        "AUTH-5": ("found", 1, 1),
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


def test_clauses_that_nothing_tries_are_told_with_the_reason() -> None:
    column = summarise([passed()]).columns[0]
    assert column.cells["SES-1"].reasons == ("nothing in this run tries it",)
    after_a_fault = summarise([suite_broke()]).columns[0]
    assert "faults of the suite" in after_a_fault.cells["SES-1"].reasons[0]


def test_runs_of_one_name_are_told_apart() -> None:
    other = passed()
    other.seed = 43
    labels = [column.label for column in summarise([passed(), other, passed(), client()]).columns]
    assert labels == [
        "fake, seed 42, run 1",
        "fake, seed 43",
        "fake, seed 42, run 2",
        "my_client:Client on fake",
    ]


def test_a_tally_is_left_as_it_was() -> None:
    tally = everywhere("nmv_usr_x")
    summarise([tally])
    assert tally.target == "nmv_usr_x"
    assert tally.findings[0].expected == "nmv_usr_x"


def test_rules_are_counted_as_they_are_tried() -> None:
    tally = passed()
    tally.add(passed())
    assert tally.rules["ENV-1", "envelopes.code"] == 2
    assert tally.rules.total() == tally.tried.total() == 8


@pytest.mark.parametrize(
    ("seq", "where", "told_as"),
    [
        (None, "", ""),
        (3, "", "request 3"),
        (None, "GET /x", "GET /x"),
        (3, "GET /x", "request 3, GET /x"),
        (3, "request 3, chat:\nno answer", "request 3, chat: no answer"),
    ],
)
def test_a_request_is_told_once(seq: int | None, where: str, told_as: str) -> None:
    assert request(Finding("ENV-1", "r", "", "", seq=seq, where=where)) == told_as


@pytest.mark.clause("C-SEC-1")
def test_a_tally_masks_what_is_written_into_it() -> None:
    tally, secret = Tally("fake"), "nmv_usr_secret"
    tally.saw("ENV-1", "r", False, expected=secret, seen=secret, where=secret, replay=secret, story=(secret,))
    tally.skip("case", ("ENV-1",), secret)
    tally.broke("case", secret)
    assert "secret" not in repr(tally)


@pytest.mark.parametrize(("at_ms", "text"), [(0, "1970-01-01T00:00:00.000Z"), (10**18, f"{10**18} ms")])
def test_backend_time_is_told_in_utc(at_ms: int, text: str) -> None:
    assert when(at_ms) == text


def test_a_refusal_that_a_client_must_answer_is_told_in_the_clients_words() -> None:
    summary = summarise([client()])
    told_of = {finding.clause: dict(facts(finding))["clause"] for _, finding in summary.findings}
    assert told_of == {"CRE-4": f"CRE-4: {ANSWERED['CRE-4']}", "C-SSE-4": f"C-SSE-4: {CLIENT['C-SSE-4']}"}
    assert ANSWERED["CRE-4"] in page(client()).one("finding-1").text


# -- the terminal --------------------------------------------------------------------------------------


def test_the_terminal_tells_what_was_tried_how_often_and_what_was_not() -> None:
    lines = told(passed("fake"), broken("live")).splitlines()
    assert lines[0] == "fake"
    assert lines[1] == "  seed 42, 1.5 s, 0 trials or cases, 3 clauses, 4 checks, 0 findings"
    assert "  Envelope and errors  ENV-1:2" in lines
    assert "  Tokens               AUTH-1:1  AUTH-5:1 FOUND 1" in lines
    where = lines.index(f"    {NO_CONTROL}")
    assert lines[where + 1 : where + 3] == [
        "      left out: tokens.address-limit",
        "      not tried: AUTH-4",
    ]
    assert lines[-1] == headline(summarise([passed("fake"), broken("live")]))


def test_the_terminal_tells_a_finding_in_full() -> None:
    shown = told(broken())
    block = shown[shown.index("finding 1 of 1 on live") :].partition("\n\n")[0].splitlines()
    assert block[1:] == [
        "  clause        AUTH-5: A token is good up to the last millisecond of its seven",
        "                days and 1001 from then on.",
        "  rule          tokens.last-millisecond",
        "  whose         the server's",
        "  expected      code 0 one millisecond before the end",
        "  seen          1001 bad or expired token",
        "  request       request 12, GET /api/credits/balance/simple",
        f"  backend time  {AT}",
        "  trial         tokens.seven-days",
        "  story         1. a token is issued",
        "                2. seven days less a millisecond pass",
        "  replay",
        REPLAY,
    ]


@pytest.mark.parametrize("width", [60, 80, 300])
def test_nothing_is_wider_than_the_terminal_but_what_is_copied(width: int) -> None:
    lines = told(broken(), width=width).splitlines()
    assert REPLAY in lines
    others = [line for line in lines[:-1] if line != REPLAY]
    assert max(map(len, others)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_without_a_terminal_there_is_no_colour_and_with_one_the_words_are_the_same() -> None:
    plain, coloured = told(broken()), told(broken(), force_terminal=True, color_system="standard")
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_a_fault_of_the_suite_is_told_apart() -> None:
    shown = told(suite_broke())
    assert (
        "Faults of the suite itself: they say nothing of the client or the server.\n  chat.silence" in shown
    )
    assert "finding 1" not in shown


def test_many_findings_alike_are_told_once_over() -> None:
    tally = passed()
    for nth in range(12):
        tally.saw("ENV-2", "envelopes.null", False, expected="null", seen=f"answer {nth}")
    shown = told(tally)
    assert [f"answer {nth}\n" in shown for nth in range(12)] == [True] * 5 + [False] * 7
    assert "and 7 more findings of ENV-2, envelopes.null, on fake" in shown
    assert "FOUND 12 findings" in shown
    assert all(f"answer {nth}" in as_junit(summarise([tally])) for nth in range(12))


def test_a_console_of_few_letters_gets_the_rest_written_out() -> None:
    shown = told(everywhere("🎬 字幕"), encoding="ascii", width=200)
    assert r"\U0001f3ac \u5b57\u5e55" in shown


# -- JUnit ---------------------------------------------------------------------------------------------


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
    tally = passed()
    for seen in ("first", "second"):
        tally.saw("ENV-2", "envelopes.null", False, expected="null", seen=seen)
    (failure,) = junit(tally).iter("failure")
    assert failure.get("message") == "expected null; seen first (and 1 more)"
    assert "seen: second" in (failure.text or "")


def test_a_case_that_was_left_out_does_not_hide_one_that_ran() -> None:
    tally = broken()
    tally.skip("tokens.last-millisecond", ("AUTH-5",), "the second time over")
    names = [case.get("name") for case in junit(tally).iter("testcase") if case.get("classname") == "AUTH-5"]
    assert names == ["tokens.last-millisecond", "tokens.last-millisecond (left out)"]


def test_clauses_without_counted_rules_have_a_case_of_their_own() -> None:
    (case,) = junit(Tally("fake", tried=Counter({"ENV-1": 3}))).iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("ENV-1", "every check")
    assert case.findtext("system-out") == f"3 checks. {SERVER['ENV-1']}"


@pytest.mark.parametrize("tallies", [[], [Tally("fake")], [only_skipped()]])
def test_a_run_of_nothing_is_an_error_in_the_xml(tallies: list[Tally]) -> None:
    root = junit(*tallies)
    assert root.get("errors") == "1"
    assert [error.get("message") for error in root.iter("error")] == ["nothing was tried on this target"]


# -- the page ------------------------------------------------------------------------------------------


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
        "✗ 1 finding in 1 check",
        "· not asked",
    ]
    assert matrix["AUTH-4"][1] == f"– not run {NO_CONTROL}"
    assert matrix["C-SSE-4"] == ["· not asked", "· not asked", "✗ 1 finding in 2 checks"]
    assert {*SERVER, *CLIENT} <= set(matrix)
    assert NO_CONTROL in {element.attributes.get("title") for element in read.all("td")}
    assert headline(summarise([passed("fake"), broken("live"), client()])) in read.one_text("p", "headline")


def test_the_page_tells_each_finding_with_its_timeline() -> None:
    read = page(passed(), broken())
    article = flat(read.one("finding-1").text)
    for fact in ("AUTH-5", "code 0 one millisecond", "1001 bad or expired", "tokens.seven-days", REPLAY):
        assert fact in article
    steps = [flat(step.text) for step in read.all("li")]
    assert steps[:3] == [
        "a token is issued",
        "seven days less a millisecond pass",
        f"{AT} request 12, GET /api/credits/balance/simple",
    ]
    assert [link.text for link in read.all("a") if link.attributes["href"] == "#finding-1"] == [
        "1 finding in 1 check"
    ]
    assert "KeyError: 'seq'" in read.one_text("article", "fault")


@pytest.mark.parametrize("tallies", [[], [Tally("fake")], [passed()], [passed(), broken(), client()]])
def test_the_page_stands_alone_and_reads_well_without_eyes(tallies: list[Tally]) -> None:
    check_page(page(*tallies))


def check_page(read: Page) -> None:
    """No resource, no script, all closed; headings in steps, tables with captions, references that lead."""
    assert not read.wrong
    assert not read.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    ids = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in read.elements:
        assert not any(
            name.startswith("on") or name in ("src", "srcset", "style") for name in element.attributes
        )
        assert element.attributes.get("href", "#")[0] == "#"
        for reference in (
            element.attributes.get("href", "#")[1:],
            element.attributes.get("aria-labelledby", ""),
        ):
            assert not reference or reference in ids
    (style,) = read.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert "prefers-color-scheme: dark" in style.text
    levels = [int(heading.tag[1]) for heading in read.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(read.all("caption")) == len(read.all("table"))
    assert all(head.attributes.get("scope") for head in read.all("th"))


def test_the_template_is_in_the_package() -> None:
    assert files("nemocontract.reports").joinpath("page.html.j2").is_file()


# -- Markdown ------------------------------------------------------------------------------------------


def rendered(text: str) -> Page:
    """What a renderer of GitHub's kind makes of it."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


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
    assert "2 of 8 clauses, 2 checks, ❌ 1 finding" in cells


def test_the_markdown_unfolds_findings_what_was_left_out_and_faults() -> None:
    read = rendered(markdown(broken()))
    titles = [title.text for title in read.all("summary")]
    assert titles == [
        "❌ AUTH-5 tokens.last-millisecond on live: expected code 0 one millisecond before the end",
        "51 clauses not tried on live",
        "⚠️ chat.silence on live",
    ]
    assert f"replay: {REPLAY}\n" in read.all("code")[0].text
    assert f"{NO_CONTROL} (1 trial or case left out; not tried: AUTH-4)" in [
        item.text for item in read.all("li")
    ]
    assert "they say nothing of the client" in read.all("strong")[0].text


def test_the_markdown_stays_below_what_a_job_may_say() -> None:
    tally = passed()
    for nth in range(400):
        tally.saw("ENV-2", f"rule-{nth}", False, expected="x" * 9000, seen="y" * 9000)
        tally.broke(f"case-{nth}", "z" * 9000)
    text = markdown(tally)
    assert len(text.encode()) < 1024**2
    assert "The first 50 of 400 findings are told here." in text
    assert "And 350 faults of the suite more." in text


def test_addresses_in_the_markdown_are_no_links() -> None:
    outside = re.sub(
        r"(?ms)^(`{3,})text$.*?^\1$", "", markdown(everywhere("http://evil.example www.evil.example"))
    )
    assert "evil.example" in outside
    assert "://" not in outside
    assert "www." not in outside


# -- whatever the texts are ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("a\r\nb\tc\n", "a\nb\tc\n"),
        ("a\rb", r"a\x0db"),
        ("\x1b[2J\x9b", r"\x1b[2J\x9b"),
        ("\ud800\u202e", r"\ud800\u202e"),
        ("👩‍👩‍👧 字幕 é", "👩‍👩‍👧 字幕 é"),
        ("a nmv_usr_secret, clm_secret", "a nmv_usr_***, clm_***"),
    ],
)
def test_what_crosses_the_border_can_be_read_and_not_obeyed(text: str, safe: str) -> None:
    assert clean(text) == safe == clean(safe)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_and_never_obeyed(text: str) -> None:
    tally, safe = everywhere(text), flat(clean(text))
    check_texts(tally)
    assert safe in flat(page(tally).one("finding-1").text)
    assert any(safe in flat(case.findtext("failure") or "") for case in junit(tally).iter("testcase"))
    shown, code = told(tally, width=300), rendered(markdown(tally)).all("code")[0].text
    assert flat(shortened(clean(text), 20))[:15] in flat(shown)
    assert flat(safe[:100]) in flat(code)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=80, deadline=None, database=None, derandomize=True)
def test_any_text_can_be_told(text: str) -> None:
    check_texts(everywhere(text))


def check_texts(tally: Tally) -> None:
    reports = all_reports(tally)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", "".join(reports.values()))
    (suite,) = junit(tally)
    assert suite.get("name")
    read = Page(reports["page"])
    check_page(read)
    made = rendered(reports["markdown"])
    assert not made.wrong
    assert not made.all("script", "img", "a", "em")
    assert len(made.all("summary")) == len(made.all("details"))
    assert len(made.all("table")) == 1
    assert {len(row) for row in table_rows(made)} == {2}


def table_rows(read: Page) -> list[list[str]]:
    found: list[list[str]] = []
    for element in read.all("tr", "th", "td"):
        found.append([]) if element.tag == "tr" else found[-1].append(element.text)
    return found


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("nmv_usr_***", "nmv_usr_***"),
        ("nmv_usr_***0f9a", "nmv_usr_***0f9a"),
        ("nmv_usr_***0f9asecret", "nmv_usr_***0f9a"),
        ("nmv_usr_***secret", "nmv_usr_***"),
        ("Bearer secret-of-mine", "Bearer ***"),
        ("Bearer ***0f9a0f9a", "Bearer ***"),
        ("bearer nmv_usr_secret", "bearer nmv_usr_***"),
    ],
)
def test_masking_twice_is_masking_once(text: str, safe: str) -> None:
    assert masked(text) == safe == masked(masked(text))


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize(
    "secret",
    [
        "nmv_usr_CANARY0123456789abcdef",
        "https://api.example/w?token=nmv_usr_CANARY0123456789abcdef&x=1",
        "clm_CANARY0123456789abcdef",
        "Authorization: Bearer CANARY0123456789abcdef",
        '{"token": "nmv_usr_CANARY0123456789abcdef"}',
        "\x00nmv_usr_CANARY0123456789abcdef\x00",
        "nmv_usr_CANARY" + "y" * 5000,
    ],
)
def test_no_token_leaves_the_suite(secret: str, tmp_path: Path) -> None:
    tally = everywhere(secret)
    assert repr(tally).count("CANARY") > 20
    save([tally, passed()], junit=tmp_path / "a.xml", html=tmp_path / "a.html", markdown=tmp_path / "a.md")
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(written) == 3
    for name, text in {**all_reports(tally), **written}.items():
        assert "***" in text or "&#42;&#42;&#42;" in text, name
        assert "CANARY" not in text, name


# -- files ---------------------------------------------------------------------------------------------


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


def test_a_folder_that_is_not_there_is_told_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"no report can be written to .*there is no folder .*nowhere"
    ):
        save([passed()], junit=tmp_path / "a.xml", html=tmp_path / "nowhere" / "a.html")
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        save([passed()], junit=tmp_path / "a.xml", markdown=tmp_path)
    assert not list(tmp_path.iterdir())

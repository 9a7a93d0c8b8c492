"""Whatever the texts are, reports show them and never obey them, and no token is in any (C-SEC-1)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemocontract.reports import save
from nemocontract.reports.sanitize import clean, shortened
from nemocontract.results import RunResult, masked_text

from .pages_helpers import Page, check_page, flat, page, rendered
from .reports_helpers import (
    all_reports,
    everywhere,
    junit,
    markdown,
    passed,
    terminal_text,
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
    run_result, safe = everywhere(text), flat(clean(text))
    check_texts(run_result)
    assert safe in flat(page(run_result).one("violation-1").text)
    assert any(safe in flat(case.findtext("failure") or "") for case in junit(run_result).iter("testcase"))
    shown, code = terminal_text(run_result, width=300), rendered(markdown(run_result)).all("code")[0].text
    assert flat(shortened(clean(text), 20))[:15] in flat(shown)
    assert flat(safe[:100]) in flat(code)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
@settings(max_examples=80, deadline=None, database=None, derandomize=True)
def test_any_text_can_be_reported(text: str) -> None:
    check_texts(everywhere(text))


def check_texts(run_result: RunResult) -> None:
    reports = all_reports(run_result)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", "".join(reports.values()))
    (suite,) = junit(run_result)
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
    assert masked_text(text) == safe == masked_text(masked_text(text))


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
    run_result = everywhere(secret)
    assert repr(run_result).count("CANARY") > 20
    save(
        [run_result, passed()], junit=tmp_path / "a.xml", html=tmp_path / "a.html", markdown=tmp_path / "a.md"
    )
    written = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert len(written) == 3
    for name, text in {**all_reports(run_result), **written}.items():
        assert "***" in text or "&#42;&#42;&#42;" in text, name
        assert "CANARY" not in text, name

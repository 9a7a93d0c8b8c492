"""Correct skill documents are clean; a document is read as its parts, and numbers in two languages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nemocontract.lint.bodies import bodies_in
from nemocontract.lint.check import lint
from nemocontract.lint.curl import commands
from nemocontract.lint.document import parse
from nemocontract.lint.endpoints import nearest
from nemocontract.lint.numbers import FACTS
from nemocontract.lint.quantities import quantities

DOCUMENTS = Path(__file__).parent / "skill_documents"
SAMPLES = sorted(DOCUMENTS.glob("*.md"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_lint_correct_document_has_no_finding_at_any_level(sample: Path) -> None:
    assert lint(parse(sample.read_text(encoding="utf-8"))) == []


def test_lint_samples_cover_both_languages_and_several_shapes() -> None:
    assert len(SAMPLES) >= 5


def test_lint_all_samples_take_less_than_a_second_each() -> None:
    for sample in SAMPLES:
        began_s = time.perf_counter()
        lint(parse(sample.read_text(encoding="utf-8")))
        assert time.perf_counter() - began_s < 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Clips under 5 minutes render faster.",
        "The processed file is delivered via a signed URL valid for 24 hours.",
        "Trim the first 10 seconds of a 45-minute lecture.",
        "Files of 200 MB and more take longer to upload.",
        "Add background music at 35% volume.",
        "The backend finishes most 30-second clips in 1-2 minutes.",
        "You have {available} credits left.",
        "把 45 分钟的讲座剪成 3 分钟的短片。",
        "音乐音量设为 35%。",
    ],
)
def test_lint_number_of_another_subject_is_no_finding(sentence: str) -> None:
    text = (DOCUMENTS / "table_heavy.md").read_text(encoding="utf-8")
    assert lint(parse(f"{text}\n\n## Tips\n\n{sentence}\n")) == []


@pytest.mark.parametrize(
    ("said", "dimension", "low", "high"),
    [
        ("30–90 s", "time", 30, 90),
        ("thirty to ninety seconds", "time", 30, 90),
        ("三十到九十秒", "time", 30, 90),
        ("half a minute", "time", 30, 30),
        ("半分钟", "time", 30, 30),
        ("a quarter of an hour", "time", 900, 900),
        ("900000 ms", "time", 900, 900),
        ("十五分钟", "time", 900, 900),
        ("a week", "time", 604_800, 604_800),
        ("一周", "time", 604_800, 604_800),
        ("7-day", "time", 604_800, 604_800),
        ("500 MiB", "size", 500, 500),
        ("0.5 GB", "size", 500, 500),
        ("五百兆", "size", 500, 500),
        ("30 per cent", "percent", 30, 30),
        ("三成", "percent", 30, 30),
        ("three in ten", "percent", 30, 30),
        ("100 free credits", "credits", 100, 100),
        ("一百积分", "credits", 100, 100),
        ("twice", "times", 2, 2),
    ],
)
def test_quantities_value_in_words_or_digits_is_read(
    said: str, dimension: str, low: float, high: float
) -> None:
    assert (dimension, low, high) in [(one.dimension, one.low, one.high) for one in quantities(said)]


def test_quantities_section_number_is_none() -> None:
    assert list(quantities("go to §3.3 credits")) == []


def test_document_parts_have_their_lines_and_sections() -> None:
    document = parse(
        "---\nname: x\nversion: 1\n---\n# A\n\none. Two is\nmore.\n\n## B\n\n| Code | Meaning |\n|---|---|\n| `1001` | bad |\n"
    )
    assert document.front_matter == {"name": "x", "version": 1}
    assert [(one.line, one.section) for one in document.rows] == [(14, "A > B")]
    assert document.rows[0].header == ("Code", "Meaning")
    assert [one.line for one in document.statements if one.section == "A"] == [5, 7, 7]


def test_document_table_without_a_whole_delimiter_is_still_a_table() -> None:
    document = parse("| Code | Meaning | Action |\n|---|\n| 1001 | bad token | new token |\n")
    assert [row.cells for row in document.rows] == [("1001", "bad token", "new token")]


def test_curl_command_is_taken_apart_as_a_shell_does() -> None:
    text = '```bash\n# a user\'s comment with curl in it\nSID=$(curl -sS -XPOST "$API/run_sse" \\\n  -H \'Accept: text/event-stream\' \\\n  -d \'{"a": "b | c"}\' | jq -r .data)\n```\n'
    (curl,) = commands(parse(text))
    assert (curl.line, curl.verb, curl.url) == (3, "POST", "$API/run_sse")
    assert curl.header("accept") == "text/event-stream"
    assert curl.data == '{"a": "b | c"}'


def test_curl_with_a_file_form_is_a_post() -> None:
    (curl,) = commands(parse("`curl $API/api/upload-video/nemo_agent/me/<sid> -F files=@clip.mp4`\n"))
    assert (curl.verb, curl.form) == ("POST", ["files=@clip.mp4"])


def test_bodies_placeholders_are_read_as_null() -> None:
    text = 'send {"id":"render_<ts>","draft":<json>,"output":{...}} there'
    assert [body for _, body in bodies_in(text)] == [{"id": "render_<ts>", "draft": None, "output": None}]


@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("/api/v1/generate", "chat"),
        ("/api/credits", "credits"),
        ("/api/upload/nemo_agent/me/<sid>", "upload"),
        ("/api/auth/token", "token.issue"),
        ("/api/render/lambda", "render.submit"),
    ],
)
def test_endpoint_unknown_path_is_named_with_the_nearest_one(path: str, operation: str) -> None:
    assert nearest(path, "POST") == operation


def test_numbers_every_fact_has_a_protocol_sentence_and_a_right_value() -> None:
    assert all(fact.protocol and fact.right for fact in FACTS)


def test_front_matter_missing_is_advice_in_an_extract_and_must_in_a_document() -> None:
    extract, document = lint(parse("plain words")), lint(parse("# A heading\n"))
    assert [one.level for one in extract if "front matter" in one.fix] == ["advice"]
    assert [one.level for one in document if "front matter" in one.fix] == ["must"]


def test_front_matter_broken_yaml_is_found() -> None:
    violations = lint(parse("---\nname: a: b\nversion: 1\n---\n# A\n"))
    assert ("contradicts", "C-ATT-1", 1) in [(one.kind, one.clause, one.line) for one in violations]


def test_missing_vendor_fact_is_no_finding() -> None:
    """No sample says how long a claim token lives, or at most how many polls: only vendor documents do."""
    text = (DOCUMENTS / "terse.md").read_text(encoding="utf-8")
    assert "claim" not in text
    assert lint(parse(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "---\n",
        "---\nname: x\n",
        "| | |\n|---|\n| |\n",
        "```\ncurl",
        '`curl -H "',
        "{" * 3000,
        "0",
        "# \n" * 50,
        "x" * 100_000,
    ],
)
def test_lint_odd_text_is_no_crash(text: str) -> None:
    assert lint(parse(text))

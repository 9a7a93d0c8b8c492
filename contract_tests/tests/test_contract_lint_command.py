"""The command ``nemofake lint``: what it reports, how it exits, and the commands that it runs."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from nemocontract.commands.lint import lint as command
from nemofake import cli

DOCUMENTS = Path(__file__).parent / "skill_documents"
SAMPLES = sorted(DOCUMENTS.glob("*.md"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A document with one wrong fact of each of three levels."""
    text = (DOCUMENTS / "terse.md").read_text(encoding="utf-8")
    text = text.replace("every 30s", "every 5s").replace("file at `output.url`", "file at `result.url`")
    file = tmp_path / "SKILL.md"
    file.write_text(text.replace("30-90s", "soon"), encoding="utf-8")
    return file


# -- the command -----------------------------------------------------------------------------------


def test_command_clean_document_exits_0() -> None:
    result = run(*SAMPLES)
    assert result.exit_code == 0, result.output
    assert result.output.count("0 findings") == len(SAMPLES)


def test_command_is_reached_through_nemofake() -> None:
    result = CliRunner().invoke(cli.cli, ["lint", str(SAMPLES[0])])
    assert result.exit_code == 0, result.output


def test_command_findings_exit_1_and_name_line_clause_and_fix(wrong: Path) -> None:
    result = run(wrong)
    line = 1 + wrong.read_text().split("every 5s")[0].count("\n")
    assert result.exit_code == 1
    for words in (
        f":{line}  contradicts  C-REN-1",
        "must: ",
        "should: ",
        "poll an export every 30 s",
        "1 more",
    ):
        assert words in result.output


@pytest.mark.parametrize(("level", "failing"), [("must", 1), ("should", 2), ("advice", 3)])
def test_command_level_chooses_what_fails(wrong: Path, level: str, failing: int) -> None:
    output = json.loads(run(wrong, "--level", level, "--format", "json").output)
    assert output["failing"] == failing
    assert sum(one["fails"] for one in output["files"][0]["findings"]) == failing


def test_command_json_finding_has_all_its_fields(wrong: Path) -> None:
    first = json.loads(run(wrong, "--format", "json").output)["files"][0]["findings"][-1]
    assert {"line", "kind", "clause", "level", "says", "protocol", "fix", "fails"} == set(first)


def test_command_github_annotations_name_file_and_line(wrong: Path) -> None:
    lines = run(wrong, "--format", "github").output.splitlines()
    assert lines[0].startswith("::error file=")
    assert all(",line=" in line and ",title=" in line for line in lines)
    assert any(line.startswith("::warning ") for line in lines)


def test_command_junit_counts_failures(wrong: Path, tmp_path: Path) -> None:
    report = tmp_path / "lint.xml"
    assert run(wrong, SAMPLES[0], "--format", "junit", "--output", report).exit_code == 1
    root = ET.fromstring(report.read_text(encoding="utf-8"))
    assert root.get("failures") == "2"
    assert len(root.findall("testsuite")) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "empty"), (b" \n\n", "empty"), (b"\xff\xfe\x00", "not a text in UTF-8"), (b"a\x00b", "NUL")],
)
def test_command_file_that_is_no_text_exits_2_with_one_sentence(
    tmp_path: Path, content: bytes, why: str
) -> None:
    file = tmp_path / "SKILL.md"
    file.write_bytes(content)
    result = run(file)
    assert result.exit_code == 2
    assert why in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_command_missing_file_and_folder_exit_2(tmp_path: Path) -> None:
    for path in (tmp_path / "none.md", tmp_path):
        result = run(path)
        assert result.exit_code == 2
        assert str(path) in result.output
        assert "Traceback" not in result.output


# -- commands that are run -------------------------------------------------------------------------


def ran(tmp_path: Path, sample: str, *changes: tuple[str, str]) -> dict[str, Any]:
    text = (DOCUMENTS / f"{sample}.md").read_text(encoding="utf-8")
    for right, wrong_one in changes:
        assert right in text
        text = text.replace(right, wrong_one, 1)
    file = tmp_path / "SKILL.md"
    file.write_text(text, encoding="utf-8")
    output: dict[str, Any] = json.loads(run(file, "--run", "--format", "json").output)
    return output


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda file: file.stem)
def test_run_commands_of_a_correct_document_find_nothing(tmp_path: Path, sample: Path) -> None:
    result = ran(tmp_path, sample.stem)
    assert result["failing"] == 0, result


def test_run_commands_are_counted(tmp_path: Path) -> None:
    result = ran(tmp_path, "table_heavy")
    assert result["files"][0]["notes"][0] == "5 curl commands run"


def test_run_refused_command_is_found_where_reading_is_not_enough(tmp_path: Path) -> None:
    result = ran(
        tmp_path,
        "table_heavy",
        (' -H "Content-Type: application/json" -H "Accept', ' -H "Content-Type: text/plain" -H "Accept'),
    )
    found = result["files"][0]["findings"]
    assert result["failing"] == 1
    assert found[0]["clause"] == "SSE-1"
    assert "refuses it: 400" in found[0]["protocol"]

"""The command ``nemofake scenarios``, and the other ways to a folder of one's own scenarios."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nemofake import running
from nemofake.cli import cli
from nemofake.scenario_runner import listing
from nemofake.settings import SettingError
from nemofake.uvicorn_server import ServerRunner
from nemoscenarios import PACKAGED, schema_text

GOOD = """\
id: {name}
title: A guest says hello.
clauses: [SSE-1]
status: documented
agent_behavior: [{{silent: false}}]
user:
  - {{say: hello, ending: complete}}
expect:
  counts: {{chat: {count}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hello.yaml").write_text(GOOD.format(name="hello", count=1), encoding="utf-8")
    (tmp_path / "wrong.yaml").write_text(GOOD.format(name="wrong", count=2), encoding="utf-8")
    text = (
        "id: served-only\ntitle: Nobody plays this.\nclauses: [CRE-4]\nstatus: assumed\ngiven: {credits: 3}\n"
    )
    (tmp_path / "served-only.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["scenarios", *map(str, words)])


def test_all_scenarios_are_listed_with_their_status_and_title() -> None:
    lines = run("list").output.splitlines()
    rows = [line for line in lines if line.startswith(" ")]
    assert len(rows) == len([*PACKAGED.glob("*.yaml")])
    assert any(line.split()[:3] == ["*", "auth-token-expired", "documented"] for line in rows)
    names = [line[3:].split()[0] for line in rows]
    assert names == sorted(names)
    areas = [line.removesuffix(":") for line in lines if line not in rows]
    assert areas == list(dict.fromkeys(name.partition("-")[0] for name in names))


def test_ones_own_folder_is_listed_alone(folder: Path) -> None:
    assert listed("--scenarios", str(folder)) == ["hello", "served-only", "wrong"]


def listed(*words: str) -> list[str]:
    result = run("list", "--json", *words)
    assert result.exit_code == 0, result.output
    return [one["id"] for one in json.loads(result.output)]


@pytest.mark.parametrize(
    ("words", "some", "not_there"),
    [
        (["--code", "2001"], "credits-none-anonymous", "chat-greeting"),
        (["--code", "402"], "export-402-free-plan", "credits-none-anonymous"),
        (["--on", "render.submit"], "export-id-conflict-once", "chat-greeting"),
        (["--on", "render"], "export-id-conflict-once", "chat-greeting"),
        (["--on", "auth"], "auth-token-expired", "chat-greeting"),
        (["--clause", "sse-10"], "stream-temporary-issue-only", "chat-greeting"),
        (["--fault", "stall"], "stream-stalls-during-work", "stream-cut-during-work"),
        (["silent", "Chinese"], "chat-silent-edit-chinese", "chat-silent-edit"),
        (["--fault", "cut", "--on", "chat"], "stream-cut-during-work", "download-always-cut"),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(words: list[str], some: str, not_there: str) -> None:
    names = listed(*words)
    assert some in names
    assert not_there not in names


def test_nothing_found_is_one_sentence_and_leaves_with_two() -> None:
    result = run("list", "--code", "9999")
    assert (result.exit_code, result.output) == (
        2,
        "Error: no scenario has all of that; ask for less, or list them all\n",
    )


def test_the_scenarios_to_start_with_are_there() -> None:
    assert {*listing.START_WITH} <= {*listed()}
    assert len(listing.START_WITH) == 15


def test_a_scenario_is_shown_with_all_that_it_tells() -> None:
    output = run("show", "stream-cut-during-work").output
    for words in (
        "(documented)",
        "clauses: SSE-11, C-SSE-3, C-SSE-4",
        "given: files clip.mp4",
        "parameter: edit_ms [20000, 20000]",
        "fault: chat no. 1: cut after_events 1",
        "user: say trim the video to 2 seconds",
        "expected: chat ended=cut",
        "stream-cut-during-work.yaml",
    ):
        assert words in output
    assert "upload: refuse 4001" in run("show", "upload-unsupported").output


def test_an_unknown_scenario_is_reported_in_one_line() -> None:
    result = run("show", "no-such-scenario")
    assert result.exit_code == 1
    assert "unknown scenario 'no-such-scenario'" in result.output
    assert run("run", "no-such-scenario").exit_code == 1


def test_the_scenarios_that_come_along_are_well_reported() -> None:
    result = run("validate")
    assert (result.exit_code, result.output.split()[1:]) == (0, ["scenario", "files", "are", "valid"])


def test_a_faulty_file_is_reported_with_line_and_key(folder: Path) -> None:
    bad = folder / "torn.yaml"
    bad.write_text(
        GOOD.format(name="torn", count=1).replace("ending: complete", "endng: complete"), encoding="utf-8"
    )
    alien = folder / "alien.yaml"
    alien.write_bytes(b"id: \xff\n")
    result = run("validate", "--scenarios", folder)
    assert result.exit_code == 1
    assert "torn.yaml:7: user.0.endng: unknown key; did you mean ending" in result.output
    assert "alien.yaml:1: the whole file: is not UTF-8 text" in result.output
    assert "2 of 5 scenario files are invalid" in result.output
    assert run("validate", folder / "hello.yaml").exit_code == 0
    assert run("validate", bad).exit_code == 1


def test_the_schema_is_printed_as_it_is_published() -> None:
    assert run("schema").output == schema_text()
    assert json.loads(schema_text())["title"]


def test_a_play_says_line_by_line_what_held(folder: Path) -> None:
    result = run("run", "hello", "--scenarios", folder, "--seed", "9", "--profile", "adk")
    assert result.exit_code == 0
    assert "ok    hello  [adk,envelope,render-flat]  A guest says hello." in result.output
    assert "held    user.0.ending: 'say hello' ends complete" in result.output
    assert "held    always.C-SEC-1: " in result.output
    assert "1 of 1 runs passed" in result.output


def test_a_failure_says_expected_and_seen_and_when_and_how_to_repeat_it(folder: Path) -> None:
    result = run("run", "--all", "--scenarios", folder)
    assert result.exit_code == 1
    assert "FAIL  wrong" in result.output
    output = result.output[result.output.index("FAILED  expect.counts.chat") :].splitlines()
    assert [line.split(":")[0].strip() for line in output[1:4]] == ["expected", "seen", "at"]
    assert output[1].endswith("chat 2 times")
    assert output[2].endswith("1 times")
    assert "2026-01-01T00:00:" in output[3]
    assert output[4].strip() == (
        "replay: nemofake scenarios run wrong --seed 42 --profile typed,envelope,render-flat"
        f" --scenarios {folder}"
    )
    assert "held" not in result.output.replace("runs passed", "")
    assert "1 of 2 runs passed" in result.output  # the one without a user is served, not played


def test_what_a_failure_says_to_run_fails_again(folder: Path) -> None:
    replay = run("run", "--all", "--scenarios", folder).output.split("replay: nemofake scenarios ")[1]
    assert run(*replay.splitlines()[0].split()).exit_code == 1


def test_all_profiles_are_eight_plays(folder: Path) -> None:
    result = run("run", "hello", "--all-profiles", "--scenarios", folder)
    assert "8 of 8 runs passed" in result.output


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("run",), "--all"),
        (("run", "hello", "--all"), "--all"),
        (("run", "--all", "--profile", "sideways"), "unknown wire profile name"),
        (("run", "served-only"), "has no user actions"),
        (("run", "hello", "--scenarios", "nowhere"), "does not exist"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(folder: Path, words: tuple[str, ...], text: str) -> None:
    more = () if "nowhere" in words else ("--scenarios", str(folder))
    result = run(*words, *more)
    assert result.exit_code in (1, 2)
    assert text in result.output


def test_the_matrix_is_printed_and_written_in_both_forms(folder: Path) -> None:
    md, page = folder / "m.md", folder / "m.html"
    result = run("matrix", "--scenarios", folder, "--markdown", md, "--html", page)
    text = md.read_text(encoding="utf-8")
    assert text in result.output
    assert "| **SSE-1** | hello, wrong |" in text
    assert "**hole**" in text
    assert "(1) " in text
    assert "<li>hello</li>" in page.read_text(encoding="utf-8")
    assert 'class="gap"' in page.read_text(encoding="utf-8")
    assert result.exit_code == 1
    assert "gaps without a reason: places: 1001, " in result.output


@pytest.mark.parametrize("command", [("run", "--all"), ("matrix",), ("validate",)])
def test_empty_folder_is_one_sentence_and_exit_code_two(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, "--scenarios", tmp_path)
    assert result.exit_code == 2
    assert "there is no scenario" in result.output


def test_matrix_with_unwritable_path_is_refused_before_anything_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nemofake.scenario_runner.cli.scenario_runner", lambda _: pytest.fail("it ran"))
    result = run("matrix", "--html", tmp_path / "nowhere" / "m.html")
    assert result.exit_code == 2
    assert "cannot be written" in result.output


# -- one's own scenarios elsewhere -------------------------------------------------------------------


def test_a_fake_in_a_test_serves_ones_own_scenarios_beside_ours(folder: Path) -> None:
    with running(scenario_dir=folder, scenario="served-only") as fake:
        fake.world("mine", scenario="hello")
        fake.world("ours", scenario="auth-token-expired")
        assert fake.create_account()["credits"]["available"] == 100
    with pytest.raises(SettingError, match="does not exist"), running(scenario_dir=folder / "nowhere"):
        pass


def test_the_server_takes_ones_own_scenarios(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def start(site: ServerRunner, _log_format: str) -> None:
        started.append(site.settings.scenario)
        site.close()

    monkeypatch.setattr("nemofake.cli._run", start)
    words = ["serve", "--port", "0", "--scenario", "hello"]
    assert "unknown scenario 'hello'" in CliRunner().invoke(cli, words).output
    assert CliRunner().invoke(cli, [*words, "--scenario-dir", str(folder)]).exit_code == 0
    assert started == ["hello"]
    nowhere = CliRunner().invoke(cli, [*words, "--scenario-dir", str(folder / "nowhere")])
    assert (nowhere.exit_code, "does not exist" in nowhere.output) == (2, True)


def test_the_ini_file_names_a_folder_for_the_fixture(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nnemofake_scenario_dir = .\n", encoding="utf-8")
    (tmp_path / "test_mine.py").write_text(
        "import pytest\n\n\n@pytest.mark.nemofake(scenario='served-only')\ndef test_it(nemofake):\n"
        "    assert nemofake.call(lambda room: room.backend.data.scenario.account.credits) == 3\n",
        encoding="utf-8",
    )
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        str(tmp_path),
    ]
    result = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=60)
    assert "1 passed" in result.stdout, result.stdout + result.stderr

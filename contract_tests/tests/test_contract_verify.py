"""``nemofake verify`` as its users call it: what is run, what is written, and how it leaves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from nemocontract.client_adapter import ClientConfig
from nemocontract.commands.verify import verify
from nemocontract.suite import SuiteOptions, judge_fake, judge_reference, judge_subject, names
from nemofake import running
from nemoscenarios import ScenarioStore


def ran(*words: str) -> Result:
    return CliRunner().invoke(verify, [*words], catch_exceptions=False)


# -- the suite -------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["", "adk,http-status,render-nested"])
def test_the_reference_client_passes_every_trial(profile: str) -> None:
    tally = judge_reference(SuiteOptions(profiles=(profile,), examples=0))
    assert [str(found) for found in tally.violations] == []
    assert tally.harness == []
    assert len(tally.played) > 150
    assert tally.exit_code == 0


def test_the_fake_agrees_with_the_auditor_in_histories() -> None:
    tally = judge_fake(SuiteOptions(only=frozenset({"histories"}), examples=15))
    assert [str(found) for found in tally.violations] == []
    assert tally.harness == []
    assert sum(tally.tried.values()) > 500


def test_a_clause_can_be_tried_alone() -> None:
    tally = judge_reference(SuiteOptions(clauses=frozenset({"C-AUTH-3"}), examples=0))
    assert 0 < len(tally.played) < 20
    assert "C-AUTH-3" in tally.tried


def test_all_names_differ() -> None:
    known = names(ScenarioStore())
    assert {"chat-silent-edit", "stories", "histories"} <= known
    assert any(name.startswith("tokens.") for name in known)


class Mute:
    """Does nothing at all."""

    def open(self, setting: ClientConfig) -> None:
        self.setting = setting

    def say(self, line: str) -> list[str]:
        self.line = line
        return []

    def close(self) -> None:
        """Hold nothing."""


def test_a_client_that_does_nothing_does_not_pass() -> None:
    tally = judge_subject(
        Mute, "mute", SuiteOptions(only=frozenset({"chat-silent-edit", "chat-quick-edit"}), examples=0)
    )
    assert tally.exit_code == 1
    assert {found.clause for found in tally.violations} >= {"C-ROU-1"}


# -- the command -----------------------------------------------------------------------------------


def test_it_passes_and_writes_what_is_asked_for(tmp_path: Path) -> None:
    paths = {kind: tmp_path / f"out.{kind}" for kind in ("junit", "html", "markdown")}
    flags = [word for kind, path in paths.items() for word in (f"--{kind}", str(path))]
    result = ran("--only", "chat-silent-edit", *flags)
    assert result.exit_code == 0, result.output
    assert result.output.rstrip().splitlines()[-1].startswith("passed: ")
    assert ElementTree.parse(paths["junit"]).getroot().tag == "testsuites"
    assert "C-SSE-3" in paths["html"].read_text(encoding="utf-8")
    assert "passed: " in paths["markdown"].read_text(encoding="utf-8")


def test_findings_leave_with_one_and_can_be_replayed(tmp_path: Path) -> None:
    (tmp_path / "mute.py").write_text(
        "class Mute:\n"
        " def open(self, setting): pass\n"
        " def say(self, line): return []\n"
        " def close(self): pass\n"
    )
    result = ran("--client", f"{tmp_path}/mute.py:Mute", "--only", "chat-quick-edit")
    assert result.exit_code == 1
    assert (
        f"nemofake verify --client {tmp_path}/mute.py:Mute --only chat-quick-edit --seed 42" in result.output
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--only", "no-such-thing"], "there is no trial, case or property no-such-thing"),
        (["--clause", "C-NONE"], "there is no clause C-NONE"),
        (["--profile", "telepathy"], "there is no profile telepathy"),
        (["--client", "nowhere"], "not of the form module:Class"),
        (["--client", "a:B", "--server"], "one thing at a time"),
        (["--target", "http://127.0.0.1:9"], "nobody answers"),
        (["--target", "nonsense"], "is not a web address"),
        (["--scenarios", "/no/such/folder", "--only", "chat-silent-edit"], "chat-silent-edit"),
        (["--only", "chat-silent-edit", "--junit", "/no/such/folder/x.xml"], "no report can be written"),
        (["--examples", "many"], "--examples"),
    ],
)
def test_what_cannot_run_is_one_line_and_leaves_with_two(words: list[str], told: str) -> None:
    result = ran(*words)
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert "Traceback" not in result.output


def test_nothing_run_is_never_a_pass() -> None:
    assert ran("--only", "chat-silent-edit", "--clause", "C-REN-2").exit_code == 2


def test_the_list_names_everything_that_can_be_named() -> None:
    result = ran("--list")
    assert result.exit_code == 0
    assert all(name in result.output for name in names(ScenarioStore()))


def test_ones_own_stories_are_played_in_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "id: mine\ntitle: A greeting.\nclauses: [C-UX-1]\nstatus: assumed\nuser: [{say: hello}]\n"
    )
    result = ran("--scenarios", str(tmp_path), "--examples", "0")
    assert result.exit_code == 0, result.output
    assert "1 trial" in result.output


def test_another_fake_is_judged_over_sockets() -> None:
    with running(seed=9) as fake:
        result = ran("--target", fake.base_url, "--clause", "CRE-1", "--examples", "0")
    assert result.exit_code == 0, result.output
    assert "CRE-1:" in result.output


def test_a_program_is_judged_by_its_requests_and_its_words(tmp_path: Path) -> None:
    file = tmp_path / "says.py"
    file.write_text("print('HTTP 1001 Bearer')\n")
    result = ran("--command", f"{sys.executable} {file}", "--only", "chat-greeting")
    assert result.exit_code == 1
    assert "C-UX-1" in result.output
    assert "C-ROU-1" in result.output


def test_the_installed_command_knows_it() -> None:
    command = Path(sys.executable).with_name("nemofake")
    done = subprocess.run(
        [command, "verify", "--only", "nothing"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("nemofake: there is no trial")

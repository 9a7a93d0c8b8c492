"""``nemofake verify`` as its users call it: what is run, what is written, and how it leaves."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from nemocontract.client_adapter import ClientConfig
from nemocontract.client_tests.model import ClientTest, choose
from nemocontract.commands.verify import verify
from nemocontract.environments.sockets import without_proxies
from nemocontract.environments.subprocess_client import resolve_command
from nemocontract.progress import Progress
from nemocontract.results import RunResult
from nemocontract.suite import (
    SuiteOptions,
    judge_fake,
    judge_reference,
    judge_subject,
    mark_differing_replays,
    names,
)
from nemofake import running
from nemoscenarios import ScenarioStore


def ran(*words: str) -> Result:
    return CliRunner().invoke(verify, [*words], catch_exceptions=False)


# -- the suite -------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["", "adk,http-status,render-nested"])
def test_the_reference_client_passes_every_scenario(profile: str) -> None:
    run_result = judge_reference(SuiteOptions(profiles=(profile,), examples=0))
    assert [str(found) for found in run_result.violations] == []
    assert run_result.harness == []
    assert len(run_result.played) > 150
    assert run_result.exit_code == 0


def test_the_fake_agrees_with_the_auditor_in_sequences() -> None:
    run_result = judge_fake(SuiteOptions(only=frozenset({"server-sequences"}), examples=15))
    assert [str(found) for found in run_result.violations] == []
    assert run_result.harness == []
    assert sum(run_result.tried.values()) > 500


def test_a_clause_can_be_tried_alone() -> None:
    run_result = judge_reference(SuiteOptions(clauses=frozenset({"C-AUTH-3"}), examples=0))
    assert 0 < len(run_result.played) < 20
    assert "C-AUTH-3" in run_result.tried


def test_all_names_differ() -> None:
    known = names(ScenarioStore())
    assert {"chat-silent-edit", "client-sequences", "server-sequences"} <= known
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
    run_result = judge_subject(
        Mute, "mute", SuiteOptions(only=frozenset({"chat-silent-edit", "chat-quick-edit"}), examples=0)
    )
    assert run_result.exit_code == 1
    assert {found.clause for found in run_result.violations} >= {"C-ROU-1"}


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
    ("words", "text"),
    [
        (["--only", "no-such-thing"], "unknown scenario, check or property no-such-thing"),
        (["--clause", "C-NONE"], "unknown clause C-NONE"),
        (["--profile", "telepathy"], "unknown profile telepathy; available: "),
        (["--client", "nowhere"], "not of the form module:Class"),
        (["--client", "a:B", "--server"], "one thing at a time"),
        (["--target", "http://127.0.0.1:9"], "nobody answers"),
        (["--target", "nonsense"], "is not a web address"),
        (["--scenarios", "/no/such/folder", "--only", "chat-silent-edit"], "chat-silent-edit"),
        (["--only", "chat-silent-edit", "--junit", "/no/such/folder/x.xml"], "no report can be written"),
        (["--examples", "many"], "--examples"),
        (["--command", "no-such-program --x", "--only", "chat-greeting"], "cannot be started"),
        (["--command", "node 'unclosed", "--only", "chat-greeting"], "cannot be read"),
        (["--command", " ", "--only", "chat-greeting"], "the command is empty"),
    ],
)
def test_what_cannot_run_is_one_line_and_leaves_with_two(words: list[str], text: str) -> None:
    result = ran(*words)
    assert result.exit_code == 2, result.output
    assert text in result.output
    assert "Traceback" not in result.output


def test_nothing_run_is_never_a_pass() -> None:
    assert ran("--only", "chat-silent-edit", "--clause", "C-REN-2").exit_code == 2


def test_the_list_names_everything_that_can_be_named() -> None:
    result = ran("--list")
    assert result.exit_code == 0
    assert all(name in result.output for name in names(ScenarioStore()))


def test_ones_own_scenarios_are_played_in_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "id: mine\ntitle: A greeting.\nclauses: [C-UX-1]\nstatus: assumed\nuser: [{say: hello}]\n"
    )
    result = ran("--scenarios", str(tmp_path), "--examples", "0")
    assert result.exit_code == 0, result.output
    assert "1 test" in result.output


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
    assert done.stderr.startswith("nemofake: unknown scenario")


def test_report_path_unwritable_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemocontract.suite.judge_reference", lambda _: pytest.fail("it ran"))
    result = ran("--only", "chat-silent-edit", "--html", "/no/such/folder/x.html")
    assert result.exit_code == 2
    assert "no report can be written" in result.output


def test_command_with_relative_file_means_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "says.py").write_text("print('HTTP 1001 Bearer')\n")
    monkeypatch.chdir(tmp_path)
    assert resolve_command(f"{sys.executable} says.py -v") == [
        sys.executable,
        str(tmp_path / "says.py"),
        "-v",
    ]
    result = ran("--command", f"{sys.executable} says.py", "--only", "chat-greeting")
    assert result.exit_code == 1
    assert "C-UX-1" in result.output  # the program was there to say it


def test_environment_over_sockets_has_no_proxy_and_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with without_proxies():
        assert not {name for name in os.environ if name.lower().endswith("_proxy")} - {"NO_PROXY", "no_proxy"}
    assert (os.environ["ALL_PROXY"], os.environ["https_proxy"]) == (
        "socks5://127.0.0.1:9",
        "http://127.0.0.1:9",
    )


def test_client_behind_a_dead_proxy_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    example = Path(__file__).parents[1] / "examples" / "my_subject.py"
    result = ran("--client", f"{example}:MySubject", "--only", "credits-none-anonymous")
    assert result.exit_code == 0, result.output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_shows_test_number_and_findings_on_any_stream() -> None:
    result = RunResult("fake")
    plain, terminal = io.StringIO(), Terminal()
    for stream in (plain, terminal):
        progress = Progress(stream)
        progress.begin(12, result)
        assert [*progress.over((f"test-{n}", n) for n in range(1, 13))] == [*range(1, 13)]
        progress.end()
        result.record_check("C-UX-1", "rule", False, expected="words")
    assert plain.getvalue().splitlines() == [
        "1 of 12  test-1  0 findings so far",
        "11 of 12  test-11  0 findings so far",
    ]
    assert "\r\x1b[K12 of 12  test-12  1 finding so far" in terminal.getvalue()
    assert "\n" not in terminal.getvalue()


def test_interrupt_reports_what_was_found_until_then() -> None:
    class Stopping(Progress):
        def start(self, name: str) -> None:
            if name == "chat-silent-edit":
                raise KeyboardInterrupt
            super().start(name)

    only = frozenset({"chat-greeting", "chat-silent-edit"})
    run_result = judge_subject(
        Mute, "mute", SuiteOptions(only=only, examples=0, progress=Stopping(io.StringIO()))
    )
    assert (run_result.interrupted, run_result.exit_code) == (True, 1)
    assert {found.test_name for found in run_result.violations} == {"chat-greeting"}
    assert [(left.name, left.reason) for left in run_result.not_run] == [
        ("chat-silent-edit", "the run was interrupted")
    ]
    run_result.violations.clear()
    assert run_result.exit_code == 2


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 1)])
def test_inconclusive_test_is_counted_apart_and_fails_only_a_strict_run(
    flags: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(_: SuiteOptions) -> RunResult:
        run_result = RunResult("fake", "it")
        run_result.record_check("C-UX-1", "rule", True, expected="words")
        run_result.add_inconclusive("slow-one", "the client was still busy after 60 s of real time")
        return run_result

    monkeypatch.setattr("nemocontract.suite.judge_reference", judge)
    result = ran("--only", "chat-greeting", *flags)
    assert result.exit_code == code
    assert "1 inconclusive" in " ".join(result.output.split())
    assert "inconclusive: slow-one: the client was still busy after 60 s" in " ".join(result.output.split())


def test_finding_that_a_replay_does_not_repeat_says_so() -> None:
    tests = choose(ScenarioStore(), only=["chat-greeting", "chat-silent-edit"]).tests
    run_result = RunResult("fake")
    for test in ("chat-greeting", "chat-silent-edit"):
        run_result.record_check("C-UX-1", "rule", False, expected="words", seen="none", test_name=test)

    def again(test: ClientTest) -> RunResult:
        second = RunResult("fake")
        holds = test.name == "chat-greeting"
        second.record_check("C-UX-1", "rule", holds, expected="words", seen="none", test_name=test.name)
        return second

    mark_differing_replays(run_result, 0, [*tests], again)
    assert [found.seen for found in run_result.violations] == [
        "none (not found again when this test was repeated alone)",
        "none",
    ]


def test_replay_of_a_users_own_scenario_names_its_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "id: mine\ntitle: A greeting.\nclauses: [C-UX-1]\nstatus: assumed\nuser: [{say: hello}]\n"
    )
    options = SuiteOptions(store=ScenarioStore(tmp_path), scenario_dir=tmp_path, examples=0)
    run_result = judge_subject(Mute, "mute", options)
    assert run_result.violations[0].replay.endswith(f" --scenarios {tmp_path} --only mine --seed 42")

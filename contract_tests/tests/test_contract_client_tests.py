"""Scenarios as client tests: how they run, and what is found in clients that misbehave."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from nemocontract.client_adapter import ClientAdapter, ClientConfig
from nemocontract.client_tests.driver import ClientTestDriver
from nemocontract.client_tests.model import ClientTest, NotPlayableError, as_client_test, choose
from nemocontract.client_tests.run import run_one
from nemocontract.environments.in_process import InProcessEnvironment, stepped_ground
from nemocontract.environments.loading import load_subject
from nemocontract.environments.sockets import served_ground
from nemocontract.environments.subprocess_client import SubprocessClient
from nemocontract.results import RunResult
from nemoscenarios import Scenario, ScenarioStore

HELLO = {"id": "sample", "title": "Somebody says hello.", "clauses": ["C-UX-1"], "status": "assumed"}


def scenario(*user: object, **changes: object) -> Scenario:
    return Scenario.model_validate({**HELLO, "user": [*user], **changes})


# -- scenarios to client tests -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "kind", "line"),
    [
        ("credits", "say", "credits"),
        ("state", "say", "status"),
        ({"say": "hello"}, "say", "hello"),
        ({"upload": ["https://example.com/a_3s.mp4"]}, "say", "upload https://example.com/a_3s.mp4"),
        ({"export": "film.mp4"}, "say", "export"),
        ({"wait_s": 30}, "wait", ""),
        ({"restart_client": "nothing"}, "restart", ""),
        ({"send": {"path": "/api/nowhere", "token": "none"}}, "send", ""),
    ],
)
def test_a_step_becomes_a_line_or_something_in_between(act: object, kind: str, line: str) -> None:
    *_, step = as_client_test(scenario({"say": "hello"}, act)).steps
    assert (step.kind, step.line) == (kind, line)


def test_a_user_who_only_connects_asks_for_the_status() -> None:
    assert as_client_test(scenario("connect")).lines == ("status",)


@pytest.mark.parametrize(
    "act",
    [
        "claim",
        {"send": {"path": "/api/state/nemo_agent/me/{session}/latest", "token": "none"}},
        {"send": {"path": "/api/nowhere"}},
    ],
)
def test_what_takes_more_than_lines_is_left_out(act: object) -> None:
    assert [step.kind for step in as_client_test(scenario({"say": "hello"}, act)).steps] == ["say"]


def test_a_scenario_without_a_user_is_no_trial() -> None:
    with pytest.raises(NotPlayableError, match="no user"):
        as_client_test(scenario())


def test_every_scenario_with_a_user_is_a_trial() -> None:
    choice = choose(ScenarioStore())
    assert len(choice.tests) + len(choice.left_out) == len(ScenarioStore().names())
    assert {reason for _, reason in choice.left_out.values()} <= {"it tells of no user"}


def test_program_that_is_talked_to_meets_every_scenario() -> None:
    assert choose(ScenarioStore()).left_out == {}


def test_program_with_all_lines_at_once_meets_scenarios_of_lines_alone() -> None:
    choice = choose(ScenarioStore(), at_once=True)
    assert "auth-restart-with-token" in choice.left_out
    assert {reason for _, reason in choice.left_out.values()} == {
        "the program is given all lines at once, and this scenario has something in between"
    }
    assert len(choice.tests) > 150


def test_program_in_real_time_plays_what_says_how_long_it_takes_and_no_more_than_is_allowed() -> None:
    short = choose(ScenarioStore(), at_once=True, real_time=True, limit_s=60)
    names = {test.name for test in short.tests}
    assert {"chat-silent-edit", "auth-429-once"} <= names
    assert "happy-path" in short.left_out
    assert "--slow" in short.left_out["happy-path"][1]
    assert {"happy-path", "chat-silent-edit"} <= {
        t.name for t in choose(ScenarioStore(), at_once=True, real_time=True).tests
    }
    assert (
        "real_time_limit_s"
        in choose(
            ScenarioStore(), real_time=True, only=["state-upload-export-429-once", "chat-edit-fails"]
        ).left_out["chat-edit-fails"][1]
    )


def test_a_scenario_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        choose(ScenarioStore(), only=["no-such-scenario"])


# -- playing ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessEnvironment]:
    with stepped_ground(tmp_path_factory.mktemp("props")) as made:
        yield made


def played(environment: InProcessEnvironment, test: ClientTest, home: Path) -> ClientTestDriver:
    home.mkdir()
    with environment.open(test.scenario, 42, "") as world:
        player = ClientTestDriver(test, world, home)
        player.play()
    return player


def test_each_line_knows_its_words_and_its_requests(
    environment: InProcessEnvironment, tmp_path: Path
) -> None:
    (part,) = played(
        environment, as_client_test(scenario("credits", {"say": "hello"})), tmp_path / "home"
    ).parts
    credits_, hello = part.said
    assert "100 credits" in credits_.text
    assert (credits_.first, credits_.last) == (1, 3)
    assert hello.first == 4
    assert hello.at_ms < hello.ended_at_ms
    assert part.last == hello.last


def test_a_user_who_leaves_hears_no_more(environment: InProcessEnvironment, tmp_path: Path) -> None:
    act = {"say": "what can you do?", "disconnect_after": 2}
    (said,) = played(environment, as_client_test(scenario(act)), tmp_path / "home").parts[0].said
    assert said.left
    assert len(said.output) == 2


def test_a_client_that_is_started_anew_is_another_part(
    environment: InProcessEnvironment, tmp_path: Path
) -> None:
    test = as_client_test(scenario("credits", {"restart_client": "token"}, "credits", {"wait_s": 5}))
    first, second = played(environment, test, tmp_path / "home").parts
    assert (first.token_set, second.token_set) == (False, True)
    assert (first.first, first.last) == (1, 3)
    assert second.first == 4


# -- clients that misbehave ------------------------------------------------------------------------


class Silent:
    """Says nothing and asks for nothing."""

    def open(self, setting: ClientConfig) -> None:
        self.setting = setting

    def say(self, line: str) -> Iterator[str]:
        self.output = line
        yield from ()

    def close(self) -> None:
        """Hold nothing."""


class Hammering(Silent):
    """Asks for a token without end, whatever the answer."""

    def say(self, line: str) -> Iterator[str]:
        with httpx.Client(trust_env=False) as http:
            while self.setting.clock.now():
                http.post(f"{self.setting.api_url}/api/auth/anonymous-token")
        yield f"done with {line}"


class Stuck(Silent):
    """Waits for something that never comes."""

    def say(self, line: str) -> Iterator[str]:
        threading.Event().wait(3.0)
        yield f"never done with {line}"


class Raising(Silent):
    """Has a fault, and shows it."""

    def say(self, line: str) -> Iterator[str]:
        yield f"You said {line}."
        raise RuntimeError("HTTP 1001 at /run_sse with nmv_usr_0123456789abcdef")


def judged(
    make: Callable[[], ClientAdapter], test: ClientTest, folder: Path, limit_s: float = 20.0
) -> RunResult:
    run_result = RunResult("fake")
    with served_ground(folder, make, limit_s=limit_s) as environment:
        run_one(environment, test, run_result, how=" --client x:Y")
    return run_result


def test_a_client_that_never_ends_is_stopped_and_found(tmp_path: Path) -> None:
    run_result = judged(Hammering, as_client_test(scenario("credits")), tmp_path)
    rules = {(found.clause, found.rule) for found in run_result.violations}
    assert ("C-AUTH-2", "client.ends") in rules
    assert not run_result.harness


def test_client_stuck_in_real_time_is_inconclusive(tmp_path: Path) -> None:
    run_result = judged(Stuck, as_client_test(scenario("credits")), tmp_path, limit_s=0.2)
    assert [one.reason for one in run_result.inconclusive] == [
        "the client was still busy after 0.2 s of real time"
    ]
    assert "client.ends" not in {found.rule for found in run_result.violations}


def test_what_a_client_raises_is_what_its_user_reads(tmp_path: Path) -> None:
    run_result = judged(Raising, as_client_test(scenario({"say": "hello"})), tmp_path)
    assert {"C-UX-1", "C-SEC-1"} <= {found.clause for found in run_result.violations}
    assert "0123456789abcdef" not in repr(run_result)


def test_a_client_that_does_nothing_is_found_to_do_nothing(tmp_path: Path) -> None:
    run_result = judged(Silent, as_client_test(scenario({"say": "hello"})), tmp_path)
    assert "C-ROU-1" in {found.clause for found in run_result.violations}


def test_a_fault_of_the_suite_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def falls(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("nemocontract.client_tests.run.judge", falls)
    run_result = judged(Silent, as_client_test(scenario("credits")), tmp_path)
    assert "ZeroDivisionError" in run_result.harness[0].message
    assert run_result.exit_code == 2


# -- programs --------------------------------------------------------------------------------------

ECHO = "import os, sys; print(sys.argv[1:], sys.stdin.read().split(chr(10)), sorted(os.environ), os.getcwd())"


def setting(home: Path) -> ClientConfig:
    class Clock:
        def now(self) -> float:
            return 0.0

        def sleep(self, seconds: float) -> None:
            raise AssertionError(f"a program waits by itself, not {seconds}")

    return ClientConfig(
        "http://x", "http://y", "", home, Clock(), environment={"NEMO_API_URL": "http://x", "HOME": str(home)}
    )


def said_by(program: SubprocessClient, home: Path, line: str) -> str:
    program.open(setting(home))
    try:
        return "".join(program.say(line))
    finally:
        program.close()


@pytest.mark.parametrize("words", ["stdin", "args"])
def test_a_program_gets_its_lines_its_home_and_nothing_of_this_machine(
    tmp_path: Path, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMO_TOKEN", "nmv_usr_of_this_machine")
    text = said_by(SubprocessClient(f"{sys.executable} -c '{ECHO}'", words), tmp_path, "one\ntwo")  # type: ignore[arg-type]
    assert text.startswith("[] ['one', 'two', '']" if words == "stdin" else "['one', 'two'] ['']")
    assert "NEMO_API_URL" in text
    assert "NEMO_TOKEN" not in text
    assert str(tmp_path) in text


def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    file = tmp_path / "lingers.py"
    file.write_text(
        "import subprocess, sys, time\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(1, flush=True)\ntime.sleep(60)\n"
    )
    program = SubprocessClient(f"{sys.executable} {file}", takes_s=0.5)
    program.open(setting(tmp_path))
    with pytest.raises(Exception, match=r"did not end within 0\.5 s"):
        "".join(program.say("hello"))
    process = program._process
    assert process is not None
    program.close()
    assert process.poll() is not None


def test_characters_cut_in_two_and_output_to_stderr_are_read(tmp_path: Path) -> None:
    code = (
        "import os, time\nos.write(1, b'a\\xe2\\x8f'); os.write(2, b'')\n"
        "os.write(1, b'\\xb3b\\xff'); os.write(2, b'!')"
    )
    file = tmp_path / "says.py"
    file.write_text(code)
    assert said_by(SubprocessClient(f"{sys.executable} {file}"), tmp_path, "x") == "a⏳b\ufffd!"


def test_a_program_that_does_not_exist_is_a_fault_told_in_words(tmp_path: Path) -> None:
    test = as_client_test(scenario({"say": "hello"}, real_time_limit_s=5))
    run_result = RunResult("fake")
    with served_ground(tmp_path, lambda: SubprocessClient("/no/such/program"), "real", 10) as environment:
        run_one(environment, test, run_result)
    assert "program '/no/such/program' cannot be started" in run_result.harness[0].message
    assert (run_result.violations, run_result.exit_code) == ([], 2)


def test_program_out_of_time_is_inconclusive_and_not_blamed(tmp_path: Path) -> None:
    file = tmp_path / "lingers.py"
    file.write_text("import time\ntime.sleep(60)\n")
    run_result = RunResult("fake")
    make = partial(SubprocessClient, f"{sys.executable} {file}", takes_s=0.3)
    with served_ground(tmp_path, make, "real", 10) as environment:
        run_one(environment, as_client_test(scenario({"say": "hello"}, real_time_limit_s=5)), run_result)
    assert [one.reason for one in run_result.inconclusive] == ["the program did not end within 0.3 s"]
    assert run_result.violations == []


# -- names of clients ------------------------------------------------------------------------------


def test_a_class_is_found_by_module_and_by_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    shutil.copy(__file__, file)
    assert load_subject(f"{file}:Silent").__name__ == "Silent"
    assert (
        load_subject("nemocontract.environments.reference_client:ReferenceClient").__name__
        == "ReferenceClient"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Silent", "module:Class"),
        ("no.such.module:X", "cannot be imported"),
        ("/no/such/file.py:X", "there is no file"),
        ("nemocontract.environments.reference_client:Nothing", "has no class"),
        ("nemocontract.results:RunResult", "is no subject: it has no open, say, close"),
    ],
)
def test_what_is_no_client_is_told_in_one_line(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=text) as caught:
        load_subject(name)
    assert "\n" not in str(caught.value)


class Falling(Silent):
    """Has a fault that a user has to read."""

    def say(self, line: str) -> Iterator[str]:
        yield f"Doing {line}."
        yield str(1 // (len(line) - len(line)))


@pytest.mark.clause("C-UX-1")
def test_a_client_that_falls_over_is_found(tmp_path: Path) -> None:
    run_result = judged(Falling, as_client_test(scenario({"say": "hello"})), tmp_path)
    found = next(one for one in run_result.violations if one.rule == "client.no-crash")
    assert (found.clause, found.seen) == ("C-UX-1", "ZeroDivisionError after 'hello'")

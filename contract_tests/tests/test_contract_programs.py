"""Programs that are talked to: when a line is over, whose output is whose, and how fast their time runs."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nemocontract.client_adapter import ClientAdapter, ClientConfig
from nemocontract.client_tests.driver import ClientPart, ClientTestDriver, RunawayClient
from nemocontract.client_tests.model import as_client_test
from nemocontract.client_tests.run import run_one
from nemocontract.environments import conversation
from nemocontract.environments.conversation import ConversationClient
from nemocontract.environments.process_state import is_resting, is_waiting
from nemocontract.environments.program_time import ProgramTime, program_time
from nemocontract.environments.programs import ProgramWorld, program_worlds
from nemocontract.environments.subprocess_client import end_process
from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions, judge_command
from nemofake.interception.process import FAKETIME_VARIABLE, faketime_library
from nemoscenarios import Scenario

RATE = 25
HELLO = {"id": "tale", "title": "Somebody says hello.", "clauses": ["C-UX-1"], "status": "assumed"}
needs_faketime = pytest.mark.skipif(
    faketime_library() is None, reason="libfaketime is not installed on this machine"
)
needs_linux = pytest.mark.skipif(
    is_waiting(1) is None and not Path("/proc/self/syscall").exists(),
    reason="only Linux tells what a thread waits for",
)


def scenario(*user: object) -> Scenario:
    return Scenario.model_validate({**HELLO, "user": [*user]})


class QuietWorld:
    """A world without requests whose time runs 25 times as fast."""

    requests = 0

    @property
    def now_ms(self) -> int:
        return int(time.monotonic() * 1000 * RATE)

    def open_requests(self) -> list[str]:
        return []

    def check(self) -> None:
        """Find nothing wrong."""


class NoClock:
    def now(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"a program waits by itself, not {seconds}")


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Callable[[str], ConversationClient]]:
    """Give what starts a shell script as a program that is talked to."""
    started: list[ConversationClient] = []

    def start(script: str, variables: dict[str, str] | None = None) -> ConversationClient:
        client = ConversationClient(["bash", "-c", script], QuietWorld(), lambda _: variables or {})
        client.open(
            ClientConfig("http://x", "http://y", "", tmp_path, NoClock(), environment={"HOME": str(tmp_path)})
        )
        started.append(client)
        return client

    yield start
    for client in started:
        client.close()


# -- when a line is over ---------------------------------------------------------------------------


def test_line_is_over_when_the_program_waits_for_the_next(talk: Callable[[str], ConversationClient]) -> None:
    client = talk('while read -r line; do echo "heard $line"; echo "that is all"; done; echo bye')
    assert "".join(client.say("one")) == "heard one\nthat is all\n"
    assert "".join(client.say("two")) == "heard two\nthat is all\n"
    assert "".join(client.finish()) == "bye\n"


@needs_faketime
def test_program_that_sleeps_is_not_done(tmp_path: Path) -> None:
    library = faketime_library()
    assert library is not None
    clock = ProgramTime(library, RATE)
    world = QuietWorld()
    client = ConversationClient(
        ["bash", "-c", "while read -r line; do sleep 50; echo done; done"],
        world,
        lambda base: clock.variables(0, base),
    )
    client.open(
        ClientConfig("http://x", "http://y", "", tmp_path, NoClock(), environment={"HOME": str(tmp_path)})
    )
    began_ms = world.now_ms
    try:
        assert "".join(client.say("wait")) == "done\n"
    finally:
        client.close()
    assert world.now_ms - began_ms >= 50_000


def test_program_that_never_comes_to_an_end_is_stopped(
    talk: Callable[[str], ConversationClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "LONGEST_MS", 5_000)
    client = talk("read -r line; while :; do echo x; sleep 0.05; done")
    with pytest.raises(RunawayClient, match="still busy"):
        "".join(client.say("go"))


def test_program_that_has_ended_answers_nothing(talk: Callable[[str], ConversationClient]) -> None:
    client = talk("read -r line; echo $line")
    assert "".join(client.say("one")) == "one\n"
    assert "".join(client.say("two")) == ""
    assert "".join(client.finish()) == ""


def test_hang_up_reaches_the_program_and_its_children(
    talk: Callable[[str], ConversationClient], tmp_path: Path
) -> None:
    client = talk("trap 'echo gone > gone; exit' HUP; read -r line; echo ready; read -r next")
    assert "".join(client.say("one")) == "ready\n"
    client.hang_up()
    assert not client.is_alive
    assert (tmp_path / "gone").read_text() == "gone\n"


# -- what a program does ---------------------------------------------------------------------------


@needs_linux
@pytest.mark.parametrize(
    ("script", "waits"), [("read -r x", True), ("sleep 30 & wait", False), ("sleep 30", False)]
)
def test_waiting_is_told_from_sleeping(script: str, waits: bool) -> None:
    process = subprocess.Popen(["bash", "-c", script], stdin=subprocess.PIPE, start_new_session=True)
    try:
        while not is_resting(process.pid):
            time.sleep(0.005)
        states = {is_waiting(process.pid)}
        for _ in range(10):
            time.sleep(0.005)
            states.add(is_waiting(process.pid))
        assert (True in states) == waits
    finally:
        end_process(process)


# -- whose output is whose -------------------------------------------------------------------------


def parts_of(script: str, tmp_path: Path, *user: object) -> list[ClientPart]:
    def make(world: ProgramWorld) -> ClientAdapter:
        return ConversationClient([sys.executable, "-c", script], world, lambda _: {"PYTHONUNBUFFERED": ""})

    home = tmp_path / "home"
    home.mkdir()
    test = as_client_test(scenario(*user))
    with (
        program_worlds(tmp_path / "files", make, RATE) as environment,
        environment.open(test.scenario, 42, "") as world,
    ):
        driver = ClientTestDriver(test, world, home, programs=True)
        driver.play()
    return driver.parts


def test_output_belongs_to_the_line_it_answers(tmp_path: Path) -> None:
    say = "print('heard', line.strip(), flush=True)"
    script = f"import sys\nfor line in sys.stdin: {say}\nprint('bye', flush=True)"
    (part,) = parts_of(script, tmp_path, {"say": "one"}, {"say": "two"})
    assert [(said.line, said.text, said.attributed) for said in part.said] == [
        ("one", "heard one\n", True),
        ("two", "heard two\nbye\n", True),
    ]


@pytest.mark.parametrize(
    "script",
    [
        "import sys\nfor line in sys.stdin: print('heard', line.strip())",
        "import sys\nfor line in sys.stdin.read().split('\\n')[:2]: print('heard', line)",
    ],
    ids=["buffered", "reads-to-the-end"],
)
def test_output_kept_back_to_the_end_is_attributed_to_no_line(script: str, tmp_path: Path) -> None:
    (part,) = parts_of(script, tmp_path, {"say": "one"}, {"say": "two"})
    assert [(said.line, said.text, said.attributed) for said in part.said] == [
        ("one", "heard one\nheard two\n", False),
        ("two", "", False),
    ]


def test_user_who_left_comes_back_to_a_new_start(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfor line in sys.stdin:\n"
        " print('heard', line.strip(), flush=True)\n time.sleep(9 * (line == 'go\\n'))"
    )
    first, second = parts_of(
        script, tmp_path, {"say": "go", "disconnect_after": 1}, {"wait_s": 60}, {"say": "again"}
    )
    assert [(said.line, said.left) for said in first.said] == [("go", True)]
    assert [(said.text, said.left) for said in second.said] == [("heard again\n", False)]


def test_wait_lets_a_running_program_live_through_it(tmp_path: Path) -> None:
    script = (
        "import sys, threading\nfor line in sys.stdin:\n"
        " print('heard', line.strip(), flush=True)\n"
        " threading.Timer(1, lambda: open('later', 'w')).start() if line == 'one\\n' else open('later')\n"
    )
    (part,) = parts_of(script, tmp_path, {"say": "one"}, {"wait_s": 50}, {"say": "two"})
    assert [said.text for said in part.said] == ["heard one\n", "heard two\n"]
    assert part.said[1].at_ms - part.said[0].ended_at_ms >= 50_000


# -- how fast time runs ----------------------------------------------------------------------------


@needs_faketime
def test_rate_follows_from_the_start_up() -> None:
    quick, slow = program_time(["bash", "-c", "read -r x"]), program_time(["bash", "-c", "sleep 1; :"])
    assert isinstance(quick, ProgramTime)
    assert isinstance(slow, ProgramTime)
    assert (quick.rate, slow.rate) == (25, 25)  # a program that sleeps does not start slowly


@needs_faketime
def test_slow_start_lowers_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemocontract.environments.program_time._start_up", lambda *_: (0.6, True))
    clock = program_time(["x"])
    assert isinstance(clock, ProgramTime)
    assert clock.rate == 10


def test_no_libfaketime_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(FAKETIME_VARIABLE, str(tmp_path / "none.so"))
    told = program_time(["bash", "-c", ":"])
    assert isinstance(told, str)
    assert "libfaketime is not installed" in told


@needs_faketime
def test_program_that_libfaketime_does_not_reach_runs_in_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemocontract.environments.program_time._start_up", lambda *_: (0.1, False))
    told = program_time(["x"])
    assert isinstance(told, str)
    assert "does not reach" in told


@needs_faketime
def test_program_starts_at_the_time_of_the_backend(tmp_path: Path) -> None:
    library = faketime_library()
    assert library is not None
    variables = ProgramTime(library, 25).variables(1_767_225_600_000, {})
    shown = subprocess.run(
        ["bash", "-c", "date +%s; sleep 25; date +%s"],
        env={**variables, "PATH": "/usr/bin:/bin", "TZ": "Asia/Tokyo"},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    began, ended = map(int, shown.stdout.split())
    assert 0 <= began - 1_767_225_600 < 30
    assert 25 <= ended - began < 60


def test_program_in_real_time_says_so_and_leaves_out_what_takes_long(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from nemocontract.progress import Progress

    options = SuiteOptions(
        only=frozenset({"chat-greeting", "chat-edit-fails"}),
        virtual_time=False,
        progress=Progress(sys.stderr),
    )
    run_result = judge_command(f"{shutil.which('bash')} -c 'cat; echo'", options)
    assert "the program's waits are real" in capsys.readouterr().err
    assert [left.name for left in run_result.not_run] == ["chat-edit-fails"]


@needs_faketime
def test_killed_program_leaves_no_shared_memory(tmp_path: Path) -> None:
    library = faketime_library()
    assert library is not None
    client = ConversationClient(
        ["bash", "-c", "while read -r line; do echo $$; done"],
        QuietWorld(),
        lambda base: ProgramTime(library, RATE).variables(0, base),
    )
    client.open(
        ClientConfig("http://x", "http://y", "", tmp_path, NoClock(), environment={"HOME": str(tmp_path)})
    )
    number = "".join(client.say("who")).strip()
    client.close()
    assert number.isdigit()
    assert not [*Path("/dev/shm").glob(f"*faketime*_{number}")]


@needs_faketime
@pytest.mark.clause("C-ROU-1")
def test_program_that_does_nothing_is_found_to_do_nothing(tmp_path: Path) -> None:
    def make(world: ProgramWorld) -> ClientAdapter:
        return ConversationClient(["bash", "-c", "while read -r line; do :; done"], world, lambda _: {})

    run_result = RunResult("fake")
    with program_worlds(tmp_path, make, RATE) as environment:
        run_one(environment, as_client_test(scenario({"say": "hello"})), run_result)
    assert "C-ROU-1" in {found.clause for found in run_result.violations}
    assert not run_result.harness

"""The suite as its commands, its tests and its mutants call it: one client or one server, one result."""

from __future__ import annotations

import io
import itertools
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from nemocontract.clauses import CLIENT
from nemocontract.client_adapter import ClientAdapter
from nemocontract.client_tests.environment import TestEnvironment
from nemocontract.client_tests.model import ClientTest, Selection, choose
from nemocontract.client_tests.run import run_one
from nemocontract.environments.conversation import LONGEST_MS, ConversationClient
from nemocontract.environments.in_process import stepped_ground
from nemocontract.environments.in_process_server import stepped
from nemocontract.environments.program_time import ProgramTime, program_time
from nemocontract.environments.programs import ProgramWorld, program_worlds
from nemocontract.environments.sockets import served_ground
from nemocontract.environments.subprocess_client import InputMode, SubprocessClient, resolve_command
from nemocontract.environments.transport import SteppedTarget, stepped_target
from nemocontract.http.case import Case
from nemocontract.http.recorder import Watch
from nemocontract.http.run import Budget, run_cases
from nemocontract.http.target import Target
from nemocontract.progress import Progress
from nemocontract.results import RunResult
from nemocontract.server_checks import load
from nemocontract.stateful.client_machine import run_scenarios
from nemocontract.stateful.run import run_sequences
from nemoscenarios import ScenarioStore

CLIENT_SEQUENCES = "client-sequences"  # the property over clients
SERVER_SEQUENCES = "server-sequences"  # the property over servers
_STEPS = 20  # of one sequence of a server
_PROGRAMS_AT_ONCE = 12  # they mostly wait
_REPLAYS_AT_ONCE = 3
_MOST_REPLAYS = 10  # tests with findings that are run a second time, alone
_GRACE_S = 30.0  # on top of what a scenario says that a program takes, before its client test is given up


@dataclass(frozen=True, slots=True)
class SuiteOptions:
    """What is to be run: ``only`` names client tests, cases or properties; nothing there means everything.

    ``clauses`` leaves out what is about no other; ``examples`` of each property, 0 for none; ``limit_s``
    real seconds that a program's test may take at most, None for any; ``virtual_time`` False: programs wait
    in real time even where libfaketime could be had; ``save`` is a folder for the
    stories of failures; ``scenario_dir`` is what ``store`` reads, where it is a
    user's own folder; ``progress`` hears of each test that starts.
    """

    seed: int = 42
    profiles: tuple[str, ...] = ("",)
    only: frozenset[str] = frozenset()
    clauses: frozenset[str] = frozenset()
    examples: int = 100
    limit_s: float | None = 60.0
    virtual_time: bool = True
    save: Path | None = None
    store: ScenarioStore = field(default_factory=ScenarioStore)
    scenario_dir: Path | None = None
    progress: Progress = field(default_factory=lambda: Progress(io.StringIO()))

    def wants(self, name: str, clauses: tuple[str, ...] = ()) -> bool:
        """Tell whether a client test, case or property is to be run."""
        named = not self.only or name in self.only
        return named and (not self.clauses or not clauses or bool(self.clauses & set(clauses)))


def names(store: ScenarioStore) -> set[str]:
    """Return everything that ``only`` may name."""
    return {*store.names(), *(one.name for one in load()), CLIENT_SEQUENCES, SERVER_SEQUENCES}


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="nemocontract-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# -- clients ---------------------------------------------------------------------------------------


def judge_reference(wanted: SuiteOptions = SuiteOptions()) -> RunResult:
    """Judge the reference client, without sockets."""
    run_result = RunResult("fake", "the reference client", wanted.seed)
    with _folder() as folder, stepped_ground(folder) as environment, _timed(run_result):
        _judge_client(environment, _chosen(wanted), run_result, wanted, "")
    return run_result


def judge_subject(
    make: Callable[[], ClientAdapter], name: str, wanted: SuiteOptions = SuiteOptions()
) -> RunResult:
    """Judge a Python client, over sockets and in virtual time."""
    run_result = RunResult("fake", name, wanted.seed)
    with _folder() as folder, served_ground(folder, make) as environment, _timed(run_result):
        _judge_client(environment, _chosen(wanted), run_result, wanted, f" --client {name}")
    return run_result


def judge_command(
    command: str, wanted: SuiteOptions = SuiteOptions(), input_mode: InputMode = "stdin"
) -> RunResult:
    """Judge a program, over sockets; raise ValueError for one that cannot be started.

    Its time runs faster than real time where libfaketime can be had, and reaches it; else it is real time.
    """
    words = resolve_command(command)
    wanted = replace(wanted, examples=0)
    how = f" --command {command!r}" + (" --input args" if input_mode == "args" else "")
    program_clock = program_time(words) if wanted.virtual_time else "it was asked for"
    if isinstance(program_clock, ProgramTime):
        wanted.progress.note(f"the program's time runs at x{program_clock.rate}, by libfaketime")
        return _judge_in_program_time(command, wanted, input_mode, how, program_clock)
    wanted.progress.note(f"the program's waits are real: {program_clock}")
    return _judge_in_real_time(command, wanted, input_mode, how)


def _judge_in_program_time(
    command: str, wanted: SuiteOptions, input_mode: InputMode, how: str, program_clock: ProgramTime
) -> RunResult:
    at_once = input_mode == "args"
    words, programs = resolve_command(command), list[SubprocessClient | ConversationClient]()

    def make(world: ProgramWorld) -> SubprocessClient | ConversationClient:
        def variables(base: Mapping[str, str]) -> dict[str, str]:
            return program_clock.variables(world.now_ms, base)

        if at_once:
            takes_s = LONGEST_MS / 1000 / program_clock.rate
            programs.append(SubprocessClient(command, input_mode, takes_s, variables))
        else:
            programs.append(ConversationClient(words, world, variables))
        return programs[-1]

    run_result, choice = RunResult("fake", command, wanted.seed), _chosen(wanted, at_once=at_once)
    choice.tests.sort(key=lambda test: "C-SSE-2" not in test.clauses)  # the longest streams first
    with (
        _folder() as folder,
        program_worlds(folder, make, program_clock.rate, at_once=at_once) as environment,
        _timed(run_result),
    ):
        _judge_client(environment, choice, run_result, wanted, how, partial(_kill, programs))
    return run_result


def _judge_in_real_time(command: str, wanted: SuiteOptions, input_mode: InputMode, how: str) -> RunResult:
    run_result = RunResult("fake", command, wanted.seed)
    choice = _chosen(wanted, at_once=True, real_time=True)
    longest_s = max((test.scenario.real_time_limit_s or 0 for test in choice.tests), default=0) + _GRACE_S
    programs: list[SubprocessClient] = []

    def make() -> SubprocessClient:
        programs.append(SubprocessClient(command, input_mode, longest_s))
        return programs[-1]

    limit_s = longest_s + _GRACE_S
    with _folder() as folder, served_ground(folder, make, "real", limit_s) as environment, _timed(run_result):
        _judge_client(environment, choice, run_result, wanted, how, partial(_kill, programs))
    return run_result


def _kill(programs: Sequence[SubprocessClient | ConversationClient]) -> None:
    for program in programs:
        program.kill()


def _chosen(wanted: SuiteOptions, *, at_once: bool = False, real_time: bool = False) -> Selection:
    names = set(wanted.store.names())
    if wanted.only and not wanted.only & names:
        return Selection()
    only, limit_s = sorted(wanted.only & names), wanted.limit_s
    return choose(wanted.store, only=only, at_once=at_once, real_time=real_time, limit_s=limit_s)


def _judge_client(
    environment: TestEnvironment,
    choice: Selection,
    run_result: RunResult,
    wanted: SuiteOptions,
    how: str,
    cancel: Callable[[], None] = lambda: None,
) -> None:
    chosen = [test for test in choice.tests if wanted.wants(test.name, test.clauses)]
    if wanted.scenario_dir:
        how += f" --scenarios {shlex.quote(str(wanted.scenario_dir))}"
    wanted.progress.begin(len(chosen) * len(wanted.profiles), run_result)
    for profile in wanted.profiles:
        if not run_result.interrupted:
            _run_selected(environment, chosen, run_result, wanted, profile, how, cancel)
    wanted.progress.end()
    for name, (clauses, reason) in choice.left_out.items():
        if wanted.wants(name, clauses):
            run_result.skip(name, tuple(clause for clause in clauses if clause in CLIENT), reason)
    if wanted.examples and wanted.wants(CLIENT_SEQUENCES) and not run_result.interrupted:
        run_scenarios(
            environment, run_result, examples=wanted.examples, seed=wanted.seed, how=how, save=wanted.save
        )


def _run_selected(
    environment: TestEnvironment,
    chosen: list[ClientTest],
    run_result: RunResult,
    wanted: SuiteOptions,
    profile: str,
    how: str,
    cancel: Callable[[], None],
) -> None:
    """Play the tests under one profile; an interrupt leaves what was found until then in the run result."""

    def tried(test: ClientTest) -> RunResult:
        wanted.progress.start(test.name)
        return _tried(environment, test, wanted.seed, profile, how)

    before, done = len(run_result.violations), 0
    with ThreadPoolExecutor(max_workers=_PROGRAMS_AT_ONCE if environment.programs else 1) as pool:
        try:
            for one in pool.map(tried, chosen):
                run_result.add(one)
                done += 1
            if environment.programs:
                again = partial(_tried, environment, seed=wanted.seed, profile=profile, how=how)
                mark_differing_replays(run_result, before, chosen, again)
        except KeyboardInterrupt:
            cancel()
            run_result.interrupted = True
            for test in chosen[done:]:
                run_result.skip(test.name, (), "the run was interrupted")


def mark_differing_replays(
    run_result: RunResult, before: int, chosen: list[ClientTest], again: Callable[[ClientTest], RunResult]
) -> None:
    """Run each test with findings once more, few at a time; say at a finding that it was not made again.

    Findings before number ``before`` are left as they are. At most ten tests are run again.
    """
    found = {violation.test_name for violation in run_result.violations[before:]}
    repeated = [test for test in chosen if test.name in found][:_MOST_REPLAYS]
    with ThreadPoolExecutor(max_workers=_REPLAYS_AT_ONCE) as pool:
        replays = zip(repeated, pool.map(again, repeated), strict=True)
        kinds = {test.name: {(one.clause, one.rule) for one in replay.violations} for test, replay in replays}
    for number, violation in enumerate(run_result.violations[before:], start=before):
        seen_again = kinds.get(violation.test_name)
        if seen_again is not None and (violation.clause, violation.rule) not in seen_again:
            seen = f"{violation.seen} (not found again when this test was repeated alone)"
            run_result.violations[number] = replace(violation, seen=seen)


def _tried(environment: TestEnvironment, test: ClientTest, seed: int, profile: str, how: str) -> RunResult:
    run_result = RunResult(environment.name)
    run_one(environment, test, run_result, seed=seed, profile=profile, how=how)
    return run_result


# -- servers ---------------------------------------------------------------------------------------


def judge_fake(wanted: SuiteOptions = SuiteOptions()) -> RunResult:
    """Judge the fake, without sockets."""
    with stepped() as server:
        return judge_server(stepped_target(server), wanted)


def judge_server(
    target: Target, wanted: SuiteOptions = SuiteOptions(), *, max_credits: int = 0, watch: Watch | None = None
) -> RunResult:
    """Judge a server by its cases and, where it has worlds, by sequences drawn at random.

    Without control API all cases share one account, and may spend ``max_credits`` together. ``watch`` sees
    the exchanges of cases.
    """
    run_result = RunResult(target.name, seed=wanted.seed)
    cases = chosen_cases(wanted)
    wanted.progress.begin(len(cases) * len(wanted.profiles), run_result)
    with _timed(run_result), _stopped_by_user(run_result):
        for profile in wanted.profiles:
            run_cases(
                target,
                wanted.progress.over((one.name, one) for one in cases),
                run_result,
                seed=wanted.seed,
                profile=profile,
                allowance=Budget(credits=max_credits),
                watch=watch,
            )
        wanted.progress.end()
        if wanted.examples and wanted.wants(SERVER_SEQUENCES):
            _sequences(target, run_result, wanted)
    return run_result


def _sequences(target: Target, run_result: RunResult, wanted: SuiteOptions) -> None:
    if not target.has_control:
        run_result.skip(SERVER_SEQUENCES, (), "needs worlds of its own, and so the control API")
        return
    numbers = itertools.count(1)
    run_sequences(
        lambda settings: target.fresh(f"sequence-{next(numbers)}", **settings),
        run_result,
        examples=wanted.examples,
        steps=_STEPS,
        seed=wanted.seed,
        # Over sockets nobody moves a clock while somebody waits for an answer.
        clocks=("manual", "auto") if isinstance(target, SteppedTarget) else ("auto",),
    )


def chosen_cases(wanted: SuiteOptions) -> list[Case]:
    """Return the cases that are to be run."""
    return [one for one in load() if wanted.wants(one.name, one.clauses)]


@contextmanager
def _stopped_by_user(run_result: RunResult) -> Iterator[None]:
    """Keep what was found so far where the user interrupts."""
    try:
        yield
    except KeyboardInterrupt:
        run_result.interrupted = True


@contextmanager
def _timed(run_result: RunResult) -> Iterator[None]:
    began_s = time.perf_counter()
    try:
        yield
    finally:
        run_result.took_s += time.perf_counter() - began_s

"""The state machine over clients: whatever happens, every rule holds after each step of the user's."""

from __future__ import annotations

import shutil
import tempfile
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from nemocontract.client_rules.judge import judge
from nemocontract.client_tests.driver import ClientTestDriver, evidence_of, first_token, keep_client_id
from nemocontract.client_tests.environment import TestEnvironment, TestWorld
from nemocontract.client_tests.model import Step
from nemocontract.results import RunResult, Violation
from nemocontract.stateful import client_strategies
from nemocontract.stateful.trace import Trace, empty_client_test

_STEPS = 8
_MOST_VIOLATIONS = 5


class RuleViolation(AssertionError):  # noqa: N818  what happened
    """A rule did not hold in a drawn sequence; ``tale`` leads there."""

    def __init__(self, violations: list[Violation], trace: Trace) -> None:
        first = violations[0]
        super().__init__(f"{first.clause} ({first.rule}): expected {first.expected}; seen {first.seen}")
        self.violations, self.trace = violations, trace


class ClientMachine(RuleBasedStateMachine):
    """One sequence: a world, a home, a client in it; ``machine_on`` sets ``environment`` and ``tally``."""

    environment: TestEnvironment
    run_result: RunResult

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()
        self._home = Path(tempfile.mkdtemp(prefix="nemocontract-home-"))
        self._stack.callback(shutil.rmtree, self._home, ignore_errors=True)
        self._trace = Trace()
        self._struck: dict[str, int] = {}  # operation -> the call of it that was last aimed at

    @initialize(
        given=client_strategies.given,
        rules=client_strategies.rules,
        profile=st.sampled_from(client_strategies.PROFILES),
        seed=st.integers(0, 3),
        prepared=st.booleans(),
    )
    def begin(
        self, given: dict[str, Any], rules: dict[str, Any], profile: str, seed: int, prepared: bool
    ) -> None:
        """Open a world and start the client in it; ``prepared``: with a project that can be exported."""
        trace = self._trace = Trace(_possible(given), rules, profile, seed)
        trace.tell(
            f"a world with seed {seed} and profile {profile}; {_described(given)}; {_described(rules)}"
        )
        test = empty_client_test(trace, "drawn")
        self.environment.write_sample_files(test.scenario, self._home)
        keep_client_id(test, self._home)
        self._world: TestWorld = self._stack.enter_context(
            self.environment.open(test.scenario, seed, profile)
        )
        self._player, self._client_test = ClientTestDriver(test, self._world, self._home), test
        self._player.start(first_token(test))
        if test.scenario.given.has_token:
            self.say("status")  # a token set from outside has no account before it is first used
        for line in client_strategies.PREPARATION if prepared else ():
            self.say(line)

    @rule(line=client_strategies.lines)
    def say(self, line: str) -> None:
        """Let the user say a line."""
        self._trace.tell(f"the user says {line!r}")
        self._trace.steps.append({"say": line})
        self._player.do(Step("say", line))
        self._check()

    @rule(action=client_strategies.actions)
    def apply_trigger(self, action: tuple[str, str, int | None]) -> None:
        """Let something happen to the next call of an operation."""
        on, do, code = action
        nth = self._world.apply_trigger(on, do, code)
        self._trace.tell(f"{do}{f' with {code}' if code else ''} is to happen to the next {on} (call {nth})")
        fields = {"on": on, "nth": nth, "do": do, "code": code}
        self._trace.triggers.append({key: value for key, value in fields.items() if value is not None})

    @rule(inject_fault=client_strategies.matching)
    def inject_fault(self, inject_fault: tuple[str, dict[str, Any]]) -> None:
        """Let a fault strike the next call of an operation, unless one does already.

        Two of them can make an answer that nobody could send, such as plain bytes that say they are packed.
        """
        on, fault = inject_fault
        if on in self._struck and self._world.calls(on) < self._struck[on]:
            return
        nth = self._struck[on] = self._world.inject_fault(on, fault)
        self._trace.tell(f"{_described(fault)} is to strike the next {on} (call {nth})")
        self._trace.faults.append({**fault, "on": on, "nth": nth})

    @rule(line=client_strategies.chat_lines, inject_fault=client_strategies.chat_faults)
    def say_and_be_struck(self, line: str, inject_fault: tuple[str, dict[str, Any]]) -> None:
        """Let a fault strike the very message that is said next."""
        self.inject_fault(inject_fault)
        self.say(line)

    @rule(line=client_strategies.chat_lines, action=client_strategies.chat_actions)
    def say_and_be_befallen(self, line: str, action: tuple[str, str, int | None]) -> None:
        """Let something happen to the very message that is said next."""
        self.apply_trigger(action)
        self.say(line)

    @rule(action=client_strategies.export_actions)
    def export_and_be_befallen(self, action: tuple[str, str, int | None]) -> None:
        """Let something happen to the export that is asked for next."""
        self.apply_trigger(action)
        self.say("export")

    @rule(wait_s=st.sampled_from((1.0, 45.0, 600.0, 604_800.0)))
    def wait(self, wait_s: float) -> None:
        """Let time pass."""
        self._trace.tell(f"{wait_s:g} s pass")
        self._trace.steps.append({"wait_s": wait_s})
        self._player.do(Step("wait", wait_s=wait_s))

    @rule(keeps_token=st.booleans())
    def restart(self, keeps_token: bool) -> None:
        """Start the client anew."""
        self._trace.tell("the client is started anew" + (", with its token" if keeps_token else ""))
        self._trace.steps.append({"restart_client": "token" if keeps_token else "nothing"})
        self._player.do(Step("restart", keeps_token=keeps_token))

    def _check(self) -> None:
        """Ask every rule about all that has been so far."""
        found = RunResult(self.run_result.target)
        for evidence in evidence_of(
            self._player, self._client_test, self._world, self._home, self.environment.timing
        ):
            judge(evidence, found)
        if found.harness:
            raise RuntimeError(found.harness[0].message)
        if endless := self._player.parts[-1].endless:
            found.record_check(
                "C-SSE-2", "comes-to-an-end", False, expected="an end", seen=endless, responsible="client"
            )
        if crashed := self._player.parts[-1].crashed:
            found.record_check(
                "C-UX-1", "falls-over-nothing", False, expected="words", seen=crashed, responsible="client"
            )
        self.run_result.tried.update(found.tried)
        if found.violations:
            raise RuleViolation(found.violations, self._trace)

    def teardown(self) -> None:
        """Stop the client and close its world."""
        if hasattr(self, "_player"):
            self._player.stop()
        self._stack.close()


def _possible(given: dict[str, Any]) -> dict[str, Any]:
    """Return an account that can be: who is registered has a token."""
    return {**given, "sets_token": True} if given.get("registered") else given


def _described(values: dict[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in values.items()) or "as documented"


def machine_on(environment: TestEnvironment, run_result: RunResult, seed: int) -> type[ClientMachine]:
    """Return the machine for one environment; a seed gives the same sequences every time."""
    made = type("ClientMachine", (ClientMachine,), {"environment": environment, "run_result": run_result})
    drawn: Callable[[type[ClientMachine]], type[ClientMachine]] = seeded(seed)
    return drawn(made)


def run_scenarios(
    environment: TestEnvironment,
    run_result: RunResult,
    *,
    examples: int,
    seed: int,
    how: str = "",
    save: Path | None = None,
) -> None:
    """Draw sequences and judge the client after every step; a failure is told at its shortest."""
    run_result.played.append("client-sequences")
    chosen = settings(
        max_examples=examples,
        stateful_step_count=_STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=[*HealthCheck],
    )
    try:
        run_state_machine_as_test(machine_on(environment, run_result, seed), settings=chosen)
    except RuleViolation as broken:
        replay = f"nemofake verify{how} --only client-sequences --seed {seed} --examples {examples}"
        _note(run_result, broken, replay, save)
    except Exception:  # noqa: BLE001  a fault of the suite, told apart from one of the client
        run_result.add_harness_error("client-sequences", traceback.format_exc(limit=-6))


def _note(run_result: RunResult, broken: RuleViolation, replay: str, save: Path | None) -> None:
    """Write down what was found, and the scenario as a file where one is wanted."""
    trace, clauses = broken.trace, [violation.clause for violation in broken.violations]
    if save is not None:
        replay = f"{replay}  # saved as {_saved(trace, clauses, save)}"
    for violation in broken.violations[:_MOST_VIOLATIONS]:
        copy = replace(violation, test_name="client-sequences", replay=replay, trace=tuple(trace.lines))
        run_result.violations.append(copy)


def _saved(trace: Trace, clauses: list[str], folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"found-{clauses[0].lower()}-{sha256(repr(trace).encode()).hexdigest()[:8]}"
    seen = f"profile {trace.profile}, seed {trace.seed}"
    title = f"A drawn sequence in which a client did not keep {clauses[0]} ({seen})."
    path = folder / f"{name}.yaml"
    path.write_text(trace.yaml(name, title, clauses), encoding="utf-8")
    return path

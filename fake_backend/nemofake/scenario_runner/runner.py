"""Runs a scenario with the reference client against a fake and reports what held."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nemoscenarios import Scenario

from ..scenario_loader import ScenarioRegistry
from ..settings import DEFAULT_START_MS
from ..testing import FakeServer, WorldHandle, running
from ..wire.encoding import iso_utc
from .assertions import AssertionResult, RunRecord, check_invariants, judge
from .recorded_requests import RecordedRequest, read
from .sample_files import SampleFiles
from .steps import StepExecutor, StepResult


def headline(report: Report) -> str:
    """Return a scenario's outcome in one line."""
    word = "ok  " if report.holds else "FAIL"
    return f"{word}  {report.scenario.id}  [{report.profile}]  {report.scenario.title}"


def details(report: Report, *, all_lines: bool) -> Iterator[str]:
    """Yield a line for each expectation, or for each that failed, and then how to run it again."""
    for line in report.lines:
        if all_lines or not line.holds:
            yield from _result_lines(line)
    if not report.holds:
        yield f"  replay: {report.replay}"


def _result_lines(line: AssertionResult) -> Iterator[str]:
    if line.holds:
        yield f"  held    {line.key}: {line.expected}"
        return
    since_s = (line.at_ms - DEFAULT_START_MS) / 1000
    yield f"  FAILED  {line.key}"
    yield f"      expected: {line.expected}"
    yield f"      seen:     {line.seen}"
    yield f"      at:       {iso_utc(line.at_ms)}, {since_s:g} s after the start"


def summary_lines(scenario: Scenario) -> Iterator[str]:
    """Yield what a scenario contains, in short."""
    day = f" on {scenario.verified_on}" if scenario.verified_on else ""
    yield f"{scenario.id} ({scenario.status}{day})"
    yield f"  {scenario.title}"
    yield f"  clauses: {', '.join(scenario.clauses)}"
    given = scenario.given.model_dump(exclude_defaults=True)
    if given:
        yield f"  given: {', '.join(f'{key} {_short(value)}' for key, value in given.items())}"
    for name, value in scenario.all_parameters.items():
        yield f"  parameter: {name} {value}"
    for trigger in scenario.all_triggers:
        call = _matching_faults(trigger.on, trigger.nth)
        yield f"  on {call}: {trigger.do} {trigger.code or ''}".rstrip()
    for rule in scenario.faults:
        values = ", ".join(f"{key} {value}" for key, value in rule.parameters.items())
        yield f"  fault: {_matching_faults(rule.on, rule.nth)}: {rule.fault} {values}".rstrip()
    for step in scenario.user:
        yield f"  user: {step.title()}" + (f" -> {step.outcome}" if step.outcome != "ok" else "")
    for pattern in scenario.expect.order if scenario.expect else ():
        yield f"  expected: {pattern.title()}"


def _matching_faults(on: str, nth: int | None) -> str:
    return f"each {on}" if nth is None else f"{on} no. {nth}"


def _short(value: object) -> str:
    return ", ".join(value) if isinstance(value, dict | list) else str(value)


DEFAULT_SEED = 42


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a scenario: a line for each expectation, and the world's journal.

    ``exchanges`` has what was sent by hand as well.
    """

    scenario: Scenario
    seed: int
    profile: str
    lines: list[AssertionResult]
    steps: list[StepResult]
    exchanges: list[RecordedRequest]
    journal: list[dict[str, Any]]
    took_s: float
    folder: str = ""

    @property
    def holds(self) -> bool:
        """Whether every expectation held."""
        return all(line.holds for line in self.lines)

    @property
    def replay(self) -> str:
        """The command that runs it again."""
        words = ["nemofake", "scenarios", "run", self.scenario.id, "--seed", str(self.seed)]
        words += ["--profile", self.profile, *(["--scenarios", self.folder] if self.folder else [])]
        return shlex.join(words)


class ScenarioRunner:
    """A running fake and a folder for its users' files; runs any number of scenarios."""

    def __init__(self, fake: FakeServer, home: Path, registry: ScenarioRegistry, folder: str = "") -> None:
        self._fake, self._home, self._registry, self._folder = fake, home, registry, folder
        self._sample_files = SampleFiles(home / "sample-files")

    def run(self, name: str, *, seed: int = DEFAULT_SEED, profile: str = "") -> Report:
        """Run a scenario; raise SettingError where it is unknown or invalid."""
        scenario, began_s = self._registry.scenario(name), time.perf_counter()
        home = self._home / "users" / name
        home.mkdir(parents=True)
        # The scenario's own name: a world's name shows in addresses of media, and so in the journal.
        world = self._fake.world(name[:64], scenario=name, seed=seed, profile=profile, clock="manual")
        try:
            return self._run(scenario, world, home, seed, profile, began_s)
        finally:
            world.delete()
            shutil.rmtree(home, ignore_errors=True)

    def _run(
        self, scenario: Scenario, world: WorldHandle, home: Path, seed: int, profile: str, began_s: float
    ) -> Report:
        files = {
            name: self._sample_files.put(name, file, home) for name, file in scenario.given.files.items()
        }
        actor = StepExecutor(scenario, world, home, files)
        try:
            steps = [actor.play(step) for step in scenario.user]
        finally:
            actor.close()
        actor.clock_driver.calm()
        journal = world.journal()
        exchanges = read(journal)
        traffic = [seen for seen in exchanges if not seen.by_hand]
        found = _evidence(scenario, world, actor, steps, traffic, home)
        lines = [*judge(scenario.expect, found), *check_invariants(found)]
        took_s = time.perf_counter() - began_s
        profile = str(world.call(lambda world: world.profile))
        return Report(scenario, seed, profile, lines, steps, exchanges, journal, took_s, self._folder)


def _evidence(
    scenario: Scenario,
    world: WorldHandle,
    actor: StepExecutor,
    steps: list[StepResult],
    traffic: list[RecordedRequest],
    home: Path,
) -> RunRecord:
    context, accounts = actor.client.context, world.accounts()
    sessions = world.call(lambda world: world.backend.data.sessions)
    session = sessions.get(context.session_id)
    return RunRecord(
        steps=steps,
        traffic=traffic,
        account=next((account for account in accounts if account["user_id"] == context.user_id), None),
        draft=session.snapshot("")["state"]["draft"] if session else None,
        language=scenario.given.language,
        home=home,
        ended_ms=actor.clock_driver.now_ms,
        accounts=accounts,
    )


@contextmanager
def scenario_runner(
    folder: Path | str | None = None, registry: ScenarioRegistry | None = None
) -> Iterator[ScenarioRunner]:
    """Give a runner for as long as the block lasts; ``folder`` holds a user's own scenarios.

    ``registry`` gives scenarios from elsewhere. Raises SettingError where there is no such folder.
    """
    registry = registry or ScenarioRegistry.of(folder)
    home = Path(tempfile.mkdtemp(prefix="nemofake-scenarios-"))
    try:
        with running(registry=registry, max_videos=256, same_ids=True) as fake:
            yield ScenarioRunner(fake, home, registry, str(folder or ""))
    finally:
        shutil.rmtree(home, ignore_errors=True)

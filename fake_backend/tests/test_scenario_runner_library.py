"""Every scenario of the package, played with the reference client: each expectation holds, and could fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from _pytest.mark import ParameterSet

from nemoclient import constants
from nemofake.journal.render import json_bytes
from nemofake.scenario_loader import ScenarioRegistry
from nemofake.scenario_runner import Report, ScenarioRunner, coverage, coverage_report, scenario_runner
from nemofake.wire.profile import Profile
from nemoscenarios import Scenario, ScenarioStore, coverage_exemptions

Plays = Callable[..., Report]

STORE = ScenarioStore()
NAMES = STORE.names()
PROFILES = [str(profile) for profile in Profile.every()]
# Each scenario once more, under one of the other seven profiles; `--all --all-profiles` plays them all.
ELSEWHERE = [PROFILES[1 + nth % 7] for nth in range(len(NAMES))]

# Scenarios that are right and not yet fulfilled: what the fake or the client does wrong.
UNFULFILLED: dict[str, str] = {}


def scenario_param(name: str, *more: str) -> ParameterSet:
    """Return a scenario as a parameter, marked where it is known not to hold."""
    reason = UNFULFILLED.get(name)
    marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
    return pytest.param(name, *more, marks=marks)


class Bare(ScenarioStore):
    """The same scenarios without anything that happens to the client."""

    def load(self, name: str) -> Scenario:
        bare: dict[str, object] = {"triggers": [], "faults": [], "parameters": {}, "agent_behavior": []}
        return super().load(name).model_copy(update=bare)


def _happens(name: str) -> bool:
    result = STORE.load(name)
    moods = [mood.model_dump(exclude_defaults=True) for mood in result.agent_behavior]
    return bool(
        result.triggers
        or result.faults
        or result.parameters
        or any(mood != {"silent": False} for mood in moods)
    )


@pytest.fixture(scope="module")
def stage() -> Iterator[ScenarioRunner]:
    with scenario_runner() as one:
        yield one


@pytest.fixture(scope="module")
def bare_stage() -> Iterator[ScenarioRunner]:
    with scenario_runner(registry=ScenarioRegistry(Bare())) as one:
        yield one


@pytest.fixture(scope="module")
def report(stage: ScenarioRunner) -> Plays:
    """Return the function that gives a scenario's first play under the default profile."""
    return cache(lambda name: stage.run(name))


def failed(report: Report) -> list[str]:
    lines = [
        f"{line.key}: expected {line.expected}; seen {line.seen}" for line in report.lines if not line.holds
    ]
    return [*lines, report.replay] if lines else []


@pytest.mark.parametrize("name", [scenario_param(name) for name in NAMES])
def test_every_expectation_of_a_scenario_holds(report: Plays, name: str) -> None:
    assert failed(report(name)) == []


@pytest.mark.parametrize(
    ("name", "profile"), [scenario_param(*pair) for pair in zip(NAMES, ELSEWHERE, strict=True)]
)
def test_a_user_is_reported_the_same_under_every_wire_profile(
    stage: ScenarioRunner, name: str, profile: str
) -> None:
    assert failed(stage.run(name, profile=profile)) == []


@pytest.mark.parametrize("name", NAMES[::7])
def test_the_same_seed_gives_the_same_journal_to_the_byte(
    report: Plays, stage: ScenarioRunner, name: str
) -> None:
    first = json_bytes(report(name).journal)
    assert json_bytes(stage.run(name).journal) == first
    if b"session_id" in first:  # something that was drawn is in it
        assert json_bytes(stage.run(name, seed=7).journal) != first


@pytest.mark.parametrize("name", [name for name in NAMES if _happens(name)])
def test_a_scenario_notices_when_nothing_happens_its_client(bare_stage: ScenarioRunner, name: str) -> None:
    assert failed(bare_stage.run(name)) != []


# A client that is wrong in one figure, and the scenario and expectation that see it.
@pytest.mark.parametrize(
    ("fact", "value", "name", "key"),
    [
        ("RATE_LIMIT_PAUSE_S", 10.0, "auth-429-once", "expect.order.1"),
        ("RECOVERY_FIRST_S", 5.0, "stream-reset-before-first-event", "expect.order.1"),
        ("RECOVERY_NEXT_S", 30.0, "stream-reset-before-first-event", "expect.order.2"),
        ("RECOVERY_READS", 4, "stream-reset-before-first-event", "expect.order.5"),
        ("RENDER_POLL_S", 10.0, "export-not-done-after-ten-polls", "expect.order.1"),
        ("RENDER_POLLS", 9, "export-not-done-after-ten-polls", "expect.counts.render.status"),
        ("STILL_WORKING_S", 600.0, "chat-generation-slowest", "user.0.user_sees"),
        ("HEARTBEATS_ONLY_S", 1200.0, "stream-heartbeats-only", "user.1.ending"),
        ("GIVE_UP_S", 3600.0, "stream-fifteen-minutes-of-work", "user.1.ending"),
        ("STALL_S", 1200.0, "stream-stalls-during-work", "user.1.ending"),
    ],
)
def test_a_client_with_a_wrong_figure_is_seen(
    stage: ScenarioRunner, monkeypatch: pytest.MonkeyPatch, fact: str, value: float, name: str, key: str
) -> None:
    monkeypatch.setattr(constants, fact, value)
    lines = stage.run(name).lines
    assert key in [line.key for line in lines if not line.holds]


# -- all of them together --------------------------------------------------------------------------


def test_no_hole_of_the_matrix_lacks_a_reason_and_no_reason_lacks_a_hole(report: Plays) -> None:
    reports = [report(name) for name in NAMES]
    found = coverage.build_coverage(reports, coverage.clauses_of(reports))
    assert [(table.name, gap) for table in found.tables for gap in table.gaps] == []
    used = {reason for table in found.tables for reason in table.reasons.values()}
    assert {hole.why for hole in coverage_exemptions.all_holes()} == used
    result = coverage_report.markdown(found)
    assert "**hole**" not in result
    assert all(f"**{clause}**" in result for clause in coverage_exemptions.CLAUSES)
    assert coverage_report.html(found).count("<table>") == 3


def test_every_play_is_reported_with_the_command_that_repeats_it(report: Plays) -> None:
    result = report("chat-greeting")
    words = "nemofake scenarios run chat-greeting --seed 42 --profile typed,envelope,render-flat"
    assert result.replay == words
    assert json.dumps(result.journal)

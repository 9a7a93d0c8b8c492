"""Sequences of clients drawn at random: who does all right passes, who does not is found in few steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nemoclient import chat, constants
from nemoclient import chat as recovery
from nemoclient.effects import Notice
from nemocontract.client_tests.model import as_client_test
from nemocontract.client_tests.run import run_one
from nemocontract.environments.in_process import InProcessEnvironment, stepped_ground
from nemocontract.protocol.events import without_noise
from nemocontract.results import RunResult
from nemocontract.stateful import client_machine
from nemocontract.stateful.client_machine import run_scenarios
from nemocontract.stateful.client_strategies import PROFILES
from nemoscenarios import PACKAGED, ScenarioStore


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessEnvironment]:
    with stepped_ground(tmp_path_factory.mktemp("props")) as made:
        yield made


def drawn(
    environment: InProcessEnvironment, *, examples: int, seed: int = 1, save: Path | None = None
) -> RunResult:
    run_result = RunResult("fake")
    run_scenarios(environment, run_result, examples=examples, seed=seed, save=save)
    return run_result


def test_the_reference_client_keeps_every_rule_in_every_sequence(environment: InProcessEnvironment) -> None:
    run_result = drawn(environment, examples=150)
    assert [str(found) for found in run_result.violations] == []
    assert [fault.message for fault in run_result.harness] == []
    assert run_result.played == ["client-sequences"]
    assert {"C-AUTH-2", "C-AUTH-3", "C-SSE-3", "C-SSE-4", "C-REN-1", "C-SES-1"} <= set(run_result.tried)
    assert sum(run_result.tried.values()) > 10_000


def test_the_same_seed_draws_the_same_sequences(environment: InProcessEnvironment) -> None:
    first, second, other = (drawn(environment, examples=25, seed=seed).tried for seed in (7, 7, 8))
    assert first == second
    assert first != other


def test_all_profiles_are_drawn() -> None:
    assert len(set(PROFILES)) == 8


# -- clients that are broken on purpose ------------------------------------------------------------


def polls_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(constants, "RENDER_POLL_S", 5.0)


def looks_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(constants, "RECOVERY_FIRST_S", 0.0)


def looks_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(constants, "RECOVERY_READS", 2)


def says_nothing_of_changes(patch: pytest.MonkeyPatch) -> None:
    tell = chat._report
    patch.setattr(chat, "_report", lambda *args: [one for one in tell(*args) if one.kind == "summary"])


def exports_whatever_is_there(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("nemoclient.draft.Draft.ready", True)


def forgets_the_checking_notice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recovery, "Sleep", lambda _: Notice("info", "…"))


@pytest.mark.parametrize(
    ("breaks", "clause"),
    [
        pytest.param(polls_at_once, "C-REN-1", marks=pytest.mark.clause("C-REN-1")),
        pytest.param(looks_at_once, "C-SSE-4", marks=pytest.mark.clause("C-SSE-4")),
        pytest.param(looks_twice, "C-SSE-4", marks=pytest.mark.clause("C-SSE-4")),
        pytest.param(says_nothing_of_changes, "C-SSE-", marks=pytest.mark.clause("C-SSE-3", "C-SSE-4")),
        pytest.param(forgets_the_checking_notice, "C-SSE-4", marks=pytest.mark.clause("C-SSE-4")),
        pytest.param(exports_whatever_is_there, "C-REN-1", marks=pytest.mark.clause("C-REN-1")),
    ],
)
def test_a_broken_client_is_found_with_its_clause(
    environment: InProcessEnvironment, monkeypatch: pytest.MonkeyPatch, breaks: object, clause: str
) -> None:
    breaks(monkeypatch)  # type: ignore[operator]
    run_result = drawn(environment, examples=400)
    found = next((one for one in run_result.violations if one.clause.startswith(clause)), None)
    assert found is not None, (run_result.violations, run_result.harness)
    assert found.replay.startswith("nemofake verify --only client-sequences --seed 1 --examples 400")
    assert 2 <= len(found.trace) <= 12


def test_a_finding_is_saved_as_a_scenario_that_shows_it_again(
    environment: InProcessEnvironment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    polls_at_once(monkeypatch)
    assert drawn(environment, examples=400, save=tmp_path / "found").violations
    (file,) = (tmp_path / "found").glob("*.yaml")
    test = as_client_test(ScenarioStore(tmp_path / "found", PACKAGED).load(file.stem))
    again = RunResult("fake")
    run_one(environment, test, again)
    assert "C-REN-1" in {found.clause for found in again.violations}
    monkeypatch.undo()
    well = RunResult("fake")
    run_one(environment, test, well)
    assert well.violations == []


def test_a_fault_of_a_rule_is_the_suites_and_not_the_clients(
    environment: InProcessEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(evidence: object, found: RunResult, **_: object) -> None:
        found.add_harness_error("a rule", f"fell over {type(evidence).__name__}")

    monkeypatch.setattr(client_machine, "judge", falls)
    run_result = drawn(environment, examples=3)
    assert "fell over ClientRun" in run_result.harness[0].message
    assert (run_result.violations, run_result.exit_code) == ([], 2)


@pytest.mark.clause("C-SSE-5")
@pytest.mark.parametrize("times", [1, 2, 3])
def test_noise_repeated_at_the_end_is_no_part_of_what_was_said(times: int) -> None:
    noise = "\nI encountered a temporary issue. Please try again later." * times
    assert without_noise(f"Trimmed to 3 seconds.{noise}").strip() == "Trimmed to 3 seconds."
    assert without_noise(f"{noise}\nTrimmed.") == f"{noise}\nTrimmed."

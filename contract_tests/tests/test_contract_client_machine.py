"""Histories of clients drawn at random: who does all right passes, who does not is found in few steps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nemoclient import chat, facts, recovery
from nemoclient.steps import Notice
from nemocontract.arms.stepped_ground import SteppedGround, stepped_ground
from nemocontract.machines import clients
from nemocontract.machines.clients import run_stories
from nemocontract.machines.drawing import PROFILES
from nemocontract.tally import Tally
from nemocontract.trials.judged import play_one
from nemocontract.trials.trial import as_trial
from nemoscenarios import PACKAGED, Shelf


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteppedGround]:
    with stepped_ground(tmp_path_factory.mktemp("props")) as made:
        yield made


def drawn(ground: SteppedGround, *, examples: int, seed: int = 1, save: Path | None = None) -> Tally:
    tally = Tally("fake")
    run_stories(ground, tally, examples=examples, seed=seed, save=save)
    return tally


def test_the_reference_client_keeps_every_rule_in_every_history(ground: SteppedGround) -> None:
    tally = drawn(ground, examples=150)
    assert [str(found) for found in tally.findings] == []
    assert [fault.told for fault in tally.harness] == []
    assert tally.played == ["stories"]
    assert {"C-AUTH-2", "C-AUTH-3", "C-SSE-3", "C-SSE-4", "C-REN-1", "C-SES-1"} <= set(tally.tried)
    assert sum(tally.tried.values()) > 10_000


def test_the_same_seed_draws_the_same_histories(ground: SteppedGround) -> None:
    first, second, other = (drawn(ground, examples=25, seed=seed).tried for seed in (7, 7, 8))
    assert first == second
    assert first != other


def test_all_profiles_are_drawn() -> None:
    assert len(set(PROFILES)) == 8


# -- clients that are broken on purpose ------------------------------------------------------------


def polls_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(facts, "RENDER_POLL_S", 5.0)


def looks_at_once(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(facts, "RECOVERY_FIRST_S", 0.0)


def looks_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(facts, "RECOVERY_READS", 2)


def says_nothing_of_changes(patch: pytest.MonkeyPatch) -> None:
    tell = chat._report
    patch.setattr(chat, "_report", lambda *told: [one for one in tell(*told) if one.kind == "summary"])


def exports_whatever_is_there(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("nemoclient.draft.Draft.ready", True)


def forgets_the_checking_notice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(recovery, "Pause", lambda _: Notice("info", "…"))


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
    ground: SteppedGround, monkeypatch: pytest.MonkeyPatch, breaks: object, clause: str
) -> None:
    breaks(monkeypatch)  # type: ignore[operator]
    tally = drawn(ground, examples=400)
    found = next((one for one in tally.findings if one.clause.startswith(clause)), None)
    assert found is not None, (tally.findings, tally.harness)
    assert found.replay.startswith("nemofake verify --only stories --seed 1 --examples 400")
    assert 2 <= len(found.story) <= 12


def test_a_finding_is_saved_as_a_scenario_that_shows_it_again(
    ground: SteppedGround, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    polls_at_once(monkeypatch)
    assert drawn(ground, examples=400, save=tmp_path / "found").findings
    (file,) = (tmp_path / "found").glob("*.yaml")
    trial = as_trial(Shelf(tmp_path / "found", PACKAGED).load(file.stem))
    again = Tally("fake")
    play_one(ground, trial, again)
    assert "C-REN-1" in {found.clause for found in again.findings}
    monkeypatch.undo()
    well = Tally("fake")
    play_one(ground, trial, well)
    assert well.findings == []


def test_a_fault_of_a_rule_is_the_suites_and_not_the_clients(
    ground: SteppedGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls(evidence: object, found: Tally, **_: object) -> None:
        found.broke("a rule", f"fell over {type(evidence).__name__}")

    monkeypatch.setattr(clients, "judge", falls)
    tally = drawn(ground, examples=3)
    assert "fell over Evidence" in tally.harness[0].told
    assert (tally.findings, tally.exit_code) == ([], 2)

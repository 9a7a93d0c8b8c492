"""Every story of the package, played with the reference client: each expectation holds, and could fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache

import pytest
from _pytest.mark import ParameterSet

from nemoclient import facts
from nemofake.journal.records import json_bytes
from nemofake.stage import Report, Stage, matrix, play, tables
from nemofake.stories import StoryBook
from nemofake.wire.profile import Profile
from nemoscenarios import Scenario, Shelf, holes

Plays = Callable[..., Report]

SHELF = Shelf()
NAMES = SHELF.names()
PROFILES = [str(profile) for profile in Profile.every()]
# Each story once more, under one of the other seven profiles; `--all --all-profiles` plays them all.
ELSEWHERE = [PROFILES[1 + nth % 7] for nth in range(len(NAMES))]

# Stories that are right and not yet fulfilled: what the fake or the client does wrong.
UNFULFILLED: dict[str, str] = {}


def told(name: str, *more: str) -> ParameterSet:
    """Return a story as a parameter, marked where it is known not to hold."""
    reason = UNFULFILLED.get(name)
    marks = [pytest.mark.xfail(reason=reason, strict=False)] if reason else []
    return pytest.param(name, *more, marks=marks)


class Bare(Shelf):
    """The same stories without anything that befalls the client."""

    def load(self, name: str) -> Scenario:
        bare: dict[str, object] = {"incidents": [], "faults": [], "rules": {}, "agent": []}
        return super().load(name).model_copy(update=bare)


def _befalls(name: str) -> bool:
    told = SHELF.load(name)
    moods = [mood.model_dump(exclude_defaults=True) for mood in told.agent]
    return bool(
        told.incidents or told.faults or told.rules or any(mood != {"silent": False} for mood in moods)
    )


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with play() as one:
        yield one


@pytest.fixture(scope="module")
def bare_stage() -> Iterator[Stage]:
    with play(book=StoryBook(Bare())) as one:
        yield one


@pytest.fixture(scope="module")
def report(stage: Stage) -> Plays:
    """Return the function that gives a story's first play under the default profile."""
    return cache(lambda name: stage.play(name))


def failed(report: Report) -> list[str]:
    lines = [
        f"{line.key}: expected {line.expected}; seen {line.seen}" for line in report.lines if not line.holds
    ]
    return [*lines, report.replay] if lines else []


@pytest.mark.parametrize("name", [told(name) for name in NAMES])
def test_every_expectation_of_a_story_holds(report: Plays, name: str) -> None:
    assert failed(report(name)) == []


@pytest.mark.parametrize(("name", "profile"), [told(*pair) for pair in zip(NAMES, ELSEWHERE, strict=True)])
def test_a_user_is_told_the_same_under_every_wire_profile(stage: Stage, name: str, profile: str) -> None:
    assert failed(stage.play(name, profile=profile)) == []


@pytest.mark.parametrize("name", NAMES[::7])
def test_the_same_seed_gives_the_same_journal_to_the_byte(report: Plays, stage: Stage, name: str) -> None:
    first = json_bytes(report(name).journal)
    assert json_bytes(stage.play(name).journal) == first
    if b"session_id" in first:  # something that was drawn is in it
        assert json_bytes(stage.play(name, seed=7).journal) != first


@pytest.mark.parametrize("name", [name for name in NAMES if _befalls(name)])
def test_a_story_notices_when_nothing_befalls_its_client(bare_stage: Stage, name: str) -> None:
    assert failed(bare_stage.play(name)) != []


# A client that is wrong in one figure, and the story and expectation that see it.
@pytest.mark.parametrize(
    ("fact", "value", "name", "key"),
    [
        ("RATE_LIMIT_PAUSE_S", 10.0, "rate-limited-token", "expect.order.1"),
        ("RECOVERY_FIRST_S", 5.0, "stream-reset-before-the-first-event", "expect.order.1"),
        ("RECOVERY_NEXT_S", 30.0, "stream-reset-before-the-first-event", "expect.order.2"),
        ("RECOVERY_READS", 4, "stream-reset-before-the-first-event", "expect.order.5"),
        ("RENDER_POLL_S", 10.0, "render-stuck", "expect.order.1"),
        ("RENDER_POLLS", 9, "render-stuck", "expect.counts.render.status"),
        ("STILL_WORKING_S", 600.0, "slow-generation", "user.0.reads"),
        ("HEARTBEATS_ONLY_S", 1200.0, "heartbeats-and-nothing-else", "user.1.ending"),
        ("GIVE_UP_S", 3600.0, "fifteen-minutes-of-work", "user.1.ending"),
        ("STALL_S", 1200.0, "stream-stalls-during-work", "user.1.ending"),
    ],
)
def test_a_client_with_a_wrong_figure_is_seen(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, fact: str, value: float, name: str, key: str
) -> None:
    monkeypatch.setattr(facts, fact, value)
    lines = stage.play(name).lines
    assert key in [line.key for line in lines if not line.holds]


# -- all of them together --------------------------------------------------------------------------


def test_no_hole_of_the_matrix_lacks_a_reason_and_no_reason_lacks_a_hole(report: Plays) -> None:
    reports = [report(name) for name in NAMES]
    found = matrix.gather(reports, matrix.clauses_of(reports))
    assert [(table.name, gap) for table in found.tables for gap in table.gaps] == []
    used = {reason for table in found.tables for reason in table.reasons.values()}
    assert {hole.why for hole in holes.all_holes()} == used
    told = tables.markdown(found)
    assert "**hole**" not in told
    assert all(f"**{clause}**" in told for clause in holes.CLAUSES)
    assert tables.html(found).count("<table>") == 3


def test_every_play_is_told_with_the_command_that_repeats_it(report: Plays) -> None:
    told = report("quiet-hello")
    words = "nemofake scenarios run quiet-hello --seed 42 --profile typed,envelope,render-flat"
    assert told.replay == words
    assert json.dumps(told.journal)

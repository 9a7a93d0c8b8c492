"""Histories against the fake: nothing to say of it as it is, and a short true story of whatever is broken."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis.stateful import run_state_machine_as_test

from nemocontract.environments.in_process_server import stepped
from nemocontract.environments.transport import stepped_target
from nemocontract.http.target import Target
from nemocontract.results import COULD_NOT_RUN, RunResult
from nemocontract.stateful.actions import ALL, DEEDS
from nemocontract.stateful.run import run_histories
from nemocontract.stateful.runner import HistoryRunner
from nemocontract.stateful.server_machine import HistoryError, server_machine
from nemocontract.stateful.shrink import differences, without
from nemocontract.stateful.trace import SENTENCES, Step, WorldSettings, story_of
from nemofake import running

from . import contract_planted_more_kit  # noqa: F401  its breakages are planted, too
from .contract_planted_kit import PLANTED, Planted, broken

WORLD = WorldSettings("typed,envelope,render-flat", 7, 0.3, "manual")
CLIP = ("https://example.com/walk_12s.mp4",)


@pytest.fixture(scope="module")
def fake() -> Iterator[Target]:
    with stepped() as server:
        yield stepped_target(server)


def drawn(target: Target, *, examples: int, steps: int = 20, seed: int = 5, **options: Any) -> RunResult:
    """Return what histories on a target came to."""
    tally = RunResult("fake")
    run_histories(
        lambda settings: target.fresh("histories", **settings),
        tally,
        examples=examples,
        steps=steps,
        seed=seed,
        **options,
    )
    return tally


def describe(tally: RunResult) -> str:
    return "\n".join(f"{f.clause}: {f.expected}; {f.seen}\n{f.story}" for f in tally.violations) + str(
        tally.harness
    )


# -- the fake as it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_the_auditor_has_nothing_to_say_of_the_fake(fake: Target, seed: int) -> None:
    tally = drawn(fake, examples=15, seed=seed)
    assert not tally.violations, describe(tally)
    assert not tally.harness
    assert tally.played == ["histories"]
    assert tally.exit_code == 0
    assert {"CRE-5", "ENV-1", "ENV-4", "SES-1", "STA-1", "STA-2", "SSE-3", "SSE-4", "UPL-2"} <= set(
        tally.tried
    )


def test_the_machine_runs_under_hypothesis_alone(fake: Target) -> None:
    tally = RunResult("fake")
    machine = server_machine(lambda settings: fake.fresh("alone", **settings), tally)
    run_state_machine_as_test(machine, settings=quiet(max_examples=5, stateful_step_count=15))
    assert sum(tally.tried.values()) > 200


def quiet(**options: Any) -> settings:
    return settings(
        database=None,
        deadline=None,
        derandomize=True,
        phases=(Phase.generate,),
        print_blob=False,
        verbosity=Verbosity.quiet,
        suppress_health_check=[*HealthCheck],
        **options,
    )


def test_it_runs_over_sockets_too() -> None:
    with running(clock="auto", seed=3) as fake, httpx.Client(trust_env=False, timeout=20) as http:

        def now_ms() -> int:
            return int(http.get(f"{fake.base_url}/w/histories/__fake__/clock").json()["data"]["now_ms"])

        target = Target("fake", fake.base_url, http, now_ms, has_control=True)
        tally = drawn(target, examples=4, steps=12, clocks=("auto",))
    assert not tally.violations, describe(tally)
    assert not tally.harness


# -- the fake, broken --------------------------------------------------------------------------------


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.name)
def test_what_is_planted_is_found_named_and_told(fake: Target, one: Planted) -> None:
    with broken(one):
        tally = drawn(fake, examples=one.examples)
    assert tally.violations, "not found"
    assert {violation.clause for violation in tally.violations} <= one.clauses, describe(tally)
    found = tally.violations[0]
    assert found.responsible == "server"
    assert found.replay == "nemofake verify --server --only histories --seed 5"
    assert found.trial == "histories"
    assert re.match(r"a world with \w+,[\w-]+,[\w-]+, seed \d+, clock \w+, ", found.story[0])
    assert len(found.story) - 1 <= one.most_steps, found.story
    assert not tally.harness


def test_the_same_seed_finds_the_same_story(fake: Target) -> None:
    one = next(planted for planted in PLANTED if planted.name == "progress-falls")
    with broken(one):
        first, second = (drawn(fake, examples=one.examples) for _ in range(2))
    assert first.violations == second.violations
    assert first.tried == second.tried


def test_a_failure_under_hypothesis_tells_all_there_is_to_know(fake: Target) -> None:
    one = next(planted for planted in PLANTED if planted.name == "the-state-names-another-task")
    machine = server_machine(lambda settings: fake.fresh("told", **settings), RunResult("fake"), seed=11)
    with broken(one), pytest.raises(HistoryError) as failure:
        run_state_machine_as_test(machine, settings=quiet(max_examples=3))
    text = str(failure.value)
    assert "STA-1: expected the session's own session_id, task_id, user_id" in text
    assert "\n2. a guest asks for a token\n" in text
    assert "replay: nemofake verify --server --only histories --seed 11" in text


def test_a_fault_of_the_suite_is_told_apart() -> None:
    def nowhere(_settings: Mapping[str, Any]) -> Target:
        raise RuntimeError("no world today")

    tally = RunResult("fake")
    run_histories(nowhere, tally, examples=3, steps=5, seed=1)
    assert not tally.violations
    assert "no world today" in tally.harness[0].message
    assert tally.exit_code == COULD_NOT_RUN


def test_an_answer_that_never_comes_is_a_finding() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if "/__fake__" in request.url.path:
            return httpx.Response(200, json={"code": 0, "data": []})
        raise httpx.ReadError("gone", request=request)

    http = httpx.Client(transport=httpx.MockTransport(refuse))
    player = HistoryRunner(WORLD, Target("t", "http://t.test", http, lambda: 0, has_control=True))
    assert player.act("guest") is None
    assert [(f.clause, f.seen) for f in player.tally.violations] == [("ENV-4", "ReadError: gone")]


# -- stories -----------------------------------------------------------------------------------------


def started(fake: Target, name: str = "story", world: WorldSettings = WORLD) -> HistoryRunner:
    player = HistoryRunner(world, fake.fresh(name, **world.settings))
    player.act("guest")
    player.act("session", guest=0, language="en", user="me")
    player.act("upload", session=0, by=0, urls=CLIP)
    return player


def test_every_verb_can_be_told() -> None:
    assert set(SENTENCES) == set(DEEDS)


def test_a_story_is_read_line_by_line(fake: Target) -> None:
    player = started(fake)
    player.act("say", session=0, by=0, text='add the title "A"', upto=2)
    player.act("wait", ms=1500)
    assert story_of(player.steps, str(player.world)) == (
        "a world with typed,envelope,render-flat, seed 7, clock manual, 30% of edits silent",
        "a guest asks for a token",
        "guest 1 makes a session in en",
        "guest 1 uploads ('https://example.com/walk_12s.mp4',) to session 1",
        """guest 1 says 'add the title "A"' in session 1 and hangs up after 2 events""",
        "1.5 s pass",
    )


def test_what_was_made_by_a_step_goes_with_it_and_the_rest_is_counted_anew(fake: Target) -> None:
    player = started(fake)
    player.act("guest")
    player.act("guest")
    player.act("session", guest=1, language="en", user="me")
    player.act("session", guest=2, language="en", user="me")
    player.act("state", session=2, by=2)
    kept = without(player, range(3, 4))  # the second guest
    assert kept[3:] == [
        Step("guest", {}),
        Step("session", {"guest": 1, "language": "en", "user": "me"}),
        Step("state", {"session": 1, "by": 1}),
    ]


@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_the_same_steps_give_the_same_bytes(fake: Target, clock: str) -> None:
    world = WorldSettings("adk,http-status,render-nested", 3, 0.3, clock)
    player = started(fake, "one", world)
    player.act("say", session=0, by=0, text="hello", upto=None)
    other = HistoryRunner(world, fake.fresh("two", **world.settings))
    differences(player, other)
    assert not player.tally.violations
    assert len(player.raws) == len(other.raws) == len(player.recorder.exchanges)
    assert b"data: " in player.raws[-1]


def test_another_seed_gives_other_bytes_and_says_where(fake: Target) -> None:
    player = started(fake, "one")
    differences(player, HistoryRunner(WORLD, fake.fresh("two", **{**WORLD.settings, "seed": 8})))
    assert [violation.clause for violation in player.tally.violations] == ["SSE-5"]
    assert re.search(r"answer 1 from byte \d+: b'", player.tally.violations[0].seen)
    assert player.twinned


# -- what is wrong on purpose ------------------------------------------------------------------------


@pytest.mark.parametrize(("endpoint", "fault"), ALL, ids=lambda part: str(part).replace(" ", "-"))
@pytest.mark.clause("ENV-4")
def test_every_request_that_is_wrong_is_refused_and_named(fake: Target, endpoint: str, fault: str) -> None:
    player = started(fake)
    player.act("malformed", session=0, by=0, endpoint=endpoint, fault=fault)
    assert not player.tally.violations, describe(player.tally)
    assert player.recorder.exchanges[-1].code == 400


def test_histories_are_quick(fake: Target) -> None:
    began_s = time.process_time()
    drawn(fake, examples=20, seed=4)
    assert time.process_time() - began_s < 20

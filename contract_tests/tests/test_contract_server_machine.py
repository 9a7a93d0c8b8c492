"""Sequences against the fake: no violation as it is, and a short scenario for each planted bug."""

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
from nemocontract.stateful.actions import ACTIONS, ALL
from nemocontract.stateful.run import run_sequences
from nemocontract.stateful.runner import SequenceRunner
from nemocontract.stateful.server_machine import SequenceError, server_machine
from nemocontract.stateful.shrink import differences, without
from nemocontract.stateful.trace import SENTENCES, Step, WorldSettings, scenario_of
from nemofake import running

from . import planted_bugs_more  # noqa: F401  its breakages are planted, too
from .planted_bugs import PLANTED, Planted, broken

WORLD = WorldSettings("typed,envelope,render-flat", 7, 0.3, "manual")
CLIP = ("https://example.com/walk_12s.mp4",)


@pytest.fixture(scope="module")
def fake() -> Iterator[Target]:
    with stepped() as server:
        yield stepped_target(server)


def drawn(target: Target, *, examples: int, steps: int = 20, seed: int = 5, **options: Any) -> RunResult:
    """Return what sequences on a target came to."""
    run_result = RunResult("fake")
    run_sequences(
        lambda settings: target.fresh("server-sequences", **settings),
        run_result,
        examples=examples,
        steps=steps,
        seed=seed,
        **options,
    )
    return run_result


def describe(run_result: RunResult) -> str:
    return "\n".join(f"{f.clause}: {f.expected}; {f.seen}\n{f.trace}" for f in run_result.violations) + str(
        run_result.harness
    )


# -- the fake as it is -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2])
def test_the_auditor_has_nothing_to_say_of_the_fake(fake: Target, seed: int) -> None:
    run_result = drawn(fake, examples=15, seed=seed)
    assert not run_result.violations, describe(run_result)
    assert not run_result.harness
    assert run_result.played == ["server-sequences"]
    assert run_result.exit_code == 0
    assert {"CRE-5", "ENV-1", "ENV-4", "SES-1", "STA-1", "STA-2", "SSE-3", "SSE-4", "UPL-2"} <= set(
        run_result.tried
    )


def test_the_machine_runs_under_hypothesis_alone(fake: Target) -> None:
    run_result = RunResult("fake")
    machine = server_machine(lambda settings: fake.fresh("alone", **settings), run_result)
    run_state_machine_as_test(machine, settings=quiet(max_examples=5, stateful_step_count=15))
    assert sum(run_result.tried.values()) > 200


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
            return int(
                http.get(f"{fake.base_url}/w/server-sequences/__fake__/clock").json()["data"]["now_ms"]
            )

        target = Target("fake", fake.base_url, http, now_ms, has_control=True)
        run_result = drawn(target, examples=4, steps=12, clocks=("auto",))
    assert not run_result.violations, describe(run_result)
    assert not run_result.harness


# -- the fake, broken --------------------------------------------------------------------------------


@pytest.mark.parametrize("one", PLANTED, ids=lambda one: one.name)
def test_what_is_planted_is_found_named_and_reported(fake: Target, one: Planted) -> None:
    with broken(one):
        run_result = drawn(fake, examples=one.examples)
    assert run_result.violations, "not found"
    assert {violation.clause for violation in run_result.violations} <= one.clauses, describe(run_result)
    found = run_result.violations[0]
    assert found.responsible == "server"
    assert found.replay == "nemofake verify --server --only server-sequences --seed 5"
    assert found.test_name == "server-sequences"
    assert re.match(r"a world with \w+,[\w-]+,[\w-]+, seed \d+, clock \w+, ", found.trace[0])
    assert len(found.trace) - 1 <= one.most_steps, found.trace
    assert not run_result.harness


def test_the_same_seed_finds_the_same_scenario(fake: Target) -> None:
    one = next(planted for planted in PLANTED if planted.name == "progress-falls")
    with broken(one):
        first, second = (drawn(fake, examples=one.examples) for _ in range(2))
    assert first.violations == second.violations
    assert first.tried == second.tried


def test_a_failure_under_hypothesis_tells_all_there_is_to_know(fake: Target) -> None:
    one = next(planted for planted in PLANTED if planted.name == "the-state-names-another-task")
    machine = server_machine(lambda settings: fake.fresh("told", **settings), RunResult("fake"), seed=11)
    with broken(one), pytest.raises(SequenceError) as failure:
        run_state_machine_as_test(machine, settings=quiet(max_examples=3))
    text = str(failure.value)
    assert "STA-1: expected the session's own session_id, task_id, user_id" in text
    assert "\n2. an anonymous account asks for a token\n" in text
    assert "replay: nemofake verify --server --only server-sequences --seed 11" in text


def test_a_fault_of_the_suite_is_reported_apart() -> None:
    def nowhere(_settings: Mapping[str, Any]) -> Target:
        raise RuntimeError("no world today")

    run_result = RunResult("fake")
    run_sequences(nowhere, run_result, examples=3, steps=5, seed=1)
    assert not run_result.violations
    assert "no world today" in run_result.harness[0].message
    assert run_result.exit_code == COULD_NOT_RUN


def test_an_answer_that_never_comes_is_a_finding() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        if "/__fake__" in request.url.path:
            return httpx.Response(200, json={"code": 0, "data": []})
        raise httpx.ReadError("gone", request=request)

    http = httpx.Client(transport=httpx.MockTransport(refuse))
    player = SequenceRunner(WORLD, Target("t", "http://t.test", http, lambda: 0, has_control=True))
    assert player.act("account") is None
    assert [(f.clause, f.seen) for f in player.run_result.violations] == [("ENV-4", "ReadError: gone")]


# -- scenarios -----------------------------------------------------------------------------------------


def started(fake: Target, name: str = "scenario", world: WorldSettings = WORLD) -> SequenceRunner:
    player = SequenceRunner(world, fake.fresh(name, **world.settings))
    player.act("account")
    player.act("session", account=0, language="en", user="me")
    player.act("upload", session=0, by=0, urls=CLIP)
    return player


def test_every_verb_can_be_reported() -> None:
    assert set(SENTENCES) == set(ACTIONS)


def test_a_scenario_is_read_line_by_line(fake: Target) -> None:
    player = started(fake)
    player.act("say", session=0, by=0, text='add the title "A"', upto=2)
    player.act("wait", ms=1500)
    assert scenario_of(player.steps, str(player.world)) == (
        "a world with typed,envelope,render-flat, seed 7, clock manual, 30% of edits silent",
        "an anonymous account asks for a token",
        "account 1 makes a session in en",
        "account 1 uploads ('https://example.com/walk_12s.mp4',) to session 1",
        """account 1 says 'add the title "A"' in session 1 and hangs up after 2 events""",
        "1.5 s pass",
    )


def test_what_was_made_by_a_step_goes_with_it_and_the_rest_is_counted_anew(fake: Target) -> None:
    player = started(fake)
    player.act("account")
    player.act("account")
    player.act("session", account=1, language="en", user="me")
    player.act("session", account=2, language="en", user="me")
    player.act("state", session=2, by=2)
    kept = without(player, range(3, 4))  # the second account
    assert kept[3:] == [
        Step("account", {}),
        Step("session", {"account": 1, "language": "en", "user": "me"}),
        Step("state", {"session": 1, "by": 1}),
    ]


@pytest.mark.parametrize("clock", ["manual", "auto"])
def test_the_same_steps_give_the_same_bytes(fake: Target, clock: str) -> None:
    world = WorldSettings("adk,http-status,render-nested", 3, 0.3, clock)
    player = started(fake, "one", world)
    player.act("say", session=0, by=0, text="hello", upto=None)
    other = SequenceRunner(world, fake.fresh("two", **world.settings))
    differences(player, other)
    assert not player.run_result.violations
    assert len(player.raws) == len(other.raws) == len(player.recorder.exchanges)
    assert b"data: " in player.raws[-1]


def test_another_seed_gives_other_bytes_and_says_where(fake: Target) -> None:
    player = started(fake, "one")
    differences(player, SequenceRunner(WORLD, fake.fresh("two", **{**WORLD.settings, "seed": 8})))
    assert [violation.clause for violation in player.run_result.violations] == ["SSE-5"]
    assert re.search(r"answer 1 from byte \d+: b'", player.run_result.violations[0].seen)
    assert player.twinned


# -- what is wrong on purpose ------------------------------------------------------------------------


@pytest.mark.parametrize(("endpoint", "fault"), ALL, ids=lambda part: str(part).replace(" ", "-"))
@pytest.mark.clause("ENV-4")
def test_every_request_that_is_wrong_is_refused_and_named(fake: Target, endpoint: str, fault: str) -> None:
    player = started(fake)
    player.act("malformed", session=0, by=0, endpoint=endpoint, fault=fault)
    assert not player.run_result.violations, describe(player.run_result)
    assert player.recorder.exchanges[-1].code == 400


def test_sequences_are_quick(fake: Target) -> None:
    began_s = time.process_time()
    drawn(fake, examples=20, seed=4)
    assert time.process_time() - began_s < 20

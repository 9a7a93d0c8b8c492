"""Runs client tests and judges them: what a client is found to do, written into a result."""

from __future__ import annotations

import shutil
import tempfile
import threading
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path

from nemocontract.client_rules.judge import judge
from nemocontract.client_run import ClientRun
from nemocontract.client_tests.driver import ClientTestDriver, evidence_of, keep_client_id
from nemocontract.client_tests.environment import TestEnvironment, TestWorld
from nemocontract.client_tests.model import ClientTest
from nemocontract.results import RunResult

# What a client breaks that never comes to an end, by what it was last busy with.
_ENDLESS = (("token", "C-AUTH-2"), ("chat", "C-SSE-4"), ("render", "C-REN-1"), ("", "C-SSE-2"))


def run_all(
    environment: TestEnvironment,
    tests: Iterable[ClientTest],
    run_result: RunResult,
    *,
    seed: int = 42,
    profile: str = "",
    how: str = "",
) -> None:
    """Run tests one after the other and judge each; ``how``: the options of a command that repeats them."""
    for test in tests:
        run_one(environment, test, run_result, seed=seed, profile=profile, how=how)


def run_one(
    environment: TestEnvironment,
    test: ClientTest,
    run_result: RunResult,
    *,
    seed: int = 42,
    profile: str = "",
    how: str = "",
) -> None:
    """Run one test in a world and a home of its own, and judge it."""
    home = Path(tempfile.mkdtemp(prefix="nemocontract-home-"))
    run_result.played.append(test.name)
    try:
        environment.write_sample_files(test.scenario, home)
        keep_client_id(test, home)
        with environment.open(test.scenario, seed, profile) as world:
            player = ClientTestDriver(
                test, world, home, at_once=environment.at_once, programs=environment.programs
            )
            _play(player, environment.limit_s)
            _judge(player, test, world, home, environment, run_result, _replay(test, seed, profile, how))
    except Exception:  # noqa: BLE001  a fault of the suite, told apart from one of the client
        run_result.add_harness_error(test.name, traceback.format_exc(limit=-6))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _play(player: ClientTestDriver, limit_s: float | None) -> None:
    """Run the test, and stop waiting for a client that is stuck: the end of its world frees its thread."""
    if limit_s is None:
        player.play()
        return
    failed: list[BaseException] = []
    thread = threading.Thread(target=_into, args=(player, failed), daemon=True)
    thread.start()
    thread.join(limit_s)
    if thread.is_alive():
        player.parts[-1].timed_out = f"the client was still busy after {limit_s:g} s of real time"
    elif failed:
        raise failed[0]


def _into(player: ClientTestDriver, failed: list[BaseException]) -> None:
    try:
        player.play()
    except BaseException as failure:  # noqa: BLE001  it is raised again where somebody waits
        failed.append(failure)


def _replay(test: ClientTest, seed: int, profile: str, how: str) -> str:
    wearing = f" --profile {profile}" if profile else ""
    return f"nemofake verify{how} --only {test.name} --seed {seed}{wearing}"


def _judge(
    player: ClientTestDriver,
    test: ClientTest,
    world: TestWorld,
    home: Path,
    environment: TestEnvironment,
    run_result: RunResult,
    replay: str,
) -> None:
    parts = [*evidence_of(player, test, world, home, environment.timing)]
    with run_result.with_trace(test.trace):
        for evidence in parts:
            judge(evidence, run_result, test_name=test.name, replay=replay)
        for verdict in (*_same_id(parts), *_ends(player), *_stands(player)):
            clause, rule, holds, expected, seen = verdict
            run_result.record_check(
                clause,
                rule,
                holds,
                expected=expected,
                seen=seen,
                responsible="client",
                test_name=test.name,
                replay=replay,
            )
    for reason in (part.timed_out for part in player.parts if part.timed_out):
        run_result.add_inconclusive(test.name, reason)


_Unasked = tuple[str, str, bool, str, str]


def _same_id(parts: list[ClientRun]) -> Iterator[_Unasked]:
    """C-AUTH-1: a client that is started anew is the same client."""
    asked = [
        exchange for evidence in parts for exchange in evidence.of("token.issue") if exchange.code != 400
    ]
    ids = {exchange.headers.get("x-client-id", "") for exchange in asked}
    if len(parts) > 1 and ids:
        expected = "one client id, kept from start to start"
        yield "C-AUTH-1", "client.same-id-after-restart", len(ids) == 1, expected, f"{len(ids)} client ids"


def _ends(player: ClientTestDriver) -> Iterator[_Unasked]:
    """Whatever a client does, it comes to an end."""
    for item in (part.endless for part in player.parts if part.endless):
        clause = next(clause for word, clause in _ENDLESS if word in item)
        yield clause, "client.ends", False, "an end", item


def _stands(player: ClientTestDriver) -> Iterator[_Unasked]:
    """Whatever happens, a user reads what a client says, and not what broke in it (C-UX-1)."""
    for part in player.parts:
        if part.said:
            expected = "words of the client's own, whatever happens"
            yield "C-UX-1", "client.no-crash", not part.crashed, expected, part.crashed

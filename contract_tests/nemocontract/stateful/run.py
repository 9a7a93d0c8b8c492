"""Sequences outside of pytest: run, shrink, and turn a failure into findings with its scenario."""

from __future__ import annotations

import traceback

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.stateful import run_state_machine_as_test

from nemocontract.results import RunResult
from nemocontract.stateful.runner import SequenceRunner
from nemocontract.stateful.server_machine import SequenceError, server_machine
from nemocontract.stateful.shrink import shortest
from nemocontract.stateful.trace import OpenWorld

NAME = "server-sequences"


def run_sequences(
    open_world: OpenWorld,
    run_result: RunResult,
    *,
    examples: int,
    steps: int,
    seed: int,
    clocks: tuple[str, ...] = ("manual", "auto"),
) -> None:
    """Play ``examples`` sequences of up to ``steps`` steps, and write into the run result what was found.

    The same ``seed`` plays the same sequences. What is found is the shortest sequence that still shows it.
    """
    run_result.played.append(NAME)
    machine = server_machine(open_world, run_result, clocks=clocks, seed=seed)
    chosen = hypothesis.settings(
        max_examples=examples,
        stateful_step_count=steps,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        verbosity=Verbosity.quiet,
        phases=(Phase.generate,),
        suppress_health_check=[*HealthCheck],
    )
    try:
        run_state_machine_as_test(hypothesis.seed(seed)(machine), settings=chosen)
    except SequenceError as failure:
        _note(run_result, shortened(failure, open_world))
    except Exception:  # noqa: BLE001  a fault of the suite, or chance where there should be none
        if machine.broken is None:
            run_result.add_harness_error(NAME, traceback.format_exc(limit=-6))
        else:
            _note(run_result, shortened(machine.broken, open_world))


def shortened(failure: SequenceError, open_world: OpenWorld) -> SequenceError:
    """Return the failure with the shortest scenario that shows the same."""
    replay = failure.player.replay
    return SequenceError(
        shortest(failure.player, lambda world: SequenceRunner(world, open_world(world.settings), replay))
    )


def _note(run_result: RunResult, failure: SequenceError) -> None:
    for found in failure.player.run_result.violations:
        run_result.record_check(
            found.clause,
            found.rule,
            False,
            expected=found.expected,
            seen=found.seen,
            seq=found.seq,
            where=found.where,
            at_ms=found.at_ms,
            test_name=NAME,
            replay=found.replay,
            trace=failure.trace,
        )

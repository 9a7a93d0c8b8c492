"""Histories outside of pytest: run, shrink, and turn a failure into findings with its story."""

from __future__ import annotations

import traceback

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from hypothesis.stateful import run_state_machine_as_test

from nemocontract.results import RunResult
from nemocontract.stateful.runner import HistoryRunner
from nemocontract.stateful.server_machine import HistoryError, server_machine
from nemocontract.stateful.shrink import shortest
from nemocontract.stateful.trace import OpenWorld

NAME = "histories"


def run_histories(
    open_world: OpenWorld,
    tally: RunResult,
    *,
    examples: int,
    steps: int,
    seed: int,
    clocks: tuple[str, ...] = ("manual", "auto"),
) -> None:
    """Play ``examples`` histories of up to ``steps`` steps, and write into the tally what was found.

    The same ``seed`` plays the same histories. What is found is the shortest history that still shows it.
    """
    tally.played.append(NAME)
    machine = server_machine(open_world, tally, clocks=clocks, seed=seed)
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
    except HistoryError as failure:
        _note(tally, shortened(failure, open_world))
    except Exception:  # noqa: BLE001  a fault of the suite, or chance where there should be none
        if machine.broken is None:
            tally.broke(NAME, traceback.format_exc(limit=-6))
        else:
            _note(tally, shortened(machine.broken, open_world))


def shortened(failure: HistoryError, open_world: OpenWorld) -> HistoryError:
    """Return the failure with the shortest story that shows the same."""
    replay = failure.player.replay
    return HistoryError(
        shortest(failure.player, lambda world: HistoryRunner(world, open_world(world.settings), replay))
    )


def _note(tally: RunResult, failure: HistoryError) -> None:
    for found in failure.player.tally.violations:
        tally.saw(
            found.clause,
            found.rule,
            False,
            expected=found.expected,
            seen=found.seen,
            seq=found.seq,
            where=found.where,
            at_ms=found.at_ms,
            trial=NAME,
            replay=found.replay,
            story=failure.story,
        )

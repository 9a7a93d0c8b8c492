"""How long each measurement may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """``rounds`` of ``slice_s`` seconds for each contestant, and ``spawns`` of each server.

    Every figure is the median of the rounds; with one round it says only that the benchmark works.
    No round begins once a measurement has taken ``limit_s``: a busy machine costs precision, not time.
    """

    rounds: int
    slice_s: float
    warm_s: float
    spawns: int
    limit_s: float


FULL = Budget(rounds=5, slice_s=0.25, warm_s=0.2, spawns=5, limit_s=6.0)
QUICK = Budget(rounds=1, slice_s=0.05, warm_s=0.02, spawns=1, limit_s=2.0)

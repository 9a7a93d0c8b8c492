"""The reference client, broken clause by clause."""

from __future__ import annotations

from typing import Final

from ..patching import Mutant
from . import attribution, exports, replies, requests, results, retry_timing, routing

CLIENTS: Final[tuple[Mutant, ...]] = (
    *requests.MUTANTS,
    *attribution.MUTANTS,
    *routing.MUTANTS,
    *replies.MUTANTS,
    *results.MUTANTS,
    *exports.MUTANTS,
    *retry_timing.MUTANTS,
)

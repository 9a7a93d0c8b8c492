"""The reference client, broken clause by clause."""

from __future__ import annotations

from typing import Final

from ..mutant import Mutant
from . import exporting, listening, manners, outcomes, requests, signing, ways

CLIENTS: Final[tuple[Mutant, ...]] = (
    *requests.MUTANTS,
    *signing.MUTANTS,
    *ways.MUTANTS,
    *listening.MUTANTS,
    *outcomes.MUTANTS,
    *exporting.MUTANTS,
    *manners.MUTANTS,
)

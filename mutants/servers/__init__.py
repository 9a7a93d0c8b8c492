"""The fake, broken clause by clause."""

from __future__ import annotations

from typing import Final

from ..mutant import Mutant
from . import credits as balances
from . import envelope, exports, films, sessions, streams, tokens, turns, uploads

SERVERS: Final[tuple[Mutant, ...]] = (
    *envelope.MUTANTS,
    *tokens.MUTANTS,
    *sessions.MUTANTS,
    *streams.MUTANTS,
    *turns.MUTANTS,
    *balances.MUTANTS,
    *uploads.MUTANTS,
    *exports.MUTANTS,
    *films.MUTANTS,
)

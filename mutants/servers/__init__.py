"""The fake, broken clause by clause."""

from __future__ import annotations

from typing import Final

from ..mutant import Mutant
from . import (
    amounts,
    contents,
    envelope,
    exports,
    films,
    rights,
    sessions,
    spelling,
    streams,
    tokens,
    turns,
    uploads,
)
from . import credits as balances

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
    *rights.MUTANTS,
    *amounts.MUTANTS,
    *spelling.MUTANTS,
    *contents.MUTANTS,
)

"""The fake, broken clause by clause."""

from __future__ import annotations

from typing import Final

from ..patching import Mutant
from . import (
    amounts,
    envelope,
    exports,
    formats,
    instructions,
    media_files,
    permissions,
    sessions,
    streams,
    tokens,
    turns,
    uploads,
    videos,
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
    *videos.MUTANTS,
    *permissions.MUTANTS,
    *amounts.MUTANTS,
    *formats.MUTANTS,
    *instructions.MUTANTS,
    *media_files.MUTANTS,
)

"""What the agent reads, broken: another range, the opposite, words passed over, capitals (SSE-5, CRE-2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nemofake.engine.agent import Kind
from nemofake.engine.agent.concepts import UNKNOWN

from ..patching import Mutant, around

_PARSE = "nemofake.engine.agent.parser:parse_message"
_WHERE = "nemofake.engine.agent.edits.context:EditContext.where"
_PHRASE = "nemofake.engine.agent.lexer:_phrase"
_FOLDED = "nemofake.engine.agent.tokenizer:folded"


def _everywhere(real: Any, context: Any) -> Any:
    return None if context.asked.kind is Kind.VOLUME else real(context)


def _to_that_length(real: Any, *args: Any) -> Any:
    return tuple(
        replace(i, kind=Kind.DURATION, start_ms=None, end_ms=None)
        if i.kind is Kind.CUT and i.duration_ms and i.start_ms == -i.duration_ms
        else i
        for i in real(*args)
    )


def _removal_adds(real: Any, *args: Any) -> Any:
    return tuple(
        replace(i, kind=Kind.MUSIC) if (i.kind, i.target) == (Kind.REMOVE, "music") else i
        for i in real(*args)
    )


def _unknown_is_nothing(real: Any, *args: Any) -> Any:
    bits, value, after = real(*args)
    return (0 if bits == UNKNOWN else bits), value, after


MUTANTS = (
    Mutant("range-forgotten", "SSE-5", "The volume of a range is set everywhere.",
           around(_WHERE, _everywhere)),
    Mutant("shorter-is-to-that-length", "SSE-5", "So many seconds shorter makes it so many seconds long.",
           around(_PARSE, _to_that_length)),
    Mutant("removal-adds", "SSE-5", "Who wants the music removed gets other music.",
           around(_PARSE, _removal_adds)),
    Mutant("unknown-words-passed-over", "CRE-2", "A word that is not known is passed over.",
           around(_PHRASE, _unknown_is_nothing)),
    Mutant("capitals-are-not-read", "SSE-5", "A sentence in capitals is not understood.",
           around(_FOLDED, lambda real, text: text)),
)  # fmt: skip

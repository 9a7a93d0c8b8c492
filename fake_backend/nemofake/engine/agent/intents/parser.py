"""A message to instructions: rule-based, English and Chinese, never at a loss for an answer."""

from __future__ import annotations

from ..lexer.lexer import ParsedMessage, read
from ..model import Instruction, Kind
from .builders import build
from .clauses import Clause, clauses
from .generation import STAGES, again, clips

MAX_INSTRUCTIONS = 40

_SMALL_TALK = frozenset({Kind.GREETING, Kind.THANKS, Kind.UNKNOWN})
_ONCE = frozenset({Kind.SILENCES, Kind.EXPORT, Kind.GREETING, Kind.THANKS})


def parse_message(message: str) -> tuple[Instruction, ...]:
    """Return what a message asks for, in order; UNKNOWN where that is nothing known.

    Never raises and takes time linear in the message, whatever it holds. Quoted text, and what is
    negated, asks for nothing.
    """
    reading = read(message)
    found = clauses(reading.items, reading.size)
    wanted = [clause for clause in found if not clause.negated]
    made = _instructions(wanted, frozenset(c.kind for c in found if c.negated and c.kind), reading)
    if any(i.kind not in _SMALL_TALK for i in made):
        made = [i for i in made if i.kind not in _SMALL_TALK]
    if made:
        return tuple(made[:MAX_INSTRUCTIONS])
    return (Instruction(Kind.UNKNOWN, reading.language, style="declined" if found else ""),)


def _instructions(
    found: list[Clause], suppressed: frozenset[Kind], reading: ParsedMessage
) -> list[Instruction]:
    made: list[Instruction] = []
    at = 0
    while at < len(found):
        clause, at = found[at], at + 1
        if clause.kind is Kind.GENERATE:
            beside, others, at = _beside(found, at, reading)
            made += clips(clause, reading, beside, suppressed)
            made += others
        elif clause.kind is Kind.REGENERATE:
            made.append(again(clause, reading))
        else:
            made += [i for i in build(clause, reading) if i.kind not in _ONCE or i not in made]
    return made


def _beside(
    found: list[Clause], at: int, reading: ParsedMessage
) -> tuple[list[Instruction], list[Instruction], int]:
    """Return what follows a clip up to the next one: its stages, and what is asked for by itself."""
    stages: list[Instruction] = []
    others: list[Instruction] = []
    while at < len(found) and found[at].kind not in (Kind.GENERATE, Kind.REGENERATE):
        clause = found[at]
        if clause.kind is Kind.VOLUME and not others and not any(s.kind is Kind.MUSIC for s in stages):
            clause.kind = Kind.MUSIC
        for made in build(clause, reading):
            (stages if made.kind in STAGES and not made.auto else others).append(made)
        at += 1
    return stages, others, at

"""Items to clauses: where one ends, and which kind of thing each asks for."""

from __future__ import annotations

from collections.abc import Iterable

from ..instruction import Kind
from ..reading import concepts as c
from ..reading.reader import Item
from .belonging import JOINS, MADE, belongs, is_detail
from .clause import Clause
from .grammar import kind_of

# Verbs that a list shares: "remove the music and the title".
_SHARED = c.ADD | c.PUT | c.REMOVE | c.MUTE | c.LOWER | c.RAISE | c.CHANGE


def clauses(items: Iterable[Item], count: int) -> list[Clause]:
    """Return the clauses of a message of ``count`` pieces that ask for something, each with its kind."""
    result: list[Clause] = []
    waiting: Clause | None = None
    for clause in _split(items, count):
        last = result[-1] if result else None
        _classify(clause, last)
        if waiting is not None and clause.kind and not clause.joined & c.STOP:
            clause.items[:0], clause.bits = waiting.items, clause.bits | waiting.bits
        waiting = None
        if clause.kind and not is_detail(clause, last):
            result.append(clause)
        elif last is not None:
            if belongs(clause, last):
                last.absorb(clause)
        elif clause.items and not clause.negated:
            waiting = clause
    return result


def _split(items: Iterable[Item], count: int) -> Iterable[Clause]:
    """Yield the clauses between what divides them; a verb too begins one where the last is complete."""
    clause = Clause(joined=c.STOP)
    for item in items:
        if item.bits & c.BREAKS:
            if clause.items or item.first > clause.first:
                clause.after = item.first
                yield clause
                clause = Clause()
            clause.joined, clause.first = clause.joined | item.bits, item.after
            if not item.bits & ~(c.BREAKS | c.WITH):
                continue
        elif item.bits & c.ACTIONS and (_is_whole(clause) or _is_mere_refusal(clause)):
            clause.after = item.first
            yield clause
            clause = Clause(
                c.COMMA if clause.joined & c.NOT and not clause.bits & c.ACTIONS else 0, item.first
            )
        clause.add(item)
    clause.after = count
    yield clause


def _is_whole(clause: Clause) -> bool:
    """Tell whether a clause already asks for something, so that a further verb begins another."""
    if not clause.bits & c.ACTIONS:
        return False
    kind = kind_of(clause.bits)
    if kind is Kind.TITLE and not clause.bits & c.TEXTS:
        return False
    return kind is not None and kind not in MADE


def _is_mere_refusal(clause: Clause) -> bool:
    """Tell "instead of jazz", after which a verb begins what is wanted."""
    return bool(clause.joined & c.NOT and clause.items and not clause.bits & c.ACTIONS)


def _classify(clause: Clause, last: Clause | None) -> None:
    """Give a clause its kind: negation and shared verbs reach over commas and "and", not over a full stop."""
    clause.own = own = clause.bits & c.ACTIONS
    near = last is not None and not clause.joined & (c.STOP | c.RESET)
    clause.negated = bool(clause.joined & c.NOT) or bool(
        last
        and near
        and last.negated
        and not (clause.bits & (c.ACTIONS | c.ONLY) and clause.joined & c.COMMA)
    )
    if _asks(clause) and not (last and near and last.kind is Kind.GENERATE):
        clause.kind = Kind.QUESTION
        return
    if last and near and not own and last.kind is not Kind.SILENCES and last.bits & _SHARED:
        clause.kind = kind_of(clause.bits | last.bits & _SHARED)
        if clause.kind:
            clause.bits |= last.bits & _SHARED if clause.kind not in JOINS else 0
            return
    clause.kind = None if _states(clause) else kind_of(clause.bits | clause.joined & c.WITH)


def _asks(clause: Clause) -> bool:
    """Tell a question: its word stands before any verb of doing; "is …" at the start is one too."""
    for at, item in enumerate(clause.items):
        if item.bits & c.WHAT or (item.bits & c.STATE and at == 0 and clause.joined & c.STOP):
            return True
        if item.bits & c.ACTIONS & ~(c.LOWER | c.RAISE):
            return False
    return False


def _states(clause: Clause) -> bool:
    """Tell a mere remark: "the music is nice" asks for nothing."""
    return bool(clause.bits & (c.STATE | c.OPINION)) and not clause.bits & (c.ACTIONS | c.QUOTE | c.THANKS)

"""A message as clauses: where one ends, and what each "no" and each "rest" refers to."""

from __future__ import annotations

from collections.abc import Iterator

from . import concepts as c
from .clause import Clause, bits_of
from .lexer import ParsedMessage, Token

# What is remembered of the words before a clause; "no" and "without" say that something is to go.
_JOINS = c.BREAKS | c.WITH | c.OR | c.REMOVE


def split(parsed: ParsedMessage) -> list[Clause]:
    """Return the clauses of a message: what stands between conjunctions, commas, stops and negations."""
    result = [clause for clause in _split(parsed) if clause.tokens or clause.negated]
    return [clause for clause in result if not _is_numbering(clause)]


def _split(parsed: ParsedMessage) -> Iterator[Clause]:
    joined, first = c.STOP, 0
    tokens: list[Token] = []
    for token in parsed.tokens:
        if token.bits & c.BREAKS:
            if tokens or joined & c.NOT:
                yield _clause(parsed, tokens, first, token.first, joined)
                joined = 0
            joined, first, tokens = joined | token.bits & _JOINS, token.after, []
            if not token.bits & ~_JOINS and not token.bits & c.WITH:
                continue
        elif joined & c.NOT and tokens and token.bits & c.ACTIONS and not _has_verb(parsed, tokens):
            yield _clause(parsed, tokens, first, token.first, joined)  # "instead of jazz use rock"
            joined, first, tokens = c.COMMA | c.RESET, token.first, []
        if len(tokens) == 1 and tokens[0].value == "finally":
            tokens = []
        tokens.append(token)
    yield _clause(parsed, tokens, first, parsed.size, joined)


def _has_verb(parsed: ParsedMessage, tokens: list[Token]) -> bool:
    """Tell whether a negation has its verb, or waits for it: 不要把音乐调小."""
    waits = parsed.pieces[tokens[0].first] in {"把", "将", "让", "使", "给"}
    return waits or bool(bits_of(tokens) & c.ACTIONS)


def _clause(parsed: ParsedMessage, tokens: list[Token], first: int, after: int, joined: int) -> Clause:
    return Clause(parsed, tokens, first, after, joined, negated=bool(joined & c.NOT))


def _is_numbering(clause: Clause) -> bool:
    """Tell "first, …" at the start of a sentence from a clause that says something."""
    alone = len(clause.tokens) == 1 and clause.tokens[0].bits == c.ORDINAL and not clause.negated
    return alone and bool(clause.joined & c.STOP) and clause.parsed.pieces[clause.after] == ","


def is_question(clause: Clause) -> bool:
    """Tell a question: its word stands before any verb of doing; "is …" at the start is one too."""
    for at, token in enumerate(clause.tokens):
        if token.bits & c.WHAT or (token.bits & c.STATE and at == 0 and clause.joined & c.STOP):
            return True
        if token.bits & c.ACTIONS & ~(c.LOWER | c.RAISE | c.PLAY | c.SPEAK | c.EDIT):
            return False
    return False


def without_rest(clause: Clause, before: Clause | None) -> Clause | None:
    """Return a clause with "the rest" spelled out: all but the ranges that the one before names."""
    spans = [token for token in before.tokens if token.bits & (c.SPAN | c.PART)] if before else []
    if not spans:
        return None
    outside = Token(c.EXCEPT, None, -1, -1)
    return clause.with_tokens([t for t in clause.tokens if not t.bits & c.REST] + spans + [outside])


def verbs_of(clause: Clause) -> list[Token]:
    """Return the verbs of a clause, which a list shares: "remove the music and the title"."""
    return [token for token in clause.tokens if token.bits & (c.ACTIONS | c.WANT)]

"""A clause: some tokens in a row that may ask for one thing together, and what of them is used up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from . import concepts as c
from .lexer import ParsedMessage, Token


def bits_of(tokens: Iterable[Token]) -> int:
    """Return all that some tokens can mean."""
    return reduce(or_, (token.bits for token in tokens), 0)


@dataclass(slots=True)
class Clause:
    """``joined`` is what stood before it; it takes the pieces from ``first`` up to ``after``."""

    parsed: ParsedMessage
    tokens: list[Token]
    first: int
    after: int
    joined: int = 0
    negated: bool = False
    bits: int = field(init=False)

    def __post_init__(self) -> None:
        self.bits = bits_of(self.tokens)

    def with_tokens(self, tokens: Iterable[Token]) -> Clause:
        """Return it with other tokens in the same place."""
        return Clause(self.parsed, list(tokens), self.first, self.after, self.joined, self.negated)

    def joined_to(self, other: Clause) -> Clause:
        """Return both as one clause."""
        tokens = [*self.tokens, *other.tokens]
        return Clause(self.parsed, tokens, self.first, other.after, self.joined, self.negated)

    @property
    def text(self) -> str:
        """What it says, as it was written."""
        return self.parsed.plain(self.first, self.after).strip(" ,.;:!?，。；：！？、-")


_AMOUNTS = c.RATIO | c.FACTOR | c.PERCENT


def _is_accounted(bits: int, accounted: int) -> bool:
    """Tell whether a meaning is one of these; how much something is, only if it is among them itself."""
    return bool(bits & accounted) and not bits & _AMOUNTS & ~accounted


class Taker:
    """The tokens of a clause while slots take what they use; what is left at the end was not understood."""

    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.bits = clause.bits
        self.left = list(clause.tokens)

    @property
    def language(self) -> str:
        """The language of the message."""
        return self.clause.parsed.language

    def peek(self, bits: int) -> Token | None:
        """Return the first token that means one of ``bits``, or None."""
        return next((token for token in self.left if token.bits & bits), None)

    def take(self, bits: int) -> Token | None:
        """Use up the first token that means one of ``bits``."""
        token = self.peek(bits)
        if token is not None:
            self.left.remove(token)
        return token

    def take_all(self, bits: int) -> list[Token]:
        """Use up every token that means one of ``bits``."""
        taken = [token for token in self.left if token.bits & bits]
        if taken:
            self.left = [token for token in self.left if not token.bits & bits]
        return taken

    def value(self, bits: int) -> Any:
        """Use up the first token of these meanings and return its value, or None."""
        token = self.take(bits)
        return None if token is None else token.value

    def leftover(self, accounted: int) -> list[Token]:
        """Return the tokens that no slot used and that mean none of ``accounted``."""
        return [token for token in self.left if not _is_accounted(token.bits, accounted | c.GLUE)]

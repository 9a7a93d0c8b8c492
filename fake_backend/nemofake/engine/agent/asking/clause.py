"""A clause: some items in a row, and what they ask for together."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..instruction import Kind
from ..reading import concepts as c
from ..reading.reader import Item
from .grammar import kind_of

# What a detail never changes.
_KEPT = frozenset({Kind.GENERATE, Kind.REGENERATE, Kind.QUESTION})


@dataclass(slots=True)
class Clause:
    """Some items in a row: ``joined`` is what stood before them, ``bits`` all that they mean.

    It takes the pieces of the message from ``first`` up to ``after``.
    """

    joined: int = 0
    first: int = 0
    after: int = 0
    items: list[Item] = field(default_factory=list)
    bits: int = 0
    kind: Kind | None = None
    negated: bool = False
    own: int = 0  # the verbs it has itself

    def add(self, item: Item) -> None:
        """Take one more item; 最后 in front of a verb only says "finally"."""
        if len(self.items) == 1 and self.items[0].value == "finally":
            self.items, self.bits = [], 0
        self.items.append(item)
        self.bits |= item.bits

    def absorb(self, other: Clause) -> None:
        """Take what another clause says as details."""
        self.items += other.items
        self.bits |= other.bits
        self.after = other.after
        if self.kind not in _KEPT and (other.joined == 0 or not self.bits & ~other.bits & c.ACTIONS):
            self.kind = kind_of(self.bits) or self.kind

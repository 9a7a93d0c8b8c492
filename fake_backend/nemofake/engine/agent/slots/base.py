"""What a slot is: it uses up the tokens it understands and returns instruction fields.

One mapping of fields for each thing named; no mapping at all means that the clause cannot be meant so.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..clause import Taker

Fields = dict[str, Any]


class Slot(NamedTuple):
    """``bits`` are the meanings that it may use up, ``read`` does so."""

    bits: int
    read: Callable[[Taker], list[Fields]]


def slot(bits: int) -> Callable[[Callable[[Taker], list[Fields]]], Slot]:
    """Make a slot of a reader."""
    return lambda read: Slot(bits, read)

"""A stall: bytes stop coming, and the connection stays open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, Stall
from .spot import Spot


@dataclass(frozen=True)
class StallConnection(Spot):
    """Send nothing more from a spot on, not even heartbeats."""

    name = "stall"
    last: ClassVar[Action] = Stall()

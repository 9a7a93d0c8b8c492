"""A reset: the connection ends with an RST, as when a process dies or a firewall forgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, Reset
from .spot import Spot


@dataclass(frozen=True)
class ResetConnection(Spot):
    """Reset the connection at a spot."""

    name = "reset"
    last: ClassVar[Action] = Reset()

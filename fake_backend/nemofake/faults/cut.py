"""A cut: the connection closes without the final chunk, or short of the announced length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, Cut
from .spot import Spot


@dataclass(frozen=True)
class CutOff(Spot):
    """Close the connection at a spot, in the middle of the answer."""

    name = "cut"
    last: ClassVar[Action] = Cut()

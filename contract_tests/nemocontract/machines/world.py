"""The world of a history: what it is made with, and the one line that tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nemocontract.probing.target import Target

OpenWorld = Callable[[Mapping[str, Any]], Target]


@dataclass(frozen=True, slots=True)
class World:
    """``profile`` names all three switches; ``clock``: `manual` (time passes as streams are read), `auto`."""

    profile: str
    seed: int
    silent_share: float
    clock: str

    def __str__(self) -> str:
        silent = f"{self.silent_share:.0%} of edits silent"
        return f"a world with {self.profile}, seed {self.seed}, clock {self.clock}, {silent}"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as ``Target.fresh`` takes them."""
        return {
            "profile": self.profile,
            "seed": self.seed,
            "clock": self.clock,
            "rules": {"silent_share": self.silent_share},
        }

"""How the auditor claims things: into a tally, about the exchange at hand."""

from __future__ import annotations

from dataclasses import dataclass

from nemocontract.tally import Tally
from nemocontract.traffic import Exchange

RULE = "auditor"
_MOST_CHARS = 400


@dataclass(slots=True)
class Claims:
    """Notes occasions about ``at``, the exchange that is looked at."""

    tally: Tally
    trial: str = ""
    replay: str = ""
    at: Exchange | None = None

    def __call__(self, clause: str, holds: bool, expected: str, seen: object = "") -> bool:
        """Note one occasion on which the server could break ``clause``; return ``holds``."""
        here = self.at
        return self.tally.saw(
            clause,
            RULE,
            holds,
            expected=expected,
            seen="" if holds else str(seen)[:_MOST_CHARS],
            seq=here.seq if here else None,
            where=here.title if here else "",
            at_ms=here.at_ms if here else None,
            trial=self.trial,
            replay=self.replay,
        )

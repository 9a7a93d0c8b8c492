"""What came of one mutant: noticed or not, by what, and whether the suite itself came through."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .mutant import Mutant

GIVEN_UP = "not done after"  # how the trouble begins of one that took too long


@dataclass(frozen=True, slots=True)
class Outcome:
    """``rules`` counts the findings that name the mutant's clause, by rule or case; ``clauses`` all of them.

    ``trouble`` tells in a line what kept the run from its end, empty where nothing did; ``took_s`` is real
    time. ``mutant`` is None for a control run, which breaks nothing.
    """

    mutant: Mutant | None
    side: str
    rules: Counter[str] = field(default_factory=Counter)
    clauses: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    took_s: float = 0.0

    @property
    def caught(self) -> bool:
        """Whether a finding names the clause; for a control run, whether it is without any."""
        if self.mutant is None:
            return not self.clauses and not self.trouble
        return bool(self.rules)

    @property
    def findings(self) -> int:
        """How many findings there were, whatever they name."""
        return self.clauses.total()

    @property
    def by(self) -> str:
        """What caught it in a few words, or what was found in its place."""
        if self.mutant is None:
            return self.trouble or ("nothing found, as it should be" if self.caught else _most(self.clauses))
        if self.caught:
            return _most(self.rules)
        named = f"not {self.mutant.clause} but {_most(self.clauses)}" if self.clauses else "nothing found"
        return f"SURVIVED: {self.trouble or named}"


def _most(counted: Counter[str]) -> str:
    first = ", ".join(name for name, _ in counted.most_common(3))
    return f"{first} …" if len(counted) > 3 else first

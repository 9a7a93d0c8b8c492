"""What lint finds: one place where a document and the protocol disagree, and how to put it right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["missing", "contradicts", "unknown"]
Level = Literal["must", "should", "advice"]

# From the strictest on: a run that fails on one level fails on those before it as well.
LEVELS: Final[tuple[Level, ...]] = ("must", "should", "advice")


@dataclass(frozen=True, slots=True)
class LintFinding:
    """``line`` counts from 1, and is 1 for what is missing; ``says`` quotes the document, empty if missing.

    ``level`` tells where the obligation comes from: ``must`` the public skill document, ``should`` the
    vendor's other documents and standards, ``advice`` a decision of this project.
    """

    line: int
    kind: Kind
    clause: str
    level: Level
    says: str
    protocol: str
    fix: str

    def fails_at(self, level: Level) -> bool:
        """Tell whether a run at this level fails because of it."""
        return LEVELS.index(self.level) <= LEVELS.index(level)


def quoted(text: str, most: int = 110) -> str:
    """Return a text as one line that is short enough to quote."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"

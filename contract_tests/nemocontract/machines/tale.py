"""What has happened in a drawn history so far, as a story that can be told, saved and played again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from nemocontract.clauses import ALL
from nemocontract.trials.trial import Trial, as_trial
from nemoscenarios import Scenario

FILE = "clip.mp4"


@dataclass(slots=True)
class Tale:
    """The account it begins with, what befell which call, and what the user did, in order.

    ``lines`` tell it to people, one event a line; ``steps`` are the user's, as a scenario file has them.
    """

    given: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    profile: str = ""
    seed: int = 42
    incidents: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Add a line for people."""
        self.lines.append(line)

    def scenario(self, name: str, title: str, clauses: Iterable[str]) -> Scenario:
        """Return it as a scenario; an incident or a fault is named by the call that it befell."""
        return Scenario.model_validate(self._told(name, title, clauses))

    def yaml(self, name: str, title: str, clauses: Iterable[str]) -> str:
        """Return it as the text of a scenario file; the profile it was seen under stands in the title."""
        told = {
            key: value for key, value in self._told(name, title, clauses).items() if value not in ([], {})
        }
        return yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=110)

    def _told(self, name: str, title: str, clauses: Iterable[str]) -> dict[str, Any]:
        return {
            "id": name,
            "title": title,
            "clauses": [clause for clause in dict.fromkeys(clauses) if clause in ALL] or ["C-UX-1"],
            "status": "assumed",
            "given": {**self.given, "files": {FILE: {}}},
            "rules": self.rules,
            "incidents": self.incidents,
            "faults": self.faults,
            "user": self.steps,
        }


def empty_trial(tale: Tale, name: str) -> Trial:
    """Return the trial that a history begins as: a world, and a user who has said nothing yet."""
    scenario = tale.scenario(name, "A history drawn at random.", ["C-UX-1"])
    return as_trial(scenario.model_copy(update={"user": [_CONNECT]}))


_CONNECT = Scenario.model_validate(
    {"id": "x", "title": "x", "clauses": ["C-UX-1"], "status": "assumed", "user": ["connect"]}
).user[0]

"""Which scenarios ``nemofake scenarios list`` shows, and how: by area, those to start with marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from nemoscenarios import Scenario

# What most people look for first.
START_WITH: Final = frozenset(
    {
        "auth-token-expired",
        "auth-token-expires-during-reply",
        "auth-ip-token-limit",
        "chat-silent-edit",
        "credits-none-anonymous",
        "credits-none-registered",
        "download-cut-then-resumed",
        "export-402-free-plan",
        "export-orphaned-by-token",
        "session-lost-once",
        "stream-cut-during-work",
        "stream-stalls-during-work",
        "stream-ten-minutes-of-heartbeats",
        "upload-too-large",
        "upload-unsupported",
    }
)


@dataclass(frozen=True, slots=True)
class Filter:
    """What a scenario must have to be shown; an empty field asks for nothing."""

    words: tuple[str, ...] = ()
    code: int | None = None
    operation: str = ""
    clause: str = ""
    fault: str = ""

    def accepts(self, scenario: Scenario) -> bool:
        """Tell whether a scenario has all that is asked for."""
        text = f"{scenario.id} {scenario.title}".casefold()
        return (
            all(word.casefold() in text for word in self.words)
            and (self.code is None or self.code in codes(scenario))
            and (not self.operation or any(_is_part(self.operation, on) for on in operations(scenario)))
            and (not self.clause or self.clause.upper() in scenario.clauses)
            and (not self.fault or any(rule.fault == self.fault for rule in scenario.faults))
        )


def codes(scenario: Scenario) -> set[int]:
    """Return the codes that a scenario's triggers and expectations name, and those in its id."""
    found = {code for code in _values(scenario.model_dump(exclude_unset=True), "code") if code}
    return found | {int(part) for part in scenario.id.split("-") if part.isdecimal() and len(part) >= 3}


def operations(scenario: Scenario) -> set[str]:
    """Return the operations that a scenario's triggers, faults and expectations are about, and its area."""
    found = {on for on in _values(scenario.model_dump(exclude_unset=True), "on") if isinstance(on, str)}
    return (found - {"any"}) | {area(scenario.id)}


def area(name: str) -> str:
    """Return the part of the backend that a scenario is about: the first word of its id."""
    return name.partition("-")[0]


def lines(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Yield the scenarios under the heading of their area, those to start with marked by a star."""
    width = max((len(scenario.id) for scenario in scenarios), default=0)
    for heading, group in groupby(scenarios, key=lambda scenario: area(scenario.id)):
        yield f"{heading}:"
        for scenario in group:
            star = "*" if scenario.id in START_WITH else " "
            yield f" {star} {scenario.id:{width}}  {scenario.status:13}  {scenario.title}"


def record(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as ``--json`` shows it."""
    return {
        "id": scenario.id,
        "area": area(scenario.id),
        "title": scenario.title,
        "status": scenario.status,
        "clauses": scenario.clauses,
        "codes": sorted(codes(scenario)),
        "operations": sorted(operations(scenario)),
        "faults": sorted({rule.fault for rule in scenario.faults}),
        "start_with": scenario.id in START_WITH,
    }


def _is_part(asked: str, operation: str) -> bool:
    return operation == asked or operation.startswith(f"{asked}.")


def _values(value: Any, key: str) -> Iterator[Any]:
    """Yield what stands under a key anywhere in nested data."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == key:
                yield from inner if isinstance(inner, list) else [inner]
            yield from _values(inner, key)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _values(inner, key)

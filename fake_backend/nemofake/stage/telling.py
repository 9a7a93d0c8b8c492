"""Reports as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from nemoscenarios import Scenario

from ..settings import DEFAULT_START_MS
from ..wire.iso import iso_utc
from .playing import Report
from .verdict import Line


def headline(report: Report) -> str:
    """Return a story's outcome in one line."""
    word = "ok  " if report.holds else "FAIL"
    return f"{word}  {report.scenario.id}  [{report.profile}]  {report.scenario.title}"


def details(report: Report, *, all_lines: bool) -> Iterator[str]:
    """Yield a line for each expectation, or for each that failed, and then how to play it again."""
    for line in report.lines:
        if all_lines or not line.holds:
            yield from _told(line)
    if not report.holds:
        yield f"  replay: {report.replay}"


def _told(line: Line) -> Iterator[str]:
    if line.holds:
        yield f"  held    {line.key}: {line.expected}"
        return
    since_s = (line.at_ms - DEFAULT_START_MS) / 1000
    yield f"  FAILED  {line.key}"
    yield f"      expected: {line.expected}"
    yield f"      seen:     {line.seen}"
    yield f"      at:       {iso_utc(line.at_ms)}, {since_s:g} s into the story"


def story(scenario: Scenario) -> Iterator[str]:
    """Yield what a story tells, in short."""
    day = f" on {scenario.verified_on}" if scenario.verified_on else ""
    yield f"{scenario.id} ({scenario.status}{day})"
    yield f"  {scenario.title}"
    yield f"  clauses: {', '.join(scenario.clauses)}"
    given = scenario.given.model_dump(exclude_defaults=True)
    if given:
        yield f"  given: {', '.join(f'{key} {_short(value)}' for key, value in given.items())}"
    for name, value in scenario.all_rules.items():
        yield f"  rule: {name} {value}"
    for incident in scenario.all_incidents:
        yield f"  befalls: {_aim(incident.on, incident.nth)}: {incident.do} {incident.code or ''}".rstrip()
    for strike in scenario.faults:
        told = ", ".join(f"{key} {value}" for key, value in strike.parameters.items())
        yield f"  strikes: {_aim(strike.on, strike.nth)}: {strike.fault} {told}".rstrip()
    for step in scenario.user:
        yield f"  user: {step.title()}" + (f" -> {step.outcome}" if step.outcome != "ok" else "")
    for pattern in scenario.expect.order if scenario.expect else ():
        yield f"  expected: {pattern.title()}"


def _aim(on: str, nth: int | None) -> str:
    return f"each {on}" if nth is None else f"{on} no. {nth}"


def _short(value: object) -> str:
    return ", ".join(value) if isinstance(value, dict | list) else str(value)

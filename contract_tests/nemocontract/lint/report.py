"""What lint found, as text, JSON, JUnit XML or annotations for GitHub."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Final

from junitparser import Failure, JUnitXml, TestCase, TestSuite

from nemocontract.clauses import ALL
from nemocontract.lint.finding import LEVELS, Level, LintFinding

FORMATS: Final = ("text", "json", "junit", "github")
_SEVERITY: Final[Mapping[Level, str]] = {"must": "error", "should": "warning", "advice": "notice"}
_SOURCE: Final[Mapping[Level, str]] = {
    "must": "the public skill document says so",
    "should": "the vendor's other documents or a standard say so",
    "advice": "this project's own advice",
}


@dataclass(slots=True)
class Checked:
    """One file with its findings; ``notes`` are sentences about commands that were run or left out."""

    name: str
    violations: list[LintFinding]
    notes: list[str] = field(default_factory=list)

    def failing(self, level: Level) -> list[LintFinding]:
        """Return the findings that fail a run at this level."""
        return [one for one in self.violations if one.fails_at(level)]


def written(checked: list[Checked], level: Level, form: str) -> str:
    """Return all files in one of ``FORMATS``; the text ends with a line break."""
    if form == "json":
        return _json(checked, level)
    if form == "junit":
        return _junit(checked, level)
    lines = _github(checked, level) if form == "github" else _text(checked, level)
    return "".join(f"{line}\n" for line in lines)


def _text(checked: list[Checked], level: Level) -> Iterator[str]:
    for one in checked:
        failing, more = one.failing(level), len(one.violations) - len(one.failing(level))
        counts = ", ".join(f"{n} {name}" for name in LEVELS if (n := sum(f.level == name for f in failing)))
        yield f"{one.name}: {len(failing)} finding{'s' * (len(failing) != 1)}" + (
            f" ({counts})" if counts else ""
        )
        for name in LEVELS:
            held = [found for found in failing if found.level == name]
            if held:
                yield f"\n{name}: {_SOURCE[name]}"
            for found in held:
                yield f"  {one.name}:{found.line}  {found.kind}  {found.clause}"
                if found.says:
                    yield f"    says      {found.says}"
                yield f"    protocol  {found.protocol}"
                yield f"    fix       {found.fix}"
        yield from (f"  {note}" for note in one.notes)
        if more:
            yield f"  {more} more below the level {level}; show them with --level advice"


def _json(checked: list[Checked], level: Level) -> str:
    files = [
        {
            "file": one.name,
            "findings": [{**asdict(found), "fails": found.fails_at(level)} for found in one.violations],
            "notes": one.notes,
        }
        for one in checked
    ]
    failing = sum(len(one.failing(level)) for one in checked)
    return (
        json.dumps({"level": level, "failing": failing, "files": files}, ensure_ascii=False, indent=2) + "\n"
    )


def _github(checked: list[Checked], level: Level) -> Iterator[str]:
    for one in checked:
        for found in one.failing(level):
            said = f"{found.protocol}. Fix: {found.fix}" + (
                f". The document says: {found.says}" if found.says else ""
            )
            title = _property(f"{found.clause} {found.kind}")
            yield f"::{_SEVERITY[found.level]} file={_property(one.name)},line={found.line},title={title}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _junit(checked: list[Checked], level: Level) -> str:
    document = JUnitXml("nemofake lint")
    for one in checked:
        suite = TestSuite(one.name)
        cases = [_case(one.name, found) for found in one.failing(level)]
        suite.add_testcases(cases or [TestCase("agrees with the protocol", one.name, 0.0)])
        document.add_testsuite(suite)
    held = BytesIO()
    document.update_statistics()  # type: ignore[no-untyped-call]
    document.write(held)
    return held.getvalue().decode("utf-8") + "\n"


def _case(name: str, found: LintFinding) -> TestCase:
    case = TestCase(f"{name}:{found.line} {found.kind}", found.clause, 0.0)
    failure = Failure(f"{found.protocol}; fix: {found.fix}", found.level)
    failure.text = f"{found.clause}: {ALL.get(found.clause, '')}\nline {found.line}: {found.says}"
    case.result = failure
    return case

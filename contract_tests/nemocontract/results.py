"""What a run found: violations with all that shows them again, what was left out, and the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from nemocontract.clauses import LEVELS, SOURCES, Level, level_of
from nemocontract.masking import mask_secrets

Responsible = Literal["client", "server"]


def masked_text(text: str) -> str:
    """Return the text with every token in it starred out (C-SEC-1); what is masked already stays as it is."""
    return mask_secrets(text)


@dataclass(frozen=True, slots=True)
class Violation:
    """A clause that was broken: what was ``expected``, what was ``seen``, and all that shows it again.

    ``rule`` names the client rule or server check; ``source`` is the letter of the document behind it (see
    ``clauses.SOURCES``). ``seq`` and ``where`` name the request (None and empty where it is about none),
    ``request`` and ``answer`` show it, ``at_ms`` is backend time. ``user_line`` is what the user typed,
    ``output`` what the client printed for it. ``test_name`` is the scenario or check, ``replay`` a command
    that runs it again, ``trace`` its steps, one a line.
    """

    clause: str
    rule: str
    expected: str
    seen: str
    responsible: Responsible = "client"
    seq: int | None = None
    where: str = ""
    at_ms: int | None = None
    test_name: str = ""
    replay: str = ""
    trace: tuple[str, ...] = ()
    source: str = ""
    user_line: str = ""
    output: str = ""
    request: str = ""
    answer: str = ""

    @property
    def level(self) -> Level:
        """How binding the broken obligation is."""
        return level_of(self.source or SOURCES.get(self.clause, ""))


PASSED: Final = 0
FOUND: Final = 1
COULD_NOT_RUN: Final = 2


@dataclass(frozen=True, slots=True)
class Skipped:
    """A test that was left out, the clauses it would have tried, and why in words."""

    name: str
    clauses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class HarnessError:
    """The suite itself failed at this test: nothing is known of the client or the server."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """A test that real time ran out for: it says something of the machine, and nothing sure of the client."""

    name: str
    reason: str


@dataclass(slots=True)
class RunResult:
    """What one run on one ``target`` tried and found; every text written into it is masked (C-SEC-1).

    ``level`` is the weakest level whose violations make the run fail.
    """

    target: str
    subject: str = ""
    seed: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    violations: list[Violation] = field(default_factory=list)
    not_run: list[Skipped] = field(default_factory=list)
    harness: list[HarnessError] = field(default_factory=list)
    inconclusive: list[Inconclusive] = field(default_factory=list)
    interrupted: bool = False  # the user stopped the run before its end
    played: list[str] = field(default_factory=list)  # tests that ran, in order
    took_s: float = 0.0
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)  # as tried, by clause and rule or case
    level: Level = "advice"
    _trace: tuple[str, ...] = ()

    @contextmanager
    def with_trace(self, trace: tuple[str, ...]) -> Iterator[None]:
        """Give what is found within the block this trace, where it has none of its own."""
        before, self._trace = self._trace, trace
        try:
            yield
        finally:
            self._trace = before

    def record_check(
        self,
        clause: str,
        rule: str,
        holds: bool,
        *,
        expected: str,
        seen: str = "",
        responsible: Responsible = "server",
        seq: int | None = None,
        where: str = "",
        at_ms: int | None = None,
        test_name: str = "",
        replay: str = "",
        trace: tuple[str, ...] = (),
        source: str = "",
        context: Mapping[str, str] = MappingProxyType({}),
    ) -> bool:
        """Count one occasion on which a clause could be broken, note it where it was; return ``holds``.

        ``context``: what is known of ``user_line``, ``output``, ``request`` and ``answer``.
        """
        self.tried[clause] += 1
        self.rules[clause, rule] += 1
        if not holds:
            texts = {
                "expected": expected,
                "seen": seen,
                "where": where,
                "test_name": test_name,
                "replay": replay,
            }
            self.violations.append(
                Violation(
                    clause,
                    rule,
                    responsible=responsible,
                    seq=seq,
                    at_ms=at_ms,
                    source=source or SOURCES.get(clause, ""),
                    trace=tuple(masked_text(line) for line in trace or self._trace),
                    **{name: masked_text(text) for name, text in {**texts, **context}.items()},
                )
            )
        return holds

    def skip(self, name: str, clauses: tuple[str, ...], reason: str) -> None:
        """Note what was not run."""
        self.not_run.append(Skipped(name, clauses, masked_text(reason)))

    def add_harness_error(self, name: str, text: str) -> None:
        """Note that the suite itself failed."""
        self.harness.append(HarnessError(name, masked_text(text)))

    def add_inconclusive(self, name: str, reason: str) -> None:
        """Note a test whose outcome is not known; it counts neither as passed nor as failed."""
        self.inconclusive.append(Inconclusive(name, masked_text(reason)))

    def add(self, other: RunResult) -> None:
        """Take in another run on the same target."""
        self.tried.update(other.tried)
        self.rules.update(other.rules)
        self.violations += other.violations
        self.not_run += other.not_run
        self.harness += other.harness
        self.inconclusive += other.inconclusive
        self.played += other.played

    @property
    def untried(self) -> tuple[str, ...]:
        """Clauses that something was to try and nothing did."""
        return tuple(sorted({c for left in self.not_run for c in left.clauses} - set(self.tried)))

    @property
    def failing(self) -> tuple[Violation, ...]:
        """The violations that make the run fail."""
        fatal = LEVELS[: LEVELS.index(self.level) + 1]
        return tuple(one for one in self.violations if one.level in fatal)

    @property
    def exit_code(self) -> int:
        """0 passed, 1 violations of ``level`` or stronger, 2 could not run.

        Never 0 when nothing ran, the suite itself failed or the run was interrupted.
        """
        if self.failing:
            return FOUND
        return COULD_NOT_RUN if self.harness or self.interrupted or not self.tried else PASSED

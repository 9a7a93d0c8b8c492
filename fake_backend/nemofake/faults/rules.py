"""Which answers a fault strikes: by operation, by call, by a seeded share, by engine time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..engine.randomness import SeededRandom
from .base import Count, Fault, Ordinal, Share

ANY = "any"


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault and its aim; every part of the aim that is set must fit.

    ``on`` is an operation, or ``any``; ``nth`` which call of it, from 1, counted since the strike was set
    and within its time; ``share`` (0 to 1) of its calls, by the seed; ``from_ms`` and ``until_ms`` engine
    time since the world began.
    """

    fault: Fault
    on: str = ANY
    nth: Ordinal | None = None
    share: Share | None = None
    from_ms: Count | None = None
    until_ms: Count | None = None

    def covers(self, operation: str, elapsed_ms: int) -> bool:
        """Tell whether calls of ``operation`` are aimed at now."""
        return (
            self.on in (ANY, operation)
            and (self.from_ms is None or elapsed_ms >= self.from_ms)
            and (self.until_ms is None or elapsed_ms < self.until_ms)
        )


@dataclass(slots=True)
class _ActiveRule:
    """A strike that was set, and how many calls it has covered since."""

    rule: FaultRule
    ordinal: int
    calls: int = 0


class FaultRuleSet:
    """Strikes in the order in which they were set; ``label`` keeps the draws of several volleys apart."""

    def __init__(
        self, randomness: SeededRandom, start_ms: int, label: str = "", fault_rules: Iterable[FaultRule] = ()
    ) -> None:
        self._randomness = randomness
        self._start_ms = start_ms
        self._label = label
        self._armed: list[_ActiveRule] = []
        self._set = 0
        for rule in fault_rules:
            self.add(rule)

    def __len__(self) -> int:
        return len(self._armed)

    @property
    def fault_rules(self) -> list[FaultRule]:
        """The strikes that are set."""
        return [armed.rule for armed in self._armed]

    def add(self, rule: FaultRule) -> None:
        """Set one more strike; it counts calls from now on."""
        self._set += 1
        self._armed.append(_ActiveRule(rule, self._set))

    def clear(self) -> None:
        """Let nothing strike any more."""
        self._armed.clear()

    def aim(self, operation: str, now_ms: int) -> list[Fault]:
        """Count a call of ``operation`` and return the faults that strike it."""
        elapsed_ms = now_ms - self._start_ms
        return [armed.rule.fault for armed in self._armed if self._hits(armed, operation, elapsed_ms)]

    def _hits(self, armed: _ActiveRule, operation: str, elapsed_ms: int) -> bool:
        rule = armed.rule
        if not rule.covers(operation, elapsed_ms):
            return False
        armed.calls += 1
        if rule.nth not in (None, armed.calls):
            return False
        if rule.share is None:
            return True
        rng = self._randomness.stream("fault", self._label, armed.ordinal, armed.calls)
        return rng.chance(rule.share)

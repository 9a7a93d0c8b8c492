"""Which answers a fault strikes: by operation, by call, by a seeded share, by engine time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..engine.entropy import Entropy
from .fault import Fault

ANY = "any"


@dataclass(frozen=True, slots=True)
class Strike:
    """A fault and its aim; every part of the aim that is set must fit.

    ``on`` is an operation, or ``any``; ``nth`` which call of it, from 1; ``share`` (0 to 1) of its calls,
    by the seed; ``from_ms`` and ``until_ms`` engine time since the world began.
    """

    fault: Fault
    on: str = ANY
    nth: int | None = None
    share: float | None = None
    from_ms: int | None = None
    until_ms: int | None = None

    def fits(self, operation: str, count: int, elapsed_ms: int) -> bool:
        """Tell whether call number ``count`` of ``operation`` is aimed at, the share left aside."""
        return (
            self.on in (ANY, operation)
            and self.nth in (None, count)
            and (self.from_ms is None or elapsed_ms >= self.from_ms)
            and (self.until_ms is None or elapsed_ms < self.until_ms)
        )


class Volley:
    """All strikes of a world, in order, and how often each operation was called."""

    def __init__(self, strikes: Iterable[Strike], entropy: Entropy, start_ms: int) -> None:
        self.strikes = list(strikes)
        self._entropy = entropy
        self._start_ms = start_ms
        self._calls: Counter[str] = Counter()

    def aim(self, operation: str, now_ms: int) -> list[Fault]:
        """Count a call of ``operation`` and return the faults that strike it."""
        if not self.strikes:
            return []
        self._calls[operation] += 1
        count, any_count = self._calls[operation], self._calls.total()
        return [
            strike.fault
            for nth, strike in enumerate(self.strikes)
            if strike.fits(operation, any_count if strike.on == ANY else count, now_ms - self._start_ms)
            and self._drawn(nth, strike, operation, count)
        ]

    def _drawn(self, nth: int, strike: Strike, operation: str, count: int) -> bool:
        if strike.share is None:
            return True
        return self._entropy.stream("fault", nth, operation, count).chance(strike.share)

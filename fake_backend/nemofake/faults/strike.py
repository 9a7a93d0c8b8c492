"""Which answers a fault strikes: by operation, by call, by a seeded share, by engine time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..engine.entropy import Entropy
from .fault import Count, Fault, Ordinal, Share

ANY = "any"


@dataclass(frozen=True, slots=True)
class Strike:
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
class _Armed:
    """A strike that was set, and how many calls it has covered since."""

    strike: Strike
    ordinal: int
    calls: int = 0


class Volley:
    """Strikes in the order in which they were set; ``label`` keeps the draws of several volleys apart."""

    def __init__(
        self, entropy: Entropy, start_ms: int, label: str = "", strikes: Iterable[Strike] = ()
    ) -> None:
        self._entropy = entropy
        self._start_ms = start_ms
        self._label = label
        self._armed: list[_Armed] = []
        self._set = 0
        for strike in strikes:
            self.add(strike)

    def __len__(self) -> int:
        return len(self._armed)

    @property
    def strikes(self) -> list[Strike]:
        """The strikes that are set."""
        return [armed.strike for armed in self._armed]

    def add(self, strike: Strike) -> None:
        """Set one more strike; it counts calls from now on."""
        self._set += 1
        self._armed.append(_Armed(strike, self._set))

    def clear(self) -> None:
        """Let nothing strike any more."""
        self._armed.clear()

    def aim(self, operation: str, now_ms: int) -> list[Fault]:
        """Count a call of ``operation`` and return the faults that strike it."""
        elapsed_ms = now_ms - self._start_ms
        return [armed.strike.fault for armed in self._armed if self._hits(armed, operation, elapsed_ms)]

    def _hits(self, armed: _Armed, operation: str, elapsed_ms: int) -> bool:
        strike = armed.strike
        if not strike.covers(operation, elapsed_ms):
            return False
        armed.calls += 1
        if strike.nth not in (None, armed.calls):
            return False
        if strike.share is None:
            return True
        draw = self._entropy.stream("fault", self._label, armed.ordinal, armed.calls)
        return draw.chance(strike.share)

"""Credits of one account: granted, available, frozen, consumed; they balance after any history (CRE-5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import BackendError
from .tables import HOLD, move


@dataclass(slots=True)
class Hold:
    """Credits an operation froze when it started; ends consumed or released (CRE-3)."""

    amount: int
    state: str = "frozen"


@dataclass(slots=True)
class Ledger:
    """An account's credits, whole numbers; ``granted == available + frozen + consumed`` always."""

    granted: int = 0
    available: int = 0
    frozen: int = 0
    consumed: int = 0
    holds: list[Hold] = field(default_factory=list)

    @property
    def total(self) -> int:
        """What the account owns now, ``available + frozen`` (CRE-1)."""
        return self.available + self.frozen

    def grant(self, amount: int) -> None:
        """Add ``amount`` credits, 0 or more."""
        if amount < 0:
            raise BackendError(400, "grant: must be 0 or more credits")
        self.granted += amount
        self.available += amount

    def require(self, amount: int) -> None:
        """Raise 2001 where fewer than ``amount`` credits are available (CRE-4)."""
        if amount > self.available:
            raise BackendError(2001, f"this needs {amount} credits, {self.available} are available")

    def freeze(self, amount: int) -> Hold:
        """Freeze ``amount`` credits; raise 2001 and freeze nothing where too few are available (CRE-4)."""
        self.require(amount)
        self.available -= amount
        self.frozen += amount
        hold = Hold(amount)
        self.holds.append(hold)
        return hold

    def consume(self, hold: Hold) -> None:
        """Spend a hold: its operation completed."""
        self._end(hold, "consume")
        self.consumed += hold.amount

    def release(self, hold: Hold) -> None:
        """Give a hold back: its operation failed."""
        self._end(hold, "release")
        self.available += hold.amount

    def _end(self, hold: Hold, event: str) -> None:
        hold.state = move(HOLD, hold.state, event)
        self.holds.remove(hold)
        self.frozen -= hold.amount

"""Accounts, their clients, tokens and credits; credits balance after any history (CRE-5)."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import NamedTuple

from .errors import BackendError
from .scenario import ScenarioConfig, Trigger
from .state_machines import HOLD, TOKEN, transition


@dataclass(slots=True)
class Hold:
    """Credits an operation froze when it started; ends consumed or released (CRE-3)."""

    amount: int
    state: str = "frozen"


_MAX_CHANGES = 1_000


class CreditChange(NamedTuple):
    """An account's credits from ``at_ms`` on, engine time."""

    at_ms: int
    available: int
    frozen: int
    consumed: int


@dataclass(slots=True)
class Ledger:
    """An account's credits, whole numbers; ``granted == available + frozen + consumed`` always.

    ``changes`` are the newest 1,000 changes, oldest first.
    """

    granted: int = 0
    available: int = 0
    frozen: int = 0
    consumed: int = 0
    holds: list[Hold] = field(default_factory=list)
    changes: deque[CreditChange] = field(default_factory=lambda: deque(maxlen=_MAX_CHANGES), repr=False)

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

    def note(self, at_ms: int) -> None:
        """Note the credits as they are since ``at_ms``, if they have changed."""
        change = CreditChange(at_ms, self.available, self.frozen, self.consumed)
        if not self.changes or self.changes[-1][1:] != change[1:]:
            self.changes.append(change)

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
        hold.state = transition(HOLD, hold.state, event)
        self.holds.remove(hold)
        self.frozen -= hold.amount


ANONYMOUS_SCOPES = frozenset({"read", "write", "upload"})  # AUTH-7
SCOPES = frozenset({"read", "write", "upload", "render", "*"})  # AUTH-7


@dataclass(slots=True)
class Client:
    """One installed client: its scenario, its calls so far, and when it got its tokens.

    All accounts of one client id share it, so that "the nth export" counts on after a re-authentication.
    """

    scenario: ScenarioConfig
    calls: Counter[str] = field(default_factory=Counter)
    issued_at_ms: list[int] = field(default_factory=list)

    def begin(self, operation: str) -> tuple[Trigger, ...]:
        """Count a call of ``operation`` and return its triggers."""
        self.calls[operation] += 1
        return self.scenario.triggers_for(operation, self.calls[operation])


@dataclass(slots=True)
class Account:
    """A user: ``plan`` is free or paid; credits are in ``ledger``."""

    user_id: str
    client: Client
    registered: bool = False
    plan: str = "free"
    export_blocked: bool = False
    ledger: Ledger = field(default_factory=Ledger)
    sessions_made: int = 0


@dataclass(slots=True)
class Token:
    """A bearer token: times are engine milliseconds, ``state`` as in state_machines.TOKEN."""

    value: str
    account: Account
    issued_at_ms: int
    expires_at_ms: int
    scopes: frozenset[str]
    state: str = "live"

    def is_live(self, now_ms: int) -> bool:
        """Whether the token is valid at ``now_ms``: up to the last millisecond before expiry (AUTH-5)."""
        return self.state_at(now_ms) == "live"

    def state_at(self, now_ms: int) -> str:
        """Return the state as of ``now_ms``: age alone ends a token."""
        aged = self.state == "live" and now_ms >= self.expires_at_ms
        return transition(TOKEN, self.state, "expire") if aged else self.state

    def end(self, event: str, now_ms: int) -> None:
        """Make the token invalid now; ``event`` is ``expire`` or ``revoke``.

        Expiring dates the token back to a lifetime ago, so that its client may ask for a new one (AUTH-5).
        A revoked token keeps its age, and its client meets the limit of AUTH-3.
        """
        self.state = transition(TOKEN, self.state, event)
        if event == "expire" and self.expires_at_ms > now_ms:
            shift_ms = self.expires_at_ms - now_ms
            issued = self.account.client.issued_at_ms
            if self.issued_at_ms in issued:
                issued[issued.index(self.issued_at_ms)] -= shift_ms
            self.issued_at_ms -= shift_ms
            self.expires_at_ms = now_ms

    def may(self, scope: str) -> bool:
        """Whether the token has ``scope`` (AUTH-7)."""
        return scope in self.scopes or "*" in self.scopes

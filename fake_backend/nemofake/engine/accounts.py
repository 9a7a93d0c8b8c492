"""Who uses the backend: clients, their accounts, and the tokens that open them (AUTH-1 to AUTH-8)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .ledger import Ledger
from .story import Incident, Story
from .tables import TOKEN, move

ANONYMOUS_SCOPES = frozenset({"read", "write", "upload"})  # AUTH-7
SCOPES = frozenset({"read", "write", "upload", "render", "*"})  # AUTH-7


@dataclass(slots=True)
class Client:
    """One installed client: the story it is in, its calls so far, and when it got its tokens.

    All accounts of one client id share it, so that "the nth export" goes on over a re-authentication.
    """

    story: Story
    calls: Counter[str] = field(default_factory=Counter)
    issued_at_ms: list[int] = field(default_factory=list)

    def begin(self, operation: str) -> tuple[Incident, ...]:
        """Count a call of ``operation`` and return what befalls it."""
        self.calls[operation] += 1
        return self.story.strikes(operation, self.calls[operation])


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
    """A bearer token: times are engine milliseconds, ``state`` as in tables.TOKEN."""

    value: str
    account: Account
    issued_at_ms: int
    expires_at_ms: int
    scopes: frozenset[str]
    state: str = "live"

    def opens(self, now_ms: int) -> bool:
        """Tell whether the token is good at ``now_ms``: up to the last millisecond before expiry (AUTH-5)."""
        return self.state_at(now_ms) == "live"

    def state_at(self, now_ms: int) -> str:
        """Return the state as of ``now_ms``: age ends a token without anybody doing anything."""
        aged = self.state == "live" and now_ms >= self.expires_at_ms
        return move(TOKEN, self.state, "expire") if aged else self.state

    def end(self, event: str, now_ms: int) -> None:
        """Make the token invalid now, by ``expire`` or ``revoke``.

        An expired token looks as old as it claims: it was issued a lifetime ago, so that its client may
        ask again (AUTH-5); a revoked one keeps its age, and its client meets AUTH-3.
        """
        self.state = move(TOKEN, self.state, event)
        if event == "expire" and self.expires_at_ms > now_ms:
            shift_ms = self.expires_at_ms - now_ms
            issued = self.account.client.issued_at_ms
            if self.issued_at_ms in issued:
                issued[issued.index(self.issued_at_ms)] -= shift_ms
            self.issued_at_ms -= shift_ms
            self.expires_at_ms = now_ms

    def may(self, scope: str) -> bool:
        """Tell whether the token holds ``scope`` (AUTH-7)."""
        return scope in self.scopes or "*" in self.scopes

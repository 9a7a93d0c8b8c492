"""Everything that a backend remembers, and look-ups that never show one user's data to another."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from .accounts import Account, Client, Token
from .errors import BackendError
from .randomness import SeededRandom
from .renders import RenderJob
from .scenario import ScenarioConfig
from .scheduler import Schedule
from .sessions import Session


@dataclass(slots=True)
class BackendState:
    """The state of one backend: ``now_ms`` is engine time, milliseconds since 1970 UTC."""

    seed: int
    now_ms: int
    scenario: ScenarioConfig
    randomness: SeededRandom
    schedule: Schedule = field(default_factory=Schedule)
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    renders: dict[tuple[str, str], RenderJob] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    issued_by_ip: dict[str, deque[int]] = field(default_factory=dict)
    # Clients whose token, set from outside, was refused: their next anonymous token continues their scenario.
    awaiting: dict[str, Client] = field(default_factory=dict)

    def run_due(self, now_ms: int) -> None:
        """Run everything due by ``now_ms``; time never runs backward."""
        if now_ms > self.now_ms:
            self.now_ms = now_ms
        self.schedule.run_due(self.now_ms)

    def client(self, client_id: str, ip: str) -> Client:
        """Return the installed client of this id; a new id from an awaited address is that client."""
        if client_id not in self.clients:
            self.clients[client_id] = self.awaiting.pop(ip) if ip in self.awaiting else Client(self.scenario)
        return self.clients[client_id]

    def session(self, session_id: str, token: Token) -> Session:
        """Return the token's own session; anything else is unknown, 1002 (SES-2)."""
        session = self.sessions.get(session_id)
        if session is None or session.account is not token.account:
            raise BackendError(1002)
        return session

    def render(self, render_id: str, token: Token) -> RenderJob:
        """Return the token's own job, brought up to now; anything else is unknown, 404 (REN-10, REN-11)."""
        job = self.renders.get((token.value, render_id))
        if job is None:
            raise BackendError(404, f"no render job {render_id[:80]!r}")
        job.advance(self.now_ms)
        return job


def check_user(user: str, token: Token) -> None:
    """Raise 1002 unless ``user`` is ``me`` or the token's own user id (SES-3)."""
    if user not in ("me", token.account.user_id):
        raise BackendError(1002)

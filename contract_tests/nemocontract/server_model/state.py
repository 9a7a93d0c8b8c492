"""The model's state: every account, token, session and render job it has observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from nemocontract.recording import Exchange
from nemocontract.server_model.accounts import WEEK_MS, Account, Token
from nemocontract.server_model.jobs import Job
from nemocontract.server_model.messages import KNOWN
from nemocontract.server_model.sessions import SessionModel
from nemocontract.server_model.turns import Span, Turn

NEVER_MS: Final = 10**15
PER_ADDRESS: Final = 10  # AUTH-4


@dataclass(slots=True)
class OpenStream:
    """A message whose stream is still open: who sent what, when, and the turn that it became."""

    token: str
    session_id: str
    text: str
    at_ms: int
    turn: Turn
    followed: bool


@dataclass(slots=True)
class ModelState:
    """``alone``: no other client uses this server, so that whatever the model does not know does not exist.

    ``may_fail``: the backend is one whose agent may fail; ``silent_share``: how many of its edits close in
    silence, if known. Both hold for messages from now on. ``clients`` has the times of the tokens that a
    client id was given, ``issued`` those of the address.
    """

    alone: bool = False
    may_fail: bool = False
    silent_share: float | None = None
    nested: bool | None = None  # REN-7: the shape of export answers, if known
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    sessions: dict[str, SessionModel] = field(default_factory=dict)
    jobs: dict[tuple[str, str], Job] = field(default_factory=dict)
    clients: dict[str, list[Span]] = field(default_factory=dict)
    issued: list[Span] = field(default_factory=list)
    pending: list[OpenStream] = field(default_factory=list)
    claim_tokens: set[str] = field(default_factory=set)
    client_of: dict[str, str] = field(default_factory=dict)  # by token

    def bearer(self, exchange: Exchange) -> str | None:
        """Return the token that a request bears, None where it bears none in the right form."""
        scheme, _, value = exchange.headers.get("authorization", "").partition(" ")
        return value.strip() or None if scheme.lower() == "bearer" else None

    def token(self, exchange: Exchange) -> Token | None:
        """Return the token of a request, where it is known."""
        return self.tokens.get(self.bearer(exchange) or "")

    def session(self, session_id: Any, token: Token | None) -> SessionModel | None:
        """Return a session, where it is one of the token's own."""
        found = self.sessions.get(session_id) if isinstance(session_id, str) else None
        mine = found is not None and token is not None and found.user_id == token.account.user_id
        return found if mine else None

    def add_account(self, account: Account, value: str, ends_ms: tuple[int, int], scopes: Any = None) -> None:
        """Record a token and its account."""
        self.accounts[account.user_id] = account
        self.tokens[value] = Token(value, account, ends_ms)
        if scopes is not None:
            self.tokens[value].scopes = frozenset(scopes)

    def add_turn(self, token: Token, session: SessionModel, text: str, at: Span) -> Turn:
        """Record a message that was accepted."""
        sure = session.sure(KNOWN.get(text))
        turn = Turn.started(session.session_id, text, at, sure=sure, may_fail=self.may_fail)
        turn.silent_share = self.silent_share
        session.add_turn(turn)
        token.account.turns.append(turn)
        return turn

    def pop_open_stream(self, exchange: Exchange, session_id: str, text: str) -> OpenStream | None:
        """Return what is known of a stream that was open until now, where it was announced."""
        # Of two equal ones the later: a stream that is read continuously ends before any other request.
        for nth, one in reversed([*enumerate(self.pending)]):
            wanted = (one.session_id, one.text, one.at_ms) == (session_id, text, exchange.at_ms)
            if wanted and one.token == self.bearer(exchange):
                return self.pending.pop(nth)
        return None

    # -- facts from the control API ----------------------------------------------------------------

    def add_registered(self, account: Mapping[str, Any], scopes: Any, at: Span) -> None:
        """Record an account that was opened by the control API."""
        token = account["tokens"][0]["token"]
        granted = account["credits"]["granted"]
        known = Account(account["user_id"], granted, add_registered=True, paid=account["plan"] == "paid")
        known.blocked = bool(account["export_blocked"])
        self.add_account(known, token, (at.since_ms + WEEK_MS, at.until_ms + WEEK_MS), scopes or {"*"})

    def end_token(self, value: str, how: str, at: Span) -> None:
        """Record that a token was ended early; one that expired lets its client ask again (AUTH-5)."""
        token = self.tokens[value]
        token.ends_ms = (min(token.ends_ms[0], at.since_ms), min(token.ends_ms[1], at.until_ms))
        if how == "expire" and value in self.client_of:
            self.clients[self.client_of[value]] = []

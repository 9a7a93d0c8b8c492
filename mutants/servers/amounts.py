"""Prices and times, broken in the less obvious places (AUTH-3, AUTH-4, SSE-5 to SSE-8, CRE-2 to CRE-4)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from nemofake.engine.errors import BackendError

from ..patching import Mutant, around, rules

_S = 1000
_LOT = "nemofake.engine.backend:TurnOutcome"
_LEDGER = "nemofake.engine.accounts:Ledger"
_BEGIN = "nemofake.engine.turns:begin"
_WINDOW = "nemofake.engine.tokens:check_window"


def _asking_counts(real: Any, issued: Any, limit: int, value: Any, now_ms: int) -> None:
    try:
        real(issued, limit, value, now_ms)
    except BackendError:
        issued.append(now_ms)
        raise


def _address_for_ever(real: Any, issued: Any, limit: int, value: Any, now_ms: int) -> None:
    if limit == value.tokens_per_ip and len(issued) >= limit:
        raise BackendError(429, retry_after_s=60)
    real(issued, limit, value, now_ms)


def _too_short(real: Any, code: int, *args: Any, retry_after_s: int | None = None) -> Any:
    return real(code, *args, retry_after_s=retry_after_s and 1)


def _talk_silent(real: Any, **kwargs: Any) -> Any:
    return real(**{**kwargs, "silent": kwargs["silent"] or kwargs["length_ms"] < 15 * _S})


def _by_dice(real: Any, **kwargs: Any) -> Any:
    return real(**{**kwargs, "silent": random.random() < 0.5})


def _closes_late(real: Any, *args: Any) -> Any:
    turn = real(*args)
    turn.closes_at_ms += 60 * _S
    return turn


def _seen_at_the_end(patch: pytest.MonkeyPatch) -> None:
    """Show a session as it was when its running turn began."""
    kept: dict[str, Any] = {}

    def begin(real: Any, session: Any, *args: Any) -> Any:
        turn = real(session, *args)
        kept[session.session_id] = session.timeline
        return turn

    def snapshot(real: Any, self: Any, origin: str) -> Any:
        landed = self.timeline
        if self.running:
            self.timeline = kept.get(self.session_id, landed)
        try:
            return real(self, origin)
        finally:
            self.timeline = landed

    around(_BEGIN, begin)(patch)
    around("nemofake.engine.sessions:Session.snapshot", snapshot)(patch)


def _once_for_all_clips(patch: pytest.MonkeyPatch) -> None:
    """Charge the clips of one message as one."""
    around("nemofake.engine.turns:TurnPlan.clips", lambda real, self: min(1, real(self)))(patch)


def _once_an_account(patch: pytest.MonkeyPatch) -> None:
    """Take editing for paid in every session once it was paid in one."""
    paid: set[str] = set()

    def leave(real: Any, self: Any, account: Any, *, completed: bool) -> None:
        real(self, account, completed=completed)
        if self.paid:
            paid.add(account.user_id)

    def price(real: Any, self: Any, session: Any, value: Any) -> Any:
        if session.account.user_id in paid:
            session.fee.paid = True
        return real(self, session, value)

    around("nemofake.engine.sessions:SessionEditFee.leave", leave)(patch)
    around("nemofake.engine.turns:TurnPlan.price", price)(patch)


def _half_back(real: Any, self: Any, hold: Any) -> None:
    real(self, hold)
    self.available -= hold.amount // 2
    self.consumed += hold.amount // 2


def _spent_at_once(real: Any, session: Any, *args: Any) -> Any:
    turn, ledger = real(session, *args), session.account.ledger
    if turn.hold is not None:
        ledger.consume(turn.hold)
        turn.hold = None
    return turn


def _second_time_free(patch: pytest.MonkeyPatch) -> None:
    """Do a message that comes again, and charge nothing for it."""
    seen: set[tuple[str, str]] = set()

    def start(real: Any, self: Any, token: Any, user: str, session_id: str, message: str) -> Any:
        again, ledger = (session_id, message) in seen, token.account.ledger
        if again:
            ledger.available += 1000
        turn = real(self, token, user, session_id, message)
        seen.add((session_id, message))
        if again:
            ledger.available -= 1000
            if turn.hold is not None:
                ledger.release(turn.hold)
                turn.hold = None
        return turn

    around("nemofake.engine.backend:Backend.start_turn", start)(patch)


MUTANTS = (
    Mutant("retry-after-a-second", "AUTH-3", "Retry-After says one second instead of days.",
           around("nemofake.engine.tokens:BackendError", _too_short)),
    Mutant("asking-counts", "AUTH-5", "A request that is refused begins the seven days anew.",
           around(_WINDOW, _asking_counts)),
    Mutant("address-for-ever", "AUTH-4", "An address that had ten tokens never gets another.",
           around(_WINDOW, _address_for_ever)),
    Mutant("closes-late", "SSE-7", "A stream stays open for a minute after its end.",
           around(_BEGIN, _closes_late)),
    Mutant("talk-is-silent-too", "SSE-5", "Talk closes without text as well.", around(_LOT, _talk_silent)),
    Mutant("silent-by-dice", "SSE-5", "Silence is drawn anew in each run.", around(_LOT, _by_dice)),
    Mutant("talk-at-once", "SSE-7", "Talk takes no time.", rules(text_ms=(0, 100))),
    Mutant("edits-at-once", "SSE-7", "An edit takes three seconds.", rules(edit_ms=(3 * _S, 3 * _S))),
    Mutant("closed-after-10-min", "SSE-7", "The server closes a stream after ten minutes.",
           rules(stream_limit_ms=600 * _S)),
    Mutant("seen-at-the-end", "SSE-8", "The state shows what has landed only when all has.",
           _seen_at_the_end),
    Mutant("second-time-free", "SSE-12", "A message that comes again is done and not charged.",
           _second_time_free),
    Mutant("clips-at-the-price-of-one", "CRE-2", "Two clips of one message cost 100.", _once_for_all_clips),
    Mutant("editing-once-an-account", "CRE-2", "Editing is paid once an account, not once a session.",
           _once_an_account),
    Mutant("half-given-back", "CRE-3", "A failure gives half of the price back.",
           around(f"{_LEDGER}.release", _half_back)),
    Mutant("spent-at-once", "CRE-3", "A clip's price is spent at the start and lost on failure.",
           around(_BEGIN, _spent_at_once)),
)  # fmt: skip

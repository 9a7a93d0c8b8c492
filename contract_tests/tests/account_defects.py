"""Breakages of the account clauses: figures that differ, answers falsified on the way, engine patched."""

from __future__ import annotations

from typing import Any

from nemofake.engine import library as uploads
from nemofake.engine.accounts import Hold, Ledger, Token
from nemofake.engine.backend import Backend
from nemofake.engine.errors import BackendError
from nemofake.http import context
from nemofake.http import uploads as receiving

from .account_falsifiers import (
    Breakage,
    answering,
    as_html,
    leaking,
    of_files,
    remembering_refused,
    replaced,
    saying,
    shrinking,
    two_profiles,
    with_data,
    without_header,
    without_infos,
)

WEEK_MS = 7 * 24 * 3600 * 1000


def _kept_on_release(self: Ledger, hold: Hold) -> None:
    Ledger.consume(self, hold)


def _freezing_first(self: Ledger, amount: int) -> None:
    if amount > self.available:
        self.frozen, self.available = self.frozen + self.available, 0
        raise BackendError(2001)


def _spent_twice(self: Ledger, hold: Hold) -> None:
    self._end(hold, "consume")
    self.consumed += hold.amount
    self.available = max(0, self.available - hold.amount)


def _given_away(self: Ledger, hold: Hold) -> None:
    self._end(hold, "release")
    self.available += hold.amount + 1


def _any_state(self: Token, now_ms: int) -> bool:
    return self.state_at(now_ms) != "expired"


def _a_ms_too_long(self: Token, now_ms: int) -> bool:
    return self.state == "live" and now_ms <= self.expires_at_ms


def _always_good(_self: Token, _now_ms: int) -> bool:
    return True


def _any_scope(_self: Token, _scope: str) -> bool:
    return True


def _accounts_by_scope(self: Token, scope: str) -> bool:
    if scope == "render" and not self.account.registered:
        raise BackendError(403)
    return scope in self.scopes or "*" in self.scopes


def _a_byte_more(size: int, limit: int, filename: str) -> None:
    uploads.check_size(size - 1, limit, filename)


def _a_byte_less(size: int, limit: int, filename: str) -> None:
    uploads.check_size(size + 1, limit, filename)


def _any_session(self: Backend, token: Token, _user: str, session_id: str) -> Any:
    return self.data.sessions.get(session_id) or self.data.session(session_id, token)


def _raw_or_bearer(request: Any) -> str | None:
    return str(request.headers.get("authorization", "")).split(" ")[-1]


BREAKAGES = (
    Breakage("ENV-1", "another word for success", lie=saying(lambda s: {**s, "message": "ok"})),
    Breakage("ENV-1", "data alone", lie=saying(lambda s: s["data"])),
    Breakage("ENV-1", "JSON called HTML", lie=as_html),
    Breakage("ENV-2", "data that is no null", lie=saying(lambda s: {**s, "data": {}}, code=1002)),
    Breakage("ENV-2", "no words", lie=saying(lambda s: {**s, "message": " "}, code=1001)),
    Breakage("ENV-2", "a bare detail", lie=saying(lambda s: {"detail": s["message"]}, code=404)),
    Breakage("ENV-3", "two profiles at once", lie=two_profiles),
    Breakage("ENV-3", "1001 under 403", lie=answering(403, {}, code=1001)),
    Breakage("ENV-3", "4001 under 400", lie=answering(400, {}, code=4001), profile="http-status"),
    Breakage("ENV-3", "2001 under 402", lie=answering(402, {}, code=2001), profile="http-status"),
    Breakage("ENV-3", "no strict status for 4002", lie=answering(200, {}, code=4002)),
    Breakage("ENV-3", "400 under 200", lie=answering(200, {}, code=400)),
    Breakage("ENV-3", "409 under 200", lie=answering(200, {}, code=409)),
    Breakage("ENV-4", "a field unnamed", lie=answering(400, {"message": "Bad request"}, code=400)),
    Breakage("ENV-4", "an exception", lie=answering(400, {"message": "KeyError('files')"}, code=400)),
    Breakage("ENV-4", "422 for 400", lie=answering(422, {"code": 422}, code=400)),
    Breakage("ENV-4", "500 for 400", lie=answering(500, {"code": 500}, code=400)),
    Breakage("ENV-4", "a stack trace", lie=answering(400, {"message": 'File "a.py", line 7'}, code=400)),
    Breakage("AUTH-1", "another prefix", lie=with_data("/anonymous-token", user_id=lambda v: v[5:])),
    Breakage("AUTH-1", "local time", lie=with_data("/anonymous-token", expires_at=lambda v: v.rstrip("Z"))),
    Breakage("AUTH-1", "99 credits", rules={"anonymous_credits": 99}),
    Breakage("AUTH-1", "credits in words", lie=with_data("/anonymous-token", credits="100")),
    Breakage("AUTH-2", "429 for 400", lie=answering(429, {"code": 429}, path="/anonymous-token", code=400)),
    Breakage("AUTH-2", "no refusal", lie=answering(200, {"code": 0}, path="/anonymous-token", code=400)),
    Breakage("AUTH-3", "two for a client", rules={"tokens_per_client": 2}),
    Breakage("AUTH-3", "no Retry-After", lie=without_header("retry-after")),
    Breakage("AUTH-3", "the window a ms short", rules={"token_window_ms": WEEK_MS - 1}),
    Breakage("AUTH-4", "eleven for an address", rules={"tokens_per_ip": 11}),
    Breakage("AUTH-4", "nine for an address", rules={"tokens_per_ip": 9}),
    Breakage("AUTH-4", "the window a ms short", rules={"token_window_ms": WEEK_MS - 1}),
    Breakage("AUTH-5", "a ms too long", patch=replaced(Token, "is_live", _a_ms_too_long)),
    Breakage("AUTH-5", "a ms too short", rules={"token_lifetime_ms": WEEK_MS - 1}),
    Breakage("AUTH-5", "the window a ms long", rules={"token_window_ms": WEEK_MS + 1}),
    Breakage("AUTH-5", "revoked and good", patch=replaced(Token, "is_live", _any_state)),
    Breakage("AUTH-6", "a token without a scheme", patch=replaced(context, "bearer_token", _raw_or_bearer)),
    Breakage("AUTH-6", "1002 at one endpoint", lie=answering(200, {"code": 1002}, path="/cancel", code=1001)),
    Breakage("AUTH-6", "403 for 1001", lie=answering(403, {"code": 403}, path="/run_sse", code=1001)),
    Breakage("AUTH-6", "expired and good", patch=replaced(Token, "is_live", _always_good)),
    Breakage("AUTH-7", "scopes not looked at", patch=replaced(Token, "may", _any_scope)),
    Breakage("AUTH-7", "accounts kept from exporting", patch=replaced(Token, "may", _accounts_by_scope)),
    Breakage("AUTH-7", "1001 for 403", lie=answering(200, {"code": 1001}, code=403)),
    Breakage("AUTH-8", "another life", lie=with_data("/claim-token", expires_in=604_799)),
    Breakage("AUTH-8", "another prefix", lie=with_data("/claim-token", claim_token=lambda v: "nmv_" + v)),
    Breakage("AUTH-8", "1002 for 1001", lie=answering(200, {"code": 1002}, path="/balance", code=1001)),
    Breakage("SES-1", "18 digits", lie=with_data("/with-session/", session_id=lambda v: v[:18])),
    Breakage("SES-1", "a number", lie=with_data("/with-session/", session_id=int)),
    Breakage("SES-1", "no task", lie=with_data("/with-session/", task_id=None)),
    Breakage("SES-1", "somebody's id", lie=with_data("/with-session/", user_id="anon_1")),
    Breakage("SES-1", "Chinese by default", rules={"default_language": "zh"}),
    Breakage("SES-2", "told apart by words", lie=leaking("message")),
    Breakage("SES-2", "told apart by a header", lie=leaking("header")),
    Breakage("SES-2", "anybody's session", patch=replaced(Backend, "find_session", _any_session)),
    Breakage("SES-2", "404 for 1002", lie=answering(404, {"code": 404}, path="/api/state", code=1002)),
    Breakage("SES-3", "any user", patch=replaced(Backend, "find_session", _any_session)),
    Breakage("SES-3", "403 for 1002", lie=answering(403, {"code": 403}, path="/with-session", code=1002)),
    Breakage("CRE-1", "frozen left out", lie=with_data("/balance", total=lambda v: v + 1)),
    Breakage("CRE-1", "no total", lie=with_data("/balance", total=None)),
    Breakage("CRE-1", "numbers in words", lie=with_data("/balance", available=str)),
    Breakage("CRE-2", "edits at 49", rules={"editing_price": 49}),
    Breakage("CRE-2", "clips at 101", rules={"generation_price": 99}),
    Breakage("CRE-3", "not given back", patch=replaced(Ledger, "release", _kept_on_release)),
    Breakage("CRE-3", "never shown frozen", lie=with_data("/balance", frozen=0, available=100, total=100)),
    Breakage("CRE-4", "frozen all the same", patch=replaced(Ledger, "require", _freezing_first)),
    Breakage("CRE-4", "402 for 2001", lie=answering(402, {"code": 402}, code=2001)),
    Breakage("CRE-5", "a leak", lie=shrinking),
    Breakage("CRE-5", "spent twice", patch=replaced(Ledger, "consume", _spent_twice)),
    Breakage("CRE-5", "more given back", patch=replaced(Ledger, "release", _given_away)),
    Breakage("UPL-1", "only the first", lie=with_data("/upload-video/", files=lambda v: v[:1])),
    Breakage("UPL-2", "as wide as high", lie=of_files(width=64)),
    Breakage("UPL-2", "longer", lie=of_files(duration=lambda v: (v or 0) + 0.5)),
    Breakage("UPL-2", "30 fps", lie=of_files(fps=30)),
    Breakage("UPL-2", "one hash for all", lie=of_files(hash="00")),
    Breakage("UPL-2", "all videos", lie=of_files(file_type="video")),
    Breakage("UPL-2", "not applied", lie=with_data("/upload-video/", session_state_applied=None)),
    Breakage("UPL-2", "not in the state", lie=without_infos),
    Breakage("UPL-3", "400 for 4001", lie=answering(400, {"code": 400}, code=4001)),
    Breakage("UPL-4", "a byte more", patch=replaced(receiving, "check_size", _a_byte_more)),
    Breakage("UPL-4", "a byte less", patch=replaced(receiving, "check_size", _a_byte_less)),
    Breakage("UPL-4", "4001 for 4002", lie=answering(200, {"code": 4001}, code=4002)),
    Breakage("UPL-5", "the good ones kept", lie=remembering_refused),
    Breakage("UPL-6", "fetched", settings={"fetch_hosts": frozenset({"127.0.0.1"})}),
)  # fmt: skip

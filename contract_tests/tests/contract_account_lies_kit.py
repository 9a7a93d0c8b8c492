"""Breakages of the account clauses: figures that differ, answers falsified on the way, engine patched."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from nemofake.engine import uploads
from nemofake.engine.accounts import Token
from nemofake.engine.backend import Backend
from nemofake.engine.errors import BackendError
from nemofake.engine.issuing import check_window
from nemofake.engine.ledger import Hold, Ledger
from nemofake.http import exchange, receiving

from .contract_cases_kit import Falsify, answer_like

Patch = Callable[[pytest.MonkeyPatch], None]
WEEK_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True)
class Breakage:
    """What is broken, and the clause that a finding must name."""

    clause: str
    name: str
    rules: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    lie: Callable[[], Falsify] | None = None  # made anew for each run, since some remember
    patch: Patch | None = None
    profile: str = ""


def saying(change: Callable[[Any], Any], *, path: str = "", code: int | None = None) -> Callable[[], Falsify]:
    """Return a lie that changes answers below ``path`` with ``code`` (None: successes with data)."""

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        if path not in request.url.path or not isinstance(told, dict):
            return told
        if (told.get("code") != code) if code is not None else not isinstance(told.get("data"), dict):
            return told
        said = copy.deepcopy(told)
        changed = change(said)
        return said if changed is None else changed

    return lambda: falsify


def with_data(path: str, **fields: Any) -> Callable[[], Falsify]:
    """Return a lie that sets fields of ``data``; a function is given the old value, None takes it out."""

    def change(said: Any) -> None:
        for name, value in fields.items():
            if value is None:
                said["data"].pop(name, None)
            else:
                said["data"][name] = value(said["data"].get(name)) if callable(value) else value

    return saying(change, path=path)


def of_files(**fields: Any) -> Callable[[], Falsify]:
    """Return a lie that sets fields of each uploaded file."""

    def change(said: Any) -> None:
        for one in said["data"]["files"]:
            for name, value in fields.items():
                one[name] = value(one[name]) if callable(value) else value

    return saying(change, path="/upload-video/")


def answering(
    status: int, said: Any, *, path: str = "", code: int, headers: Mapping[str, str] | None = None
) -> Callable[[], Falsify]:
    """Return a lie that gives another answer in place of a refusal with ``code``."""

    def falsify(request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        if path not in request.url.path or not isinstance(told, dict) or told.get("code") != code:
            return told
        return answer_like(response, {**told, **said}, status)

    return lambda: falsify


def without_header(name: str) -> Callable[[], Falsify]:
    """Return a lie that leaves a header out."""

    def falsify(_request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        if name not in response.headers:
            return told
        del response.headers[name]
        return answer_like(response, told)

    return lambda: falsify


def as_html() -> Falsify:
    """Call JSON something else."""

    def falsify(_request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        response.headers["content-type"] = "text/html"
        return answer_like(response, told)

    return falsify


def leaking(what: str) -> Callable[[], Falsify]:
    """Return a lie that says in one answer about a session whether there is one of that id."""

    def made() -> Falsify:
        known: set[str] = set()

        def falsify(request: httpx.Request, response: httpx.Response, told: Any) -> Any:
            if isinstance(told, dict) and isinstance(told.get("data"), dict):
                known.add(str(told["data"].get("session_id")))
            if not isinstance(told, dict) or told.get("code") != 1002:
                return told
            asked = request.url.path + (request.content.decode() if _read(request) else "")
            if not any(one in asked for one in known):
                return told
            if what == "header":
                response.headers["x-session"] = "exists"
                return answer_like(response, told)
            return {**told, "message": "Session belongs to another user"}

        return falsify

    return made


def _read(request: httpx.Request) -> bool:
    try:
        return bool(request.content)
    except httpx.RequestNotRead:
        return False


def shrinking() -> Falsify:
    """Let a credit vanish with each look at the balance."""
    looks = 0

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        nonlocal looks
        if not request.url.path.endswith("/balance/simple") or told["code"]:
            return told
        looks += 1
        data = {name: max(0, told["data"][name] - looks * (name != "frozen")) for name in told["data"]}
        return {**told, "data": data}

    return falsify


def remembering_refused() -> Falsify:
    """Show files in the state that were refused together with a bad one."""
    refused: list[str] = []

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        if "/upload-video/" in request.url.path and told.get("code"):
            refused.append("pixels.png")
        if "/api/state/" not in request.url.path or not told.get("data"):
            return told
        said = copy.deepcopy(told)
        said["data"]["state"]["video_infos"] += [{"filename": name} for name in refused]
        return said

    return falsify


def without_infos() -> Falsify:
    """Show no file in any state."""

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        if "/api/state/" not in request.url.path or not told.get("data"):
            return told
        said = copy.deepcopy(told)
        said["data"]["state"]["video_infos"] = []
        return said

    return falsify


def two_profiles() -> Falsify:
    """Give 1002 the status of the other profile."""

    def falsify(_request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        return answer_like(response, told, 404) if _code(told) == 1002 else told

    return falsify


def _code(told: Any) -> Any:
    return told.get("code") if isinstance(told, dict) else None


# -- patches of the engine -------------------------------------------------------------------------


def replaced(target: Any, name: str, value: Any) -> Patch:
    """Return a patch that puts something else in place of an attribute."""
    return lambda monkeypatch: monkeypatch.setattr(target, name, value)


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


def _guests_by_scope(self: Token, scope: str) -> bool:
    if scope == "render" and not self.account.registered:
        raise BackendError(403)
    return scope in self.scopes or "*" in self.scopes


def _a_byte_more(size: int, limit: int, filename: str) -> None:
    uploads.check_size(size - 1, limit, filename)


def _a_byte_less(size: int, limit: int, filename: str) -> None:
    uploads.check_size(size + 1, limit, filename)


def _any_session(self: Backend, token: Token, _user: str, session_id: str) -> Any:
    return self.world.sessions.get(session_id) or self.world.session(session_id, token)


def _raw_or_bearer(request: Any) -> str | None:
    return str(request.headers.get("authorization", "")).split(" ")[-1]


def _no_address_limit(issued: Any, limit: int, rules: Any, now_ms: int) -> None:
    if limit != rules.tokens_per_ip:
        check_window(issued, limit, rules, now_ms)


BREAKAGES = (
    Breakage("ENV-1", "another word for success", lie=saying(lambda s: {**s, "message": "ok"})),
    Breakage("ENV-1", "data alone", lie=saying(lambda s: s["data"])),
    Breakage("ENV-1", "JSON called HTML", lie=lambda: as_html()),
    Breakage("ENV-2", "data that is no null", lie=saying(lambda s: {**s, "data": {}}, code=1002)),
    Breakage("ENV-2", "no words", lie=saying(lambda s: {**s, "message": " "}, code=1001)),
    Breakage("ENV-2", "a bare detail", lie=saying(lambda s: {"detail": s["message"]}, code=404)),
    Breakage("ENV-3", "two profiles at once", lie=two_profiles),
    Breakage("ENV-3", "1001 under 403", lie=answering(403, {}, code=1001)),
    Breakage("ENV-3", "4001 under 400", lie=answering(400, {}, code=4001), profile="http-status"),
    Breakage("ENV-3", "400 under 200", lie=answering(200, {}, code=400)),
    Breakage("ENV-3", "409 under 200", lie=answering(200, {}, code=409)),
    Breakage("ENV-4", "a field unnamed", lie=answering(400, {"message": "Bad request"}, code=400)),
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
    Breakage("AUTH-5", "a ms too long", patch=replaced(Token, "opens", _a_ms_too_long)),
    Breakage("AUTH-5", "a ms too short", rules={"token_lifetime_ms": WEEK_MS - 1}),
    Breakage("AUTH-5", "the window a ms long", rules={"token_window_ms": WEEK_MS + 1}),
    Breakage("AUTH-5", "revoked and good", patch=replaced(Token, "opens", _any_state)),
    Breakage("AUTH-6", "a token without a scheme", patch=replaced(exchange, "bearer", _raw_or_bearer)),
    Breakage("AUTH-6", "1002 at one endpoint", lie=answering(200, {"code": 1002}, path="/cancel", code=1001)),
    Breakage("AUTH-6", "403 for 1001", lie=answering(403, {"code": 403}, path="/run_sse", code=1001)),
    Breakage("AUTH-6", "expired and good", patch=replaced(Token, "opens", _always_good)),
    Breakage("AUTH-7", "scopes not looked at", patch=replaced(Token, "may", _any_scope)),
    Breakage("AUTH-7", "guests kept from exporting", patch=replaced(Token, "may", _guests_by_scope)),
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

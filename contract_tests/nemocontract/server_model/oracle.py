"""The auditor: sees every exchange with a server, and claims what the protocol allows and what not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nemocontract.recording import Exchange, id_in
from nemocontract.results import RunResult
from nemocontract.server_model import streams as minutes
from nemocontract.server_model.accounts import WEEK_MS, Account, check_books
from nemocontract.server_model.apply_response import ENTER, on_token_issued
from nemocontract.server_model.checker import Checker, body_errors, may_be_rejected, names
from nemocontract.server_model.expected_errors import (
    SCOPES,
    ExpectedError,
    broken_by,
    check_answer,
    gates,
    message_of,
    owner_of,
    session_of,
    user_of,
)
from nemocontract.server_model.state import NEVER_MS, ModelState, OpenStream
from nemocontract.server_model.streams import check_stream_content
from nemocontract.server_model.turns import Span, Turn


class ServerModel:
    """A watch for a probe: ``probe.watchers.append(auditor.see)``.

    It keeps books of its own from requests and answers alone, and accepts every outcome that they allow.
    ``profile`` (``adk,http-status,render-nested``) is what the server speaks, None where nobody knows;
    ``silent_share`` its share of silent edits; ``alone``: nobody else uses it; ``may_fail``: its agent may
    fail at its work.
    """

    def __init__(
        self,
        tally: RunResult,
        *,
        profile: str | None = None,
        silent_share: float | None = None,
        alone: bool = False,
        may_fail: bool = False,
        trial: str = "",
        replay: str = "",
    ) -> None:
        spoken = None if profile is None else profile.split(",")
        self.books = ModelState(alone=alone, may_fail=may_fail, silent_share=silent_share)
        self.books.nested = None if spoken is None else "render-nested" in spoken
        self.claim = Checker(tally, trial, replay)
        self._adk = None if spoken is None else "adk" in spoken
        self._strict = None if spoken is None else "http-status" in spoken
        self._strangers: dict[str, tuple[int | None, str]] = {}

    # -- what it sees --------------------------------------------------------------------------

    def see(self, told: Exchange) -> None:
        """Look at an exchange that is over."""
        if told.status in (None, *_RANGES) or told.operation in ("control", "media"):
            return
        self.claim.at = told
        check_answer(self.claim, told, self._strict)
        at = Span(told.at_ms, told.ended_at_ms)
        if told.operation == "chat":
            self._see_chat(told, at)
        elif (told.operation == "token.issue" or told.operation in SCOPES) and self._passes(told, at):
            self._enter(told, at)

    def began(self, told: Exchange, *, followed: bool) -> None:
        """Look at a stream that has begun, and whose end will be seen later.

        ``told`` ends with the head of the answer; ``followed``: it will be read all the time.
        """
        self.claim.at = told
        at = Span(told.at_ms, told.ended_at_ms)
        if self._passes(told, at):
            turn = self._opened(told, at)
            if turn is not None:
                token = self.books.bearer(told) or ""
                wanted = str(session_of(told)), message_of(told)
                self.books.pending.append(OpenStream(token, *wanted, told.at_ms, turn, followed))

    def _see_chat(self, told: Exchange, at: Span) -> None:
        known = str(session_of(told)), message_of(told)
        announced = None if told.events is None else self.books.take(told, *known)
        if announced is not None:
            turn, followed = announced.turn, announced.followed
        else:
            head = Span(at.since_ms, told.events[0].at_ms if told.events else at.until_ms)
            begun = self._opened(told, head) if self._passes(told, head) else None
            if begun is None:
                return
            turn, followed = begun, False
        check_stream_content(self.claim, told, self._adk)
        followed = followed and not self.books.pending  # another stream may move time while this one is read
        minutes.check_stream(self.claim, turn, told, followed=followed)

    def _opened(self, told: Exchange, at: Span) -> Turn | None:
        token = self.books.token(told)
        project = self.books.project(session_of(told), token)
        if token is None or project is None:
            return None
        return self.books.opened(token, project, message_of(told), at)

    def _enter(self, told: Exchange, at: Span) -> None:
        if told.operation == "token.issue":
            on_token_issued(self.books, self.claim, told, at)
        elif (token := self.books.token(told)) and (row := ENTER.get(told.operation)):
            self.claim(row[0], True, "")
            row[1](self.books, self.claim, told, token, at)

    # -- may it be answered so? ----------------------------------------------------------------

    def _passes(self, told: Exchange, at: Span) -> bool:
        """Claim that an answer's code is one of those that the books allow; True for a success."""
        if self._is_strange(told):
            return told.code == 0
        found = list(gates(self.books, told, at))
        owed = [gate for gate in found if gate.stance == "must"]
        possible = {gate.code for gate in found}
        if owed and owed[0].code == 1001:
            possible = {1001}  # whoever has no token learns nothing else
        elif not owed:
            possible.add(0)
        if told.code in possible:
            for gate in owed[:1] or [gate for gate in found if gate.code == told.code]:
                self.claim(gate.clause, True, "")
            self._check_refusal(told, owed)
        elif owed:
            self.claim(broken_by(told, owed[0]), False, f"{owed[0].code}: {owed[0].why}", _seen(told))
        else:
            self.claim(self._blocked_by(told), False, "a success: nothing stands in the way", _seen(told))
        return told.code == 0

    def _is_strange(self, told: Exchange) -> bool:
        """Tell whether a token may be good that these books do not know: nothing can be said of it."""
        bearer = self.books.bearer(told)
        known = bearer is None or bearer in self.books.tokens or bearer in self.books.claims
        return not known and not self.books.alone and told.operation in SCOPES

    def _blocked_by(self, told: Exchange) -> str:
        """Return the clause of which a refusal that nothing calls for is a breach."""
        if told.code == _NO_SESSION and user_of(told) != "me":
            return "SES-3"  # one's own user id is as good
        if told.code == _LATER:  # a client whose token is over may ask again, a new one may ask
            known = told.headers.get("x-client-id", "").strip() in self.books.clients
            return "AUTH-5" if known else "AUTH-4"
        if told.operation == "render.submit" and told.code == _WRONG and "draft" in str(told.answer):
            return "STA-3"
        return owner_of(told.code or 0, told.operation)

    def _check_refusal(self, told: Exchange, owed: list[ExpectedError]) -> None:
        message = told.answer.get("message") if isinstance(told.answer, Mapping) else ""
        wrong = body_errors(told.operation, told.headers.get("content-type", ""), told.body)
        if told.code == _WRONG and wrong and len(owed) == 1 and not may_be_rejected(told.body):
            self.claim("ENV-4", names(message, wrong), f"words that name {' or '.join(wrong)}", message)
        self._note_refusal(told)
        if told.code == _LATER:
            self._check_retry_after(told, owed)
        stranger = owed[0].clause if len(owed) == 1 else ""
        if stranger in ("SES-2", "REN-10", "REN-11"):
            self._check_strangers(told, stranger)

    def _note_refusal(self, told: Exchange) -> None:
        token = self.books.token(told)
        project = self.books.project(session_of(told), token)
        if told.code == _TOO_LITTLE and token is not None:
            token.account.refused = True
        if told.code and told.operation == "upload" and project is not None:
            project.refused = True

    def _check_retry_after(self, told: Exchange, owed: list[ExpectedError]) -> None:
        """Claim that a 429 says when to come again: once the seven days are over (AUTH-3)."""
        value = told.answer_headers.get("retry-after", "")
        if not self.claim("AUTH-3", value.isdigit(), "a Retry-After in seconds", value or "none"):
            return
        if [gate.clause for gate in owed] == ["AUTH-3"]:
            on_token_issued = self.books.clients[told.headers.get("x-client-id", "").strip()][-1]
            left_s = (on_token_issued.until_ms + WEEK_MS - told.at_ms) / 1000
            self.claim("AUTH-3", abs(int(value) - left_s) <= _ABOUT_S, f"about {left_s:.0f} s", value)

    def _check_strangers(self, told: Exchange, clause: str) -> None:
        """Claim that what is somebody else's and what is not there get the same answer (SES-2, REN-10)."""
        wanted = str(session_of(told) or id_in(told.path))
        answer = told.status, json.dumps(told.answer, sort_keys=True).replace(wanted, "…")
        first = self._strangers.setdefault(told.operation, answer)
        self.claim(clause, answer == first, f"the same words as for what is not there: {first}", answer)

    # -- what others tell --------------------------------------------------------------------------

    def keeps(self, token: str, user_id: str) -> None:
        """Enter an account that was there before: its credits are learned from its first balance."""
        self.books.admit(Account(user_id, None), token, (0, NEVER_MS))

    # -- what only the control API tells -------------------------------------------------------

    def check_ledgers(self, accounts: Iterable[Mapping[str, Any]], at: Span) -> None:
        """Claim that the server's own ledgers are what the books explain (CRE-5)."""
        self.claim.at = None
        for told in accounts:
            account, ledger = self.books.accounts.get(told["user_id"]), told["credits"]
            if not self.claim("CRE-5", account is not None, "an account that somebody asked for", told):
                continue
            assert account is not None, "just claimed"
            sums = ledger["available"] + ledger["frozen"] + ledger["consumed"]
            balanced = ledger["granted"] == sums == account.granted
            if self.claim("CRE-5", balanced, f"granted {account.granted}, and nowhere else", ledger):
                check_books(self.claim, account, ledger["consumed"], ledger["frozen"], at)


_NO_SESSION: Final = 1002
_LATER: Final = 429
_TOO_LITTLE: Final = 2001
_WRONG: Final = 400
_RANGES: Final = (206, 304, 416)  # REN-9: HTTP's own answers about parts of a film
_ABOUT_S: Final = 60


def _seen(told: Exchange) -> str:
    return f"status {told.status}, code {told.code}, {told.answer if told.events is None else 'a stream'}"

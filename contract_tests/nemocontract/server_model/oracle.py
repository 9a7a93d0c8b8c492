"""The reference model: observes every exchange with a server and checks that the protocol allows it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from nemocontract.recording import Exchange, id_in
from nemocontract.results import RunResult
from nemocontract.server_model import streams as streams
from nemocontract.server_model.accounts import WEEK_MS, Account, check_spending
from nemocontract.server_model.apply_response import HANDLERS, on_token_issued
from nemocontract.server_model.checker import Checker, body_errors, may_be_rejected, names
from nemocontract.server_model.expected_errors import (
    SCOPES,
    ExpectedError,
    check_answer,
    clause_of_error,
    expected_errors,
    message_of,
    session_of,
    user_of,
    violated_clause_of,
)
from nemocontract.server_model.state import NEVER_MS, ModelState, OpenStream
from nemocontract.server_model.streams import check_stream_content
from nemocontract.server_model.turns import Span, Turn


class ServerModel:
    """A watcher for a recorder: ``recorder.watchers.append(model.observe)``.

    It builds its own state from requests and answers alone, and accepts every outcome that these allow.
    ``profile`` (``adk,http-status,render-nested``) is the server's wire profile, None if unknown;
    ``silent_share`` its share of silent edits; ``alone``: no other client uses it; ``may_fail``: its agent
    may fail.
    """

    def __init__(
        self,
        run_result: RunResult,
        *,
        profile: str | None = None,
        silent_share: float | None = None,
        alone: bool = False,
        may_fail: bool = False,
        test_name: str = "",
        replay: str = "",
    ) -> None:
        spoken = None if profile is None else profile.split(",")
        self.state = ModelState(alone=alone, may_fail=may_fail, silent_share=silent_share)
        self.state.nested = None if spoken is None else "render-nested" in spoken
        self.check = Checker(run_result, test_name, replay)
        self._adk = None if spoken is None else "adk" in spoken
        self._strict = None if spoken is None else "http-status" in spoken
        self._unknown_answers: dict[str, tuple[int | None, str]] = {}

    # -- observations ------------------------------------------------------------------------------

    def observe(self, exchange: Exchange) -> None:
        """Check an exchange that has ended."""
        if exchange.status in (None, *_RANGES) or exchange.operation in ("control", "media"):
            return
        self.check.at = exchange
        check_answer(self.check, exchange, self._strict)
        at = Span(exchange.at_ms, exchange.ended_at_ms)
        if exchange.operation == "chat":
            self._observe_chat(exchange, at)
        elif (exchange.operation == "token.issue" or exchange.operation in SCOPES) and self._is_allowed(
            exchange, at
        ):
            self._apply(exchange, at)

    def stream_opened(self, exchange: Exchange, *, followed: bool) -> None:
        """Check a stream that has started and will end later.

        ``exchange`` ends with the response headers; ``followed``: the stream is read continuously.
        """
        self.check.at = exchange
        at = Span(exchange.at_ms, exchange.ended_at_ms)
        if self._is_allowed(exchange, at):
            turn = self._add_turn(exchange, at)
            if turn is not None:
                token = self.state.bearer(exchange) or ""
                wanted = str(session_of(exchange)), message_of(exchange)
                self.state.pending.append(OpenStream(token, *wanted, exchange.at_ms, turn, followed))

    def _observe_chat(self, exchange: Exchange, at: Span) -> None:
        known = str(session_of(exchange)), message_of(exchange)
        announced = None if exchange.events is None else self.state.pop_open_stream(exchange, *known)
        if announced is not None:
            turn, followed = announced.turn, announced.followed
        else:
            head = Span(at.since_ms, exchange.events[0].at_ms if exchange.events else at.until_ms)
            started = self._add_turn(exchange, head) if self._is_allowed(exchange, head) else None
            if started is None:
                return
            turn, followed = started, False
        check_stream_content(self.check, exchange, self._adk)
        followed = followed and not self.state.pending  # another stream may move time while this one is read
        streams.check_stream(self.check, turn, exchange, followed=followed)

    def _add_turn(self, exchange: Exchange, at: Span) -> Turn | None:
        token = self.state.token(exchange)
        session = self.state.session(session_of(exchange), token)
        if token is None or session is None:
            return None
        return self.state.add_turn(token, session, message_of(exchange), at)

    def _apply(self, exchange: Exchange, at: Span) -> None:
        if exchange.operation == "token.issue":
            on_token_issued(self.state, self.check, exchange, at)
        elif (token := self.state.token(exchange)) and (row := HANDLERS.get(exchange.operation)):
            self.check(row[0], True, "")
            row[1](self.state, self.check, exchange, token, at)

    # -- is this answer allowed? -------------------------------------------------------------------

    def _is_allowed(self, exchange: Exchange, at: Span) -> bool:
        """Check that the model allows an answer's code; return whether it is a success."""
        if self._has_unknown_token(exchange):
            return exchange.code == 0
        found = list(expected_errors(self.state, exchange, at))
        required = [error for error in found if error.stance == "must"]
        possible = {error.code for error in found}
        if required and required[0].code == 1001:
            possible = {1001}  # without a valid token no other error may show
        elif not required:
            possible.add(0)
        if exchange.code in possible:
            for error in required[:1] or [error for error in found if error.code == exchange.code]:
                self.check(error.clause, True, "")
            self._check_error(exchange, required)
        elif required:
            self.check(
                violated_clause_of(exchange, required[0]),
                False,
                f"{required[0].code}: {required[0].why}",
                _seen(exchange),
            )
        else:
            self.check(
                self._clause_of_unexpected_error(exchange),
                False,
                "a success: nothing stands in the way",
                _seen(exchange),
            )
        return exchange.code == 0

    def _has_unknown_token(self, exchange: Exchange) -> bool:
        """Return whether a token is unknown to the model but may be valid: then no answer can be checked."""
        bearer = self.state.bearer(exchange)
        known = bearer is None or bearer in self.state.tokens or bearer in self.state.claim_tokens
        return not known and not self.state.alone and exchange.operation in SCOPES

    def _clause_of_unexpected_error(self, exchange: Exchange) -> str:
        """Return the clause that an unexpected error violates."""
        if exchange.code == _UNKNOWN_SESSION and user_of(exchange) != "me":
            return "SES-3"  # one's own user id is as good
        if exchange.code == _RATE_LIMIT:  # a client whose token is over may ask again, a new one may ask
            known = exchange.headers.get("x-client-id", "").strip() in self.state.clients
            return "AUTH-5" if known else "AUTH-4"
        if (
            exchange.operation == "render.submit"
            and exchange.code == _BAD_REQUEST
            and "draft" in str(exchange.answer)
        ):
            return "STA-3"
        return clause_of_error(exchange.code or 0, exchange.operation)

    def _check_error(self, exchange: Exchange, required: list[ExpectedError]) -> None:
        message = exchange.answer.get("message") if isinstance(exchange.answer, Mapping) else ""
        wrong = body_errors(exchange.operation, exchange.headers.get("content-type", ""), exchange.body)
        if (
            exchange.code == _BAD_REQUEST
            and wrong
            and len(required) == 1
            and not may_be_rejected(exchange.body)
        ):
            self.check("ENV-4", names(message, wrong), f"words that name {' or '.join(wrong)}", message)
        self._record_error(exchange)
        if exchange.code == _RATE_LIMIT:
            self._check_retry_after(exchange, required)
        clause = required[0].clause if len(required) == 1 else ""
        if clause in ("SES-2", "REN-10", "REN-11"):
            self._check_same_answer(exchange, clause)

    def _record_error(self, exchange: Exchange) -> None:
        token = self.state.token(exchange)
        session = self.state.session(session_of(exchange), token)
        if exchange.code == _NO_CREDITS and token is not None:
            token.account.had_error = True
        if exchange.code and exchange.operation == "upload" and session is not None:
            session.had_error = True

    def _check_retry_after(self, exchange: Exchange, required: list[ExpectedError]) -> None:
        """Check that Retry-After of a 429 is the rest of the seven days (AUTH-3)."""
        value = exchange.answer_headers.get("retry-after", "")
        if not self.check("AUTH-3", value.isdigit(), "a Retry-After in seconds", value or "none"):
            return
        if [error.clause for error in required] == ["AUTH-3"]:
            on_token_issued = self.state.clients[exchange.headers.get("x-client-id", "").strip()][-1]
            left_s = (on_token_issued.until_ms + WEEK_MS - exchange.at_ms) / 1000
            self.check("AUTH-3", abs(int(value) - left_s) <= _ABOUT_S, f"about {left_s:.0f} s", value)

    def _check_same_answer(self, exchange: Exchange, clause: str) -> None:
        """Check that another account's resource and an unknown one get the same answer (SES-2, REN-10)."""
        wanted = str(session_of(exchange) or id_in(exchange.path))
        answer = exchange.status, json.dumps(exchange.answer, sort_keys=True).replace(wanted, "…")
        first = self._unknown_answers.setdefault(exchange.operation, answer)
        self.check(clause, answer == first, f"the same words as for what is not there: {first}", answer)

    # -- facts from outside ------------------------------------------------------------------------

    def add_known_account(self, token: str, user_id: str) -> None:
        """Record an account that existed before: its first balance says how many credits it has."""
        self.state.add_account(Account(user_id, None), token, (0, NEVER_MS))

    # -- facts from the control API ----------------------------------------------------------------

    def check_ledgers(self, accounts: Iterable[Mapping[str, Any]], at: Span) -> None:
        """Check the server's own ledgers against the model (CRE-5)."""
        self.check.at = None
        for payload in accounts:
            account, ledger = self.state.accounts.get(payload["user_id"]), payload["credits"]
            if not self.check("CRE-5", account is not None, "an account that a request created", payload):
                continue
            assert account is not None, "just claimed"
            sums = ledger["available"] + ledger["frozen"] + ledger["consumed"]
            balanced = ledger["granted"] == sums == account.granted
            if self.check("CRE-5", balanced, f"granted {account.granted}, and nowhere else", ledger):
                check_spending(self.check, account, ledger["consumed"], ledger["frozen"], at)


_UNKNOWN_SESSION: Final = 1002
_RATE_LIMIT: Final = 429
_NO_CREDITS: Final = 2001
_BAD_REQUEST: Final = 400
_RANGES: Final = (206, 304, 416)  # REN-9: HTTP's own answers about parts of a video
_ABOUT_S: Final = 60


def _seen(exchange: Exchange) -> str:
    shown = exchange.answer if exchange.events is None else "a stream"
    return f"status {exchange.status}, code {exchange.code}, {shown}"

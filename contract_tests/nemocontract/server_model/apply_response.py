"""What the model checks and records for a successful answer: one function per operation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nemocontract.recording import Exchange, id_in
from nemocontract.server_checks.expectations import is_digits, is_prefixed, is_whole, utc_ms
from nemocontract.server_model import drafts, jobs
from nemocontract.server_model.accounts import GRANT, WEEK_MS, Account, Token, check_balance
from nemocontract.server_model.checker import Checker, kind_of
from nemocontract.server_model.expected_errors import session_of
from nemocontract.server_model.sessions import SessionModel, check_state
from nemocontract.server_model.state import ModelState
from nemocontract.server_model.turns import Span

_CLAIM_S: Final = WEEK_MS // 1000  # AUTH-8


def on_token_issued(model: ModelState, check: Checker, exchange: Exchange, at: Span) -> None:
    """Record a new anonymous account (AUTH-1)."""
    data = exchange.data
    value, user_id, credits_ = data.get("token"), data.get("user_id"), data.get("credits")
    well_formed = is_prefixed(value, "nmv_usr_") and is_prefixed(user_id, "anon_")
    if not check("AUTH-1", well_formed, "a token nmv_usr_… and a user anon_…", data):
        return
    fresh = value not in model.tokens and user_id not in model.accounts
    check("AUTH-1", fresh, "a new token and a new user id", data)
    check("AUTH-1", credits_ == GRANT, f"{GRANT} credits", credits_)
    ends_ms = utc_ms(data.get("expires_at"))
    earliest, latest = at.since_ms + WEEK_MS, at.until_ms + WEEK_MS
    exact = False
    if (
        check("AUTH-1", ends_ms is not None, "expires_at in UTC", data.get("expires_at"))
        and ends_ms is not None
    ):
        exact = check(
            "AUTH-5", earliest <= ends_ms <= latest, "an end after seven days", data.get("expires_at")
        )
    granted = int(credits_) if is_whole(credits_) else None
    end = (ends_ms, ends_ms) if exact and ends_ms is not None else (earliest, latest)
    model.add_account(Account(str(user_id), granted), str(value), end)
    client = exchange.headers.get("x-client-id", "").strip()
    model.client_of[str(value)] = client
    model.clients.setdefault(client, []).append(at)
    model.issued.append(at)


def on_session_created(model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Record a session (SES-1)."""
    data, user_id = exchange.data, token.account.user_id
    session_id, task_id = data.get("session_id"), data.get("task_id")
    well_formed = is_digits(session_id, 19) and isinstance(task_id, str) and bool(task_id)
    check("SES-1", well_formed, "a task, and a session of 19 digits", data)
    check("SES-1", data.get("user_id") == user_id, f"the user {user_id}", data.get("user_id"))
    check("SES-1", session_id not in model.sessions, "a new session id", session_id)
    if isinstance(session_id, str):
        model.sessions[session_id] = SessionModel(session_id, str(task_id), user_id)


def on_claim_token(model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Record a claim token (AUTH-8)."""
    data = exchange.data
    value = data.get("claim_token")
    check("AUTH-8", is_prefixed(value, "clm_"), "a claim token clm_…", data)
    model.claim_tokens.add(str(value))
    check("AUTH-8", data.get("expires_in") == _CLAIM_S, f"expires_in {_CLAIM_S} s", data.get("expires_in"))


def on_balance_read(model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Check a balance (CRE-1)."""
    check_balance(check, token.account, exchange.data, at)


def on_state_read(model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span) -> None:
    """Check a state (STA-1)."""
    if (session := model.session(session_of(exchange), token)) is not None:
        check_state(check, session, exchange, at)


def on_files_added(model: ModelState, check: Checker, exchange: Exchange, token: Token, _at: Span) -> None:
    """Record files (UPL-2, UPL-5)."""
    files = exchange.data.get("files")
    listed = isinstance(files, list) and all(isinstance(file, Mapping) for file in files)
    if not check("UPL-2", listed, "a list of files", exchange.data):
        return
    check("UPL-2", exchange.data.get("session_state_applied") is True, "session_state_applied", exchange.data)
    body = exchange.body if isinstance(exchange.body, Mapping) else {}
    if isinstance(urls := body.get("urls"), list):
        names = [str(url).partition("?")[0].rpartition("/")[2] for url in urls]
        found = [file.get("filename") for file in files or ()]
        check("UPL-5", found == names, f"all of {names}", found)
        kinds = [kind_of(name) for name in names]
        reported_kinds = [file.get("file_type") for file in files or ()]
        check("UPL-2", reported_kinds == kinds, f"file_type {kinds}", reported_kinds)
    if (session := model.session(session_of(exchange), token)) is not None:
        session.add_files([dict(file) for file in files or ()])


def on_render_submitted(
    model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span
) -> None:
    """Record an export (REN-1)."""
    body: Any = exchange.body
    job = jobs.Job.on_render_submitted(str(body["id"]), str(body["sessionId"]), at)
    job.length_ms = drafts.length_ms(body["draft"]) if not list(drafts.problems(body["draft"])) else None
    token.account.exports += 1
    model.jobs[token.value, job.render_id] = job
    jobs.check_view(check, job, exchange, model.nested, at)


def on_render_status(model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span) -> None:
    """Check the status of an export (REN-6, REN-7)."""
    if job := model.jobs.get((token.value, id_in(exchange.path))):
        jobs.check_view(check, job, exchange, model.nested, at)


def on_render_cancelled(
    model: ModelState, check: Checker, exchange: Exchange, token: Token, at: Span
) -> None:
    """Record that an export was stopped (REN-12)."""
    if job := model.jobs.get((token.value, id_in(exchange.path))):
        found = jobs.view(exchange.answer, model.nested) or {}
        if check("REN-12", found.get("status") == "cancelled", "status cancelled", dict(found)):
            job.status = "cancelled"
            jobs.check_view(check, job, exchange, model.nested, at)


_Handler = Callable[[ModelState, Checker, Exchange, Token, Span], None]
# By operation: the clause that a success tries, and its handler.
HANDLERS: Final[Mapping[str, tuple[str, _Handler]]] = {
    "session.create": ("SES-1", on_session_created),
    "token.claim": ("AUTH-8", on_claim_token),
    "credits": ("CRE-1", on_balance_read),
    "state": ("STA-1", on_state_read),
    "upload": ("UPL-1", on_files_added),
    "render.submit": ("REN-1", on_render_submitted),
    "render.status": ("REN-6", on_render_status),
    "render.cancel": ("REN-12", on_render_cancelled),
}

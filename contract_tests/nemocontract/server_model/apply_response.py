"""What a success enters into the books, and what is claimed of it: one function an operation."""

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


def on_token_issued(books: ModelState, claim: Checker, told: Exchange, at: Span) -> None:
    """Enter a new guest (AUTH-1)."""
    data = told.data
    value, user_id, credits_ = data.get("token"), data.get("user_id"), data.get("credits")
    shaped = is_prefixed(value, "nmv_usr_") and is_prefixed(user_id, "anon_")
    if not claim("AUTH-1", shaped, "a token nmv_usr_… and a user anon_…", data):
        return
    fresh = value not in books.tokens and user_id not in books.accounts
    claim("AUTH-1", fresh, "a token and a user that nobody had before", data)
    claim("AUTH-1", credits_ == GRANT, f"{GRANT} credits", credits_)
    ends_ms = utc_ms(data.get("expires_at"))
    earliest, latest = at.since_ms + WEEK_MS, at.until_ms + WEEK_MS
    exact = False
    if (
        claim("AUTH-1", ends_ms is not None, "expires_at in UTC", data.get("expires_at"))
        and ends_ms is not None
    ):
        exact = claim(
            "AUTH-5", earliest <= ends_ms <= latest, "an end after seven days", data.get("expires_at")
        )
    granted = int(credits_) if is_whole(credits_) else None
    end = (ends_ms, ends_ms) if exact and ends_ms is not None else (earliest, latest)
    books.admit(Account(str(user_id), granted), str(value), end)
    client = told.headers.get("x-client-id", "").strip()
    books.client_of[str(value)] = client
    books.clients.setdefault(client, []).append(at)
    books.issued.append(at)


def on_session_created(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Enter a session (SES-1)."""
    data, user_id = told.data, token.account.user_id
    session_id, task_id = data.get("session_id"), data.get("task_id")
    shaped = is_digits(session_id, 19) and isinstance(task_id, str) and bool(task_id)
    claim("SES-1", shaped, "a task, and a session of 19 digits", data)
    claim("SES-1", data.get("user_id") == user_id, f"the user {user_id}", data.get("user_id"))
    claim("SES-1", session_id not in books.projects, "a session that nobody had before", session_id)
    if isinstance(session_id, str):
        books.projects[session_id] = SessionModel(session_id, str(task_id), user_id)


def claimed(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Enter a claim token (AUTH-8)."""
    data = told.data
    value = data.get("claim_token")
    claim("AUTH-8", is_prefixed(value, "clm_"), "a claim token clm_…", data)
    books.claims.add(str(value))
    claim("AUTH-8", data.get("expires_in") == _CLAIM_S, f"expires_in {_CLAIM_S} s", data.get("expires_in"))


def on_balance_read(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:  # noqa: ARG001
    """Check a balance (CRE-1)."""
    check_balance(claim, token.account, told.data, at)


def read(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:
    """Check a state (STA-1)."""
    if (project := books.project(session_of(told), token)) is not None:
        check_state(claim, project, told, at)


def added(books: ModelState, claim: Checker, told: Exchange, token: Token, _at: Span) -> None:
    """Enter files (UPL-2, UPL-5)."""
    files = told.data.get("files")
    listed = isinstance(files, list) and all(isinstance(file, Mapping) for file in files)
    if not claim("UPL-2", listed, "a list of files", told.data):
        return
    claim("UPL-2", told.data.get("session_state_applied") is True, "session_state_applied", told.data)
    body = told.body if isinstance(told.body, Mapping) else {}
    if isinstance(urls := body.get("urls"), list):
        names = [str(url).partition("?")[0].rpartition("/")[2] for url in urls]
        found = [file.get("filename") for file in files or ()]
        claim("UPL-5", found == names, f"all of {names}", found)
        kinds = [kind_of(name) for name in names]
        told_kinds = [file.get("file_type") for file in files or ()]
        claim("UPL-2", told_kinds == kinds, f"file_type {kinds}", told_kinds)
    if (project := books.project(session_of(told), token)) is not None:
        project.given([dict(file) for file in files or ()])


def submitted(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:
    """Enter an export (REN-1)."""
    body: Any = told.body
    job = jobs.Job.submitted(str(body["id"]), str(body["sessionId"]), at)
    job.length_ms = drafts.length_ms(body["draft"]) if not list(drafts.faults(body["draft"])) else None
    token.account.exports += 1
    books.jobs[token.value, job.render_id] = job
    jobs.check_view(claim, job, told, books.nested, at)


def on_render_status(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:
    """Check what is told of an export (REN-6, REN-7)."""
    if job := books.jobs.get((token.value, id_in(told.path))):
        jobs.check_view(claim, job, told, books.nested, at)


def cancelled(books: ModelState, claim: Checker, told: Exchange, token: Token, at: Span) -> None:
    """Enter that an export was stopped (REN-12)."""
    if job := books.jobs.get((token.value, id_in(told.path))):
        found = jobs.view(told.answer, books.nested) or {}
        if claim("REN-12", found.get("status") == "cancelled", "status cancelled", dict(found)):
            job.status = "cancelled"
            jobs.check_view(claim, job, told, books.nested, at)


_Enter = Callable[[ModelState, Checker, Exchange, Token, Span], None]
# By operation: the clause that a success is an occasion of, and what is done with it.
ENTER: Final[Mapping[str, tuple[str, _Enter]]] = {
    "session.create": ("SES-1", on_session_created),
    "token.claim": ("AUTH-8", claimed),
    "credits": ("CRE-1", on_balance_read),
    "state": ("STA-1", read),
    "upload": ("UPL-1", added),
    "render.submit": ("REN-1", submitted),
    "render.status": ("REN-6", on_render_status),
    "render.cancel": ("REN-12", cancelled),
}

"""Sessions: what a new one looks like, whom it is shown, and how its user is written (SES-1 to SES-3)."""

from __future__ import annotations

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import CLIP, NEEDS_SESSION, UNKNOWN_SESSION, UNKNOWN_USER
from nemocontract.server_checks.expectations import expect_error, expect_success, is_digits, is_text, seen


def check_new_session(ctx: CaseContext, exchange: Exchange) -> str:
    """Check that an answer is a whole new session (SES-1), and return its id."""
    expect_success(ctx, exchange, "SES-1", "a new session")
    data = exchange.data
    ctx.check("SES-1", is_digits(data.get("session_id"), 19), "session_id: 19 decimal digits", data)
    ctx.check("SES-1", is_text(data.get("task_id")), "task_id: a text", data)
    own = ctx.account.user_id
    ctx.check("SES-1", is_text(data.get("user_id")), "user_id: a text", data)
    if own:
        ctx.check("SES-1", data.get("user_id") == own, "user_id: the token's own", data)
    return str(data.get("session_id", ""))


@case(
    "SES-1", "ENV-1", description="a new session has its ids, in English, in Chinese and without a language"
)
def _new(ctx: CaseContext) -> None:
    known = set()
    for body in (
        {"task_name": "project", "language": "en"},
        {"task_name": "project", "language": "zh"},
        {"task_name": "project"},
        {"task_name": "Другой проект 项目"},
    ):
        known.add(check_new_session(ctx, ctx.account.create_session(body)))
    ctx.check("SES-1", len(known) == 4, "each session an id of its own", sorted(known))


@case("SES-1", description="the state of a new session has the ids of its creation")
def _readable(ctx: CaseContext) -> None:
    exchange = ctx.account.create_session()
    session = check_new_session(ctx, exchange)
    state = expect_success(ctx, ctx.account.state(session), "SES-1", "the state of a new session").data
    for name in ("session_id", "task_id", "user_id"):
        ctx.check("SES-1", state.get(name) == exchange.data.get(name), f"the same {name} as when made", state)


@case("SES-1", description="without a language replies are in English", control=True)
def _default_language(ctx: CaseContext) -> None:
    for body in ({"task_name": "project"}, {"task_name": "project", "language": "en"}):
        session = str(ctx.account.create_session(body).data.get("session_id", ""))
        exchange = ctx.account.chat(session, "hello")
        text = "".join(str(event.data) for event in exchange.events or ())
        ctx.check("SES-1", (bool(text) and text.isascii()) or _latin(text), "a reply in English", text)


def _latin(text: str) -> bool:
    return bool(text) and not any("\u4e00" <= letter <= "\u9fff" for letter in text)


# -- unknown sessions, sessions of other accounts --------------------------------------------------


@case("SES-2", "ENV-2", "ENV-3", description="every endpoint answers 1002 for an unknown session")
def _unknown(ctx: CaseContext) -> None:
    for endpoint in NEEDS_SESSION:
        exchange = endpoint.call(ctx.account, UNKNOWN_SESSION)
        expect_error(ctx, exchange, "SES-2", 1002, f"{endpoint.name} in a session that does not exist")
        ctx.check("SES-2", exchange.events is None, "no stream where there is no session", seen(exchange))


@case("SES-2", description="an invalid session id gets 1002")
def _invalid_id(ctx: CaseContext) -> None:
    for nonsense in ("0", "x", "abc-def", "1" * 18, "9" * 20, "9" * 200, "%E9%A1%B9", "null", "undefined"):
        expect_error(ctx, ctx.account.state(nonsense), "SES-2", 1002, f"the state of {nonsense[:24]!r}")


@case("SES-2", description="another account's session gets the same bytes as an unknown one", tokens=1)
def _session_of_other_account(ctx: CaseContext) -> None:
    other = ctx.another("stranger")
    theirs = other.create_session().data
    session, task = str(theirs.get("session_id", "")), str(theirs.get("task_id", ""))
    for endpoint in NEEDS_SESSION:
        foreign = endpoint.call(ctx.account, session, task=task)
        expect_error(ctx, foreign, "SES-2", 1002, f"{endpoint.name} in another account's session")
        leaked = _bare(ctx, session, task)
        absent = endpoint.call(ctx.account, UNKNOWN_SESSION, task=UNKNOWN_SESSION)
        same = (foreign.status, leaked) == (absent.status, _bare(ctx, UNKNOWN_SESSION, UNKNOWN_SESSION))
        ctx.check("SES-2", same, f"{endpoint.name}: the same answer as for no session", seen(foreign))
        heads = [{*exchange.answer_headers} for exchange in (foreign, absent)]
        ctx.check("SES-2", heads[0] == heads[1], f"{endpoint.name}: the same headers", heads)
    ctx.check("SES-2", other.state(session).succeeded, "its owner still has it", session)


def _bare(ctx: CaseContext, *ids: str) -> bytes:
    """Return the last answer's bytes without the ids that it was asked for."""
    raw = ctx.recorder.raw
    for one in ids:
        raw = raw.replace(one.encode(), b"<id>") if one else raw
    return raw


@case(
    "SES-2",
    "AUTH-5",
    description="a new token's account cannot use the former account's sessions",
    control=True,
)
def _former_account(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    ctx.control("POST", f"tokens/{ctx.account.token}/expire")
    heir = ctx.another("first")
    expect_error(ctx, heir.credits(token=ctx.account.token), "AUTH-5", 1001, "the old token stays expired")
    exchange = heir.state(session)
    fits = exchange.succeeded or exchange.code == 1002  # the documents do not say whose it is now
    ctx.check("SES-2", fits, "the session, or 1002", seen(exchange))


@case("SES-2", description="a rejected request leaves another account's session unchanged", control=True)
def _other_account_changes_nothing(ctx: CaseContext) -> None:
    other, session = ctx.another("stranger"), ctx.account.new_session()
    before = ctx.account.state(session).data
    for endpoint in NEEDS_SESSION:
        expect_error(ctx, endpoint.call(other, session), "SES-2", 1002, f"{endpoint.name}, another account's")
    expect_error(ctx, other.upload(session, ("a.txt", b"text")), "SES-2", 1002, "a file for another account")
    ctx.check("SES-2", ctx.account.state(session).data == before, "the same state as before", before)
    credits_ = other.credits().data
    ctx.check("SES-2", credits_.get("available") == 100, "nothing charged for what was rejected", credits_)


# -- the user --------------------------------------------------------------------------------------


def own_id(ctx: CaseContext) -> str:
    """Return the account's user id, asked for where the target keeps none."""
    return ctx.account.user_id or str(ctx.account.create_session().data.get("user_id", ""))


def _as_user(ctx: CaseContext, user: str, session: str) -> tuple[tuple[str, Exchange], ...]:
    account: ApiAccount = ctx.account
    return (
        ("a new session", account.create_session(user=user)),
        ("a state", account.state(session, user=user)),
    )


@case("SES-3", description="paths accept the token's own user id in place of `me`")
def _own_user_id(ctx: CaseContext) -> None:
    user, session = own_id(ctx), ctx.account.new_session()
    for what, exchange in _as_user(ctx, user, session):
        ctx.check("SES-3", exchange.succeeded, f"{what} under the own user id", seen(exchange))


@case("SES-3", "ENV-2", description="another user id in a path or body gets 1002")
def _other_user_id(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for user in (UNKNOWN_USER, "ME", own_id(ctx)[:-1], own_id(ctx) + "0"):
        expect_error(ctx, ctx.account.create_session(user=user), "SES-3", 1002, f"a session as {user}")
        expect_error(ctx, ctx.account.state(session, user=user), "SES-3", 1002, f"a state as {user}")
        expect_error(
            ctx, ctx.account.upload_urls(session, CLIP, user=user), "SES-3", 1002, f"a file as {user}"
        )
        exchange = ctx.account.chat(session, "hello", user=user)
        expect_error(ctx, exchange, "SES-3", 1002, f"a message as {user}")


@case("SES-3", description="uploads and messages accept the token's own user id", control=True)
def _own_user_id_in_bodies(ctx: CaseContext) -> None:
    user, session = own_id(ctx), ctx.account.new_session()
    for what, exchange in (
        ("an upload", ctx.account.upload_urls(session, CLIP, user=user)),
        ("a message", ctx.account.chat(session, "hello", user=user)),
    ):
        ctx.check("SES-3", exchange.succeeded, f"{what} under the own user id", seen(exchange))


@case("SES-3", "SES-2", description="the id of another existing account gets 1002", tokens=1)
def _existing_other_user_id(ctx: CaseContext) -> None:
    other, session = ctx.another("stranger"), ctx.account.new_session()
    theirs = other.new_session()
    for user, of in ((other.user_id, session), (other.user_id, theirs)):
        expect_error(ctx, ctx.account.state(of, user=user), "SES-3", 1002, "a state as another account")
    expect_error(ctx, ctx.account.state(theirs), "SES-2", 1002, "another account's state as oneself")
    exchange = ctx.account.create_session(user=other.user_id)
    expect_error(ctx, exchange, "SES-3", 1002, "a session for another account")

"""Sessions: what a new one looks like, whom it is shown, and how its user is written (SES-1 to SES-3)."""

from __future__ import annotations

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import CLIP, NOBODY, NOWHERE, OF_SESSIONS
from nemocontract.server_checks.expectations import expect_error, expect_success, is_digits, is_text, seen


def made(ctx: CaseContext, told: Exchange) -> str:
    """Claim that an answer is a whole new session (SES-1), and return its id."""
    expect_success(ctx, told, "SES-1", "a new session")
    data = told.data
    ctx.claim("SES-1", is_digits(data.get("session_id"), 19), "session_id: 19 decimal digits", data)
    ctx.claim("SES-1", is_text(data.get("task_id")), "task_id: a text", data)
    own = ctx.account.user_id
    ctx.claim("SES-1", is_text(data.get("user_id")), "user_id: a text", data)
    if own:
        ctx.claim("SES-1", data.get("user_id") == own, "user_id: the token's own", data)
    return str(data.get("session_id", ""))


@case("SES-1", "ENV-1", looks_for="a new session with its ids, in English, in Chinese, without a language")
def _new_sessions(ctx: CaseContext) -> None:
    known = set()
    for body in (
        {"task_name": "project", "language": "en"},
        {"task_name": "project", "language": "zh"},
        {"task_name": "project"},
        {"task_name": "Другой проект 项目"},
    ):
        known.add(made(ctx, ctx.account.create_session(body)))
    ctx.claim("SES-1", len(known) == 4, "each session an id of its own", sorted(known))


@case("SES-1", looks_for="the new session is there to be read, under the ids it was told with")
def _readable(ctx: CaseContext) -> None:
    told = ctx.account.create_session()
    session = made(ctx, told)
    state = expect_success(ctx, ctx.account.state(session), "SES-1", "the state of a new session").data
    for name in ("session_id", "task_id", "user_id"):
        ctx.claim("SES-1", state.get(name) == told.data.get(name), f"the same {name} as when made", state)


@case("SES-1", looks_for="without a language replies are English, as with `en`", control=True)
def _language_left_out(ctx: CaseContext) -> None:
    for body in ({"task_name": "project"}, {"task_name": "project", "language": "en"}):
        session = str(ctx.account.create_session(body).data.get("session_id", ""))
        told = ctx.account.chat(session, "hello")
        text = "".join(str(event.data) for event in told.events or ())
        ctx.claim("SES-1", (bool(text) and text.isascii()) or _latin(text), "a reply in English", text)


def _latin(text: str) -> bool:
    return bool(text) and not any("\u4e00" <= letter <= "\u9fff" for letter in text)


# -- nobody's and somebody else's ----------------------------------------------------------------


@case("SES-2", "ENV-2", "ENV-3", looks_for="1002 for a session that never was, wherever one is named")
def _unknown(ctx: CaseContext) -> None:
    for endpoint in OF_SESSIONS:
        told = endpoint.call(ctx.account, NOWHERE)
        expect_error(ctx, told, "SES-2", 1002, f"{endpoint.name} in a session that never was")
        ctx.claim("SES-2", told.events is None, "no stream where there is no session", seen(told))


@case("SES-2", looks_for="1002 for what cannot be a session's id at all")
def _no_id(ctx: CaseContext) -> None:
    for nonsense in ("0", "x", "abc-def", "1" * 18, "9" * 20, "9" * 200, "%E9%A1%B9", "null", "undefined"):
        expect_error(ctx, ctx.account.state(nonsense), "SES-2", 1002, f"the state of {nonsense[:24]!r}")


@case("SES-2", looks_for="one answer for somebody else's session and for none, byte for byte", tokens=1)
def _somebody_elses(ctx: CaseContext) -> None:
    other = ctx.another("stranger")
    theirs = other.create_session().data
    session, task = str(theirs.get("session_id", "")), str(theirs.get("task_id", ""))
    for endpoint in OF_SESSIONS:
        foreign = endpoint.call(ctx.account, session, task=task)
        expect_error(ctx, foreign, "SES-2", 1002, f"{endpoint.name} in somebody else's session")
        leaked = _bare(ctx, session, task)
        absent = endpoint.call(ctx.account, NOWHERE, task=NOWHERE)
        same = (foreign.status, leaked) == (absent.status, _bare(ctx, NOWHERE, NOWHERE))
        ctx.claim("SES-2", same, f"{endpoint.name}: the same answer as for no session", seen(foreign))
        heads = [{*told.answer_headers} for told in (foreign, absent)]
        ctx.claim("SES-2", heads[0] == heads[1], f"{endpoint.name}: the same headers", heads)
    ctx.claim("SES-2", other.state(session).succeeded, "its owner still has it", session)


def _bare(ctx: CaseContext, *ids: str) -> bytes:
    """Return the last answer's bytes without the ids that it was asked for."""
    raw = ctx.probe.raw
    for one in ids:
        raw = raw.replace(one.encode(), b"<id>") if one else raw
    return raw


@case(
    "SES-2",
    "AUTH-5",
    looks_for="sessions do not pass on to the account that comes after a token",
    control=True,
)
def _former_account(ctx: CaseContext) -> None:
    session = ctx.account.session()
    ctx.control("POST", f"tokens/{ctx.account.token}/expire")
    heir = ctx.another("first")
    expect_error(ctx, heir.credits(token=ctx.account.token), "AUTH-5", 1001, "the old token stays expired")
    told = heir.state(session)
    fits = told.succeeded or told.code == 1002  # the documents do not say whose it is now
    ctx.claim("SES-2", fits, "the session, or 1002", seen(told))


@case("SES-2", looks_for="what is refused in somebody else's session leaves it as it was", control=True)
def _nothing_done(ctx: CaseContext) -> None:
    other, session = ctx.another("stranger"), ctx.account.session()
    before = ctx.account.state(session).data
    for endpoint in OF_SESSIONS:
        expect_error(ctx, endpoint.call(other, session), "SES-2", 1002, f"{endpoint.name}, somebody else's")
    expect_error(ctx, other.upload(session, ("a.txt", b"text")), "SES-2", 1002, "a file for somebody else")
    ctx.claim("SES-2", ctx.account.state(session).data == before, "the same state as before", before)
    credits_ = other.credits().data
    ctx.claim("SES-2", credits_.get("available") == 100, "nothing charged for what was refused", credits_)


# -- the user ------------------------------------------------------------------------------------


def own_id(ctx: CaseContext) -> str:
    """Return the guest's user id, asked for where the target keeps none."""
    return ctx.account.user_id or str(ctx.account.create_session().data.get("user_id", ""))


def _as_user(ctx: CaseContext, user: str, session: str) -> tuple[tuple[str, Exchange], ...]:
    account: ApiAccount = ctx.account
    return (
        ("a new session", account.create_session(user=user)),
        ("a state", account.state(session, user=user)),
    )


@case("SES-3", looks_for="the token's own id instead of `me`, in paths")
def _own_id(ctx: CaseContext) -> None:
    user, session = own_id(ctx), ctx.account.session()
    for what, told in _as_user(ctx, user, session):
        ctx.claim("SES-3", told.succeeded, f"{what} under one's own user id", seen(told))


@case("SES-3", "ENV-2", looks_for="1002 for a user id that is not the token's own, in paths and bodies")
def _other_id(ctx: CaseContext) -> None:
    session = ctx.account.session()
    for user in (NOBODY, "ME", own_id(ctx)[:-1], own_id(ctx) + "0"):
        expect_error(ctx, ctx.account.create_session(user=user), "SES-3", 1002, f"a session as {user}")
        expect_error(ctx, ctx.account.state(session, user=user), "SES-3", 1002, f"a state as {user}")
        expect_error(
            ctx, ctx.account.upload_urls(session, CLIP, user=user), "SES-3", 1002, f"a file as {user}"
        )
        told = ctx.account.chat(session, "hello", user=user)
        expect_error(ctx, told, "SES-3", 1002, f"a message as {user}")


@case("SES-3", looks_for="one's own id in uploads and messages", control=True)
def _own_id_in_bodies(ctx: CaseContext) -> None:
    user, session = own_id(ctx), ctx.account.session()
    for what, told in (
        ("an upload", ctx.account.upload_urls(session, CLIP, user=user)),
        ("a message", ctx.account.chat(session, "hello", user=user)),
    ):
        ctx.claim("SES-3", told.succeeded, f"{what} under one's own user id", seen(told))


@case("SES-3", "SES-2", looks_for="1002 for the id of another account that is there", tokens=1)
def _anothers_id(ctx: CaseContext) -> None:
    other, session = ctx.another("stranger"), ctx.account.session()
    theirs = other.session()
    for user, of in ((other.user_id, session), (other.user_id, theirs)):
        expect_error(ctx, ctx.account.state(of, user=user), "SES-3", 1002, "a state as somebody else")
    expect_error(ctx, ctx.account.state(theirs), "SES-2", 1002, "somebody else's state as oneself")
    told = ctx.account.create_session(user=other.user_id)
    expect_error(ctx, told, "SES-3", 1002, "a session for somebody else")

"""Cases of who may export what: fields, credits, plans, ids, owners (REN-1 to REN-5, REN-10, REN-11)."""

from __future__ import annotations

from typing import Any, Final

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.http.recorder import ATTRIBUTION
from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import expect_error, seen
from nemocontract.server_checks.jobs import job_in
from nemocontract.server_checks.session_fixture import SessionFixture, new_session

DRAFT: Final[dict[str, Any]] = {
    "d": 1_000,
    "t": [{"tt": 0, "d": 1_000, "m": {"name": "Video"}, "sg": [{"s": 0, "d": 1_000, "m": {"name": "clip"}}]}],
}
# REN-1: what a submission may not lack, as changes to a good one; None takes a field out.
_LACKING: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("no id", {"id": None}),
    ("an id that is no text", {"id": 17}),
    ("no sessionId", {"sessionId": None}),
    ("a sessionId that is no text", {"sessionId": 17}),
    ("no draft", {"draft": None}),
    ("a draft that is no object", {"draft": "video"}),
)
_MORE: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"output": {"format": "mp4", "quality": "high"}},
    {"output": {}},
    {"colour": "blue", "depth": {"of": [3, None]}},
)
# REN-5, STA-3
_NOT_READY: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"t": []},
    {"t": [{"tt": 0, "sg": []}]},
    {"d": 5_000, "t": [{"tt": 0, "sg": []}, {"tt": 1, "sg": []}, {"tt": 7, "sg": []}]},
)


def _sent(session: SessionFixture, render_id: str, changes: dict[str, Any]) -> Exchange:
    body = {"id": render_id, "sessionId": session.session_id, "draft": DRAFT, **changes}
    fields = {name: value for name, value in body.items() if value is not None}
    return session.account.submit(render_id, session.session_id, DRAFT, json=fields)


def _taken(ctx: CaseContext, exchange: Exchange, clause: str, expected: str) -> bool:
    job = job_in(exchange)
    holds = exchange.succeeded and job.status in ("pending", "processing")
    return ctx.check(clause, holds, f"a job that waits or works: {expected}", seen(exchange))


@case("REN-1", description="an export without id, sessionId or draft gets 400")
def _missing_fields(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for what, changes in _LACKING:
        expect_error(ctx, _sent(session, "lacking", changes), "REN-1", 400, f"for {what}")


@case("REN-1", description="the session field is sessionId; session_id alone gets 400")
def _camel_case(ctx: CaseContext) -> None:
    session = new_session(ctx)
    exchange = _sent(session, "snake", {"sessionId": None, "session_id": session.session_id})
    expect_error(ctx, exchange, "REN-1", 400, "for session_id in place of sessionId")


@case("REN-1", control=True, description="output is optional, and unknown fields are accepted")
def _optional_fields(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for nth, changes in enumerate(_MORE):
        _taken(ctx, _sent(session, f"output-{nth}", changes), "REN-1", f"with {changes or 'no output'}")


@case("REN-1", description="an export into an unknown session gets 1002")
def _unknown_session(ctx: CaseContext) -> None:
    exchange = ctx.account.submit("nowhere", "1" * 19, DRAFT)
    expect_error(ctx, exchange, "REN-1", 1002, "for a session that does not exist")


@case(
    "REN-2",
    control=True,
    description="an export costs nothing: at submission, while it runs, when it completes",
)
def _free(ctx: CaseContext) -> None:
    for account in (ctx.account, ctx.registered(credits=0)):
        session = new_session(ctx, account=account)
        before = session.balance()
        _taken(
            ctx, session.account.submit("free", session.session_id, DRAFT), "REN-2", f"with {before} credits"
        )
        for when in ("submission", "30 s", "60 s", "90 s", "its end"):
            ctx.check("REN-2", session.balance() == before, f"{before} after {when}", session.balance())
            session.account.job("free")  # under `auto` a poll counts as 30 s


@case("REN-3", description="the free plan needs each of the three attribution headers")
def _attribution(ctx: CaseContext) -> None:
    session = new_session(ctx)
    if not str(session.state().get("user_id", "")).startswith("anon_"):
        return  # a paid plan passes, and a server tells no one's plan
    for name in ATTRIBUTION:
        exchange = session.account.submit("unnamed", session.session_id, DRAFT, headers={name: None})
        expect_error(ctx, exchange, "REN-3", 402, f"without {name}")
    exchange = session.account.submit("unnamed", session.session_id, DRAFT, attributed=False)
    expect_error(ctx, exchange, "REN-3", 402, "without any of them")


@case(
    "REN-3",
    control=True,
    description="free plans pass with all headers, paid plans without them, blocked accounts never",
)
def _plans(ctx: CaseContext) -> None:
    free, paid = ctx.registered(credits=0, plan="free"), ctx.registered(credits=0, plan="paid")
    for account, attributed, passes in ((free, True, True), (free, False, False), (paid, False, True)):
        _may_export(ctx, account, f"plan-{attributed}-{passes}", attributed, passes)
    for account in (ctx.account, free):
        _may_export(ctx, account, "before", True, True)
        _change(ctx, account, export_blocked=True)
        _may_export(ctx, account, "blocked", True, False)
        _may_export(ctx, account, "blocked-bare", False, False)
        _change(ctx, account, export_blocked=False)
        _may_export(ctx, account, "freed", True, True)


@case(
    "REN-3", control=True, description="an upgraded account passes without headers; a downgraded one does not"
)
def _plan_change(ctx: CaseContext) -> None:
    for plan, passes in (("free", False), ("paid", True), ("free", False)):
        _change(ctx, ctx.account, plan=plan)
        _may_export(ctx, ctx.account, "upgraded", False, passes)


@case("REN-4", control=True, description="a token can use an export id once, whatever became of its job")
def _used_id(ctx: CaseContext) -> None:
    session = new_session(ctx)
    _taken(ctx, session.account.submit("once", session.session_id, DRAFT), "REN-4", "a new id")
    expect_error(
        ctx, session.account.submit("once", session.session_id, DRAFT), "REN-4", 409, "for an id at work"
    )
    for _ in range(4):
        session.account.job("once")
    expect_error(
        ctx, session.account.submit("once", session.session_id, DRAFT), "REN-4", 409, "for an id that is done"
    )
    elsewhere = new_session(ctx)
    exchange = elsewhere.account.submit("once", elsewhere.session_id, DRAFT)
    expect_error(ctx, exchange, "REN-4", 409, "for an id used in another session")
    _taken(ctx, session.account.submit("twice", session.session_id, DRAFT), "REN-4", "another id")
    other = new_session(ctx, account=ctx.another("second"))
    _taken(ctx, other.account.submit("once", other.session_id, DRAFT), "REN-4", "the id, for another token")


@case("REN-4", control=True, description="the id of a cancelled job stays used")
def _id_of_cancelled_job(ctx: CaseContext) -> None:
    session = new_session(ctx)
    _taken(ctx, session.account.submit("stopped", session.session_id, DRAFT), "REN-4", "a new id")
    session.account.cancel("stopped")
    exchange = session.account.submit("stopped", session.session_id, DRAFT)
    expect_error(ctx, exchange, "REN-4", 409, "for the id of a cancelled job")


@case("REN-5", description="a draft without a segment gets 400")
def _draft_not_ready(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for draft in _NOT_READY:
        exchange = session.account.submit("empty", session.session_id, draft)
        expect_error(ctx, exchange, "REN-5", 400, f"for the draft {draft}")


@case(
    "REN-10", control=True, description="another token gets the same answer for a job as for an unknown one"
)
def _job_of_other_token(ctx: CaseContext) -> None:
    session, other = new_session(ctx), ctx.another("second")
    _taken(ctx, session.account.submit("mine-00001", session.session_id, DRAFT), "REN-10", "an own job")
    _unknown_to(ctx, other, "while it works")
    for _ in range(4):
        session.account.job("mine-00001")
    _unknown_to(ctx, other, "when it is done")
    done = job_in(session.account.job("mine-00001"))
    ctx.check("REN-10", done.status == "completed", "the owner's job goes on regardless", done.fields)
    theirs = new_session(ctx, account=other)
    exchange = other.submit("mine-00001", theirs.session_id, DRAFT)
    _taken(ctx, exchange, "REN-10", "an id of which this token cannot know")


@case("REN-10", control=True, description="after re-authentication the old token's job is orphaned")
def _orphaned_job(ctx: CaseContext) -> None:
    session = new_session(ctx)
    _taken(ctx, session.account.submit("mine-00001", session.session_id, DRAFT), "REN-10", "an own job")
    ctx.control("POST", f"tokens/{session.account.token}/expire")
    expect_error(ctx, session.account.job("mine-00001"), "REN-10", 1001, "for the expired token")
    _unknown_to(ctx, ctx.another("first"), "after re-authentication")  # the same client id


@case("REN-11", description="every request for an unknown job gets 404")
def _unknown_job(ctx: CaseContext) -> None:
    account = ctx.account
    for what, exchange in (
        ("its status", account.job("never-was")),
        ("cancelling it", account.cancel("never-was")),
        ("its video", account.download("never-was")),
    ):
        expect_error(ctx, exchange, "REN-11", 404, f"for {what}")
        ctx.check("REN-11", exchange.status == 404, f"HTTP 404 for {what}", exchange.status)


@case(
    "REN-1",
    "REN-2",
    "REN-4",
    "REN-12",
    cost=50,
    description="an edited draft can be exported once per id, and cancelled",
)
def _edited_draft(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    session.say("trim the first 2 seconds")
    draft, before = session.draft(), session.balance()
    render_id = f"render_{session.session_id}"
    _taken(
        ctx, session.account.submit(render_id, session.session_id, draft), "REN-1", "the session's own draft"
    )
    ctx.check("REN-2", session.balance() == before, f"{before} credits as before", session.balance())
    expect_error(
        ctx,
        session.account.submit(render_id, session.session_id, draft),
        "REN-4",
        409,
        "for an id used before",
    )
    exchange = session.account.cancel(render_id)
    ctx.check("REN-12", exchange.succeeded, "a job that is stopped", seen(exchange))


def _may_export(ctx: CaseContext, account: ApiAccount, name: str, attributed: bool, passes: bool) -> None:
    session = new_session(ctx, account=account)
    exchange = account.submit(
        f"{name}-{session.session_id}", session.session_id, DRAFT, attributed=attributed
    )
    headers = "with all headers" if attributed else "without the headers"
    if passes:
        _taken(ctx, exchange, "REN-3", f"{name}, {headers}")
    else:
        expect_error(ctx, exchange, "REN-3", 402, f"{name}, {headers}")


def _change(ctx: CaseContext, account: ApiAccount, **options: Any) -> None:
    ctx.control("POST", f"accounts/{account.user_id}", options)


def _unknown_to(ctx: CaseContext, other: ApiAccount, when: str) -> None:
    """Check that another account gets the same answer for this job as for an unknown one (REN-10)."""
    for call in (other.job, other.cancel, other.download):
        exchange, never = call("mine-00001"), call("none-00002")
        expect_error(ctx, exchange, "REN-10", 404, f"for another account's job, {when}")
        answers = [
            str(one.answer).replace(name, "")
            for one, name in ((exchange, "mine-00001"), (never, "none-00002"))
        ]
        same = answers[0] == answers[1] and exchange.status == never.status
        ctx.check("REN-10", same, f"the answer for a job that does not exist, {when}", answers)

"""Cases of who may export what: fields, credits, plans, ids, owners (REN-1 to REN-5, REN-10, REN-11)."""

from __future__ import annotations

from typing import Any, Final

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.http.recorder import ATTRIBUTION
from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import expect_error, seen
from nemocontract.server_checks.jobs import job_in
from nemocontract.server_checks.session_fixture import SessionFixture, scene

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
    ("a draft that is no object", {"draft": "film"}),
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


def _sent(at: SessionFixture, render_id: str, changes: dict[str, Any]) -> Exchange:
    body = {"id": render_id, "sessionId": at.session_id, "draft": DRAFT, **changes}
    kept = {name: value for name, value in body.items() if value is not None}
    return at.account.submit(render_id, at.session_id, DRAFT, json=kept)


def _taken(ctx: CaseContext, told: Exchange, clause: str, expected: str) -> bool:
    job = job_in(told)
    holds = told.succeeded and job.status in ("pending", "processing")
    return ctx.claim(clause, holds, f"a job that waits or works: {expected}", seen(told))


@case("REN-1", looks_for="an export without id, sessionId or draft is a 400")
def _lacking_fields(ctx: CaseContext) -> None:
    at = scene(ctx)
    for what, changes in _LACKING:
        expect_error(ctx, _sent(at, "lacking", changes), "REN-1", 400, f"for {what}")


@case("REN-1", looks_for="the session is named sessionId here, and session_id is not enough")
def _camel_case(ctx: CaseContext) -> None:
    at = scene(ctx)
    told = _sent(at, "snake", {"sessionId": None, "session_id": at.session_id})
    expect_error(ctx, told, "REN-1", 400, "for session_id in place of sessionId")


@case("REN-1", control=True, looks_for="output may be there or not, and so may fields that nobody knows")
def _output(ctx: CaseContext) -> None:
    at = scene(ctx)
    for nth, changes in enumerate(_MORE):
        _taken(ctx, _sent(at, f"output-{nth}", changes), "REN-1", f"with {changes or 'no output'}")


@case("REN-1", looks_for="an export into a session that never was is a 1002")
def _unknown_session(ctx: CaseContext) -> None:
    told = ctx.account.submit("nowhere", "1" * 19, DRAFT)
    expect_error(ctx, told, "REN-1", 1002, "for a session that never was")


@case("REN-2", control=True, looks_for="an export costs nothing: not when taken, not at work, not when done")
def _free_of_charge(ctx: CaseContext) -> None:
    for account in (ctx.account, ctx.registered(credits=0)):
        at = scene(ctx, account=account)
        before = at.balance()
        _taken(ctx, at.account.submit("free", at.session_id, DRAFT), "REN-2", f"with {before} credits")
        for when in ("submission", "30 s", "60 s", "90 s", "its end"):
            ctx.claim("REN-2", at.balance() == before, f"{before} after {when}", at.balance())
            at.account.job("free")  # under `auto` a poll counts as 30 s


@case("REN-3", looks_for="a free plan needs each of the three attribution headers")
def _attribution(ctx: CaseContext) -> None:
    at = scene(ctx)
    if not str(at.state().get("user_id", "")).startswith("anon_"):
        return  # a paid plan passes, and a server tells nobody's plan
    for name in ATTRIBUTION:
        told = at.account.submit("unnamed", at.session_id, DRAFT, headers={name: None})
        expect_error(ctx, told, "REN-3", 402, f"without {name}")
    told = at.account.submit("unnamed", at.session_id, DRAFT, attributed=False)
    expect_error(ctx, told, "REN-3", 402, "without any of them")


@case(
    "REN-3",
    control=True,
    looks_for="free plans pass with all headers, paid plans without them, blocked accounts never",
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


@case("REN-3", control=True, looks_for="who upgrades passes without headers, who goes back does not")
def _upgrade(ctx: CaseContext) -> None:
    for plan, passes in (("free", False), ("paid", True), ("free", False)):
        _change(ctx, ctx.account, plan=plan)
        _may_export(ctx, ctx.account, "upgraded", False, passes)


@case("REN-4", control=True, looks_for="an id is good once for each token, whatever became of its job")
def _used_id(ctx: CaseContext) -> None:
    at = scene(ctx)
    _taken(ctx, at.account.submit("once", at.session_id, DRAFT), "REN-4", "a new id")
    expect_error(ctx, at.account.submit("once", at.session_id, DRAFT), "REN-4", 409, "for an id at work")
    for _ in range(4):
        at.account.job("once")
    expect_error(ctx, at.account.submit("once", at.session_id, DRAFT), "REN-4", 409, "for an id that is done")
    elsewhere = scene(ctx)
    told = elsewhere.account.submit("once", elsewhere.session_id, DRAFT)
    expect_error(ctx, told, "REN-4", 409, "for an id used in another session")
    _taken(ctx, at.account.submit("twice", at.session_id, DRAFT), "REN-4", "another id")
    other = scene(ctx, account=ctx.another("second"))
    _taken(ctx, other.account.submit("once", other.session_id, DRAFT), "REN-4", "the id, for another token")


@case("REN-4", control=True, looks_for="the id of a cancelled job was used")
def _id_of_a_cancelled_job(ctx: CaseContext) -> None:
    at = scene(ctx)
    _taken(ctx, at.account.submit("stopped", at.session_id, DRAFT), "REN-4", "a new id")
    at.account.cancel("stopped")
    told = at.account.submit("stopped", at.session_id, DRAFT)
    expect_error(ctx, told, "REN-4", 409, "for the id of a cancelled job")


@case("REN-5", looks_for="a draft without a segment is a 400")
def _not_ready(ctx: CaseContext) -> None:
    at = scene(ctx)
    for draft in _NOT_READY:
        told = at.account.submit("empty", at.session_id, draft)
        expect_error(ctx, told, "REN-5", 400, f"for the draft {draft}")


@case(
    "REN-10", control=True, looks_for="another token's answer about a job is that about a job that never was"
)
def _of_another(ctx: CaseContext) -> None:
    at, other = scene(ctx), ctx.another("second")
    _taken(ctx, at.account.submit("mine-00001", at.session_id, DRAFT), "REN-10", "a job of one's own")
    _unknown_to(ctx, other, "while it works")
    for _ in range(4):
        at.account.job("mine-00001")
    _unknown_to(ctx, other, "when it is done")
    done = job_in(at.account.job("mine-00001"))
    ctx.claim("REN-10", done.status == "completed", "the owner's job goes on regardless", done.fields)
    theirs = scene(ctx, account=other)
    told = other.submit("mine-00001", theirs.session_id, DRAFT)
    _taken(ctx, told, "REN-10", "an id of which this token cannot know")


@case("REN-10", control=True, looks_for="after re-authentication the old token's job is orphaned")
def _orphaned(ctx: CaseContext) -> None:
    at = scene(ctx)
    _taken(ctx, at.account.submit("mine-00001", at.session_id, DRAFT), "REN-10", "a job of one's own")
    ctx.control("POST", f"tokens/{at.account.token}/expire")
    expect_error(ctx, at.account.job("mine-00001"), "REN-10", 1001, "for the expired token")
    _unknown_to(ctx, ctx.another("first"), "after re-authentication")  # the same client id


@case("REN-11", looks_for="a job that never was is a 404, in every way to ask for it")
def _unknown_job(ctx: CaseContext) -> None:
    account = ctx.account
    for what, told in (
        ("its status", account.job("never-was")),
        ("cancelling it", account.cancel("never-was")),
        ("its film", account.download("never-was")),
    ):
        expect_error(ctx, told, "REN-11", 404, f"for {what}")
        ctx.claim("REN-11", told.status == 404, f"HTTP 404 for {what}", told.status)


@case(
    "REN-1",
    "REN-2",
    "REN-4",
    "REN-12",
    cost=50,
    looks_for="an edited film can be exported, once an id, and be stopped",
)
def _edited_film(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    at.say("trim the first 2 seconds")
    draft, before = at.draft(), at.balance()
    render_id = f"render_{at.session_id}"
    _taken(ctx, at.account.submit(render_id, at.session_id, draft), "REN-1", "the session's own draft")
    ctx.claim("REN-2", at.balance() == before, f"{before} credits as before", at.balance())
    expect_error(
        ctx, at.account.submit(render_id, at.session_id, draft), "REN-4", 409, "for an id used before"
    )
    told = at.account.cancel(render_id)
    ctx.claim("REN-12", told.succeeded, "a job that is stopped", seen(told))


def _may_export(ctx: CaseContext, account: ApiAccount, name: str, attributed: bool, passes: bool) -> None:
    at = scene(ctx, account=account)
    told = account.submit(f"{name}-{at.session_id}", at.session_id, DRAFT, attributed=attributed)
    headers = "with all headers" if attributed else "without the headers"
    if passes:
        _taken(ctx, told, "REN-3", f"{name}, {headers}")
    else:
        expect_error(ctx, told, "REN-3", 402, f"{name}, {headers}")


def _change(ctx: CaseContext, account: ApiAccount, **told: Any) -> None:
    ctx.control("POST", f"accounts/{account.user_id}", told)


def _unknown_to(ctx: CaseContext, other: ApiAccount, when: str) -> None:
    """Claim that a guest is told of the job ``mine-00001`` what it is told of one that never was (REN-10)."""
    for call in (other.job, other.cancel, other.download):
        told, never = call("mine-00001"), call("none-00002")
        expect_error(ctx, told, "REN-10", 404, f"for somebody else's job, {when}")
        answers = [
            str(one.answer).replace(name, "") for one, name in ((told, "mine-00001"), (never, "none-00002"))
        ]
        same = answers[0] == answers[1] and told.status == never.status
        ctx.claim("REN-10", same, f"the answer for a job that never was, {when}", answers)

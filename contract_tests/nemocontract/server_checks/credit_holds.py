"""What is frozen while work goes on, and what becomes of it (CRE-3)."""

from __future__ import annotations

from contextlib import ExitStack

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks.credits import (
    EDIT,
    EDITING,
    EDITS,
    GENERATE,
    GENERATION,
    LONGER_S,
    TALK,
    balance,
    expect_charge,
    ledger,
    open_turn,
    session_with_clip,
)


@case(
    "CRE-3",
    "CRE-1",
    looks_for="a price that is frozen while work goes on, and spent after",
    control=True,
    clock="manual",
)
def _frozen(ctx: CaseContext) -> None:
    for text, price in ((GENERATE, GENERATION), (EDIT, EDITING)):
        account = ctx.registered(credits=100)
        session = session_with_clip(ctx, account)
        with open_turn(ctx, account, session, text):
            now = balance(ctx, account)
            ctx.claim("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
            ctx.advance(5)
            now = balance(ctx, account)
            ctx.claim("CRE-3", now == (100 - price, price), f"{price} frozen while it goes on", now)
        now = balance(ctx, account)
        ctx.claim("CRE-3", now == (100 - price, 0), f"{price} spent when it is done", now)


@case(
    "CRE-1",
    "CRE-3",
    looks_for="a balance that adds up at every second of a turn",
    control=True,
    clock="manual",
)
def _every_second(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=150)
    session = session_with_clip(ctx, rich)
    with open_turn(ctx, rich, session, EDIT):
        for _ in range(35):
            ctx.advance(1)
            now = balance(ctx, rich)
            fits = now in ((100, 50), (100, 0))
            ctx.claim("CRE-3", fits, "50 frozen, then spent, and nothing between", now)


@case("CRE-2", "CRE-3", looks_for="talk that freezes nothing", control=True, clock="manual")
def _talk_freezes_nothing(ctx: CaseContext) -> None:
    session = ctx.account.session()
    with open_turn(ctx, ctx.account, session, TALK[0]):
        now = balance(ctx)
        ctx.claim("CRE-3", now == (100, 0), "nothing frozen for talk", now)
    now = balance(ctx)
    ctx.claim("CRE-2", now == (100, 0), "nothing spent on talk", now)


@case(
    "CRE-3",
    "CRE-5",
    looks_for="credits that come back when work fails",
    control=True,
    clock="manual",
    scenario="chat-edit-fails",
)
def _given_back(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    for text, price in ((EDIT, EDITING), (GENERATE, GENERATION), (EDIT, EDITING)):
        with open_turn(ctx, ctx.account, session, text):
            now = balance(ctx)
            ctx.claim("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
        now = balance(ctx)
        ctx.claim("CRE-3", now == (100, 0), f"{price} given back after a failure", now)


@case(
    "CRE-3",
    "CRE-2",
    looks_for="a fee that fails is due with the next edit",
    control=True,
    scenario="chat-generation-fails-once",
)
def _due_again(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    expect_charge(ctx, ctx.account, session, EDIT, 0, "an edit that fails")
    expect_charge(ctx, ctx.account, session, EDIT, EDITING, "the first edit that succeeds")
    expect_charge(ctx, ctx.account, session, EDITS[1], 0, "a further edit")


@case(
    "CRE-3",
    "CRE-5",
    looks_for="a turn that nobody follows is paid for, and once",
    control=True,
    clock="manual",
)
def _left_alone(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    with ctx.account.chatting(session, EDIT):
        pass
    now = balance(ctx)
    ctx.claim("CRE-3", now == (50, 50), "still frozen after its client went away", now)
    ctx.advance(LONGER_S)
    now = balance(ctx)
    ctx.claim("CRE-3", now == (50, 0), "spent once when it is done", now)


@case(
    "CRE-5", "CRE-3", looks_for="books that balance at every step of work that goes on side by side",
    control=True, clock="manual",
)  # fmt: skip
def _side_by_side(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=500)
    one, two = session_with_clip(ctx, rich), session_with_clip(ctx, rich)
    with ExitStack() as open_streams:
        for session, text in ((one, GENERATE), (two, EDIT), (two, EDITS[1]), (one, TALK[0])):
            open_streams.enter_context(open_turn(ctx, rich, session, text))
            ledger(ctx, rich)
        with rich.chatting(two, GENERATE):  # and this client goes away
            ledger(ctx, rich)
        frozen = balance(ctx, rich).frozen
        due = 2 * GENERATION + EDITING
        ctx.claim("CRE-3", frozen == due, f"{due} frozen: two clips, and one session's fee", frozen)
        for _ in range(50):
            ctx.advance(7)
            ledger(ctx, rich)
    books = ledger(ctx, rich)
    ctx.claim("CRE-3", books["frozen"] == 0, "nothing frozen in the end", books)
    ctx.claim("CRE-5", books["consumed"] == due, f"{due} spent in the end", books)

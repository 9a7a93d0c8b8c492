"""Checks of frozen credits: during work, after success, after failure (CRE-3)."""

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
    description="the price is frozen while work runs, and spent when it completes",
    control=True,
    clock="manual",
)
def _held_while_running(ctx: CaseContext) -> None:
    for text, price in ((GENERATE, GENERATION), (EDIT, EDITING)):
        account = ctx.registered(credits=100)
        session = session_with_clip(ctx, account)
        with open_turn(ctx, account, session, text):
            now = balance(ctx, account)
            ctx.check("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
            ctx.advance(5)
            now = balance(ctx, account)
            ctx.check("CRE-3", now == (100 - price, price), f"{price} frozen while it runs", now)
        now = balance(ctx, account)
        ctx.check("CRE-3", now == (100 - price, 0), f"{price} spent when it is done", now)


@case(
    "CRE-1",
    "CRE-3",
    description="the balance adds up at every second of a turn",
    control=True,
    clock="manual",
)
def _balance_every_second(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=150)
    session = session_with_clip(ctx, rich)
    with open_turn(ctx, rich, session, EDIT):
        for _ in range(35):
            ctx.advance(1)
            now = balance(ctx, rich)
            fits = now in ((100, 50), (100, 0))
            ctx.check("CRE-3", fits, "50 frozen, then spent, and nothing between", now)


@case("CRE-2", "CRE-3", description="a text reply freezes no credits", control=True, clock="manual")
def _text_reply_freezes_nothing(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    with open_turn(ctx, ctx.account, session, TALK[0]):
        now = balance(ctx)
        ctx.check("CRE-3", now == (100, 0), "nothing frozen for talk", now)
    now = balance(ctx)
    ctx.check("CRE-2", now == (100, 0), "nothing spent on talk", now)


@case(
    "CRE-3",
    "CRE-5",
    description="credits return when work fails",
    control=True,
    clock="manual",
    scenario="chat-edit-fails",
)
def _returned_on_failure(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    for text, price in ((EDIT, EDITING), (GENERATE, GENERATION), (EDIT, EDITING)):
        with open_turn(ctx, ctx.account, session, text):
            now = balance(ctx)
            ctx.check("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
        now = balance(ctx)
        ctx.check("CRE-3", now == (100, 0), f"{price} given back after a failure", now)


@case(
    "CRE-3",
    "CRE-2",
    description="after a failed edit the next edit pays the session fee",
    control=True,
    scenario="chat-generation-fails-once",
)
def _fee_due_after_failure(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    expect_charge(ctx, ctx.account, session, EDIT, 0, "an edit that fails")
    expect_charge(ctx, ctx.account, session, EDIT, EDITING, "the first edit that succeeds")
    expect_charge(ctx, ctx.account, session, EDITS[1], 0, "a further edit")


@case(
    "CRE-3",
    "CRE-5",
    description="a turn whose stream no one reads is charged once",
    control=True,
    clock="manual",
)
def _charged_without_reader(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    with ctx.account.open_chat(session, EDIT):
        pass
    now = balance(ctx)
    ctx.check("CRE-3", now == (50, 50), "still frozen after its client went away", now)
    ctx.advance(LONGER_S)
    now = balance(ctx)
    ctx.check("CRE-3", now == (50, 0), "spent once when it is done", now)


@case(
    "CRE-5", "CRE-3", description="the balance adds up at every step while several turns run",
    control=True, clock="manual",
)  # fmt: skip
def _parallel_turns(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=500)
    one, two = session_with_clip(ctx, rich), session_with_clip(ctx, rich)
    with ExitStack() as open_streams:
        for session, text in ((one, GENERATE), (two, EDIT), (two, EDITS[1]), (one, TALK[0])):
            open_streams.enter_context(open_turn(ctx, rich, session, text))
            ledger(ctx, rich)
        with rich.open_chat(two, GENERATE):  # and this client goes away
            ledger(ctx, rich)
        frozen = balance(ctx, rich).frozen
        due = 2 * GENERATION + EDITING
        ctx.check("CRE-3", frozen == due, f"{due} frozen: two clips, and one session's fee", frozen)
        for _ in range(50):
            ctx.advance(7)
            ledger(ctx, rich)
    entries = ledger(ctx, rich)
    ctx.check("CRE-3", entries["frozen"] == 0, "nothing frozen in the end", entries)
    ctx.check("CRE-5", entries["consumed"] == due, f"{due} spent in the end", entries)

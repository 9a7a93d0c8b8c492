"""Credit checks: prices, balances, the ledger (CRE-1 to CRE-5)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.http.recorder import Stream
from nemocontract.server_checks.access import CLIP, DRAFT, UNKNOWN_SESSION, UPLOAD
from nemocontract.server_checks.expectations import expect_error, expect_success, is_whole, seen

# CRE-2, and messages of each price as the protocol describes what the agent understands.
GENERATION: Final = 100
EDITING: Final = 50
GENERATE: Final = "generate a 5 second clip of a quiet lake"
EDIT: Final = 'add the title "Hello"'
EDITS: Final = (EDIT, "trim the video to 5 seconds", "cut silences, color grade the footage")
TALK: Final = ("hello", "what can you do?", "flumph the wibble", "export", "你好", "how much is this?")
LONGER_S: Final = 1000  # than any stream (SSE-7)


class Balance(NamedTuple):
    """What an account has at an instant."""

    available: int
    frozen: int


def balance(ctx: CaseContext, account: ApiAccount | None = None) -> Balance:
    """Read a balance and check that it adds up (CRE-1); raise CaseAbortedError if it is not one."""
    exchange = expect_success(ctx, (account or ctx.account).credits(), "CRE-1", "a balance")
    data = exchange.data
    fields = [data.get(name) for name in ("available", "frozen", "total")]
    ctx.require("CRE-1", all(is_whole(one) for one in fields), "available, frozen and total, whole", data)
    available, frozen, total = (int(one) for one in fields if one is not None)
    ctx.check("CRE-1", available + frozen == total, "total = available + frozen", data)
    ctx.check("CRE-5", available >= 0 and frozen >= 0, "no debts", data)
    return Balance(available, frozen)


def session_with_clip(ctx: CaseContext, account: ApiAccount | None = None) -> str:
    """Return a new session with a clip in it to be edited."""
    account = account or ctx.account
    session = account.new_session()
    exchange = UPLOAD.call(account, session)
    ctx.require("UPL-1", exchange.succeeded, "a clip by its address", seen(exchange))
    return session


def expect_charge(
    ctx: CaseContext, account: ApiAccount, session: str, text: str, price: int, why: str
) -> None:
    """Send a message to its end and check that so much was spent, and nothing is frozen (CRE-2, CRE-3)."""
    before = balance(ctx, account)
    exchange = account.chat(session, text)
    clause = "CRE-4" if exchange.code == 2001 and before.available >= price else "CRE-2"
    ctx.require(
        clause,
        exchange.events is not None,
        f"a stream for {text!r}: {price} are due",
        (before, seen(exchange)),
    )
    after = balance(ctx, account)
    holds = before.available - after.available == price
    ctx.check("CRE-2", holds, f"{why} costs {price}: {text!r}", (before, after))
    ctx.check("CRE-3", after.frozen == 0, "nothing frozen once the stream has ended", after)


def expect_too_few_credits(ctx: CaseContext, account: ApiAccount, session: str, text: str) -> None:
    """Send a message that there are too few credits for, and check that nothing came of it (CRE-4)."""
    before, state = balance(ctx, account), account.state(session).data
    with account.open_chat(session, text):  # not read: where there is a stream it may never end
        pass
    exchange = ctx.recorder.exchanges[-1]
    expect_error(ctx, exchange, "CRE-4", 2001, f"{before.available} are too few for {text!r}")
    ctx.check("CRE-4", exchange.events is None, "no stream", seen(exchange))
    ctx.check("CRE-4", balance(ctx, account) == before, "nothing frozen and nothing spent", before)
    ctx.check("CRE-4", account.state(session).data == state, "nothing done", state)


@contextmanager
def open_turn(ctx: CaseContext, account: ApiAccount, session: str, text: str) -> Iterator[Stream]:
    """Give a stream that has not ended, under a clock that stands; at the end it is read to its close."""
    with account.open_chat(session, text) as stream:
        yield stream
        ctx.advance(LONGER_S)
        for _ in stream:
            pass


def ledger(ctx: CaseContext, account: ApiAccount) -> dict[str, int]:
    """Return an account's ledger from the control API, checked to balance (CRE-5)."""
    record = next(one for one in ctx.control("GET", "accounts") if one["user_id"] == account.user_id)
    entries: dict[str, int] = record["credits"]
    sum_of_entries = entries["available"] + entries["frozen"] + entries["consumed"]
    ctx.check(
        "CRE-5", sum_of_entries == entries["granted"], "granted = available + frozen + consumed", entries
    )
    now = balance(ctx, account)
    fits = now == (entries["available"], entries["frozen"])
    ctx.check("CRE-5", fits, "a ledger equal to the balance", (entries, now))
    return entries


# -- the balance, and what is free: any server -----------------------------------------------------


@case(
    "CRE-1",
    "ENV-1",
    description="available and frozen add up to total, and stay the same while nothing happens",
)
def _balance(ctx: CaseContext) -> None:
    first = balance(ctx)
    ctx.check("CRE-5", balance(ctx) == first, "the same balance when read again", first)


@case("CRE-5", description="sessions, states, uploads and errors do not change the balance")
def _free_operations(ctx: CaseContext) -> None:
    before = balance(ctx)
    session = ctx.account.new_session()
    for _ in (
        ctx.account.state(session),
        ctx.account.upload_urls(session, CLIP),
        ctx.account.state(UNKNOWN_SESSION),
        ctx.account.upload(session, ("notes.txt", b"text")),
        ctx.account.chat(UNKNOWN_SESSION, TALK[0]),
    ):
        ctx.check("CRE-5", balance(ctx) == before, "the same balance as before", before)


@case("CRE-2", "CRE-5", description="a text reply is free")
def _text_reply(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    expect_charge(ctx, ctx.account, session, TALK[0], 0, "talk")


@case("CRE-2", "CRE-3", description="an edit costs 50, or gets 2001 when fewer are available", cost=EDITING)
def _first_edit(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    if balance(ctx).available < EDITING:
        expect_too_few_credits(ctx, ctx.account, session, EDIT)
        return
    expect_charge(ctx, ctx.account, session, EDIT, EDITING, "the first edit of a session")
    expect_charge(ctx, ctx.account, session, EDITS[1], 0, "a further edit of that session")


@case(
    "CRE-2", "CRE-3", description="a clip costs 100, or gets 2001 when fewer are available", cost=GENERATION
)
def _one_clip(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    if balance(ctx).available < GENERATION:
        expect_too_few_credits(ctx, ctx.account, session, GENERATE)
    else:
        expect_charge(ctx, ctx.account, session, GENERATE, GENERATION, "a generated clip")


# -- prices ----------------------------------------------------------------------------------------


@case("CRE-2", description="every kind of text reply is free, also without any credits", control=True)
def _text_reply_without_credits(ctx: CaseContext) -> None:
    for account in (ctx.account, ctx.registered(credits=0)):
        session = account.new_session()
        for text in TALK:
            expect_charge(ctx, account, session, text, 0, "talk, and what is not understood")


@case("CRE-2", "CRE-3", description="the first edit of a session costs 50, later ones nothing", control=True)
def _editing_fee_once(ctx: CaseContext) -> None:
    first, second = session_with_clip(ctx), session_with_clip(ctx)
    for session in (first, second):
        expect_charge(ctx, ctx.account, session, EDITS[0], EDITING, "the first edit of a session")
        for text in EDITS[1:]:
            expect_charge(ctx, ctx.account, session, text, 0, "a further edit of that session")
    expect_charge(ctx, ctx.account, first, 'add the title "Again"', 0, "an edit of a session long paid for")
    expect_too_few_credits(ctx, ctx.account, session_with_clip(ctx), EDIT)


@case("CRE-2", description="each clip costs 100; the first edit costs 50 more", control=True)
def _each_clip(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=400)
    session = rich.new_session()
    expect_charge(ctx, rich, session, GENERATE, GENERATION, "a generated clip")
    expect_charge(ctx, rich, session, EDIT, EDITING, "the first edit beside it")
    expect_charge(ctx, rich, session, GENERATE, GENERATION, "the same message again (SSE-12)")
    expect_charge(ctx, rich, session, "generate a 5 second clip of a forest", GENERATION, "another clip")
    expect_charge(ctx, rich, session, EDITS[1], 0, "a further edit")


@case("CRE-2", "CRE-5", description="each clip of one message costs 100", control=True)
def _several_clips(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=1000)
    session, spent = rich.new_session(), 0
    for text in (
        GENERATE,
        "generate 2 clips of a lake",
        f"{GENERATE}, then generate a 5 second clip of a forest",
    ):
        exchange = rich.chat(session, text)
        ctx.require("CRE-2", exchange.events is not None, f"a stream for {text!r}", seen(exchange))
        state = rich.state(session).data.get("state")
        clips = state.get("generated_media") if isinstance(state, dict) else None
        ctx.require("STA-1", isinstance(clips, list), "generated_media, a list", clips)
        spent = 1000 - balance(ctx, rich).available
        due = GENERATION * len(clips or ())
        ctx.check("CRE-2", spent == due, f"{GENERATION} for each of {len(clips or ())} clips", spent)
    ctx.check("CRE-5", ledger(ctx, rich)["consumed"] == spent, "as much in the model", spent)


@case(
    "CRE-2",
    "CRE-3",
    description="a silent edit costs the same",
    control=True,
    parameters={"silent_share": 1},
)
def _silent_edit(ctx: CaseContext) -> None:
    session = session_with_clip(ctx)
    expect_charge(ctx, ctx.account, session, EDIT, EDITING, "a silent edit")
    expect_charge(ctx, ctx.account, session, EDITS[1], 0, "another one")


# -- too little ------------------------------------------------------------------------------------


@case("CRE-4", "ENV-3", description="one credit too few gets 2001; the exact price is accepted", control=True)
def _price_boundary(ctx: CaseContext) -> None:
    for text, price in ((GENERATE, GENERATION), (EDIT, EDITING)):
        for has in (0, price - 1):
            poor = ctx.registered(credits=has)
            expect_too_few_credits(ctx, poor, session_with_clip(ctx, poor), text)
        just = ctx.registered(credits=price)
        expect_charge(ctx, just, session_with_clip(ctx, just), text, price, "just what there is")


@case(
    "CRE-4",
    description="frozen credits cannot be spent: 2001, and the running work goes on",
    control=True,
    clock="manual",
)
def _frozen_credits(ctx: CaseContext) -> None:
    rich = ctx.registered(credits=GENERATION + EDITING - 1)
    session, other = session_with_clip(ctx, rich), session_with_clip(ctx, rich)
    with open_turn(ctx, rich, session, GENERATE):
        expect_too_few_credits(ctx, rich, other, GENERATE)
        expect_too_few_credits(ctx, rich, other, EDIT)
    now = balance(ctx, rich)
    ctx.check("CRE-4", now == (EDITING - 1, 0), "what was running is paid for, and nothing else", now)


@case("CRE-4", "CRE-2", description="text replies and paid sessions go on without credits", control=True)
def _without_credits(ctx: CaseContext) -> None:
    just = ctx.registered(credits=EDITING)
    session = session_with_clip(ctx, just)
    expect_charge(ctx, just, session, EDIT, EDITING, "the first edit, with the last credits")
    expect_charge(ctx, just, session, EDITS[1], 0, "a further edit without any")
    expect_charge(ctx, just, session, TALK[0], 0, "talk without any")
    expect_too_few_credits(ctx, just, session, GENERATE)


# -- the model -------------------------------------------------------------------------------------


@case(
    "CRE-5",
    "CRE-2",
    description="the ledger balances after every kind of operation",
    control=True,
    scenario="chat-generation-fails-once",
)
def _ledger(ctx: CaseContext) -> None:
    account = ctx.registered(credits=300)
    session = session_with_clip(ctx, account)
    spent = 0
    for text, price in (
        (GENERATE, 0),  # the first message fails in this scenario
        (GENERATE, GENERATION),
        (TALK[0], 0),
        (EDIT, EDITING),
        (EDITS[1], 0),
        (GENERATE, GENERATION),
        (GENERATE, 0),  # too little is left: 2001
    ):
        account.chat(session, text)
        spent += price
        entries = ledger(ctx, account)
        ctx.check("CRE-2", entries["consumed"] == spent, f"{spent} spent after {text!r}", entries)
    exchange = account.submit("render_1", session, DRAFT)
    ctx.check("CRE-5", exchange.succeeded, "an export without credits (CRE-2)", seen(exchange))
    entries = ledger(ctx, account)
    ctx.check("CRE-5", entries["consumed"] == spent, "exports spend nothing", entries)
    ctx.control("POST", f"accounts/{account.user_id}", {"grant": 70})
    entries = ledger(ctx, account)
    ctx.check("CRE-5", entries["granted"] == 370, "a grant of 70 adds 70", entries)


@case("CRE-5", description="accounts do not affect each other's credits", control=True)
def _separate_accounts(ctx: CaseContext) -> None:
    other = ctx.another("other")
    session = session_with_clip(ctx)
    expect_charge(ctx, ctx.account, session, EDIT, EDITING, "the first edit")
    ctx.check("CRE-5", balance(ctx, other) == (100, 0), "nothing of another account's", other.user_id)
    for account in (ctx.account, other):
        ledger(ctx, account)

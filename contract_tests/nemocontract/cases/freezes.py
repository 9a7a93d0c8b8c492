"""What is frozen while work goes on, and what becomes of it (CRE-3)."""

from __future__ import annotations

from contextlib import ExitStack

from nemocontract.cases.money import (
    EDIT,
    EDITING,
    EDITS,
    GENERATE,
    GENERATION,
    LONGER_S,
    TALK,
    balance,
    ledger,
    pays,
    stocked,
    underway,
)
from nemocontract.probing.case import Bench, case


@case(
    "CRE-3",
    "CRE-1",
    looks_for="a price that is frozen while work goes on, and spent after",
    control=True,
    clock="manual",
)
def _frozen(bench: Bench) -> None:
    for text, price in ((GENERATE, GENERATION), (EDIT, EDITING)):
        guest = bench.registered(credits=100)
        session = stocked(bench, guest)
        with underway(bench, guest, session, text):
            now = balance(bench, guest)
            bench.claim("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
            bench.advance(5)
            now = balance(bench, guest)
            bench.claim("CRE-3", now == (100 - price, price), f"{price} frozen while it goes on", now)
        now = balance(bench, guest)
        bench.claim("CRE-3", now == (100 - price, 0), f"{price} spent when it is done", now)


@case(
    "CRE-1",
    "CRE-3",
    looks_for="a balance that adds up at every second of a turn",
    control=True,
    clock="manual",
)
def _every_second(bench: Bench) -> None:
    rich = bench.registered(credits=150)
    session = stocked(bench, rich)
    with underway(bench, rich, session, EDIT):
        for _ in range(35):
            bench.advance(1)
            now = balance(bench, rich)
            fits = now in ((100, 50), (100, 0))
            bench.claim("CRE-3", fits, "50 frozen, then spent, and nothing between", now)


@case("CRE-2", "CRE-3", looks_for="talk that freezes nothing", control=True, clock="manual")
def _talk_freezes_nothing(bench: Bench) -> None:
    session = bench.guest.session()
    with underway(bench, bench.guest, session, TALK[0]):
        now = balance(bench)
        bench.claim("CRE-3", now == (100, 0), "nothing frozen for talk", now)
    now = balance(bench)
    bench.claim("CRE-2", now == (100, 0), "nothing spent on talk", now)


@case(
    "CRE-3",
    "CRE-5",
    looks_for="credits that come back when work fails",
    control=True,
    clock="manual",
    scenario="agent-fails",
)
def _given_back(bench: Bench) -> None:
    session = stocked(bench)
    for text, price in ((EDIT, EDITING), (GENERATE, GENERATION), (EDIT, EDITING)):
        with underway(bench, bench.guest, session, text):
            now = balance(bench)
            bench.claim("CRE-3", now == (100 - price, price), f"{price} frozen from the start", now)
        now = balance(bench)
        bench.claim("CRE-3", now == (100, 0), f"{price} given back after a failure", now)


@case(
    "CRE-3",
    "CRE-2",
    looks_for="a fee that fails is due with the next edit",
    control=True,
    scenario="generation-fails-once",
)
def _due_again(bench: Bench) -> None:
    session = stocked(bench)
    pays(bench, bench.guest, session, EDIT, 0, "an edit that fails")
    pays(bench, bench.guest, session, EDIT, EDITING, "the first edit that succeeds")
    pays(bench, bench.guest, session, EDITS[1], 0, "a further edit")


@case(
    "CRE-3",
    "CRE-5",
    looks_for="a turn that nobody follows is paid for, and once",
    control=True,
    clock="manual",
)
def _left_alone(bench: Bench) -> None:
    session = stocked(bench)
    with bench.guest.chatting(session, EDIT):
        pass
    now = balance(bench)
    bench.claim("CRE-3", now == (50, 50), "still frozen after its client went away", now)
    bench.advance(LONGER_S)
    now = balance(bench)
    bench.claim("CRE-3", now == (50, 0), "spent once when it is done", now)


@case(
    "CRE-5", "CRE-3", looks_for="books that balance at every step of work that goes on side by side",
    control=True, clock="manual",
)  # fmt: skip
def _side_by_side(bench: Bench) -> None:
    rich = bench.registered(credits=500)
    one, two = stocked(bench, rich), stocked(bench, rich)
    with ExitStack() as open_streams:
        for session, text in ((one, GENERATE), (two, EDIT), (two, EDITS[1]), (one, TALK[0])):
            open_streams.enter_context(underway(bench, rich, session, text))
            ledger(bench, rich)
        with rich.chatting(two, GENERATE):  # and this client goes away
            ledger(bench, rich)
        frozen = balance(bench, rich).frozen
        due = 2 * GENERATION + EDITING
        bench.claim("CRE-3", frozen == due, f"{due} frozen: two clips, and one session's fee", frozen)
        for _ in range(50):
            bench.advance(7)
            ledger(bench, rich)
    books = ledger(bench, rich)
    bench.claim("CRE-3", books["frozen"] == 0, "nothing frozen in the end", books)
    bench.claim("CRE-5", books["consumed"] == due, f"{due} spent in the end", books)

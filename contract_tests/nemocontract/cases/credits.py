"""Credits: the balance, what things cost, too few of them, and the books (CRE-1, CRE-2, CRE-4, CRE-5)."""

from __future__ import annotations

from nemocontract.cases.endpoints import CLIP, DRAFT, NOWHERE
from nemocontract.cases.money import (
    EDIT,
    EDITING,
    EDITS,
    GENERATE,
    GENERATION,
    TALK,
    balance,
    ledger,
    pays,
    stocked,
    too_little,
    underway,
)
from nemocontract.cases.outcomes import seen
from nemocontract.probing.case import Bench, case

# -- the balance, and what is free: any server -----------------------------------------------------


@case("CRE-1", "ENV-1", looks_for="available, frozen and total, which add up, and stay while nothing is done")
def _balance(bench: Bench) -> None:
    first = balance(bench)
    bench.claim("CRE-5", balance(bench) == first, "the same balance when read again", first)


@case("CRE-5", looks_for="sessions, states, uploads and refusals that leave the balance as it is")
def _free_of_charge(bench: Bench) -> None:
    before = balance(bench)
    session = bench.guest.session()
    for _ in (
        bench.guest.state(session),
        bench.guest.upload_urls(session, CLIP),
        bench.guest.state(NOWHERE),
        bench.guest.upload(session, ("notes.txt", b"text")),
        bench.guest.chat(NOWHERE, TALK[0]),
    ):
        bench.claim("CRE-5", balance(bench) == before, "the same balance as before", before)


@case("CRE-2", "CRE-5", looks_for="talk that is free")
def _talk(bench: Bench) -> None:
    session = bench.guest.session()
    pays(bench, bench.guest, session, TALK[0], 0, "talk")


@case("CRE-2", "CRE-3", looks_for="an edit at 50, or 2001 where there are fewer", cost=EDITING)
def _an_edit(bench: Bench) -> None:
    session = stocked(bench)
    if balance(bench).available < EDITING:
        too_little(bench, bench.guest, session, EDIT)
        return
    pays(bench, bench.guest, session, EDIT, EDITING, "the first edit of a session")
    pays(bench, bench.guest, session, EDITS[1], 0, "a further edit of that session")


@case("CRE-2", "CRE-3", looks_for="a clip at 100, or 2001 where there are fewer", cost=GENERATION)
def _a_clip(bench: Bench) -> None:
    session = bench.guest.session()
    if balance(bench).available < GENERATION:
        too_little(bench, bench.guest, session, GENERATE)
    else:
        pays(bench, bench.guest, session, GENERATE, GENERATION, "a generated clip")


# -- prices ----------------------------------------------------------------------------------------


@case("CRE-2", looks_for="talk of every kind, which is free, for who has nothing too", control=True)
def _free_talk(bench: Bench) -> None:
    for guest in (bench.guest, bench.registered(credits=0)):
        session = guest.session()
        for text in TALK:
            pays(bench, guest, session, text, 0, "talk, and what is not understood")


@case("CRE-2", "CRE-3", looks_for="50 for the first edit of a session and none for later ones", control=True)
def _once_a_session(bench: Bench) -> None:
    first, second = stocked(bench), stocked(bench)
    for session in (first, second):
        pays(bench, bench.guest, session, EDITS[0], EDITING, "the first edit of a session")
        for text in EDITS[1:]:
            pays(bench, bench.guest, session, text, 0, "a further edit of that session")
    pays(bench, bench.guest, first, 'add the title "Again"', 0, "an edit of a session long paid for")
    too_little(bench, bench.guest, stocked(bench), EDIT)


@case("CRE-2", looks_for="100 for each clip, and 50 more for the first edit besides", control=True)
def _clip_by_clip(bench: Bench) -> None:
    rich = bench.registered(credits=400)
    session = rich.session()
    pays(bench, rich, session, GENERATE, GENERATION, "a generated clip")
    pays(bench, rich, session, EDIT, EDITING, "the first edit beside it")
    pays(bench, rich, session, GENERATE, GENERATION, "the same message again (SSE-12)")
    pays(bench, rich, session, "generate a 5 second clip of a forest", GENERATION, "another clip")
    pays(bench, rich, session, EDITS[1], 0, "a further edit")


@case("CRE-2", "CRE-5", looks_for="100 for each clip that comes of one message", control=True)
def _several_clips(bench: Bench) -> None:
    rich = bench.registered(credits=1000)
    session, spent = rich.session(), 0
    for text in (
        GENERATE,
        "generate 2 clips of a lake",
        f"{GENERATE}, then generate a 5 second clip of a forest",
    ):
        told = rich.chat(session, text)
        bench.must("CRE-2", told.events is not None, f"a stream for {text!r}", seen(told))
        state = rich.state(session).data.get("state")
        clips = state.get("generated_media") if isinstance(state, dict) else None
        bench.must("STA-1", isinstance(clips, list), "generated_media, a list", clips)
        spent = 1000 - balance(bench, rich).available
        due = GENERATION * len(clips or ())
        bench.claim("CRE-2", spent == due, f"{GENERATION} for each of {len(clips or ())} clips", spent)
    bench.claim("CRE-5", ledger(bench, rich)["consumed"] == spent, "as much in the books", spent)


@case(
    "CRE-2",
    "CRE-3",
    looks_for="an edit that says nothing costs no less",
    control=True,
    rules={"silent_share": 1},
)
def _silent(bench: Bench) -> None:
    session = stocked(bench)
    pays(bench, bench.guest, session, EDIT, EDITING, "a silent edit")
    pays(bench, bench.guest, session, EDITS[1], 0, "another one")


# -- too little ------------------------------------------------------------------------------------


@case("CRE-4", "ENV-3", looks_for="2001 for a credit too few, and none for just enough", control=True)
def _to_the_credit(bench: Bench) -> None:
    for text, price in ((GENERATE, GENERATION), (EDIT, EDITING)):
        for has in (0, price - 1):
            poor = bench.registered(credits=has)
            too_little(bench, poor, stocked(bench, poor), text)
        just = bench.registered(credits=price)
        pays(bench, just, stocked(bench, just), text, price, "just what there is")


@case(
    "CRE-4",
    looks_for="2001 for who has the rest frozen, whose running work goes on",
    control=True,
    clock="manual",
)
def _rest_frozen(bench: Bench) -> None:
    rich = bench.registered(credits=GENERATION + EDITING - 1)
    session, other = stocked(bench, rich), stocked(bench, rich)
    with underway(bench, rich, session, GENERATE):
        too_little(bench, rich, other, GENERATE)
        too_little(bench, rich, other, EDIT)
    now = balance(bench, rich)
    bench.claim("CRE-4", now == (EDITING - 1, 0), "what was running is paid for, and nothing else", now)


@case("CRE-4", "CRE-2", looks_for="talk and paid sessions that go on without credits", control=True)
def _broke(bench: Bench) -> None:
    just = bench.registered(credits=EDITING)
    session = stocked(bench, just)
    pays(bench, just, session, EDIT, EDITING, "the first edit, with the last credits")
    pays(bench, just, session, EDITS[1], 0, "a further edit without any")
    pays(bench, just, session, TALK[0], 0, "talk without any")
    too_little(bench, just, session, GENERATE)


# -- the books -------------------------------------------------------------------------------------


@case(
    "CRE-5",
    "CRE-2",
    looks_for="books that balance after all that can happen",
    control=True,
    scenario="generation-fails-once",
)
def _books(bench: Bench) -> None:
    guest = bench.registered(credits=300)
    session = stocked(bench, guest)
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
        guest.chat(session, text)
        spent += price
        books = ledger(bench, guest)
        bench.claim("CRE-2", books["consumed"] == spent, f"{spent} spent after {text!r}", books)
    told = guest.submit("render_1", session, DRAFT)
    bench.claim("CRE-5", told.succeeded, "an export without credits (CRE-2)", seen(told))
    books = ledger(bench, guest)
    bench.claim("CRE-5", books["consumed"] == spent, "exports spend nothing", books)
    bench.control("POST", f"accounts/{guest.user_id}", {"grant": 70})
    books = ledger(bench, guest)
    bench.claim("CRE-5", books["granted"] == 370, "a grant of 70 adds 70", books)


@case("CRE-5", looks_for="accounts that do not touch one another's credits", control=True)
def _apart(bench: Bench) -> None:
    other = bench.another("other")
    session = stocked(bench)
    pays(bench, bench.guest, session, EDIT, EDITING, "the first edit")
    bench.claim("CRE-5", balance(bench, other) == (100, 0), "nothing of another account's", other.user_id)
    for guest in (bench.guest, other):
        ledger(bench, guest)

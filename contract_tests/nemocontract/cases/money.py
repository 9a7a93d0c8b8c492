"""What the cases about credits share: messages of each price, a balance, and the claims around them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from nemocontract.cases.endpoints import UPLOAD
from nemocontract.cases.outcomes import accepted, refused, seen
from nemocontract.cases.shapes import is_whole
from nemocontract.probing.case import Bench
from nemocontract.probing.guest import Guest
from nemocontract.probing.stream import Stream

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


def balance(bench: Bench, guest: Guest | None = None) -> Balance:
    """Read a balance and claim that it adds up (CRE-1); raise CannotGoOnError where it is none."""
    told = accepted(bench, (guest or bench.guest).credits(), "CRE-1", "a balance")
    data = told.data
    fields = [data.get(name) for name in ("available", "frozen", "total")]
    bench.must("CRE-1", all(is_whole(one) for one in fields), "available, frozen and total, whole", data)
    available, frozen, total = (int(one) for one in fields if one is not None)
    bench.claim("CRE-1", available + frozen == total, "total = available + frozen", data)
    bench.claim("CRE-5", available >= 0 and frozen >= 0, "no debts", data)
    return Balance(available, frozen)


def stocked(bench: Bench, guest: Guest | None = None) -> str:
    """Return a new session with a clip in it to be edited."""
    guest = guest or bench.guest
    session = guest.session()
    told = UPLOAD.call(guest, session)
    bench.must("UPL-1", told.succeeded, "a clip by its address", seen(told))
    return session


def pays(bench: Bench, guest: Guest, session: str, text: str, price: int, why: str) -> None:
    """Send a message to its end and claim that so much was spent, and nothing is frozen (CRE-2, CRE-3)."""
    before = balance(bench, guest)
    told = guest.chat(session, text)
    clause = "CRE-4" if told.code == 2001 and before.available >= price else "CRE-2"
    bench.must(
        clause, told.events is not None, f"a stream for {text!r}: {price} are due", (before, seen(told))
    )
    after = balance(bench, guest)
    holds = before.available - after.available == price
    bench.claim("CRE-2", holds, f"{why} costs {price}: {text!r}", (before, after))
    bench.claim("CRE-3", after.frozen == 0, "nothing frozen once the stream has ended", after)


def too_little(bench: Bench, guest: Guest, session: str, text: str) -> None:
    """Send a message that there are too few credits for, and claim that nothing came of it (CRE-4)."""
    before, state = balance(bench, guest), guest.state(session).data
    with guest.chatting(session, text):  # not read: where there is a stream it may never end
        pass
    told = bench.probe.exchanges[-1]
    refused(bench, told, "CRE-4", 2001, f"{before.available} are too few for {text!r}")
    bench.claim("CRE-4", told.events is None, "no stream", seen(told))
    bench.claim("CRE-4", balance(bench, guest) == before, "nothing frozen and nothing spent", before)
    bench.claim("CRE-4", guest.state(session).data == state, "nothing done", state)


@contextmanager
def underway(bench: Bench, guest: Guest, session: str, text: str) -> Iterator[Stream]:
    """Give a stream that has not ended, under a clock that stands; at the end it is read to its close."""
    with guest.chatting(session, text) as stream:
        yield stream
        bench.advance(LONGER_S)
        for _ in stream:
            pass


def ledger(bench: Bench, guest: Guest) -> dict[str, int]:
    """Return what the control API says of an account, having claimed that it balances (CRE-5)."""
    held = next(one for one in bench.control("GET", "accounts") if one["user_id"] == guest.user_id)
    books: dict[str, int] = held["credits"]
    kept = books["available"] + books["frozen"] + books["consumed"]
    bench.claim("CRE-5", kept == books["granted"], "granted = available + frozen + consumed", books)
    now = balance(bench, guest)
    fits = now == (books["available"], books["frozen"])
    bench.claim("CRE-5", fits, "the books say what the balance says", (books, now))
    return books

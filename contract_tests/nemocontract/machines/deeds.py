"""Every verb of a history: who does what, and what time and fate bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from nemocontract.machines import errands, mischief, people
from nemocontract.machines.player import Player

Deed = Callable[..., Any]
_FAILING: Final = "agent-fails"  # scenarios of the fake: its agent fails at all it does, or at nothing
_FINE: Final = "happy-path"
_ALL_OVER_MS: Final = 300_000  # SSE-7, REN-6: by then everything has come to its end


def wait(player: Player, ms: int) -> None:
    """Let time pass."""
    player.target.control("POST", "clock/advance", {"seconds": ms / 1000})


def fail(player: Player, fails: bool) -> None:
    """Let the agent fail from now on, or no more; every account is on the free plan after it."""
    player.target.control("PUT", "scenario", {"name": _FAILING if fails else _FINE})
    books = player.auditor.books
    books.may_fail, books.silent_share = fails, 0 if fails else player.world.silent_share
    for account in books.accounts.values():
        account.paid = account.blocked = False


def settle(player: Player) -> None:
    """Let everything come to its end, and everybody look at everything; stop at the first finding."""
    player.close()
    wait(player, _ALL_OVER_MS)
    for nth, place in enumerate(player.places):
        if not player.tally.findings:
            errands.state(player, nth, place.guest)
    for guest in player.guests:
        if not player.tally.findings:
            guest.credits()


DEEDS: Final[Mapping[str, Deed]] = {
    "guest": people.guest,
    "again": people.again,
    "register": people.register,
    "end_token": people.end_token,
    "grant": people.grant,
    "plan": people.plan,
    "session": errands.session,
    "upload": errands.upload,
    "say": errands.say,
    "open": errands.open_,
    "read": errands.read,
    "leave": errands.leave,
    "credits": errands.credits_,
    "state": errands.state,
    "claim": errands.claim,
    "submit": errands.submit,
    "poll": errands.poll,
    "cancel": errands.cancel,
    "download": errands.download,
    "stranger": mischief.stranger,
    "intrude": mischief.intrude,
    "knock": mischief.knock,
    "malformed": mischief.malformed,
    "misname": mischief.misname,
    "lost": mischief.lost,
    "wait": wait,
    "fail": fail,
    "settle": settle,
}

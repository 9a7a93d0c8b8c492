"""Spans of traffic: what one line of the user's led to, or all there is where nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from nemocontract.evidence import Evidence, Said
from nemocontract.judging.same import signature
from nemocontract.traffic import Exchange

# The operations of the service's API; media have an address of their own and need neither token nor headers.
API = frozenset(
    (
        *("token.issue", "token.claim", "session.create", "chat", "credits", "state", "upload"),
        *("render.submit", "render.cancel", "render.download", "render.status"),
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """Exchanges of one doing of the user's, in order.

    ``sure`` False: it may hold several of the user's doings, ``doings`` of them at most (0: nobody knows).
    ``left``: the user went away before the end.
    """

    exchanges: tuple[Exchange, ...]
    said: Said | None = None
    sure: bool = True
    doings: int = 1
    left: bool = False

    def after(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """Return what came after an exchange."""
        return self.exchanges[self.exchanges.index(exchange) + 1 :]

    def same_after(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """Return the later requests for the same thing, sessions and tokens left aside."""
        wanted = signature(exchange)
        return tuple(later for later in self.after(exchange) if signature(later) == wanted)


def spans(evidence: Evidence) -> tuple[Span, ...]:
    """Return the traffic span by span; what was sent outside of any line is in spans of its own."""
    said = evidence.said
    api = tuple(exchange for exchange in evidence.traffic if exchange.operation in API)
    if said is None:
        return (Span(api, sure=False, doings=0),)
    if not all(one.told for one in said):
        return (Span(api, sure=False, doings=max(1, len(said))),)
    return tuple(_told(api, said))


def _told(api: tuple[Exchange, ...], said: tuple[Said, ...]) -> Iterator[Span]:
    def line_of(exchange: Exchange) -> int:
        return next((nth for nth, one in enumerate(said) if one.first <= exchange.seq <= one.last), -1)

    led_to = {nth: tuple(group) for nth, group in groupby(api, line_of) if nth >= 0}
    for nth, group in groupby(api, line_of):
        if nth < 0:
            yield Span(tuple(group))
    for nth, one in enumerate(said):
        yield Span(led_to.get(nth, ()), one, left=one.left)

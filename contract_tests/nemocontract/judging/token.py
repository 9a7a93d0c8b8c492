"""Which token a client has at each moment, as its traffic tells: masked or raw, never both compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.traffic import Exchange

_BEARER: Final = re.compile(r"\s*bearer\s+(\S+)\s*", re.IGNORECASE)
_STARS: Final = "***"
_SHORTEST: Final = 8  # a shorter bearer found elsewhere is more likely a word


def bearer(exchange: Exchange) -> str:
    """Return the token that a request bears, empty where it bears none."""
    found = _BEARER.fullmatch(exchange.headers.get("authorization", ""))
    return found[1] if found else ""


def issued(exchange: Exchange) -> str:
    """Return the token that an answer brought the client, empty where none arrived (AUTH-1)."""
    token = exchange.data.get("token")
    arrived = exchange.operation == "token.issue" and exchange.succeeded and exchange.ending == "complete"
    return token if arrived and isinstance(token, str) else ""


def differ(one: str, other: str) -> bool:
    """Tell whether two tokens are surely not the same: a masked one and a raw one may be."""
    return one != other and (_STARS in one) == (_STARS in other)


def refused(exchange: Exchange) -> bool:
    """Tell whether a real request was refused for its token (AUTH-6)."""
    return exchange.code == 1001 and exchange.operation != "token.issue"


def told(exchange: Exchange, code: int) -> bool:
    """Tell whether this code reached the client."""
    return exchange.code == code and exchange.ending == "complete"


def newest(traffic: tuple[Exchange, ...]) -> Iterator[tuple[Exchange, str]]:
    """Yield each exchange with the token last issued before it, or first borne; empty for none."""
    current = ""
    pending: list[Exchange] = []
    for exchange in traffic:
        for one in [p for p in pending if p.ended_at_ms <= exchange.at_ms]:
            current = issued(one)
            pending.remove(one)
        yield exchange, current
        if issued(exchange):
            pending.append(exchange)
        elif not current and not pending:
            current = bearer(exchange)


def in_clear(traffic: tuple[Exchange, ...]) -> frozenset[str]:
    """Return the tokens, of whatever spelling, that the traffic shows unmasked."""
    shown = {token for one in traffic for token in (bearer(one), issued(one))}
    return frozenset(token for token in shown if len(token) >= _SHORTEST and _STARS not in token)

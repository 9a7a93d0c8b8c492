"""Which wire profile a recorded server speaks: the fake has to speak the same before they are compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nemocontract.traffic import Exchange

_STRICT: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}  # ENV-3


def profile_of(traffic: Iterable[Exchange]) -> str:
    """Return the names of the profile that most answers speak, such as ``typed,envelope,render-flat``."""
    heard: Counter[str] = Counter(name for one in traffic for name in _spoken(one))
    pairs = (("typed", "adk"), ("envelope", "http-status"), ("render-flat", "render-nested"))
    return ",".join(other if heard[other] > heard[usual] else usual for usual, other in pairs)


def _spoken(exchange: Exchange) -> Iterator[str]:
    for event in exchange.events or ():
        if isinstance(event.data, dict) and event.data.get("type") != "heartbeat":
            yield "adk" if isinstance(event.data.get("content"), dict) else "typed"
    if exchange.code in _STRICT:
        yield "http-status" if exchange.status == _STRICT[exchange.code] else "envelope"
    if exchange.operation.startswith("render.") and exchange.code == 0 and isinstance(exchange.answer, dict):
        yield "render-nested" if "success" in exchange.answer else "render-flat"


def job_in(answer: Any) -> dict[str, Any]:
    """Return what an answer tells of an export, in either shape (REN-7); empty where it tells of none."""
    told = answer.get("data") if isinstance(answer, dict) and "success" in answer else answer
    return told if isinstance(told, dict) and "status" in told else {}

"""Rules about who a client is: the token that is set, the one it asks for, and its client id (C-AUTH-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Final

from nemocontract.evidence import Evidence
from nemocontract.judging.rule import Verdict, rule
from nemocontract.judging.span import API, spans
from nemocontract.judging.token import bearer, issued, refused, told
from nemocontract.traffic import Exchange

_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LIFE_MS: Final = 7 * 86_400_000  # AUTH-5
_SET: Final = "the one that is set"
_KEPT: Final = Path(".config/nemovideo/client_id")


def client_id(exchange: Exchange) -> str:
    """Return the client id that a token request bears, empty where it bears none."""
    return exchange.headers.get("x-client-id", "").strip()


def _is_uuid(text: str) -> bool:
    return _UUID.fullmatch(text) is not None


@rule("C-AUTH-1", "identity.set-token-is-used", "A token that was set is used from the first request on.")
def _set_token_is_used(evidence: Evidence) -> Iterator[Verdict]:
    if not evidence.known.token_set:
        return
    api = [exchange for exchange in evidence.traffic if exchange.operation in API]
    if api:
        first = api[0]
        asked = first.operation == "token.issue"
        seen = "a token was asked for" if asked else "" if bearer(first) else "no token"
        yield Verdict(not seen, "the token that is set, on the first request", seen, first)


@rule(
    "C-AUTH-1",
    "identity.asks-only-without-token",
    "A token is asked for only while there is none: none set or issued, or the last one refused with 1001.",
)
def _asks_only_without_token(evidence: Evidence) -> Iterator[Verdict]:
    token, ends_ms, dead = _SET * bool(evidence.known.token_set), inf, set[str]()
    for exchange in evidence.traffic:
        if exchange.operation == "token.issue":
            good = bool(token) and token not in dead and exchange.at_ms < ends_ms
            seen = "another one was asked for, and no request had been refused with 1001"
            yield Verdict(not good, "no token request while a token is good", seen * good, exchange)
            if new := issued(exchange):
                token, ends_ms = new, exchange.ended_at_ms + _LIFE_MS
        elif own := bearer(exchange):
            token = own if token in ("", _SET) else token
            dead |= {own} if refused(exchange) else set()


@rule("C-AUTH-1", "identity.client-id-is-a-uuid", "A token request bears X-Client-Id, a UUID.")
def _client_id_is_a_uuid(evidence: Evidence) -> Iterator[Verdict]:
    for asked in evidence.of("token.issue"):
        seen = client_id(asked) or "no X-Client-Id"
        yield Verdict(_is_uuid(seen), "X-Client-Id with a UUID", seen, asked)


@rule(
    "C-AUTH-1",
    "identity.client-id-stays",
    "Every token request bears the same client id, unless that one was refused with 400.",
)
def _client_id_stays(evidence: Evidence) -> Iterator[Verdict]:
    for before, asked in pairwise(evidence.of("token.issue")):
        if before.code != 400:
            same = client_id(before) == client_id(asked)
            expected = f"the client id of request {before.seq}, {client_id(before)}"
            yield Verdict(same, expected, client_id(asked) or "none", asked)


@rule(
    "C-AUTH-1",
    "identity.kept-client-id-is-used",
    "A client id that an earlier start has left in the home is used again.",
)
def _kept_client_id_is_used(evidence: Evidence) -> Iterator[Verdict]:
    kept, asked = evidence.known.client_id, evidence.of("token.issue")
    if _is_uuid(kept) and asked:
        yield Verdict(client_id(asked[0]) == kept, f"the client id {kept}", client_id(asked[0]), asked[0])


@rule(
    "C-AUTH-1",
    "identity.client-id-is-kept",
    "The client id that got a token is kept in .config/nemovideo/client_id below the home.",
)
def _client_id_is_kept(evidence: Evidence) -> Iterator[Verdict]:
    home, granted = evidence.known.home, [one for one in evidence.of("token.issue") if issued(one)]
    if home is None or not granted or not evidence.known.whole:
        return
    try:
        kept = (home / _KEPT).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        kept = ""
    wanted = client_id(granted[-1])
    yield Verdict(kept == wanted, f"{wanted} in ~/{_KEPT.as_posix()}", kept or "nothing there", granted[-1])


@rule(
    "C-AUTH-1",
    "identity.refused-client-id-is-replaced",
    "A token request refused with 400 is repeated once, with a new client id.",
)
def _refused_client_id_is_replaced(evidence: Evidence) -> Iterator[Verdict]:
    for span in spans(evidence):
        asked = [one for one in span.exchanges if one.operation == "token.issue"]
        yield from _replaced(asked, judged_missing=evidence.known.whole and not span.left, sure=span.sure)


def _replaced(asked: list[Exchange], *, judged_missing: bool, sure: bool) -> Iterator[Verdict]:
    refused_before = False
    for nth, one in enumerate(asked):
        after = asked[nth + 1] if nth + 1 < len(asked) else None
        if not told(one, 400):
            refused_before = False
            continue
        if refused_before:
            if sure:
                yield Verdict(after is None, "no third try after a second 400", "another try", after or one)
        elif after is not None:
            new = _is_uuid(client_id(after)) and client_id(after) != client_id(one)
            yield Verdict(new, "another try with a new client id", client_id(after) or "none", after)
        elif judged_missing:
            yield Verdict(False, "one more try with a new client id", "none was made", one)
        refused_before = not refused_before

"""Which token a client has at each moment, as its traffic tells: masked or raw, never both compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Final

from nemocontract.client_rules.request_identity import API, spans
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

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


def was_rejected(exchange: Exchange) -> bool:
    """Tell whether a real request was refused for its token (AUTH-6)."""
    return exchange.code == 1001 and exchange.operation != "token.issue"


def has_code(exchange: Exchange, code: int) -> bool:
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


def unmasked_tokens(traffic: tuple[Exchange, ...]) -> frozenset[str]:
    """Return the tokens, of whatever spelling, that the traffic shows unmasked."""
    shown = {token for one in traffic for token in (bearer(one), issued(one))}
    return frozenset(token for token in shown if len(token) >= _SHORTEST and _STARS not in token)


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
def _set_token_is_used(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.token_set:
        return
    api = [exchange for exchange in run.traffic if exchange.operation in API]
    if api:
        first = api[0]
        asked = first.operation == "token.issue"
        seen = "a token was asked for" if asked else "" if bearer(first) else "no token"
        yield RuleResult(not seen, "the token that is set, on the first request", seen, first)


@rule(
    "C-AUTH-1",
    "identity.asks-only-without-token",
    "A token is asked for only while there is none: none set or issued, or the last one refused with 1001.",
)
def _asks_only_without_token(run: ClientRun) -> Iterator[RuleResult]:
    token, ends_ms, dead = _SET * bool(run.known.token_set), inf, set[str]()
    for exchange in run.traffic:
        if exchange.operation == "token.issue":
            good = bool(token) and token not in dead and exchange.at_ms < ends_ms
            seen = "another one was asked for, and no request had been refused with 1001"
            yield RuleResult(not good, "no token request while a token is good", seen * good, exchange)
            if new := issued(exchange):
                token, ends_ms = new, exchange.ended_at_ms + _LIFE_MS
        elif own := bearer(exchange):
            token = own if token in ("", _SET) else token
            dead |= {own} if was_rejected(exchange) else set()


@rule("C-AUTH-1", "identity.client-id-is-a-uuid", "A token request bears X-Client-Id, a UUID.")
def _client_id_is_a_uuid(run: ClientRun) -> Iterator[RuleResult]:
    for asked in run.of("token.issue"):
        seen = client_id(asked) or "no X-Client-Id"
        yield RuleResult(_is_uuid(seen), "X-Client-Id with a UUID", seen, asked)


@rule(
    "C-AUTH-1",
    "identity.client-id-unchanged",
    "Every token request bears the same client id, unless that one was refused with 400.",
    source="V",
)
def _client_id_stays(run: ClientRun) -> Iterator[RuleResult]:
    for before, asked in pairwise(run.of("token.issue")):
        if before.code != 400:
            same = client_id(before) == client_id(asked)
            expected = f"the client id of request {before.seq}, {client_id(before)}"
            yield RuleResult(same, expected, client_id(asked) or "none", asked)


@rule(
    "C-AUTH-1",
    "identity.stored-client-id-used",
    "A client id that an earlier start has left in the home is used again.",
    source="V",
)
def _kept_client_id_is_used(run: ClientRun) -> Iterator[RuleResult]:
    kept, asked = run.known.client_id, run.of("token.issue")
    if _is_uuid(kept) and asked:
        yield RuleResult(client_id(asked[0]) == kept, f"the client id {kept}", client_id(asked[0]), asked[0])


@rule(
    "C-AUTH-1",
    "identity.client-id-stored",
    "The client id that got a token is kept in .config/nemovideo/client_id below the home.",
    source="V",
)
def _client_id_is_kept(run: ClientRun) -> Iterator[RuleResult]:
    home, granted = run.known.home, [one for one in run.of("token.issue") if issued(one)]
    if home is None or not granted or not run.known.complete:
        return
    try:
        kept = (home / _KEPT).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        kept = ""
    wanted = client_id(granted[-1])
    yield RuleResult(
        kept == wanted, f"{wanted} in ~/{_KEPT.as_posix()}", kept or "nothing there", granted[-1]
    )


@rule(
    "C-AUTH-1",
    "identity.refused-client-id-replaced",
    "A token request refused with 400 is repeated once, with a new client id.",
)
def _refused_client_id_is_replaced(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        asked = [one for one in span.exchanges if one.operation == "token.issue"]
        yield from _replaced(asked, judged_missing=run.known.complete and not span.left, sure=span.sure)


def _replaced(asked: list[Exchange], *, judged_missing: bool, sure: bool) -> Iterator[RuleResult]:
    refused_before = False
    for nth, one in enumerate(asked):
        after = asked[nth + 1] if nth + 1 < len(asked) else None
        if not has_code(one, 400):
            refused_before = False
            continue
        if refused_before:
            if sure:
                yield RuleResult(
                    after is None, "no third try after a second 400", "another try", after or one
                )
        elif after is not None:
            new = _is_uuid(client_id(after)) and client_id(after) != client_id(one)
            yield RuleResult(new, "another try with a new client id", client_id(after) or "none", after)
        elif judged_missing:
            yield RuleResult(False, "one more try with a new client id", "none was made", one)
        refused_before = not refused_before

"""Expectations that most cases share: a success, an error, JSON shapes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

from nemocontract.http.case import CaseContext
from nemocontract.recording import Exchange

# ENV-3: the HTTP status of a four-digit code where the profile is `http-status`; by default it is 200.
STRICT: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
_INSIDES: Final = re.compile(
    rb'Traceback|File "|\.py\b|\bat 0x[0-9a-f]+|\b[A-Z]\w*(?:Error|Exception)\b|line \d+, in '
)
_JSON: Final = re.compile(r"application/(?:[\w.-]+\+)?json\b")


def expect_success(ctx: CaseContext, exchange: Exchange, clause: str, expected: str) -> Exchange:
    """Check a success in its envelope (ENV-1) and return it; raise CaseAbortedError if it is not one."""
    ctx.require(clause, exchange.succeeded, expected, seen(exchange))
    ctx.check("ENV-1", is_success(exchange.answer), "code 0, message `success` and data", seen(exchange))
    ctx.check(
        "ENV-1", is_json(exchange), "JSON that is called so", exchange.answer_headers.get("content-type")
    )
    return exchange


def expect_error(ctx: CaseContext, exchange: Exchange, clause: str, code: int, expected: str) -> bool:
    """Check an error with this code, in its envelope (ENV-2), under a status that fits (ENV-3)."""
    holds = ctx.check(clause, exchange.code == code, f"{code}: {expected}", seen(exchange))
    if not exchange.succeeded:
        ctx.check(
            "ENV-2", is_failure(exchange.answer), "an envelope with a message and data null", seen(exchange)
        )
        ctx.check("ENV-3", *status_of(ctx, exchange))
        no_internals_leaked(ctx, exchange)
    return holds


def no_internals_leaked(ctx: CaseContext, exchange: Exchange) -> bool:
    """Check of the last answer that no 500 and nothing of the server's insides shows (ENV-4)."""
    clean = (exchange.status or 0) < 500 and not _INSIDES.search(ctx.recorder.raw)
    return ctx.check("ENV-4", clean, "no 500 and no stack trace", seen(exchange))


def status_of(ctx: CaseContext, exchange: Exchange) -> tuple[bool, str, object]:
    """Return whether an error's status fits its code and the profile that this case has met so far."""
    code, status = exchange.code or 0, exchange.status
    if code not in STRICT:
        return status == code, f"HTTP status {code} for code {code}", status
    earlier = {past.status == 200 for past in ctx.recorder.exchanges[:-1] if past.code in STRICT}
    fits = status in (200, STRICT[code]) and earlier <= {status == 200}
    return fits, f"HTTP status 200 or {STRICT[code]} for code {code}, in one profile throughout", status


def is_json(exchange: Exchange) -> bool:
    """Return whether an answer calls itself JSON."""
    return bool(_JSON.match(exchange.answer_headers.get("content-type", "")))


def seen(exchange: Exchange) -> dict[str, Any]:
    """Return an answer in short."""
    shown = exchange.answer if exchange.events is None else f"a stream of {len(exchange.events)} events"
    return {"status": exchange.status, "code": exchange.code, "answer": shown}


_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:?00)")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_ENVELOPE: Final = ("code", "message", "data")


def is_text(value: Any) -> bool:
    """Return whether it is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_whole(value: Any) -> TypeGuard[int]:
    """Return whether it is an integer; booleans are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> TypeGuard[float]:
    """Return whether it is a number; booleans are not."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_prefixed(value: Any, prefix: str) -> bool:
    """Return whether it is a text with something after ``prefix``."""
    return isinstance(value, str) and value.startswith(prefix) and len(value) > len(prefix)


def is_digits(value: Any, count: int) -> bool:
    """Return whether it is a text of exactly so many decimal digits."""
    return isinstance(value, str) and len(value) == count and value.isascii() and value.isdigit()


def is_hex(value: Any) -> bool:
    """Return whether it is a text of hexadecimal digits."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def utc_ms(value: Any) -> int | None:
    """Return an ISO 8601 time in UTC as milliseconds since 1970, or None."""
    if not isinstance(value, str) or not _UTC.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return round(at.astimezone(UTC).timestamp() * 1000)


def missing_fields(value: Any, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of these fields an object does not have; all of them where it is no object."""
    return tuple(name for name in names if not isinstance(value, dict) or name not in value)


def is_envelope(answer: Any) -> bool:
    """Return whether it is code, message and data, whatever they say (ENV-1)."""
    return (
        not missing_fields(answer, _ENVELOPE)
        and is_whole(answer["code"])
        and isinstance(answer["message"], str)
    )


def is_success(answer: Any) -> bool:
    """Return whether it is the envelope of a success (ENV-1)."""
    return is_envelope(answer) and answer["code"] == 0 and answer["message"] == "success"


def is_failure(answer: Any) -> bool:
    """Return whether it is the envelope of an error: a code, words for a person, and no data (ENV-2)."""
    return (
        is_envelope(answer) and answer["code"] != 0 and is_text(answer["message"]) and answer["data"] is None
    )

"""What nearly every case claims of an answer: that it is a success, or the refusal that was asked for."""

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


def expect_success(ctx: CaseContext, told: Exchange, clause: str, expected: str) -> Exchange:
    """Claim a success in its envelope (ENV-1) and return it; raise CannotGoOnError where it is none."""
    ctx.must(clause, told.succeeded, expected, seen(told))
    ctx.claim("ENV-1", is_success(told.answer), "code 0, message `success` and data", seen(told))
    ctx.claim("ENV-1", is_json(told), "JSON that is called so", told.answer_headers.get("content-type"))
    return told


def expect_error(ctx: CaseContext, told: Exchange, clause: str, code: int, expected: str) -> bool:
    """Claim a refusal with this code, in its envelope (ENV-2), under a status that fits (ENV-3)."""
    holds = ctx.claim(clause, told.code == code, f"{code}: {expected}", seen(told))
    if not told.succeeded:
        ctx.claim("ENV-2", is_failure(told.answer), "an envelope with a message and data null", seen(told))
        ctx.claim("ENV-3", *status_of(ctx, told))
        no_internals_leaked(ctx, told)
    return holds


def no_internals_leaked(ctx: CaseContext, told: Exchange) -> bool:
    """Claim of the last answer that no 500 and nothing of the server's insides shows (ENV-4)."""
    clean = (told.status or 0) < 500 and not _INSIDES.search(ctx.probe.raw)
    return ctx.claim("ENV-4", clean, "no 500 and no stack trace", seen(told))


def status_of(ctx: CaseContext, told: Exchange) -> tuple[bool, str, object]:
    """Return whether a refusal's status fits its code and the profile that this case has met so far."""
    code, status = told.code or 0, told.status
    if code not in STRICT:
        return status == code, f"HTTP status {code} for code {code}", status
    earlier = {past.status == 200 for past in ctx.probe.exchanges[:-1] if past.code in STRICT}
    fits = status in (200, STRICT[code]) and earlier <= {status == 200}
    return fits, f"HTTP status 200 or {STRICT[code]} for code {code}, in one profile throughout", status


def is_json(told: Exchange) -> bool:
    """Tell whether an answer calls itself JSON."""
    return bool(_JSON.match(told.answer_headers.get("content-type", "")))


def seen(told: Exchange) -> dict[str, Any]:
    """Return an answer in short."""
    shown = told.answer if told.events is None else f"a stream of {len(told.events)} events"
    return {"status": told.status, "code": told.code, "answer": shown}


_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:?00)")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_ENVELOPE: Final = ("code", "message", "data")


def is_text(value: Any) -> bool:
    """Tell whether it is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_whole(value: Any) -> TypeGuard[int]:
    """Tell whether it is an integer; truth values are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether it is a number; truth values are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_prefixed(value: Any, prefix: str) -> bool:
    """Tell whether it is a text with something after ``prefix``."""
    return isinstance(value, str) and value.startswith(prefix) and len(value) > len(prefix)


def is_digits(value: Any, count: int) -> bool:
    """Tell whether it is a text of exactly so many decimal digits."""
    return isinstance(value, str) and len(value) == count and value.isascii() and value.isdigit()


def is_hex(value: Any) -> bool:
    """Tell whether it is a text of hexadecimal digits."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def utc_ms(value: Any) -> int | None:
    """Return an ISO 8601 time in UTC as milliseconds since 1970, None where it is no such thing."""
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
    """Tell whether it is code, message and data, whatever they say (ENV-1)."""
    return (
        not missing_fields(answer, _ENVELOPE)
        and is_whole(answer["code"])
        and isinstance(answer["message"], str)
    )


def is_success(answer: Any) -> bool:
    """Tell whether it is the envelope of a success (ENV-1)."""
    return is_envelope(answer) and answer["code"] == 0 and answer["message"] == "success"


def is_failure(answer: Any) -> bool:
    """Tell whether it is the envelope of a refusal: a code, words for a person, and no data (ENV-2)."""
    return (
        is_envelope(answer) and answer["code"] != 0 and is_text(answer["message"]) and answer["data"] is None
    )

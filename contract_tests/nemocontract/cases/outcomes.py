"""What nearly every case claims of an answer: that it is a success, or the refusal that was asked for."""

from __future__ import annotations

import re
from typing import Any, Final

from nemocontract.cases.shapes import is_failure, is_success
from nemocontract.probing.case import Bench
from nemocontract.traffic import Exchange

# ENV-3: the HTTP status of a four-digit code where the profile is `http-status`; by default it is 200.
STRICT: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
_INSIDES: Final = re.compile(
    rb'Traceback|File "|\.py\b|\bat 0x[0-9a-f]+|\b[A-Z]\w*(?:Error|Exception)\b|line \d+, in '
)
_JSON: Final = re.compile(r"application/(?:[\w.-]+\+)?json\b")


def accepted(bench: Bench, told: Exchange, clause: str, expected: str) -> Exchange:
    """Claim a success in its envelope (ENV-1) and return it; raise CannotGoOnError where it is none."""
    bench.must(clause, told.succeeded, expected, seen(told))
    bench.claim("ENV-1", is_success(told.answer), "code 0, message `success` and data", seen(told))
    bench.claim("ENV-1", is_json(told), "JSON that is called so", told.answer_headers.get("content-type"))
    return told


def refused(bench: Bench, told: Exchange, clause: str, code: int, expected: str) -> bool:
    """Claim a refusal with this code, in its envelope (ENV-2), under a status that fits (ENV-3)."""
    holds = bench.claim(clause, told.code == code, f"{code}: {expected}", seen(told))
    if not told.succeeded:
        bench.claim("ENV-2", is_failure(told.answer), "an envelope with a message and data null", seen(told))
        bench.claim("ENV-3", *status_of(bench, told))
        tidy(bench, told)
    return holds


def tidy(bench: Bench, told: Exchange) -> bool:
    """Claim of the last answer that no 500 and nothing of the server's insides shows (ENV-4)."""
    clean = (told.status or 0) < 500 and not _INSIDES.search(bench.probe.raw)
    return bench.claim("ENV-4", clean, "no 500 and no stack trace", seen(told))


def status_of(bench: Bench, told: Exchange) -> tuple[bool, str, object]:
    """Return whether a refusal's status fits its code and the profile that this case has met so far."""
    code, status = told.code or 0, told.status
    if code not in STRICT:
        return status == code, f"HTTP status {code} for code {code}", status
    earlier = {past.status == 200 for past in bench.probe.exchanges[:-1] if past.code in STRICT}
    fits = status in (200, STRICT[code]) and earlier <= {status == 200}
    return fits, f"HTTP status 200 or {STRICT[code]} for code {code}, in one profile throughout", status


def is_json(told: Exchange) -> bool:
    """Tell whether an answer calls itself JSON."""
    return bool(_JSON.match(told.answer_headers.get("content-type", "")))


def seen(told: Exchange) -> dict[str, Any]:
    """Return an answer in short."""
    shown = told.answer if told.events is None else f"a stream of {len(told.events)} events"
    return {"status": told.status, "code": told.code, "answer": shown}

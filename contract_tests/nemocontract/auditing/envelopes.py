"""What holds of every answer, whatever was asked: its envelope, its status, nothing of the insides (ENV)."""

from __future__ import annotations

import json
import re
from typing import Final

from nemocontract.auditing.claims import Claims
from nemocontract.cases.shapes import is_failure, is_success
from nemocontract.traffic import Exchange

# ENV-3: what the strict profile makes of a four-digit code.
_STATUS: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
_INSIDES: Final = re.compile(r"Traceback \(most recent call last\)|File \"[^\"]+\", line \d+|\w+Error: ")
_ENVELOPED: Final = ("token.issue", "token.claim", "session.create", "credits", "state", "upload")


def check_answer(claim: Claims, told: Exchange, strict: bool | None) -> None:
    """Claim ENV-1 to ENV-4 of an answer; ``strict``: whether codes have statuses of their own, if known."""
    shown = told.answer if told.events is None else ""
    tidy = told.succeeded or not _INSIDES.search(_text(shown))
    clean = (told.status or 0) < 500 and tidy
    claim("ENV-4", clean, "no 500, and nothing of the server's insides", f"{told.status} {shown}")
    if told.succeeded and told.operation in _ENVELOPED:
        claim("ENV-1", is_success(shown), "code 0, message `success`, and data", shown)
    if told.status == 200 and not told.succeeded:
        claim("ENV-1", told.code in _STATUS, "code 0 for a success, with status 200", shown)
    if not told.succeeded:
        claim("ENV-2", is_failure(shown), "an envelope with a code, words for a person, data null", shown)
        claim("ENV-3", *_status(told, strict), f"status {told.status} with code {told.code}")
        claim("SSE-2", told.events is None, "an envelope, and no stream, where a message is refused")


def _status(told: Exchange, strict: bool | None) -> tuple[bool, str]:
    code = told.code or 0
    if code not in _STATUS:
        return told.status == code, f"status {code}, as the code says"
    allowed = {None: {200, _STATUS[code]}, True: {_STATUS[code]}, False: {200}}[strict]
    return told.status in allowed, f"status {' or '.join(map(str, sorted(allowed)))} for code {code}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

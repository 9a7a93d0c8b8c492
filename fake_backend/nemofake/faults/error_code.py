"""Any error code in place of an answer, in an envelope."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ..engine.errors import CATALOGUE
from .actions import Head, Headers
from .replace import Replace


@dataclass(frozen=True)
class ErrorCode(Replace):
    """Refuse with ``code``; ``retry_after_s`` sets the header that 429 may or may not carry (AUTH-3)."""

    name = "error_code"
    code: int = 1001
    retry_after_s: int | None = None

    def answer(self) -> tuple[Head, bytes]:
        """Return the envelope of the refusal."""
        row = CATALOGUE[self.code]
        headers: Headers = ((b"content-type", b"application/json"),)
        if self.retry_after_s is not None:
            headers += ((b"retry-after", str(self.retry_after_s).encode()),)
        body = {"code": row.code, "message": row.message, "data": None}
        return Head(row.http_status, headers), json.dumps(body, separators=(",", ":")).encode()

"""Any error code in place of an answer, in an envelope."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from ..engine.errors import CATALOGUE
from .actions import Head, Headers
from .fault import Count, Scene
from .replace import Replace


def _known(code: int) -> int:
    if code not in CATALOGUE:
        raise ValueError(f"no such code; there are {', '.join(map(str, sorted(CATALOGUE)))}")
    return code


@dataclass(frozen=True)
class ErrorCode(Replace):
    """Refuse with ``code``; ``retry_after_s`` sets the header that 429 may or may not carry (AUTH-3)."""

    name = "error_code"
    code: Annotated[int, AfterValidator(_known)] = 1001
    retry_after_s: Count | None = None

    def answer(self, scene: Scene) -> tuple[Head, bytes]:
        """Return the envelope of the refusal, with the HTTP status of the world's profile (ENV-3)."""
        row = CATALOGUE[self.code]
        headers: Headers = ((b"content-type", b"application/json"),)
        if self.retry_after_s is not None:
            headers += ((b"retry-after", b"%d" % self.retry_after_s),)
        status = row.strict_status if scene.strict_errors else row.http_status
        body = {"code": row.code, "message": row.message, "data": None}
        return Head(status, headers), json.dumps(body, separators=(",", ":")).encode()

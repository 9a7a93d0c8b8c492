"""The error catalogue as data, and the one exception that refuses a command (ENV-2, ENV-3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorSpec:
    """One row of the catalogue: ``code``, the HTTP status in both profiles, a message for people."""

    code: int
    http_status: int  # profile `envelope`, the default (ENV-3)
    strict_status: int  # profile `http-status` (ENV-3)
    message: str


CATALOGUE: dict[int, ErrorSpec] = {
    row.code: row
    for row in (
        ErrorSpec(1001, 200, 401, "Token is invalid or has expired"),
        ErrorSpec(1002, 200, 404, "Session not found"),
        ErrorSpec(2001, 200, 403, "Not enough credits"),
        ErrorSpec(4001, 200, 415, "Unsupported file"),
        ErrorSpec(4002, 200, 413, "File too large"),
        ErrorSpec(400, 400, 400, "Bad request"),
        ErrorSpec(402, 402, 402, "Export is not available on the free plan"),
        ErrorSpec(403, 403, 403, "The token lacks the scope for this"),
        ErrorSpec(404, 404, 404, "Not found"),
        ErrorSpec(405, 405, 405, "Method not allowed"),
        ErrorSpec(409, 409, 409, "Conflict"),
        ErrorSpec(429, 429, 429, "Too many anonymous tokens; try again later"),
    )
}


# No code of the protocol: the machine of the fake itself has no room, or may not write.
STORAGE = ErrorSpec(507, 507, 507, "The server cannot store files")


class BackendError(Exception):
    """A command was refused; the state is as it was before.

    ``code`` is a key of CATALOGUE; ``detail`` says what was wrong, where, and what to do;
    ``retry_after_s`` is set with 429 (AUTH-3).
    """

    def __init__(self, code: int, detail: str | None = None, *, retry_after_s: int | None = None) -> None:
        self.spec = CATALOGUE[code]
        self.message = f"{self.spec.message}: {detail}" if detail else self.spec.message
        self.retry_after_s = retry_after_s
        super().__init__(self.message)

    @property
    def code(self) -> int:
        """The code that travels in the envelope."""
        return self.spec.code

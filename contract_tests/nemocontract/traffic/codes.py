"""The code that an answer carries, in an envelope or in its status alone (ENV-1 to ENV-3)."""

from __future__ import annotations

from typing import Any, Final

# ENV-3: profile `http-status` says some codes by their status alone; what each means where no code is told.
_BARE: Final = {401: 1001, 413: 4002, 415: 4001}
# A bare 404 is about the session where that is all that could be missing.
_IN_SESSIONS: Final = frozenset({"chat", "state", "upload", "token.claim", "render.submit"})


def code_of(status: int, body: Any, operation: str = "") -> int:
    """Return 0 for success, else the envelope's code, or what the bare status means for an operation."""
    code = body.get("code") if isinstance(body, dict) else None
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    if status == 404 and operation in _IN_SESSIONS:
        return 1002
    return 0 if 200 <= status < 300 else _BARE.get(status, status)

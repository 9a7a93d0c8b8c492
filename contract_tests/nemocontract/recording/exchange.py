"""The code that an answer carries, in an envelope or in its status alone (ENV-1 to ENV-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

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


Ending = Literal["complete", "client-gone", "cut", "open"]


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream: when it came, and what stood behind ``data:``, parsed where it is JSON."""

    at_ms: int
    data: Any


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer; times are milliseconds since 1970, header names lower-case.

    ``operation`` is read from method and path (see ``operations``), ``path`` stands below the service's
    address and holds the query. ``status`` and ``code`` are None where no answer came; ``code`` is 0 for
    success, else the envelope's code or what the bare status means (ENV-1 to ENV-3). ``events`` is None
    where the answer is no stream. ``notes`` are remarks of who wrote it down, such as a fault that struck.
    ``sent`` are the request's bytes where they were kept.
    """

    seq: int
    operation: str
    method: str
    path: str
    at_ms: int
    ended_at_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    uploads: tuple[str, ...] = ()
    status: int | None = None
    code: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: Any = None
    answer_size: int = 0
    events: tuple[Event, ...] | None = None
    ending: Ending = "complete"
    notes: tuple[str, ...] = ()
    sent: bytes = field(default=b"", repr=False)

    @property
    def title(self) -> str:
        """The exchange in a few words."""
        code = "no answer" if self.code is None else f"code {self.code}"
        ending = "" if self.ending == "complete" else f", {self.ending}"
        return f"request {self.seq}, {self.operation}: {code}{ending}"

    @property
    def data(self) -> Mapping[str, Any]:
        """What a success carries in its envelope's ``data`` (ENV-1); empty where there is none."""
        data = self.answer.get("data") if isinstance(self.answer, dict) else None
        return data if isinstance(data, dict) else {}

    @property
    def succeeded(self) -> bool:
        """Whether the service did what it was asked."""
        return self.code == 0

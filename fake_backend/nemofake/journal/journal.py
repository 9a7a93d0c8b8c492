"""One exchange as it happens: raw bytes and engine times, nothing interpreted."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

Ending = Literal["complete", "client-gone", "cut"]
HeaderList = Collection[tuple[bytes, bytes]]

BODY_CAP = 64 * 1024  # bytes kept of a request's body, and as many of an answer's
STREAM_CAP = 1024 * 1024  # bytes kept of a stream's events


class Upload(NamedTuple):
    """What is kept of an uploaded file: its name, size in bytes and hash."""

    filename: str
    size: int
    hash: str


@dataclass(slots=True, eq=False)
class Entry:
    """A request and what became of it; ``ending`` is None while the exchange is open.

    Times are engine milliseconds. ``request_size`` and ``response_size`` count every byte, the bodies
    keep the first ``body_cap``.
    """

    seq: int
    operation: str
    started_at_ms: int
    method: str
    path: str
    http_version: str = "1.1"
    client: str = ""
    request_headers: HeaderList = ()
    body_cap: int = BODY_CAP
    request_body: bytes = b""
    request_size: int = 0
    uploads: list[Upload] = field(default_factory=list)
    responded_at_ms: int | None = None
    status: int | None = None
    response_headers: HeaderList = ()
    response_body: bytes = b""
    response_size: int = 0
    events: list[tuple[int, bytes]] = field(default_factory=list)
    ended_at_ms: int | None = None
    ending: Ending | None = None
    notes: list[str] = field(default_factory=list)

    def add_request(self, chunk: bytes) -> None:
        """Add bytes of the request's body."""
        self.request_body = _grown(self.request_body, chunk, self.body_cap)
        self.request_size += len(chunk)

    def add_upload(self, filename: str, size: int, digest: str) -> None:
        """Add the summary of one uploaded file, in place of its bytes."""
        self.uploads.append(Upload(filename, size, digest))

    def respond(self, at_ms: int, status: int, headers: HeaderList) -> None:
        """Set the head of the answer; it may be set again when a fault replaces it."""
        self.responded_at_ms = at_ms
        self.status = status
        self.response_headers = headers

    def add_response(self, chunk: bytes) -> None:
        """Add bytes of the answer's body."""
        self.response_body = _grown(self.response_body, chunk, self.body_cap)
        self.response_size += len(chunk)

    def count_response(self, size: int) -> None:
        """Add to the answer's size alone, for a film whose bytes tell a reader nothing."""
        self.response_size += size

    def add_event(self, at_ms: int, frame: bytes) -> None:
        """Add what a stream sent at one moment; past STREAM_CAP its size alone."""
        if self.response_size < STREAM_CAP:
            self.events.append((at_ms, frame))
        self.response_size += len(frame)

    def note(self, text: str) -> None:
        """Add a remark, such as the fault that struck."""
        self.notes.append(text)

    def close(self, at_ms: int, ending: Ending = "complete") -> None:
        """End the exchange; the first ending stays."""
        if self.ending is None:
            self.ended_at_ms = at_ms
            self.ending = ending


def _grown(kept: bytes, chunk: bytes, cap: int) -> bytes:
    """Return what is kept after one more chunk; the usual single chunk is kept without a copy."""
    world = cap - len(kept)
    if world <= 0:
        return kept
    return kept + chunk[:world] if kept else chunk[:world]


if TYPE_CHECKING:
    pass


class Journal:
    """Keeps the newest ``max_entries`` exchanges, numbered from 1; the oldest go first.

    ``body_cap`` is how many bytes of each body stay.
    """

    __slots__ = ("_body_cap", "_entries", "_opened")

    def __init__(self, max_entries: int = 10_000, *, body_cap: int = BODY_CAP) -> None:
        self._entries: deque[Entry] = deque(maxlen=max_entries)
        self._body_cap = body_cap
        self._opened = 0

    def open(
        self,
        operation: str,
        at_ms: int,
        method: str,
        path: str,
        *,
        http_version: str = "1.1",
        client: str = "",
        headers: HeaderList = (),
    ) -> Entry:
        """Begin an exchange and return its entry, to be filled as bytes pass.

        ``path`` holds the query, as sent; ``headers`` are raw pairs; ``client`` is an address without port.
        """
        self._opened += 1
        entry = Entry(
            self._opened, operation, at_ms, method, path, http_version, client, headers, self._body_cap
        )
        self._entries.append(entry)
        return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The exchanges kept, oldest first, open ones included."""
        return tuple(self._entries)

    @property
    def dropped(self) -> int:
        """How many exchanges were pushed out by newer ones."""
        return self._opened - len(self._entries)

    def clear(self) -> None:
        """Forget everything and number from 1 again."""
        self._entries.clear()
        self._opened = 0

    def __len__(self) -> int:
        return len(self._entries)

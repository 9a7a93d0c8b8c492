"""One exchange as it happens: raw bytes and engine times, nothing interpreted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

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
    room = cap - len(kept)
    if room <= 0:
        return kept
    return kept + chunk[:room] if kept else chunk[:room]

"""The journal of one world: its exchanges as they happen, raw bytes and engine times."""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Literal, NamedTuple

Ending = Literal["complete", "client-gone", "cut"]
HeaderList = Collection[tuple[bytes, bytes]]

_CODE = re.compile(rb'\A\{"code":\s*(\d+)')
BODY_CAP = 64 * 1024  # bytes stored of a request's body, and as many of a response's
STREAM_CAP = 1024 * 1024  # bytes stored of a stream's events
MAX_BYTES = 256 * 1024 * 1024  # bytes stored of all bodies and events
_COUNT_STEP = 4096  # of bytes of events: counting each by itself would cost more than storing it
_EVENT_OVERHEAD = 16  # what an event counts for besides its bytes
_OVERHEAD = 1024  # what an entry counts for besides its bodies: headers, path, objects


class Upload(NamedTuple):
    """What is stored of an uploaded file: its name, size in bytes and hash."""

    filename: str
    size: int
    hash: str


@dataclass(slots=True, eq=False)
class Entry:
    """A request and its response; ``ending`` is None while the exchange is open.

    Times are engine milliseconds. ``request_size`` and ``response_size`` count every byte, the bodies
    keep the first ``request_cap`` and ``body_cap``; ``request_digest`` is of a longer request body.
    ``on_stored`` is called with the number of bytes that were stored.
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
    request_cap: int = BODY_CAP
    request_body: bytes = b""
    request_size: int = 0
    uploads: list[Upload] = field(default_factory=list)
    responded_at_ms: int | None = None
    status: int | None = None
    response_headers: HeaderList = ()
    response_body: bytes = b""
    response_size: int = 0
    frames: list[bytes] = field(default_factory=list)  # of a stream
    frame_times_ms: array[int] = field(default_factory=lambda: array("q"))  # when each was due
    ended_at_ms: int | None = None
    ending: Ending | None = None
    notes: list[str] = field(default_factory=list)
    stored_bytes: int = 0
    on_stored: Callable[[Entry, int], None] | None = None
    _uncounted: int = 0  # bytes of events that are not in stored_bytes yet
    _digest: Any = None  # of a request body that is not stored in full

    def add_request(self, chunk: bytes) -> None:
        """Add bytes of the request's body."""
        if self._digest is None and self.request_size + len(chunk) > self.request_cap:
            self._digest = sha256(self.request_body)  # all of it so far
        if self._digest is not None:
            self._digest.update(chunk)
        self.request_body = self._appended(self.request_body, chunk, self.request_cap)
        self.request_size += len(chunk)

    @property
    def request_digest(self) -> str | None:
        """The SHA-256 in hex of a request body that is not stored in full; None of any other."""
        return None if self._digest is None else self._digest.hexdigest()

    def add_upload(self, filename: str, size: int, digest: str) -> None:
        """Add the summary of one uploaded file, in place of its bytes."""
        self.uploads.append(Upload(filename, size, digest))

    def respond(self, at_ms: int, status: int, headers: HeaderList) -> None:
        """Set the head of the response; it may be set again if a fault replaces it."""
        self.responded_at_ms = at_ms
        self.status = status
        self.response_headers = headers

    def add_response(self, chunk: bytes) -> None:
        """Add bytes of the response's body."""
        self.response_body = self._appended(self.response_body, chunk, self.body_cap)
        self.response_size += len(chunk)

    def count_response(self, size: int) -> None:
        """Add to the response's size alone, for a video whose bytes tell a reader nothing."""
        self.response_size += size

    def add_event(self, at_ms: int, frame: bytes) -> None:
        """Add what a stream sent at one moment; past STREAM_CAP its size alone."""
        size = len(frame)
        if self.response_size < STREAM_CAP:
            self.frames.append(frame)
            self.frame_times_ms.append(at_ms)
            self._uncounted += size + _EVENT_OVERHEAD
            if self._uncounted >= _COUNT_STEP:
                self._count_events()
        self.response_size += size

    @property
    def events(self) -> list[tuple[int, bytes]]:
        """When each stored part of a stream was due, and its bytes."""
        return [*zip(self.frame_times_ms, self.frames, strict=True)]

    def _count_events(self) -> None:
        self._uncounted, size = 0, self._uncounted
        self._store(size)

    @property
    def code(self) -> int | None:
        """The protocol code that the response's envelope begins with (ENV-1); None without envelope."""
        found = _CODE.match(self.response_body)
        return int(found[1]) if found else None

    def note(self, text: str) -> None:
        """Add a note, such as a fault that changed the response."""
        self.notes.append(text)

    def close(self, at_ms: int, ending: Ending = "complete") -> None:
        """End the exchange; the first ending stays."""
        if self.ending is None:
            self.ended_at_ms = at_ms
            self.ending = ending
            self._count_events()  # also where there are none: the journal is told of the end

    def _appended(self, stored: bytes, chunk: bytes, cap: int) -> bytes:
        """Return what is stored after one more chunk; the usual single chunk is not copied."""
        left = cap - len(stored)
        if left <= 0:
            return stored
        added = chunk[:left]
        self._store(len(added))
        return stored + added if stored else added

    def _store(self, size: int) -> None:
        self.stored_bytes += size
        if self.on_stored is not None:
            self.on_stored(self, size)


class Journal:
    """Keeps the newest exchanges, numbered from 1; the oldest are dropped first.

    At most ``max_entries``, and as many as fit into ``max_bytes`` of bodies and events (the newest one
    always). ``body_cap`` is how many bytes of each body are stored, ``request_cap`` of a request's.
    """

    __slots__ = (
        "_bytes",
        "_caps",
        "_entries",
        "_max_bytes",
        "_max_entries",
        "_open",
        "_opened",
        "on_change",
    )

    def __init__(
        self,
        max_entries: int = 10_000,
        *,
        body_cap: int = BODY_CAP,
        request_cap: int | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self._max_entries, self._max_bytes = max_entries, max_bytes
        self._caps = body_cap, body_cap if request_cap is None else request_cap
        self._entries: deque[Entry] = deque()
        self._open: list[Entry] = []
        self._opened = self._bytes = 0
        self.on_change: Callable[[], None] | None = None  # called when an exchange begins, goes on or ends

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
            self._opened, operation, at_ms, method, path, http_version, client, headers, *self._caps
        )
        entry.on_stored = self._stored
        self._entries.append(entry)
        if len(self._open) > 256:
            self._open = [other for other in self._open if other.ending is None]
        self._open.append(entry)
        entry.stored_bytes = _OVERHEAD
        self._stored(entry, _OVERHEAD)
        return entry

    def _stored(self, entry: Entry, size: int) -> None:
        """Count stored bytes, and drop the oldest entries that are too many or too large together."""
        if self.on_change is not None:
            self.on_change()
        if entry.seq <= self.dropped:
            return
        self._bytes += size
        while len(self._entries) > self._max_entries or (
            self._bytes > self._max_bytes and len(self._entries) > 1
        ):
            self._bytes -= self._entries.popleft().stored_bytes

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The stored exchanges, oldest first, open ones included."""
        return tuple(self._entries)

    def page(self, after: int, limit: int | None) -> tuple[tuple[Entry, ...], int]:
        """Return the stored exchanges numbered above ``after``, and how many before them were dropped."""
        start = max(0, after - self.dropped)
        stop = None if limit is None else start + limit
        return tuple(islice(self._entries, start, stop)), max(0, self.dropped - after)

    @property
    def open_entries(self) -> tuple[Entry, ...]:
        """The exchanges that have not ended, oldest first."""
        self._open = [entry for entry in self._open if entry.ending is None]
        return tuple(self._open)

    @property
    def dropped(self) -> int:
        """How many older exchanges were dropped."""
        return self._opened - len(self._entries)

    def clear(self) -> None:
        """Forget everything and number from 1 again."""
        self._entries.clear()
        self._open.clear()
        self._opened = self._bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

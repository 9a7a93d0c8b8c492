"""A video from the service to this machine: resumed after a cut, checked, then named (C-REN-2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from nemoclient import errors
from nemoclient.calls import Flow
from nemoclient.context import Context
from nemoclient.files import Landing
from nemoclient.steps import QUIET, Answer, Close, Local, Notice, Now, Open, Pause, Read, Request
from nemoclient.wording import say

_ATTEMPTS = 6
_PAUSE_S = 2.0
_PATIENCE_S = 60.0
_OK, _PARTIAL = 200, 206
_GONE = (401, 403, 404, 410)
_RANGE = re.compile(r"bytes (\d{1,18})-\d*/(\d{1,18}|\*)")


@dataclass(slots=True)
class _Transfer:
    """What is known of the file: ``total`` bytes or None, and the mark of this version of it."""

    context: Context
    url: str
    landing: Landing
    total: int | None = None
    version: str = ""

    def request(self) -> Request:
        """Ask for what is missing; the bearer goes to the service itself, to nobody else (REN-9)."""
        headers = self.context.headers() if self.context.ours(self.url) else {}
        headers["Accept-Encoding"] = "identity"  # lengths and ranges count plain bytes
        if self.landing.size:
            headers["Range"] = f"bytes={self.landing.size}-"
            if self.version:
                headers["If-Range"] = self.version
        return Request("GET", self.url, headers, follow_redirects=True)

    @property
    def done(self) -> bool:
        """Whether every byte is here."""
        return self.landing.size == self.total


class _Gone(Exception):  # noqa: N818
    """The address does not give the file, now or later."""


def download(context: Context, url: str, landing: Landing, size: int | None) -> Flow[None]:
    """Bring the file in whole; ``size`` in bytes is what the service says it is, None if it does not say.

    Raises ``DownloadFailed`` after six attempts, ``OSError`` for a full disk.
    """
    transfer = _Transfer(context, url, landing)
    for attempt in range(_ATTEMPTS):
        if attempt:
            yield Pause(_PAUSE_S * attempt)
        try:
            if (yield from _attempt(transfer)) and size in (None, landing.size):
                return
        except errors.LinkFailed:
            pass  # what arrived is kept; the next attempt asks for the rest
        except _Gone as gone:
            raise errors.DownloadFailed(detail=str(gone)) from gone
        yield Close()
    raise errors.DownloadFailed(detail=f"{landing.size} of {transfer.total or size} bytes arrived")


def _attempt(transfer: _Transfer) -> Flow[bool]:
    """Bring in one answer's bytes; return whether the file is whole now."""
    yield Open(transfer.request())
    head = yield from _piece()
    if not isinstance(head, Answer) or not (yield from _begin(transfer, head)):
        return False
    while isinstance(chunk := (yield from _piece()), bytes):
        yield Local(partial(transfer.landing.write, chunk))
        if transfer.total:
            share = min(1.0, transfer.landing.size / transfer.total)
            yield Notice("progress", say("downloading", transfer.context.language), share)
    return transfer.done if transfer.total is not None else transfer.landing.size > 0


def _piece() -> Flow[object]:
    """Return the next piece; a minute of silence is a broken connection."""
    since_s = yield Now()
    while (piece := (yield Read(_PATIENCE_S))) is QUIET:
        if (yield Now()) - since_s >= _PATIENCE_S:
            raise errors.LinkFailed("stalled", sent=True)
    return piece


def _begin(transfer: _Transfer, head: Answer) -> Flow[bool]:
    """Take note of the head; return whether a usable body follows it."""
    if head.status in _GONE:
        raise _Gone(f"status {head.status}")
    place = _RANGE.match(head.headers.get("content-range", ""))
    if head.status == _PARTIAL and place and int(place[1]) == transfer.landing.size:
        total = int(place[2]) if place[2] != "*" else transfer.total
        if transfer.total in (None, total):
            transfer.total = total
            return True
    yield Local(transfer.landing.restart)  # 416, a foreign range, or the whole file anew
    if head.status != _OK or head.headers.get("content-encoding", "identity") != "identity":
        return False
    length, tag = head.headers.get("content-length", "")[:18], head.headers.get("etag", "")
    transfer.total = int(length) if length.isdecimal() else None
    strong = tag.startswith('"')  # RFC 9110: If-Range takes no weak tag
    transfer.version = tag if strong else head.headers.get("last-modified", "")
    return True

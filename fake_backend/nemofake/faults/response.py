"""Another answer in place of the backend's, whatever that was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal
from zlib import Z_SYNC_FLUSH, compressobj

from pydantic import AfterValidator

from ..engine.errors import CATALOGUE
from .base import (
    Action,
    Count,
    Cut,
    Data,
    End,
    Fault,
    FaultContext,
    Hang,
    Head,
    Headers,
    HeaderText,
    Reset,
    Transform,
)


@dataclass(frozen=True, kw_only=True)
class ReplaceResponse(Fault):
    """A fault that answers by itself.

    With ``after_backend`` the backend did what it was asked, and only its answer is lost; else the request
    never reached it.
    """

    after_backend: bool = False

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.after_backend

    def begin(self, context: FaultContext) -> Transform:
        """Answer once, and let nothing of the backend's pass; what comes before its head does."""
        answered = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal answered
            if answered:
                return ()
            if not isinstance(action, Head):
                return (action,)
            answered = True
            head, body = self.answer(context)
            return (head.with_(content_length=b"%d" % len(body)), Data(body, context.start_ms), End())

        return bend

    def answer(self, context: FaultContext) -> tuple[Head, bytes]:
        """Return head and body; the length is set afterwards."""
        raise NotImplementedError


@dataclass(frozen=True)
class NoAnswer(Fault):
    """Close the connection before the first byte; with ``reset`` by an RST instead of a FIN.

    With ``after_backend`` the backend did what it was asked, as after a proxy's time-out.
    """

    name = "no_answer"
    reset: bool = False
    after_backend: bool = True

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.after_backend

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Put the close in place of the head; nothing follows it."""
        struck = False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal struck
            if struck:
                return ()
            struck = isinstance(action, Head)
            return (Reset() if self.reset else Cut(),) if struck else (action,)

        return bend


def _known(code: int) -> int:
    if code not in CATALOGUE:
        raise ValueError(f"no such code; there are {', '.join(map(str, sorted(CATALOGUE)))}")
    return code


@dataclass(frozen=True)
class ErrorCode(ReplaceResponse):
    """Refuse with ``code``; ``retry_after_s`` sets the header that 429 may or may not carry (AUTH-3)."""

    name = "error_code"
    code: Annotated[int, AfterValidator(_known)] = 1001
    retry_after_s: Count | None = None

    def answer(self, context: FaultContext) -> tuple[Head, bytes]:
        """Return the envelope of the refusal, with the HTTP status of the world's profile (ENV-3)."""
        row = CATALOGUE[self.code]
        headers: Headers = ((b"content-type", b"application/json"),)
        if self.retry_after_s is not None:
            headers += ((b"retry-after", b"%d" % self.retry_after_s),)
        status = row.strict_status if context.strict_errors else row.http_status
        body = {"code": row.code, "message": row.message, "data": None}
        return Head(status, headers), json.dumps(body, separators=(",", ":")).encode()


@dataclass(frozen=True)
class ProxyError(ReplaceResponse):
    """Answer with a gateway's HTML page."""

    name = "proxy_error"
    status: Literal[502, 503, 504] = 502

    def answer(self, context: FaultContext) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the page."""
        title = f"{self.status} {HTTPStatus(self.status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Head(self.status, ((b"content-type", b"text/html"),)), page.encode()


@dataclass(frozen=True)
class Redirect(ReplaceResponse):
    """Send the client to ``location``."""

    name = "redirect"
    location: HeaderText = "/"
    status: Literal[301, 302, 303, 307, 308] = 307

    def answer(self, context: FaultContext) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the redirect, without a body."""
        return Head(self.status, ((b"location", self.location.encode()),)), b""


@dataclass(frozen=True)
class ContentType(Fault):
    """Say ``value`` of the answer's type."""

    name = "content_type"
    value: HeaderText = "text/html"

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Change the head."""

        def bend(action: Action) -> Iterable[Action]:
            return (action.with_(content_type=self.value.encode()) if isinstance(action, Head) else action,)

        return bend


_GZIP_WINDOW = 31


@dataclass(frozen=True)
class Compression(Fault):
    """Compress the body with gzip, event by event where it streams."""

    name = "gzip"

    def begin(self, context: FaultContext) -> Transform:
        """Compress as the body passes; the length is not known beforehand."""
        packer = compressobj(wbits=_GZIP_WINDOW)
        last_ms = context.start_ms

        def bend(action: Action) -> Iterator[Action]:
            nonlocal last_ms
            if isinstance(action, Head):
                known = action.get(b"content-encoding")
                coding = b"gzip" if known is None else known + b", gzip"
                yield action.with_(content_encoding=coding, content_length=None)
            elif isinstance(action, Data):
                last_ms = action.at_ms
                yield Data(packer.compress(action.body) + packer.flush(Z_SYNC_FLUSH), action.at_ms)
            elif isinstance(action, End):
                yield Data(packer.flush(), last_ms)
                yield action
            else:
                yield action

        return bend


@dataclass(frozen=True)
class Chunking(Fault):
    """Send chunks of ``size`` bytes whatever the events; 0 sends everything at once, at the end."""

    name = "chunking"
    size: Count = 1

    def begin(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Cut the body anew."""
        held: list[Data] = []

        def bend(action: Action) -> Iterator[Action]:
            if isinstance(action, Data):
                if self.size == 0:
                    held.append(action)
                    return
                yield from self._pieces(action)
                return
            if isinstance(action, End | Hang | Cut | Reset) and held:
                yield Data(b"".join(part.body for part in held), held[-1].at_ms)
            yield action

        return bend

    def _pieces(self, action: Data) -> Iterator[Data]:
        for at in range(0, len(action.body), self.size):
            yield Data(action.body[at : at + self.size], action.at_ms)

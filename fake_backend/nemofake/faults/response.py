"""Faults that replace the backend's response, or change its headers or encoding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal
from zlib import Z_SYNC_FLUSH, compressobj

from pydantic import AfterValidator

from ..engine.errors import CATALOGUE
from .base import Action, Count, Data, End, Fault, FaultContext, Head, Headers, HeaderText, Transform

_GZIP_WINDOW = 31


@dataclass(frozen=True, kw_only=True)
class ReplaceResponse(Fault):
    """A fault that sends its own response.

    With ``after_backend`` the request has its effect and only the response is lost; else it never
    reaches the backend.
    """

    after_backend: bool = False

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return not self.after_backend

    def start(self, context: FaultContext) -> Transform:
        """Send the replacement in place of the head; nothing of the backend's response follows."""
        sent = False

        def transform(action: Action) -> Iterable[Action]:
            nonlocal sent
            if sent:
                return ()
            if not isinstance(action, Head):
                return (action,)
            sent = True
            head, body = self.replacement(context)
            return (head.with_(content_length=b"%d" % len(body)), Data(body, context.start_ms), End())

        return transform

    def replacement(self, context: FaultContext) -> tuple[Head, bytes]:
        """Return head and body; the length is set afterwards."""
        raise NotImplementedError


def _known_code(code: int) -> int:
    if code not in CATALOGUE:
        raise ValueError(f"unknown code; available: {', '.join(map(str, sorted(CATALOGUE)))}")
    return code


@dataclass(frozen=True)
class ErrorCode(ReplaceResponse):
    """Return error ``code``; ``retry_after_s`` sets the header that 429 may or may not carry (AUTH-3)."""

    name = "error_code"
    code: Annotated[int, AfterValidator(_known_code)] = 1001
    retry_after_s: Count | None = None

    def replacement(self, context: FaultContext) -> tuple[Head, bytes]:
        """Return the error envelope, with the HTTP status of the world's profile (ENV-3)."""
        row = CATALOGUE[self.code]
        headers: Headers = ((b"content-type", b"application/json"),)
        if self.retry_after_s is not None:
            headers += ((b"retry-after", b"%d" % self.retry_after_s),)
        status = row.strict_status if context.strict_errors else row.http_status
        body = {"code": row.code, "message": row.message, "data": None}
        return Head(status, headers), json.dumps(body, separators=(",", ":")).encode()


@dataclass(frozen=True)
class ProxyError(ReplaceResponse):
    """Return a gateway's HTML error page."""

    name = "proxy_error"
    status: Literal[502, 503, 504] = 502

    def replacement(self, context: FaultContext) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the page."""
        title = f"{self.status} {HTTPStatus(self.status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Head(self.status, ((b"content-type", b"text/html"),)), page.encode()


@dataclass(frozen=True)
class Redirect(ReplaceResponse):
    """Redirect the client to ``location``."""

    name = "redirect"
    location: HeaderText = "/"
    status: Literal[301, 302, 303, 307, 308] = 307

    def replacement(self, context: FaultContext) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the redirect, without a body."""
        return Head(self.status, ((b"location", self.location.encode()),)), b""


@dataclass(frozen=True)
class ContentType(Fault):
    """Send ``value`` as content type of an unchanged body."""

    name = "content_type"
    value: HeaderText = "text/html"

    def start(self, context: FaultContext) -> Transform:  # noqa: ARG002
        """Change the head."""

        def transform(action: Action) -> Iterable[Action]:
            return (action.with_(content_type=self.value.encode()) if isinstance(action, Head) else action,)

        return transform


@dataclass(frozen=True)
class Compression(Fault):
    """Compress the body with gzip, event by event in a stream, whether the client accepts it or not."""

    name = "gzip"

    def start(self, context: FaultContext) -> Transform:
        """Compress chunk by chunk; the length is not known in advance."""
        packer = compressobj(wbits=_GZIP_WINDOW)
        last_ms = context.start_ms

        def transform(action: Action) -> Iterator[Action]:
            nonlocal last_ms
            if isinstance(action, Head):
                previous = action.get(b"content-encoding")
                encoding = b"gzip" if previous is None else previous + b", gzip"
                yield action.with_(content_encoding=encoding, content_length=None)
            elif isinstance(action, Data):
                last_ms = action.at_ms
                yield Data(packer.compress(action.body) + packer.flush(Z_SYNC_FLUSH), action.at_ms)
            elif isinstance(action, End):
                yield Data(packer.flush(), last_ms)
                yield action
            else:
                yield action

        return transform

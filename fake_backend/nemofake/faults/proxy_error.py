"""A proxy's error page in place of the answer: 502, 503 or 504 in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from .actions import Head
from .replace import Replace


@dataclass(frozen=True)
class ProxyError(Replace):
    """Answer with a gateway's HTML page."""

    name = "proxy_error"
    status: int = 502

    def answer(self) -> tuple[Head, bytes]:
        """Return the page."""
        title = f"{self.status} {HTTPStatus(self.status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Head(self.status, ((b"content-type", b"text/html"),)), page.encode()

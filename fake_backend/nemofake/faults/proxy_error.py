"""A proxy's error page in place of the answer: 502, 503 or 504 in HTML."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from .actions import Head
from .fault import Scene
from .replace import Replace


@dataclass(frozen=True)
class ProxyError(Replace):
    """Answer with a gateway's HTML page."""

    name = "proxy_error"
    status: Literal[502, 503, 504] = 502

    def answer(self, scene: Scene) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the page."""
        title = f"{self.status} {HTTPStatus(self.status).phrase}"
        page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
        return Head(self.status, ((b"content-type", b"text/html"),)), page.encode()

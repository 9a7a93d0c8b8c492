"""A redirect in place of the answer."""

from __future__ import annotations

from dataclasses import dataclass

from .actions import Head
from .replace import Replace


@dataclass(frozen=True)
class Redirect(Replace):
    """Send the client to ``location``."""

    name = "redirect"
    location: str = "/"
    status: int = 307

    def answer(self) -> tuple[Head, bytes]:
        """Return the redirect, without a body."""
        return Head(self.status, ((b"location", self.location.encode()),)), b""

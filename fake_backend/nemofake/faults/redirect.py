"""A redirect in place of the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .actions import Head
from .fault import HeaderText, Scene
from .replace import Replace


@dataclass(frozen=True)
class Redirect(Replace):
    """Send the client to ``location``."""

    name = "redirect"
    location: HeaderText = "/"
    status: Literal[301, 302, 303, 307, 308] = 307

    def answer(self, scene: Scene) -> tuple[Head, bytes]:  # noqa: ARG002
        """Return the redirect, without a body."""
        return Head(self.status, ((b"location", self.location.encode()),)), b""

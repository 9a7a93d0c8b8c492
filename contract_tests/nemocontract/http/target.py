"""A server under test: its address, how to reach it, and its control API where it has one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import httpx


class NoControlError(Exception):
    """The server has no control API, or rejected a control request."""


@dataclass(frozen=True, slots=True)
class Target:
    """``url`` has no slash at its end; ``now_ms`` returns milliseconds since 1970, for the recording."""

    name: str
    url: str
    http: httpx.Client
    now_ms: Callable[[], int]
    has_control: bool = False

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call this world's control API and return the ``data``; raise NoControlError on an error."""
        answer = self.http.request(method, f"{self.url}/__fake__/{path}", json={} if body is None else body)
        payload = (
            answer.json() if answer.headers.get("content-type", "").startswith("application/json") else {}
        )
        if answer.status_code != httpx.codes.OK or not isinstance(payload, dict) or payload.get("code") != 0:
            raise NoControlError(f"{method} /__fake__/{path}: {answer.status_code} {answer.text[:200]}")
        return payload["data"]

    def journal(self) -> list[dict[str, Any]]:
        """Return the server's journal of this world."""
        records: list[dict[str, Any]] = self.http.get(f"{self.url}/__fake__/journal").json()
        return records

    def fresh(self, world: str, **settings: Any) -> Target:
        """Make a new world on the same server; ``settings`` are the body of PUT /__fake__/worlds."""
        root = replace(self, url=self.url.partition("/w/")[0])
        root.control("PUT", f"worlds/{world}", settings)
        return replace(root, url=f"{root.url}/w/{world}")


def has_control_api(http: httpx.Client, url: str) -> bool:
    """Return whether a server has the control API."""
    try:
        answer = http.get(f"{url}/__fake__/clock")
        payload = answer.json()
    except (httpx.HTTPError, ValueError):
        return False
    return isinstance(payload, dict) and payload.get("code") == 0

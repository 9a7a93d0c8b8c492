"""Which operation a request is for, by method and path: the suite's own statement of the routes."""

from __future__ import annotations

import re
from typing import Final

_AGENT = "nemo_agent"
_ID = r"(?P<id>[^/?]+)"
_ROUTES: Final[tuple[tuple[str, str, str], ...]] = (
    ("token.issue", "POST", r"/api/auth/anonymous-token"),  # AUTH-1
    ("token.claim", "POST", r"/api/auth/claim-token"),  # AUTH-8
    ("session.create", "POST", rf"/api/tasks/(?P<user>[^/?]+)/with-session/{_AGENT}"),  # SES-1
    ("chat", "POST", r"/run_sse"),  # SSE-1
    ("credits", "GET", r"/api/credits/balance/simple"),  # CRE-1
    ("state", "GET", rf"/api/state/{_AGENT}/(?P<user>[^/?]+)/{_ID}/latest"),  # STA-1
    ("upload", "POST", rf"/api/upload-video/{_AGENT}/(?P<user>[^/?]+)/{_ID}"),  # UPL-1
    ("render.submit", "POST", r"/api/render/proxy/(?:lambda|draft)"),  # REN-1, and the older route
    ("render.cancel", "POST", rf"/api/render/proxy/lambda/{_ID}/cancel"),  # REN-12
    ("render.download", "GET", rf"/api/render/proxy/{_ID}/download"),  # REN-9
    ("render.status", "GET", rf"/api/render/proxy/(?:lambda/)?{_ID}"),  # REN-6, and the older route
    ("media", "GET", r"/cdn/.+"),  # REN-9: output.url; its place is not documented
)
_PATTERNS = tuple((name, method, re.compile(rf"(?:.*?){path}/?(?:\?.*)?")) for name, method, path in _ROUTES)
_ROOT = re.compile(r"/(?:api/|run_sse|cdn/|__fake__)")


def operation_of(method: str, path: str) -> str:
    """Return the operation's name, ``control`` for the fake's own API, ``other`` for anything unknown."""
    if "/__fake__" in path:
        return "control"
    asked = "GET" if method.upper() == "HEAD" else method.upper()
    for name, wanted, pattern in _PATTERNS:
        if asked == wanted and pattern.fullmatch(path):
            return name
    return "other"


def id_in(path: str) -> str:
    """Return the session's or the render job's id that a path names, empty where it names none."""
    for _, _, pattern in _PATTERNS:
        if found := pattern.fullmatch(path):
            return found.groupdict().get("id") or ""
    return ""


def below_base(path: str) -> str:
    """Return the path without what stands before the service's own root, such as a world's prefix."""
    found = _ROOT.search(path)
    return path[found.start() :] if found else path


def templates() -> dict[str, tuple[str, str]]:
    """Return each operation's method and a readable path, with ``<id>`` where an id stands."""
    shown: dict[str, tuple[str, str]] = {}
    for name, method, pattern in _ROUTES:
        path = pattern.replace(_ID, "<id>").replace("(?P<user>[^/?]+)", "me")
        shown[name] = (method, path.replace("(?:lambda|draft)", "lambda").replace("(?:lambda/)?", "lambda/"))
    return shown


def operations_at(path: str) -> dict[str, str]:
    """Return the operations that a path belongs to, whatever the method, each with its method."""
    return {name: method for name, method, pattern in _PATTERNS if pattern.fullmatch(path)}

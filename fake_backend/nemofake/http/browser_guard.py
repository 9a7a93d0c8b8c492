"""Host and Origin of a request: a web page elsewhere cannot drive the control API, nor choose URLs."""

from __future__ import annotations

import re

from starlette.types import Scope

from ..engine.errors import BackendError
from ..settings import Settings, is_loopback
from .context import header

_HOST = re.compile(
    r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_.])?)(?::(?P<port>\d{1,5}))?"
)


def host_of(scope: Scope) -> str:
    """Return the request's Host; the address of the connection if it is missing, empty or malformed."""
    host = _text(scope, b"host")
    if host is not None and _parsed(host) is not None:
        return host
    address, port = scope.get("server") or ("127.0.0.1", 80)
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def check(scope: Scope, settings: Settings, *, any_host: bool = False) -> None:
    """Raise 403 if a browser may have sent the request for a page that does not belong to this server.

    A foreign ``Origin`` is a page elsewhere; a ``Host`` that is not this machine is a page whose name was
    rebound to our address. Only ``--cors`` and ``--allowed-host`` name others. ``any_host`` leaves out the
    second check.
    """
    host, origin = _text(scope, b"host"), _text(scope, b"origin")
    if host and not any_host and not _is_allowed(_parsed(host), settings):
        raise BackendError(
            403, f"the control API does not answer to Host {host[:80]!r}: use loopback, or --allowed-host"
        )
    if origin is None or settings.cors_origins & {"*", origin}:
        return
    if origin.partition("://")[2].lower() != host_of(scope).lower():
        raise BackendError(
            403, f"the control API does not answer to pages of Origin {origin[:80]!r}: see --cors"
        )


def _text(scope: Scope, name: bytes) -> str | None:
    value = header(scope, name)
    return None if value is None else value.decode("latin-1").strip()


def _parsed(host: str) -> str | None:
    """Return the name of a Host header, None if it is malformed."""
    match = _HOST.fullmatch(host)
    if match is None or int(match["port"] or 0) > 65_535:
        return None
    return match["name"].strip("[]").lower()


def _is_allowed(name: str | None, settings: Settings) -> bool:
    if name is None:
        return False
    own = () if settings.host in ("0.0.0.0", "::") else (settings.host,)  # noqa: S104  # no client's name for us
    return is_loopback(name) or name in {host.lower() for host in (*settings.allowed_hosts, *own)}

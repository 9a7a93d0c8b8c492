"""A server that runs somewhere else, as a target of probes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from nemocontract.probing.target import Target, looks_fake

_TIMEOUT = httpx.Timeout(60.0, connect=10.0)


@contextmanager
def remote_target(url: str, transport: httpx.BaseTransport | None = None) -> Iterator[Target]:
    """Give the server at this address; raise ValueError where it is none, or nobody answers there.

    ``transport`` takes the requests there, if not httpx's own.
    """
    base = url.rstrip("/")
    parts = httpx.URL(base)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise ValueError(f"{url!r} is not a web address")
    with httpx.Client(timeout=_TIMEOUT, trust_env=False, transport=transport) as http:
        try:
            http.get(base)
        except httpx.TransportError as error:
            raise ValueError(f"nobody answers at {base}: {type(error).__name__}") from None
        yield Target(base, base, http, lambda: int(time.time() * 1000), looks_fake(http, base))

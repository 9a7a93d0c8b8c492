"""A server that runs somewhere else, as a target of probes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from nemocontract.environments.in_process_server import InProcessServer, stepped
from nemocontract.environments.transport import stepped_target
from nemocontract.http.target import Target, has_control_api
from nemofake.settings import Settings, with_parameters

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
        yield Target(base, base, http, lambda: int(time.time() * 1000), has_control_api(http, base))


_AS_MANY_AS_NEEDED = 100_000


@dataclass(frozen=True, slots=True)
class ReplayTarget:
    """``target`` takes the requests; time passes while an answer is waited for, and by ``pass_s``."""

    target: Target
    server: InProcessServer

    def advance_s(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.server.advance_ms(self.server.world("default"), round(seconds * 1000))


@contextmanager
def replay_target(
    profile: str = "",
    *,
    balance: int | None = None,
    start_ms: int | None = None,
    seed: int = 42,
) -> Iterator[ReplayTarget]:
    """Give a fake while the block lasts; ``balance`` is what an anonymous account begins with (100).

    An address may have any number of tokens: how many the recorded one had before, nobody knows (AUTH-4).
    """
    rules = {
        "tokens_per_ip": _AS_MANY_AS_NEEDED,
        **({} if balance is None else {"anonymous_credits": balance}),
    }
    chosen = with_parameters(Settings().parameters, rules)
    with stepped(profile=profile, parameters=chosen, start_ms=start_ms, seed=seed) as server:
        yield ReplayTarget(stepped_target(server), server)

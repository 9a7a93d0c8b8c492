"""Puts a running fake in the place of the production host, by environment variables."""

from __future__ import annotations

import json
import ssl
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import trustme

from .environment import proxy_environment, write_trust_files
from .proxy import InterceptingProxy, Upstreams

if TYPE_CHECKING:
    from ..testing import FakeServer

PRODUCTION_HOST: Final = "mega-api-prod.nemovideo.ai"


@dataclass(frozen=True, slots=True)
class Interception:
    """What a program needs to reach the fake as the intercepted hosts.

    ``environment`` are variables to add to its own; ``proxy`` names the hosts that were refused.
    """

    environment: dict[str, str]
    proxy: InterceptingProxy


@contextmanager
def intercepting(
    server: FakeServer,
    *,
    hosts: Iterable[str] = (),
    allowed: Iterable[str] = (),
    on_refused: Callable[[str], None] = lambda _host: None,
) -> Iterator[Interception]:
    """Answer the production host, and ``hosts`` besides, with ``server`` while the context is open.

    ``allowed`` hosts are passed through; ``on_refused`` is called with every other one, once each.
    Certificates are made for this run. Raises OSError if files or ports cannot be had.
    """
    names = frozenset(host.lower() for host in (PRODUCTION_HOST, *hosts))
    passed = frozenset(host.lower() for host in allowed)
    with tempfile.TemporaryDirectory(prefix="nemofake-run-") as folder:
        authority = trustme.CA()
        certificate = Path(folder) / "server.pem"
        certificate.write_bytes(authority.issue_cert(*sorted(names)).private_key_and_cert_chain_pem.bytes())
        trust = ssl.create_default_context()
        authority.configure_trust(trust)
        stack = AsyncExitStack()
        try:
            started = _start(stack, server, certificate, trust, names, passed, on_refused)
            proxy, port = server.run(started)
            files = write_trust_files(Path(folder), authority.cert_pem.bytes())
            variables = proxy_environment(f"http://127.0.0.1:{port}", files, Path(folder))
            variables["NEMOFAKE_INTERCEPTION"] = json.dumps(
                {
                    "hosts": sorted(names),
                    "allowed": sorted(passed),
                    "proxy_port": port,
                    "plain_port": proxy.upstreams.plain_port,
                    "tls_port": proxy.upstreams.tls_port,
                }
            )
            yield Interception(variables, proxy)
        finally:
            server.run(stack.aclose())


async def _start(
    stack: AsyncExitStack,
    server: FakeServer,
    certificate: Path,
    trust: ssl.SSLContext,
    hosts: frozenset[str],
    allowed: frozenset[str],
    on_refused: Callable[[str], None],
) -> tuple[InterceptingProxy, int]:
    """Serve TLS and the proxy until ``stack`` closes; return the proxy and its port."""
    tls_port = await stack.enter_async_context(server.runner.serving_tls(certificate))
    plain_port = server.runner.listener.getsockname()[1]
    proxy = InterceptingProxy(Upstreams(plain_port, tls_port, trust), hosts, allowed, on_refused)
    port = await proxy.start()
    stack.push_async_callback(proxy.stop)
    return proxy, port

"""What both drivers share of httpx: making a request, reading a head, naming a failure."""

from __future__ import annotations

import contextlib
import io
import ipaddress
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import lru_cache
from typing import IO, Any, NamedTuple, TypeVar, cast
from urllib.parse import urlsplit

import httpx

from nemoclient import constants
from nemoclient.effects import Request, Response
from nemoclient.errors import TransportError

MAX_BODY_BYTES = 32 * 1024 * 1024  # of an answer that is not streamed; a state is a few kilobytes

# Only these say for certain that the request never left.
_UNSENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)
_url = lru_cache(maxsize=64)(httpx.URL)  # a client asks a few addresses again and again; parsing is slow


def is_loopback(url: str) -> bool:
    """Tell whether an address is of this machine."""
    host = urlsplit(url).hostname or ""
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def new_http_client(kind: type[H], base_url: str, transport: Any = None) -> H:
    """Return an httpx client that goes through the environment's proxies, but never to this machine.

    Raises ``ValueError`` in one sentence for a proxy that cannot be used.
    """
    own: tuple[str, ...] = (urlsplit(base_url).netloc.rpartition("@")[2],) if is_loopback(base_url) else ()
    mounts: dict[str, None] = {f"all://{host}": None for host in (*_LOOPBACK, *own)}
    try:
        return kind(transport=transport, mounts=mounts)
    except ImportError as missing:
        problem: Exception = missing
        reason = "a SOCKS proxy is set (ALL_PROXY), which needs a package: run pip install 'httpx[socks]'"
    except (ValueError, httpx.InvalidURL) as invalid:
        problem = invalid
        reason = "the proxy set by HTTP_PROXY, HTTPS_PROXY or ALL_PROXY has no valid address: correct it"
    if is_loopback(base_url):  # a proxy that would not be used is nobody's problem
        return kind(transport=transport, trust_env=False)
    raise ValueError(f"{reason}, or unset the variable") from problem


class Timeouts(NamedTuple):
    """Real seconds, whatever the client's clock is.

    ``connect_s`` to reach the service, ``answer_s`` for it to say something more of a plain answer,
    ``write_s`` to take some more of an upload. ``call_s`` is for a plain call as a whole; an upload may take
    as much more as its bytes need at ``upload_bytes_per_s``. ``tick_s`` is how long a stream may be quiet
    before the clock is read; the limits themselves are the protocol's (C-SSE-2).
    """

    connect_s: float = 10.0
    answer_s: float = 120.0
    write_s: float = 60.0
    tick_s: float = 1.0
    call_s: float = 180.0
    upload_bytes_per_s: int = 32 * 1024

    def total_s(self, request: Request) -> float:
        """Return how long a plain call may take from its beginning to its last byte."""
        return self.call_s + sum(part.size for part in request.parts) / self.upload_bytes_per_s


class ProgressFile(io.FileIO):
    """A file on its way out that reports how much of it has gone."""

    def __init__(self, path: str, gone: Callable[[int], None]) -> None:
        super().__init__(path)
        self._gone = gone

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, and report how far the file has been read."""
        data = super().read(-1 if size is None else size) or b""
        self._gone(self.tell())
        return data


def _files(request: Request, stack: ExitStack) -> list[tuple[str, tuple[str, IO[bytes], str]]]:
    report = request.on_sent or (lambda _: None)
    files, before = [], 0
    for part in request.parts:
        source = ProgressFile(str(part.path), lambda sent, before=before: report(before + sent))  # type: ignore[misc]
        content = cast("IO[bytes]", stack.enter_context(source))
        files.append(("files", (part.path.name, content, part.media_type)))  # UPL-1: the field's name
        before += part.size
    return files


@contextmanager
def outgoing(
    client: httpx.Client | httpx.AsyncClient, request: Request, timeout: httpx.Timeout
) -> Iterator[httpx.Request]:
    """Give httpx's form of a request, its files open meanwhile; failures become ``TransportError``."""
    with ExitStack() as stack, translate_httpx_errors():
        try:
            made = client.build_request(
                request.method,
                _url(request.url),
                headers=dict(request.headers),
                json=request.json,
                files=_files(request, stack) or None,
                timeout=timeout,
            )
        except (httpx.InvalidURL, UnicodeError) as failure:
            raise TransportError(type(failure).__name__, sent=False) from failure
        yield made


@contextmanager
def translate_httpx_errors() -> Iterator[None]:
    """Turn httpx's failures into ``TransportError``, which holds no address and no header (C-SEC-1)."""
    try:
        yield
    except httpx.RequestError as failure:
        raise TransportError(type(failure).__name__, sent=not isinstance(failure, _UNSENT)) from failure


def head_of(response: httpx.Response) -> Response:
    """Return an answer without its body."""
    return Response(response.status_code, {name.lower(): value for name, value in response.headers.items()})


def plain(timeouts: Timeouts) -> httpx.Timeout:
    """Return the limits of a request that is answered at once."""
    return httpx.Timeout(timeouts.answer_s, connect=timeouts.connect_s, write=timeouts.write_s)


def streaming(timeouts: Timeouts) -> httpx.Timeout:
    """Return the limits of a streamed answer; the flow judges its silence, and a little earlier."""
    return httpx.Timeout(constants.STALL_S + 5, connect=timeouts.connect_s, write=timeouts.write_s)

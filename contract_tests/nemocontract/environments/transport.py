"""httpx's transport to a fake without sockets: someone who waits for an answer lets time pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx

from nemocontract.environments.in_process_server import (
    Head,
    InProcessExchange,
    InProcessServer,
    ResponseEnded,
)
from nemocontract.http.target import Target

_DAY_MS = 24 * 3_600_000


class SteppedTransport(httpx.BaseTransport):
    """Requests to a stepped server; timeouts are counted in backend time.

    What a cut looks like (an RST, a FIN) is not told apart here: that takes sockets.
    """

    def __init__(self, server: InProcessServer) -> None:
        self._server = server
        self._prepared: InProcessExchange | None = None

    def begin(self, request: httpx.Request) -> InProcessExchange:
        """Begin an exchange without waiting for its answer."""
        return self._server.begin(
            request.method, request.url.raw_path, request.headers.raw, b"".join(_sent(request))
        )

    def prepare(self, call: InProcessExchange) -> None:
        """Let the next request be this one, which is under way already."""
        self._prepared = call

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request and return once the head of its answer is there."""
        call, self._prepared = self._prepared or self.begin(request), None
        body = _Body(call, _limit_ms(request))
        head = body.next_piece()
        assert isinstance(head, Head), "an answer begins with its head"
        response = httpx.Response(head.status, headers=head.headers, stream=body)
        length = response.headers.get("content-length", "")
        body.left = int(length) if length.isdecimal() else None
        return response


class _Body(httpx.SyncByteStream):
    def __init__(self, call: InProcessExchange, limit_ms: int) -> None:
        self._call, self._limit_ms = call, limit_ms
        self.left: int | None = None  # bytes that were announced and have not come

    def next_piece(self) -> Head | bytes:
        if not self._call.wait(self._limit_ms):
            self._call.wait_for_disconnect()
            raise httpx.ReadTimeout("nothing came")
        try:
            return self._call.take()
        except ResponseEnded as ended:
            if ended.whole or self.left == 0:
                raise  # who has got all that was announced waits for no end
            raise httpx.RemoteProtocolError("the answer was cut") from ended

    def __iter__(self) -> Iterator[bytes]:
        try:
            while True:
                piece = self.next_piece()
                assert isinstance(piece, bytes), "an answer has one head"
                if self.left is not None:
                    self.left -= len(piece)
                yield piece
        except ResponseEnded:
            return

    def close(self) -> None:
        self._call.wait_for_disconnect()


def _limit_ms(request: httpx.Request) -> int:
    limit_s = request.extensions.get("timeout", {}).get("read")
    return _DAY_MS if limit_s is None else round(limit_s * 1000)


def _sent(request: httpx.Request) -> Iterator[bytes]:
    assert isinstance(request.stream, httpx.SyncByteStream), "a sync request"
    return iter(request.stream)


@dataclass(frozen=True, slots=True)
class SteppedTarget(Target):
    """A server without sockets as a target of probes; each world of it has a clock of its own."""

    server: InProcessServer | None = None

    def fresh(self, world: str, **settings: Any) -> Target:
        """Return a world of its own on the same server."""
        made = super(SteppedTarget, self).fresh(world, **settings)
        server = self.server
        assert server is not None, "made by stepped_target"
        return replace(made, now_ms=lambda: server.world(world).now_ms)


def stepped_target(server: InProcessServer, name: str = "fake") -> Target:
    """Return a server without sockets as a target; its own world is ``default``."""
    patience = httpx.Timeout(_DAY_MS / 1000)  # backend time: it passes at once
    http = httpx.Client(transport=SteppedTransport(server), timeout=patience, trust_env=False)
    return SteppedTarget(name, server.url, http, lambda: server.world("default").now_ms, True, server)

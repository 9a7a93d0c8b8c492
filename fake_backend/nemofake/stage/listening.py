"""The reference client on the stage: all of it as it is, but its waiting, which the timekeeper does."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import httpx

from nemoclient import NemoClient, Notices
from nemoclient.driver import Run
from nemoclient.errors import LinkFailed
from nemoclient.steps import QUIET

from .timekeeping import Stuck, Timekeeper, View

if TYPE_CHECKING:
    from nemoclient.calls import Flow
    from nemoclient.steps import Answer, Request

T = TypeVar("T")
_TICK_S = 0.001
_ANSWER_S = 0.01  # most answers are here by then, and nobody has to look why not
_STUCK_AFTER_S = 60.0
_CLIENT_ID = "x-client-id"
# By this name the journal tells requests made by hand from the client's.
BY_HAND = "nemofake-by-hand"


class Line(httpx.BaseTransport):
    """The connection to the fake, which knows how much of an answer has arrived.

    Client ids that the client draws at random become the same ones on every run: chance is the world's.
    """

    def __init__(self, keeper: Timekeeper, client_id: str, tokens: list[str]) -> None:
        # The fake speaks plain HTTP: reading this machine's certificates would cost more than a story.
        self._inner = httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._client_ids = {client_id: client_id}
        self._tokens = tokens  # all that the client ever bore, oldest first
        self._streams: list[Any] = []
        self.begun = False  # the answer's head is with the client
        self.taken = 0  # bytes of its body that the client has taken
        keeper.hang_up = self.hang_up

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; whoever asks for one has seen to it that the one before is over."""
        self.begun, self.taken = False, 0
        if request.headers.get("user-agent") != BY_HAND:
            self._watch(request)
        request.extensions = {**request.extensions, "trace": self._trace}
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(response.stream, self),
            extensions=response.extensions,
        )

    def _watch(self, request: httpx.Request) -> None:
        if drawn := request.headers.get(_CLIENT_ID):
            request.headers[_CLIENT_ID] = self._steady(drawn)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self._tokens:
            self._tokens.append(token)

    def _steady(self, drawn: str) -> str:
        first = next(iter(self._client_ids))
        nth = len(self._client_ids)
        return self._client_ids.setdefault(drawn, str(uuid5(NAMESPACE_URL, f"{first}/{nth}")))

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._streams.append(info["return_value"])

    def hang_up(self) -> None:
        """Break every connection, also one that somebody still waits at."""
        for stream in self._streams:
            handle = stream.get_extra_info("socket")
            try:
                handle.shutdown(2)
            except OSError:
                continue  # closed already
        self._streams.clear()

    def close(self) -> None:
        """Close every connection."""
        self.hang_up()
        self._inner.close()


class _Counted(httpx.SyncByteStream):
    """A body on its way to the client."""

    def __init__(self, body: httpx.SyncByteStream, line: Line) -> None:
        self._body, self._line = body, line

    def __iter__(self) -> Iterator[bytes]:
        self._line.begun = True  # the head was handed over before its body was asked for
        for chunk in self._body:
            yield chunk
            self._line.taken += len(chunk)  # asked for more: this one is where it belongs

    def close(self) -> None:
        self._body.close()


class Waiting:
    """Waits for the fake as the client would, in engine time."""

    def __init__(self, keeper: Timekeeper, line: Line) -> None:
        self.keeper, self.line = keeper, line

    def quiet(self) -> View | None:
        """Return what is seen where nothing is under way in either direction: only time can bring more."""
        view, line = self.keeper.view(), self.line
        arrived = line.begun and line.taken == view.sent if view.begun else not line.begun
        return view if view.waits and arrived else None

    def through(self, work: Callable[[], T], limit_ms: int) -> T:
        """Return what ``work`` gives, which blocks on the network; raise TimeoutError after ``limit_ms``."""
        self.keeper.calm()
        done: Future[T] = Future()
        threading.Thread(target=_into, args=(done, work), daemon=True).start()
        left_ms, began_s, tick_s = limit_ms, time.monotonic(), _ANSWER_S
        while True:
            try:
                return done.result(tick_s)
            except TimeoutError:
                if done.done():
                    raise
            tick_s = _TICK_S
            if time.monotonic() - began_s > _STUCK_AFTER_S:
                raise Stuck("a request is neither answered nor refused")
            if (view := self.quiet()) is not None:
                left_ms -= self.keeper.step(view, left_ms)
            if left_ms <= 0:
                self.line.hang_up()
                raise TimeoutError


def _into(done: Future[T], work: Callable[[], T]) -> None:
    try:
        done.set_result(work())
    except BaseException as failure:  # noqa: BLE001  it is raised again where somebody waits
        done.set_exception(failure)


class StagedRun(Run):
    """The client's driver; only its waiting is another."""

    waiting: Waiting

    def _send(self, request: Request) -> Answer:
        try:
            return self.waiting.through(
                lambda: super(StagedRun, self)._send(request), round(self._timeouts.answer_s * 1000)
            )
        except TimeoutError:
            raise LinkFailed("ReadTimeout", sent=True) from None

    def _close(self) -> None:
        if self._stream is not None and not self.waiting.line.begun:
            self.waiting.line.hang_up()  # or its thread would wait for a head that never comes
        super()._close()
        self.waiting.keeper.calm()

    def _read(self, wait_s: float) -> Any:
        assert self._stream, "a flow opens before it reads"
        began_s = time.monotonic()
        while (piece := self._stream.read(_TICK_S)) is QUIET:
            # Quiet must be seen first, and then nothing be found: what was under way is in hand by then.
            if (view := self.waiting.quiet()) is not None:
                if (piece := self._stream.read(_TICK_S)) is not QUIET:
                    return piece
                self.waiting.keeper.step(view, round(wait_s * 1000))
                return QUIET
            if time.monotonic() - began_s > _STUCK_AFTER_S:
                raise Stuck("a stream neither goes on nor ends")
        return piece


class StagedClient(NemoClient):
    """The reference client with a staged driver."""

    waiting: Waiting

    def _notices(self, flow: Flow[T]) -> Notices[T]:
        run = StagedRun(self._http, self._clock, self._timeouts)
        run.waiting = self.waiting
        return Notices(lambda results: run.steps(flow, results))

"""Performs the effects of a flow with httpx: what the drivers share, and the sync one."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator, Mapping
from queue import Empty, Full, Queue, SimpleQueue
from typing import Any, Generic, TypeVar

import httpx

from nemoclient.effects import (
    END,
    QUIET,
    Clock,
    Close,
    Effect,
    Flow,
    GetTime,
    Notice,
    Open,
    Read,
    ReadStatus,
    Request,
    Response,
    RunBlocking,
    Send,
    Sleep,
    Step,
)
from nemoclient.errors import TransportError
from nemoclient.transport import MAX_BODY_BYTES, Timeouts, head_of, outgoing, plain, streaming

T = TypeVar("T")
S = TypeVar("S")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)
Piece = Response | bytes | ReadStatus


class DriverBase(Generic[H, S]):
    """What both drivers share: a flow is advanced here, and each effect is one method of a driver.

    A method of the async driver returns an awaitable, one of the sync driver the outcome itself.
    """

    def __init__(self, http: H, clock: Clock, timeouts: Timeouts) -> None:
        self._http: H = http
        self._clock, self._timeouts = clock, timeouts
        self._stream: S | None = None  # the one response that a flow may have open
        self._effects: Mapping[type, Callable[..., Any]] = {
            Send: self._send,
            Open: self._open,
            Read: self._read,
            Close: self._close,
            Sleep: clock.sleep,
            GetTime: clock.now,
            RunBlocking: self._run_blocking,
        }

    async def _advance(self, flow: Flow[T], results: list[T]) -> AsyncGenerator[Notice, None]:
        """Drive the flow to its end, yield its notices, leave its result in ``results``."""
        advance: Callable[[Any], Step] = flow.send
        outcome: Any = None
        try:
            while True:
                step = advance(outcome)
                advance, outcome = flow.send, None
                if isinstance(step, Notice):
                    yield step
                    continue
                try:
                    outcome = self._perform(step)
                    if isinstance(outcome, Awaitable):
                        outcome = await outcome
                except Exception as failure:  # noqa: BLE001  the flow knows what it means
                    advance, outcome = flow.throw, failure
        except StopIteration as stop:
            results.append(stop.value)
        finally:
            flow.close()
            closing = self._close()
            if isinstance(closing, Awaitable):
                await closing

    def _perform(self, effect: Effect) -> Any:
        return self._effects[type(effect)](*effect)

    def _send(self, request: Request) -> Any:
        raise NotImplementedError

    def _open(self, request: Request) -> Any:
        raise NotImplementedError

    def _read(self, wait_s: float) -> Any:
        raise NotImplementedError

    def _close(self) -> Any:
        raise NotImplementedError

    def _run_blocking(self, work: Callable[[], Any]) -> Any:
        raise NotImplementedError


class Driver(DriverBase[httpx.Client, "_Stream"]):
    """The sync driver. ``threaded``: plain calls wait in a thread, so that their deadline holds always."""

    def __init__(
        self, http: httpx.Client, clock: Clock, timeouts: Timeouts, *, threaded: bool = False
    ) -> None:
        super().__init__(http, clock, timeouts)
        self._threaded = threaded

    def steps(self, flow: Flow[T], results: list[T]) -> Generator[Notice, None, None]:
        """Drive the flow to its end, yield its notices, leave its result in ``results``."""
        notices = self._advance(flow, results)
        try:
            while True:
                try:
                    notice = _finish(anext(notices))
                except StopAsyncIteration:
                    return
                yield notice
        finally:
            _finish(notices.aclose())

    def _send(self, request: Request) -> Response:
        ends_s = time.monotonic() + self._timeouts.total_s(request)
        pieces = self._in_thread(request, ends_s) if self._threaded else self._in_place(request)
        body = bytearray()
        with contextlib.closing(pieces):
            head = next(pieces)
            assert isinstance(head, Response), "the head comes first"
            for chunk in pieces:
                assert isinstance(chunk, bytes), "and bytes after it"
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    break
                if time.monotonic() > ends_s:
                    raise TransportError("deadline exceeded", sent=True)
        return Response(head.status, head.headers, bytes(body))

    def _in_place(self, request: Request) -> Generator[Response | bytes, None, None]:
        with (
            outgoing(self._http, request, plain(self._timeouts)) as sending,
            contextlib.closing(self._http.send(sending, stream=True)) as response,
        ):
            yield head_of(response)
            yield from response.iter_bytes()

    def _in_thread(self, request: Request, ends_s: float) -> Generator[Response | bytes, None, None]:
        stream = _Stream(self._http, request, plain(self._timeouts))
        try:
            while not isinstance(piece := stream.read(ends_s - time.monotonic()), ReadStatus):
                yield piece
            if piece is QUIET:
                raise TransportError("deadline exceeded", sent=True)
        finally:
            stream.close()

    def _open(self, request: Request) -> None:
        self._close()
        self._stream = _Stream(self._http, request, streaming(self._timeouts))

    def _read(self, wait_s: float) -> Piece:
        assert self._stream, "a flow opens before it reads"
        before_s = self._clock.now()
        piece = self._stream.read(min(wait_s, self._timeouts.tick_s))
        if piece is QUIET and self._clock.now() == before_s:
            self._clock.sleep(wait_s)  # a clock that stands still while we wait is a test's: let it pass
        return piece

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _run_blocking(self, work: Callable[[], Any]) -> Any:
        return work()


def _finish(awaitable: Awaitable[T]) -> T:
    """Return what an awaitable gives that never waits: the sync driver's outcomes are there already."""
    waiting = awaitable.__await__()
    try:
        next(waiting)
    except StopIteration as done:
        value: T = done.value
        return value
    raise RuntimeError("a sync client was given a clock or a driver that is asynchronous")


_PIECES_AHEAD = 4  # of a response that comes faster than it is used; a piece has 64 KB at most


class _Stream:
    """A response read in another thread, so that waiting for it can end without ending it."""

    def __init__(self, http: httpx.Client, request: Request, timeout: httpx.Timeout) -> None:
        self._http, self._request, self._timeout = http, request, timeout
        self._queue: Queue[Piece | BaseException] = Queue(_PIECES_AHEAD)
        self._response: httpx.Response | None = None
        self._closed, self._ended = threading.Event(), threading.Event()
        _run_in_thread(self._run)

    def _run(self) -> None:
        try:
            for piece in self._pieces():
                if not self._offer(piece):
                    return
        except BaseException as failure:  # noqa: BLE001  it is raised again where the flow waits
            self._offer(failure)
        finally:
            self._ended.set()

    def _pieces(self) -> Iterator[Piece]:
        with outgoing(self._http, self._request, self._timeout) as sending:
            follow = self._request.follow_redirects
            self._response = self._http.send(sending, stream=True, follow_redirects=follow)
            with contextlib.closing(self._response) as response:
                yield head_of(response)
                yield from response.iter_bytes()
        yield END

    def _offer(self, piece: Piece | BaseException) -> bool:
        """Hand a piece over; False when nobody wants it any more."""
        while not self._closed.is_set():
            with contextlib.suppress(Full):
                self._queue.put(piece, timeout=0.1)
                return True
        return False

    def read(self, wait_s: float) -> Piece:
        """Return the next piece, or ``QUIET`` after ``wait_s``."""
        try:
            piece = self._queue.get(timeout=max(wait_s, 0.001))
        except Empty:
            return QUIET
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def close(self) -> None:
        """Let go; a thread that still waits for bytes is woken by shutting the socket down."""
        self._closed.set()
        if not self._ended.is_set() and self._response is not None:
            network = self._response.extensions.get("network_stream")
            connection = network.get_extra_info("socket") if network else None
            with contextlib.suppress(OSError):
                if connection is not None and not self._response.is_closed:
                    connection.shutdown(socket.SHUT_RDWR)
        self._ended.wait(timeout=1.0)


_IDLE_S = 1.0
_IDLE: list[_Worker] = []


class _Worker(threading.Thread):
    """A thread that runs one job after another, and ends when none has come for a while.

    It is a daemon, other than those of ``concurrent.futures``: a stream that nobody reads any more must not
    keep a program from ending.
    """

    def __init__(self) -> None:
        super().__init__(name="nemoclient", daemon=True)
        self.jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()

    def run(self) -> None:
        """Run jobs; one that is waiting for a job is in ``_IDLE`` and can be taken from there."""
        while True:
            try:
                self.jobs.get(timeout=_IDLE_S)()
                _IDLE.append(self)
            except Empty:
                with contextlib.suppress(ValueError):  # somebody has just taken it: a job is on its way
                    _IDLE.remove(self)
                    return


def _run_in_thread(job: Callable[[], None]) -> None:
    """Run a job in a thread; to start one takes longer than a short answer, so they are used again."""
    worker = None
    with contextlib.suppress(IndexError):
        while worker is None or not worker.is_alive():  # after a fork they are gone
            worker = _IDLE.pop()
    if worker is None or not worker.is_alive():
        worker = _Worker()
        worker.start()
    worker.jobs.put(job)

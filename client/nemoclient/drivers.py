"""The drivers: they perform the effects of a flow with httpx, one flow at a time, sync and async."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing
from queue import Empty, Full, Queue
from typing import Any, Generic, TypeVar

import httpx

from nemoclient.api import Flow
from nemoclient.effects import (
    END,
    QUIET,
    Clock,
    Close,
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
_Piece = Response | bytes | ReadStatus


class _DriverBase(Generic[H, S]):
    """What both drivers share: a flow is advanced here, and each effect is one method of a driver.

    A method of the async driver returns an awaitable, one of the sync driver the outcome itself.
    """

    def __init__(self, http: H, clock: Clock, timeouts: Timeouts) -> None:
        self._http: H = http
        self._clock, self._timeouts = clock, timeouts
        self._stream: S | None = None  # the one response that a flow may have open

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
                    if inspect.isawaitable(outcome):
                        outcome = await outcome
                except Exception as failure:  # noqa: BLE001  the flow knows what it means
                    advance, outcome = flow.throw, failure
        except StopIteration as stop:
            results.append(stop.value)
        finally:
            flow.close()
            closing = self._close()
            if inspect.isawaitable(closing):
                await closing

    def _perform(self, step: Step) -> Any:
        match step:
            case Send(request):
                return self._send(request)
            case Open(request):
                return self._open(request)
            case Read(wait_s):
                return self._read(wait_s)
            case Close():
                return self._close()
            case Sleep(seconds):
                return self._clock.sleep(seconds)
            case GetTime():
                return self._clock.now()
            case RunBlocking(work):
                return self._run_blocking(work)

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


class Driver(_DriverBase[httpx.Client, "_Stream"]):
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

    def _read(self, wait_s: float) -> _Piece:
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


class _Stream:
    """A response read in a thread of its own, so that waiting for it can end without ending it."""

    def __init__(self, http: httpx.Client, request: Request, timeout: httpx.Timeout) -> None:
        self._http, self._request, self._timeout = http, request, timeout
        self._queue: Queue[_Piece | BaseException] = Queue(maxsize=1)
        self._response: httpx.Response | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for piece in self._pieces():
                if not self._offer(piece):
                    return
        except BaseException as failure:  # noqa: BLE001  it is raised again where the flow waits
            self._offer(failure)

    def _pieces(self) -> Iterator[_Piece]:
        with outgoing(self._http, self._request, self._timeout) as sending:
            follow = self._request.follow_redirects
            self._response = self._http.send(sending, stream=True, follow_redirects=follow)
            with contextlib.closing(self._response) as response:
                yield head_of(response)
                yield from response.iter_bytes()
        yield END

    def _offer(self, piece: _Piece | BaseException) -> bool:
        """Hand a piece over; False when nobody wants it any more."""
        while not self._closed.is_set():
            with contextlib.suppress(Full):
                self._queue.put(piece, timeout=0.1)
                return True
        return False

    def read(self, wait_s: float) -> _Piece:
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
        if self._thread.is_alive() and self._response is not None:
            network = self._response.extensions.get("network_stream")
            connection = network.get_extra_info("socket") if network else None
            with contextlib.suppress(OSError):
                if connection is not None and not self._response.is_closed:
                    connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout=1.0)


class AsyncDriver(_DriverBase[httpx.AsyncClient, "_AsyncStream"]):
    """The async driver."""

    def steps(self, flow: Flow[T], results: list[T]) -> AsyncGenerator[Notice, None]:
        """Drive the flow to its end, yield its notices, leave its result in ``results``."""
        return self._advance(flow, results)

    async def _send(self, request: Request) -> Response:
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeouts.total_s(request)):
                with outgoing(self._http, request, plain(self._timeouts)) as sending:
                    async with aclosing(await self._http.send(sending, stream=True)) as response:
                        head = head_of(response)
                        async for chunk in response.aiter_bytes():
                            body += chunk
                            if len(body) > MAX_BODY_BYTES:
                                break
        except TimeoutError as failure:
            raise TransportError("deadline exceeded", sent=True) from failure
        return Response(head.status, head.headers, bytes(body))

    async def _open(self, request: Request) -> None:
        await self._close()
        self._stream = _AsyncStream(self._http, request, streaming(self._timeouts))

    async def _read(self, wait_s: float) -> _Piece:
        assert self._stream, "a flow opens before it reads"
        before_s = self._clock.now()
        piece = await self._stream.read(min(wait_s, self._timeouts.tick_s))
        if piece is QUIET and self._clock.now() == before_s:
            waiting = self._clock.sleep(wait_s)  # see the sync driver
            if inspect.isawaitable(waiting):
                await waiting
        return piece

    async def _close(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.close()

    def _run_blocking(self, work: Callable[[], Any]) -> Any:
        return asyncio.to_thread(work)


class _AsyncStream:
    """A response read in a task of its own, so that waiting for it can end without ending it."""

    def __init__(self, http: httpx.AsyncClient, request: Request, timeout: httpx.Timeout) -> None:
        self._http, self._request, self._timeout = http, request, timeout
        self._queue: asyncio.Queue[_Piece | Exception] = asyncio.Queue(maxsize=1)
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._receive()
        except Exception as failure:  # noqa: BLE001  it is raised again where the flow waits
            await self._queue.put(failure)

    async def _receive(self) -> None:
        with outgoing(self._http, self._request, self._timeout) as sending:
            follow = self._request.follow_redirects
            sent = self._http.send(sending, stream=True, follow_redirects=follow)
            async with aclosing(await sent) as response:
                await self._queue.put(head_of(response))
                async for chunk in response.aiter_bytes():
                    await self._queue.put(chunk)
        await self._queue.put(END)

    async def read(self, wait_s: float) -> _Piece:
        try:
            piece = await asyncio.wait_for(self._queue.get(), max(wait_s, 0.001))
        except TimeoutError:
            return QUIET
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

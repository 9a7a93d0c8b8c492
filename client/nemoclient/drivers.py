"""The sync driver: performs the steps of a flow with httpx, one flow at a time."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import aclosing
from queue import Empty, Full, Queue
from typing import Any, TypeVar

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
from nemoclient.transport import MAX_BODY_BYTES, Timeouts, head_of, outgoing, plain, streaming

T = TypeVar("T")
_Piece = Response | bytes | ReadStatus


class _Cancelled(Exception):  # noqa: N818
    """Nobody wants the answer any more."""


class _Stream:
    """An answer read in a thread of its own, so that waiting for it can end without ending it."""

    def __init__(self, http: httpx.Client, request: Request, timeouts: Timeouts) -> None:
        self._http, self._request, self._timeouts = http, request, timeouts
        self._queue: Queue[_Piece | BaseException] = Queue(maxsize=1)
        self._response: httpx.Response | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(_Cancelled):
            try:
                self._receive()
            except BaseException as failure:  # noqa: BLE001  it is raised again where the flow waits
                self._offer(failure)

    def _receive(self) -> None:
        with outgoing(self._http, self._request, streaming(self._timeouts)) as sending:
            follow = self._request.follow_redirects
            self._response = self._http.send(sending, stream=True, follow_redirects=follow)
            with contextlib.closing(self._response) as response:
                self._offer(head_of(response))
                for chunk in response.iter_bytes():
                    self._offer(chunk)
        self._offer(END)

    def _offer(self, piece: _Piece | BaseException) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(Full):
                return self._queue.put(piece, timeout=0.1)
        raise _Cancelled

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


class Driver:
    """One flow under way: performs its steps and holds the one stream it may have open."""

    def __init__(self, http: httpx.Client, clock: Clock, timeouts: Timeouts) -> None:
        self._http, self._clock, self._timeouts = http, clock, timeouts
        self._stream: _Stream | None = None

    def steps(self, flow: Flow[T], results: list[T]) -> Generator[Notice, None, None]:
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
                except Exception as failure:  # noqa: BLE001  the flow knows what it means
                    advance, outcome = flow.throw, failure
        except StopIteration as stop:
            results.append(stop.value)
        finally:
            flow.close()
            self._close()

    def _perform(self, step: Step) -> Any:
        match step:
            case Send(request):
                return self._send(request)
            case Open(request):
                self._close()
                self._stream = _Stream(self._http, request, self._timeouts)
            case Read(wait_s):
                return self._read(wait_s)
            case Close():
                self._close()
            case Sleep(seconds):
                self._clock.sleep(seconds)
            case GetTime():
                return self._clock.now()
            case RunBlocking(work):
                return work()
        return None

    def _send(self, request: Request) -> Response:
        with (
            outgoing(self._http, request, plain(self._timeouts)) as sending,
            contextlib.closing(self._http.send(sending, stream=True)) as response,
        ):
            head, body = head_of(response), bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    break
        return Response(head.status, head.headers, bytes(body))

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


class _StreamAsyncDriver:
    """An answer read in a task of its own, so that waiting for it can end without ending it."""

    def __init__(self, http: httpx.AsyncClient, request: Request, timeouts: Timeouts) -> None:
        self._http, self._request, self._timeouts = http, request, timeouts
        self._queue: asyncio.Queue[_Piece | Exception] = asyncio.Queue(maxsize=1)
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            await self._receive()
        except Exception as failure:  # noqa: BLE001  it is raised again where the flow waits
            await self._queue.put(failure)

    async def _receive(self) -> None:
        with outgoing(self._http, self._request, streaming(self._timeouts)) as sending:
            follow = self._request.follow_redirects
            answering = self._http.send(sending, stream=True, follow_redirects=follow)
            async with aclosing(await answering) as response:
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


class AsyncRun:
    """One flow under way: performs its steps and holds the one stream it may have open."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock, timeouts: Timeouts) -> None:
        self._http, self._clock, self._timeouts = http, clock, timeouts
        self._stream: _StreamAsyncDriver | None = None

    async def steps(self, flow: Flow[T], results: list[T]) -> AsyncGenerator[Notice, None]:
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
                    outcome = await self._perform(step)
                except Exception as failure:  # noqa: BLE001  the flow knows what it means
                    advance, outcome = flow.throw, failure
        except StopIteration as stop:
            results.append(stop.value)
        finally:
            flow.close()
            await self._close()

    async def _perform(self, step: Step) -> Any:
        match step:
            case Send(request):
                return await self._send(request)
            case Open(request):
                await self._close()
                self._stream = _StreamAsyncDriver(self._http, request, self._timeouts)
            case Read(wait_s):
                return await self._read(wait_s)
            case Close():
                await self._close()
            case Sleep(seconds):
                await self._sleep(seconds)
            case GetTime():
                return self._clock.now()
            case RunBlocking(work):
                return await asyncio.to_thread(work)
        return None

    async def _send(self, request: Request) -> Response:
        with outgoing(self._http, request, plain(self._timeouts)) as sending:
            async with aclosing(await self._http.send(sending, stream=True)) as response:
                head, body = head_of(response), bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        break
        return Response(head.status, head.headers, bytes(body))

    async def _read(self, wait_s: float) -> _Piece:
        assert self._stream, "a flow opens before it reads"
        before_s = self._clock.now()
        piece = await self._stream.read(min(wait_s, self._timeouts.tick_s))
        if piece is QUIET and self._clock.now() == before_s:
            await self._sleep(wait_s)  # a clock that stands still while we wait is a test's: let it pass
        return piece

    async def _sleep(self, seconds: float) -> None:
        waiting = self._clock.sleep(seconds)
        if inspect.isawaitable(waiting):
            await waiting

    async def _close(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.close()

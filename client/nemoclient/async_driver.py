"""The async driver: the same steps as ``driver``, with asyncio."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import httpx

from nemoclient.calls import Flow
from nemoclient.clock import Clock
from nemoclient.steps import (
    END,
    QUIET,
    Answer,
    Close,
    Local,
    Notice,
    Now,
    Open,
    Pause,
    Read,
    Request,
    Send,
    Sign,
    Step,
)
from nemoclient.transport import MAX_BODY_BYTES, Timeouts, head_of, outgoing, plain, streaming

T = TypeVar("T")
_Piece = Answer | bytes | Sign


class _Stream:
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
        self._stream: _Stream | None = None

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
                self._stream = _Stream(self._http, request, self._timeouts)
            case Read(wait_s):
                return await self._read(wait_s)
            case Close():
                await self._close()
            case Pause(seconds):
                await self._sleep(seconds)
            case Now():
                return self._clock.now()
            case Local(work):
                return await asyncio.to_thread(work)
        return None

    async def _send(self, request: Request) -> Answer:
        with outgoing(self._http, request, plain(self._timeouts)) as sending:
            async with aclosing(await self._http.send(sending, stream=True)) as response:
                head, body = head_of(response), bytearray()
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        break
        return Answer(head.status, head.headers, bytes(body))

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

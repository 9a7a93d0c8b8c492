"""The client and the driver for asyncio: the same flows, settings and results."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from nemoclient import api, chat, commands, export, upload
from nemoclient.client import ClientBase, Progress, Result
from nemoclient.draft import State
from nemoclient.drivers import DriverBase, Piece
from nemoclient.effects import END, QUIET, Flow, Notice, Request, Response, SystemClock
from nemoclient.errors import TransportError
from nemoclient.results import ChatResult, Connection, Credits, ExportResult, UploadResult
from nemoclient.transport import MAX_BODY_BYTES, head_of, outgoing, plain, streaming

T = TypeVar("T")


class AsyncSystemClock(SystemClock):
    """The real time for the async client, which must not block."""

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Return a coroutine that takes so many seconds."""
        return asyncio.sleep(seconds)


class AsyncOperation(Result[T]):
    """``Operation`` for asyncio: iterate with ``async for``; ``aclose`` leaves it early."""

    def __init__(self, steps: Callable[[list[T]], AsyncGenerator[Notice, None]]) -> None:
        super().__init__()
        self._steps = steps(self._results)

    def __aiter__(self) -> AsyncIterator[Notice]:
        return self._steps

    async def finish(self) -> T:
        """Take the remaining notices and return the result."""
        async for _ in self:
            pass
        return self.result

    async def aclose(self) -> None:
        """Leave early."""
        await self._steps.aclose()


class AsyncNemoClient(ClientBase[httpx.AsyncClient, httpx.AsyncBaseTransport]):
    """``NemoClient`` for asyncio: the same settings and results; ``clock.sleep`` may be a coroutine."""

    _http_type, _clock_type = httpx.AsyncClient, AsyncSystemClock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _notices(self, flow: Flow[T]) -> AsyncOperation[T]:
        driver = AsyncDriver(self._http, self._clock, self._timeouts)
        return AsyncOperation(lambda results: driver.steps(flow, results))

    async def _run(self, flow: Flow[T]) -> T:
        notices = self._notices(flow)
        async for notice in notices:
            self.on_notice(notice)
        return notices.result

    async def connect(self) -> Connection:
        """See ``NemoClient.connect``."""
        return await self._run(api.connect(self.context))

    def chat(self, text: str) -> AsyncOperation[ChatResult]:
        """See ``NemoClient.chat``."""
        return self._notices(chat.chat(self.context, text))

    def ask(self, text: str, save_as: str | Path = "export.mp4") -> AsyncOperation[commands.CommandResult]:
        """See ``NemoClient.ask``."""
        return self._notices(commands.ask(self.context, text, Path(save_as)))

    async def upload(self, *sources: str | Path, progress: Progress | None = None) -> UploadResult:
        """See ``NemoClient.upload``."""
        return await self._run(upload.upload(self.context, sources, progress))

    async def credits(self) -> Credits:
        """See ``NemoClient.credits``."""
        return await self._run(api.balance(self.context))

    async def state(self) -> State:
        """See ``NemoClient.state``."""
        return await self._run(api.state(self.context))

    async def export(self, path: str | Path, *, quality: str = "high") -> ExportResult:
        """See ``NemoClient.export``."""
        return await self._run(export.export(self.context, Path(path), quality=quality))

    async def claim_link(self) -> str:
        """See ``NemoClient.claim_link``."""
        return await self._run(api.claim_link(self.context))


class AsyncDriver(DriverBase[httpx.AsyncClient, "_AsyncStream"]):
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

    async def _read(self, wait_s: float) -> Piece:
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
        self._queue: asyncio.Queue[Piece | Exception] = asyncio.Queue(maxsize=1)
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

    async def read(self, wait_s: float) -> Piece:
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

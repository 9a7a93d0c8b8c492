"""The async client: the same flows as ``client``, driven by asyncio."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path
from typing import Generic, Self, TypeVar

import httpx

from nemoclient import api, chat, commands, export, upload
from nemoclient import api as calls
from nemoclient.api import Flow
from nemoclient.attribution import Attribution
from nemoclient.context import Context, from_environment
from nemoclient.draft import State
from nemoclient.drivers import AsyncRun
from nemoclient.effects import AsyncSystemClock, Clock, Notice
from nemoclient.results import ChatResult, Connection, Credits, ExportResult, UploadResult
from nemoclient.transport import Timeouts

T = TypeVar("T")


class AsyncOperation(Generic[T]):
    """A flow under way: iterate with ``async for``, then ask for ``result``; ``finish`` does both.

    Leaving it early needs ``aclose``; what the service was asked to do, it does all the same (SSE-11).
    """

    def __init__(self, steps: Callable[[list[T]], AsyncGenerator[Notice, None]]) -> None:
        self._results: list[T] = []
        self._steps = steps(self._results)

    def __aiter__(self) -> AsyncIterator[Notice]:
        return self._steps

    @property
    def result(self) -> T:
        """What came of it; raises ``RuntimeError`` before the last notice was taken."""
        if not self._results:
            raise RuntimeError("not finished yet: take every notice first, or await finish()")
        return self._results[0]

    async def finish(self) -> T:
        """Take the remaining notices and return the result."""
        async for _ in self:
            pass
        return self.result

    async def aclose(self) -> None:
        """Leave early."""
        await self._steps.aclose()


class AsyncNemoClient:
    """``NemoClient`` for asyncio: the same arguments, methods, results and errors.

    ``transport`` is an ``httpx.AsyncBaseTransport``; ``sleep`` of ``clock`` may be a coroutine.
    """

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        *,
        attribution: Attribution | None = None,
        clock: Clock | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        timeouts: Timeouts | None = None,
        language: str | None = "en",
        token_file: str | Path | None = None,
        client_id_file: str | Path | None = None,
        on_notice: Callable[[Notice], None] | None = None,
    ) -> None:
        self.context: Context = from_environment(base_url, token, attribution)
        self.context.language = language
        self.context.token_file = Path(token_file) if token_file else None
        self.context.client_id_file = Path(client_id_file or self.context.client_id_file)
        self._http = httpx.AsyncClient(transport=transport)
        self._clock, self._timeouts = clock or AsyncSystemClock(), timeouts or Timeouts()
        self.on_notice = on_notice or (lambda _: None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _notices(self, flow: Flow[T]) -> AsyncOperation[T]:
        run = AsyncRun(self._http, self._clock, self._timeouts)
        return AsyncOperation(lambda results: run.steps(flow, results))

    async def _run(self, flow: Flow[T]) -> T:
        notices = self._notices(flow)
        async for notice in notices:
            self.on_notice(notice)
        return notices.result

    async def connect(self) -> Connection:
        """Get a token where there is none, and a session; every other method does it by itself."""
        return await self._run(calls.connect(self.context))

    def chat(self, text: str) -> AsyncOperation[ChatResult]:
        """Send a message to the agent; iterate for what the user should see, then read ``result``."""
        return self._notices(chat.chat(self.context, text))

    def ask(self, text: str, save_as: str | Path = "export.mp4") -> AsyncOperation[commands.CommandResult]:
        """Take a user's line to wherever it belongs (C-ROU-1); an export is saved at ``save_as``."""
        return self._notices(commands.ask(self.context, text, Path(save_as)))

    async def upload(
        self, *sources: str | Path, progress: Callable[[int, int], None] | None = None
    ) -> UploadResult:
        """Upload files or web addresses, all or none; ``progress(sent_bytes, total_bytes)``."""
        return await self._run(upload.upload(self.context, sources, progress))

    async def credits(self) -> Credits:
        """Return the account's credits."""
        return await self._run(api.balance(self.context))

    async def state(self) -> State:
        """Return the project as it stands."""
        return await self._run(api.state(self.context))

    async def export(self, path: str | Path, *, quality: str = "high") -> ExportResult:
        """Render the project and save the video at ``path``."""
        return await self._run(export.export(self.context, Path(path), quality=quality))

    async def claim_link(self) -> str:
        """Return an address that opens this project in a browser."""
        return await self._run(api.claim_link(self.context))

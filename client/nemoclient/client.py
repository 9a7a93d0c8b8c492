"""The two clients: the same flows and settings, one driven by threads, the other by asyncio."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Generic, Self, TypeVar

import httpx

from nemoclient import api, chat, commands, export, upload
from nemoclient.attribution import Attribution
from nemoclient.context import Context, from_environment
from nemoclient.draft import State
from nemoclient.drivers import Driver
from nemoclient.effects import Clock, Flow, Notice, SystemClock
from nemoclient.results import ChatResult, Connection, Credits, ExportResult, UploadResult
from nemoclient.transport import Timeouts, new_http_client

T = TypeVar("T")
H = TypeVar("H", httpx.Client, httpx.AsyncClient)
X = TypeVar("X", httpx.BaseTransport, httpx.AsyncBaseTransport)
Progress = Callable[[int, int], None]


class Result(Generic[T]):
    """The result of a flow, once it has ended."""

    def __init__(self) -> None:
        self._results: list[T] = []

    @property
    def result(self) -> T:
        """The flow's result; raises ``RuntimeError`` before the last notice was taken."""
        if not self._results:
            raise RuntimeError("not finished yet: take every notice first, or call finish()")
        return self._results[0]


class Operation(Result[T]):
    """A flow under way: iterate for its notices, then ask for ``result``; ``finish`` does both.

    ``close`` leaves it early; what the service was asked to do, it does all the same (SSE-11).
    """

    def __init__(self, steps: Callable[[list[T]], Generator[Notice]]) -> None:
        super().__init__()
        self._steps = steps(self._results)

    def __iter__(self) -> Iterator[Notice]:
        return self

    def __next__(self) -> Notice:
        return next(self._steps)

    def finish(self) -> T:
        """Take the remaining notices and return the result."""
        for _ in self:
            pass
        return self.result

    def close(self) -> None:
        """Leave early."""
        self._steps.close()


class ClientBase(Generic[H, X]):
    """The settings of both clients; ``NemoClient`` describes them."""

    _http_type: type[H]
    _clock_type: type[SystemClock]

    def __init__(
        self,
        base_url: str | None = None,
        token: str | None = None,
        *,
        attribution: Attribution | None = None,
        clock: Clock | None = None,
        transport: X | None = None,
        timeouts: Timeouts | None = None,
        language: str | None = "en",
        token_file: str | Path | None = None,
        client_id_file: str | Path | None = None,
        max_download_bytes: int | None = None,
        on_notice: Callable[[Notice], None] | None = None,
    ) -> None:
        self.context: Context = from_environment(base_url, token, attribution)
        self.context.language = language
        self.context.token_file = Path(token_file) if token_file else None
        self.context.client_id_file = Path(client_id_file or self.context.client_id_file)
        self.context.max_download_bytes = max_download_bytes or self.context.max_download_bytes
        self._http: H = new_http_client(self._http_type, self.context.base_url, transport)
        self._own_transport = transport is None
        self._clock: Clock = clock or self._clock_type()
        self._timeouts = timeouts or Timeouts()
        self.on_notice = on_notice or (lambda _: None)


class NemoClient(ClientBase[httpx.Client, httpx.BaseTransport]):
    """The sync client. Every argument is optional; the environment fills in what is missing.

    ``base_url`` (``NEMO_API_URL``), ``token`` (``NEMO_TOKEN``), ``attribution`` (name and version of the
    calling skill), ``clock``, ``transport`` (of httpx), ``timeouts``, ``language`` of the session (None
    leaves it out), ``token_file`` (keep the token there; by default it is kept nowhere),
    ``client_id_file``, ``max_download_bytes`` (a larger video is not downloaded), ``on_notice`` (gets the
    notices of every call but ``chat`` and ``ask``). Raises ``ValueError`` for a setting that cannot be
    used; methods raise the classes of ``nemoclient.errors``.
    """

    _http_type, _clock_type = httpx.Client, SystemClock

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def _notices(self, flow: Flow[T]) -> Operation[T]:
        driver = Driver(self._http, self._clock, self._timeouts, threaded=self._own_transport)
        return Operation(lambda results: driver.steps(flow, results))

    def _run(self, flow: Flow[T]) -> T:
        notices = self._notices(flow)
        for notice in notices:
            self.on_notice(notice)
        return notices.result

    def connect(self) -> Connection:
        """Get a token where there is none, and a session; every other method does it by itself."""
        return self._run(api.connect(self.context))

    def chat(self, text: str) -> Operation[ChatResult]:
        """Send a message to the agent; iterate for what the user should see, then read ``result``."""
        return self._notices(chat.chat(self.context, text))

    def ask(self, text: str, save_as: str | Path = "export.mp4") -> Operation[commands.CommandResult]:
        """Take a user's line to wherever it belongs (C-ROU-1); an export is saved at ``save_as``."""
        return self._notices(commands.ask(self.context, text, Path(save_as)))

    def upload(self, *sources: str | Path, progress: Progress | None = None) -> UploadResult:
        """Upload files or web addresses, all or none; ``progress(sent_bytes, total_bytes)``."""
        return self._run(upload.upload(self.context, sources, progress))

    def credits(self) -> Credits:
        """Return the account's credits."""
        return self._run(api.balance(self.context))

    def state(self) -> State:
        """Return the project as it stands."""
        return self._run(api.state(self.context))

    def export(self, path: str | Path, *, quality: str = "high") -> ExportResult:
        """Render the project and save the video at ``path``."""
        return self._run(export.export(self.context, Path(path), quality=quality))

    def claim_link(self) -> str:
        """Return an address that opens this project in a browser."""
        return self._run(api.claim_link(self.context))

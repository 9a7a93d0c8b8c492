"""Requests of one case, recorded with their answers; streams can be read event by event."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
from httpx_sse import EventSource

from nemocontract.http.target import Target
from nemocontract.recording import Ending, Event, Exchange, code_of, operation_of
from nemocontract.recording.journal import file_names
from nemocontract.recording.sse import value_of
from nemocontract.results import RunResult


class Stream:
    """An open event stream: iterate over its events; ``whole`` is then whether it ended properly.

    ``raw`` has the bytes read so far.
    """

    def __init__(self, response: httpx.Response, now_ms: Callable[[], int]) -> None:
        self.raw = bytearray()
        head = {"content-type": response.headers.get("content-type", "")}
        self._source = EventSource(httpx.Response(200, headers=head, content=self._noted(response)))
        self._now_ms = now_ms
        self.events: list[Event] = []
        self.whole = False

    def __iter__(self) -> Iterator[Event]:
        try:
            for event in self._source.iter_sse():
                self.events.append(Event(self._now_ms(), value_of(event.data)))
                yield self.events[-1]
        except httpx.TransportError:
            return
        self.whole = True

    def _noted(self, response: httpx.Response) -> Iterator[bytes]:
        for piece in response.iter_bytes():
            self.raw += piece
            yield piece


ATTRIBUTION = {
    "X-Skill-Source": "nemocontract",
    "X-Skill-Version": "1.0.0",
    "X-Skill-Platform": "unknown",
}  # C-ATT-1
Watch = Callable[[Exchange], None]
BEGAN_MS = "began_ms"  # response extension: when a throttling transport sent the request
_KEPT_BYTES = 256 * 1024  # of a request's body


class ApiRecorder:
    """Sends requests to one target for one case; ``watchers`` receive every exchange when it ends.

    ``starters`` receive a stream's exchange when its headers arrive, with the ending ``open``.
    What the transport raises (``httpx.TransportError``) passes through for
    plain requests; of a stream it is the ending.
    """

    def __init__(self, target: Target, run_result: RunResult, name: str, replay: str = "") -> None:
        self.target, self.run_result, self.name, self.replay = target, run_result, name, replay
        self.exchanges: list[Exchange] = []
        self.raw = b""  # the last answer's body as it came
        self.watchers: list[Watch] = []
        self.starters: list[Watch] = []

    # -- checks ------------------------------------------------------------------------------------

    def check(self, clause: str, holds: bool, expected: str, seen: object = "") -> bool:
        """Record whether an expectation of ``clause`` holds for the last exchange."""
        last = self.exchanges[-1] if self.exchanges else None
        return self.run_result.record_check(
            clause,
            self.name,
            holds,
            expected=expected,
            seen=str(seen)[:600],
            seq=last.seq if last else None,
            where=last.title if last else "",
            at_ms=last.at_ms if last else None,
            test_name=self.name,
            replay=self.replay,
        )

    # -- requests ----------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        headers: Mapping[str, str | None] | None = None,
        attributed: bool = True,
        **content: Any,
    ) -> Exchange:
        """Send a request and return it with its answer; ``content`` is httpx's (json, content, files …).

        ``headers`` are added; None removes one. A stream is read to its end.
        """
        with self.stream(
            method, path, token=token, headers=headers, attributed=attributed, **content
        ) as stream:
            for _ in stream:
                pass
        return self.exchanges[-1]

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        headers: Mapping[str, str | None] | None = None,
        attributed: bool = True,
        **content: Any,
    ) -> Iterator[Stream]:
        """Send a request and yield its answer as a stream, to be read to its end or left early.

        Other answers have no events. The exchange is recorded when the block ends.
        """
        payload = {
            **(ATTRIBUTION if attributed else {}),
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        sent_headers = {
            name: value for name, value in {**payload, **(headers or {})}.items() if value is not None
        }
        url = path if "://" in path else self.target.url + path  # REN-9: a video can be at any address
        request = self.target.http.build_request(method, url, headers=sent_headers, **content)
        _read_if_small(request)
        began_ms, self.raw = self.target.now_ms(), b""
        response = self.target.http.send(request, stream=True)
        began_ms = response.extensions.get(BEGAN_MS, began_ms)
        try:
            stream = Stream(response, self.target.now_ms)
            if not _streams(response):
                self.raw = response.read()
                yield EmptyStream()
            else:
                self._show(self.starters, self._exchange(request, response, stream, began_ms, "open"))
                yield stream
        finally:
            response.close()
            self._record(request, response, stream, began_ms)

    def _record(
        self, request: httpx.Request, response: httpx.Response, stream: Stream, began_ms: int
    ) -> None:
        streams = _streams(response)
        self.raw = bytes(stream.raw) if streams else self.raw
        ending: Ending = "complete" if not streams or stream.whole else "client-gone"
        self.exchanges.append(self._exchange(request, response, stream, began_ms, ending))
        self._show(self.watchers, self.exchanges[-1])

    @staticmethod
    def _show(watchers: list[Watch], exchange: Exchange) -> None:
        for watch in watchers:
            watch(exchange)

    def _exchange(
        self, request: httpx.Request, response: httpx.Response, stream: Stream, began_ms: int, ending: Ending
    ) -> Exchange:
        streams = _streams(response)
        answer = value_of(self.raw.decode("utf-8", "replace")) if self.raw and not streams else None
        path = request.url.raw_path.decode("ascii")
        below = path.removeprefix(httpx.URL(self.target.url).raw_path.decode("ascii").rstrip("/"))
        sent = _bytes(request)
        operation = operation_of(request.method, below)
        return Exchange(
            seq=len(self.exchanges) + 1,
            operation=operation,
            method=request.method,
            path=below,
            at_ms=began_ms,
            ended_at_ms=self.target.now_ms(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=_body(request, sent),
            uploads=file_names(sent.decode("latin-1")) if _is_form(request) else (),
            status=response.status_code,
            code=code_of(response.status_code, answer, operation),
            answer_headers={name.lower(): value for name, value in response.headers.items()},
            answer=answer,
            answer_size=len(self.raw),
            events=tuple(stream.events) if streams else None,
            ending=ending,
            sent=sent if len(sent) <= _KEPT_BYTES else b"",
        )


class EmptyStream(Stream):
    """The stream of an answer that is not an event stream."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.raw = bytearray()
        self.whole = True

    def __iter__(self) -> Iterator[Event]:
        return iter(())


def _streams(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.startswith("text/event-stream")


def _read_if_small(request: httpx.Request) -> None:
    """Read the parts of a small form into memory, so that they can be recorded."""
    if _is_form(request) and int(request.headers.get("content-length", _KEPT_BYTES + 1)) <= _KEPT_BYTES:
        request.read()


def _bytes(request: httpx.Request) -> bytes:
    """Return a request's body; empty for a streamed one."""
    try:
        return request.content
    except httpx.RequestNotRead:
        return b""


def _is_form(request: httpx.Request) -> bool:
    return "multipart" in request.headers.get("content-type", "")


def _body(request: httpx.Request, sent: bytes) -> Any:
    return value_of(sent.decode("utf-8", "replace")) if sent and not _is_form(request) else None
